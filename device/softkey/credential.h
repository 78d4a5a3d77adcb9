#pragma once
// One credential: what a relying party was given, and what signs for it.

#include <cstdint>
#include <optional>
#include <string>

#include "device/softkey/secret_bytes.h"
#include "device/softkey/signing_key.h"

namespace firstkey::device::softkey {

/// CTAP 2.1 §12.1: what it takes to use or even see a credential.
enum class CredProtect : std::uint8_t {
  kUvOptional = 1,
  kUvOptionalWithCredentialIdList = 2,
  kUvRequired = 3,
};

/// CTAP 2.1 §12.5: CredRandomWithUV and CredRandomWithoutUV.
struct HmacSecrets {
  SecretBytes with_uv;
  SecretBytes without_uv;
};

struct Credential {
  Bytes id;
  std::string rp_id;    ///< empty if it was made over U2F, which tells only its hash
  Sha256 rp_id_hash{};  ///< of `rp_id`, or U2F's application parameter
  Bytes user_id;        ///< empty if it was made over U2F
  std::optional<std::string> user_name;
  std::optional<std::string> user_display_name;
  bool is_discoverable = false;
  CredProtect protection = CredProtect::kUvOptional;
  Algorithm algorithm = Algorithm::kEs256;
  SecretBytes private_key;  ///< PKCS #8
  std::optional<HmacSecrets> hmac_secrets;
  std::optional<SecretBytes> large_blob_key{};  ///< CTAP 2.1 §12.3: 32 bytes
  Bytes blob{};                                 ///< CTAP 2.1 §12.2 credBlob; empty if none
  std::uint32_t sign_count = 0;

  [[nodiscard]] Credential clone() const;
};

}  // namespace firstkey::device::softkey
