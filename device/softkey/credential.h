#pragma once
// What the key remembers: its credentials, its PIN and its attestation root. Everything here
// outlives a power cut; what does not lives in client_pin and authenticator.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  std::string rp_id;
  Bytes user_id;
  std::optional<std::string> user_name;
  std::optional<std::string> user_display_name;
  bool is_discoverable = false;
  CredProtect protection = CredProtect::kUvOptional;
  Algorithm algorithm = Algorithm::kEs256;
  SecretBytes private_key;  ///< PKCS #8
  std::optional<HmacSecrets> hmac_secrets;
  std::uint32_t sign_count = 0;

  [[nodiscard]] Credential clone() const;
};

struct Pin {
  SecretBytes hash;  ///< LEFT(SHA-256(PIN), 16)
  int attempts_left = 0;

  [[nodiscard]] Pin clone() const { return {hash.clone(), attempts_left}; }
};

struct AttestationRoot {
  SecretBytes private_key;  ///< PKCS #8, P-256
  Bytes certificate;        ///< DER

  [[nodiscard]] AttestationRoot clone() const { return {private_key.clone(), certificate}; }
};

struct KeyState {
  std::optional<Pin> pin;
  std::vector<Credential> credentials;  ///< in the order of their making
  std::optional<AttestationRoot> attestation_root;

  [[nodiscard]] KeyState clone() const;
};

/// The form KeyState takes in a state file: canonical CBOR with text keys and a version.
[[nodiscard]] Bytes encode_state(const KeyState& state);
enum class StateFault : std::uint8_t { kDamaged, kNewerVersion };
[[nodiscard]] std::expected<KeyState, StateFault> decode_state(BytesView bytes);

}  // namespace firstkey::device::softkey
