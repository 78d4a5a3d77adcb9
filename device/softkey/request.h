#pragma once
// What makeCredential and getAssertion requests look like once they have been checked: types,
// sizes and counts hold; whether they may be granted is for the commands to say.
// Source: CTAP 2.1 §6.1, §6.2.

#include <optional>
#include <string>
#include <vector>

#include "device/softkey/client_pin.h"

namespace firstkey::device::softkey {

inline constexpr std::size_t kMaximumMessageSize = 2048;
inline constexpr std::size_t kMaximumCredentialsInList = 8;
inline constexpr std::size_t kMaximumCredentialIdSize = 128;
inline constexpr std::size_t kMaximumBlobSize = 32;  ///< CTAP 2.1 §12.2: at least 32

struct User {
  Bytes id;
  std::optional<std::string> name;
  std::optional<std::string> display_name;
};

struct HmacSecretInput {
  cbor::Map peer;
  Bytes salt_enc;
  Bytes salt_auth;
  ProtocolVersion version = ProtocolVersion::kOne;
};

struct MakeCredentialRequest {
  Bytes client_data_hash;
  std::string rp_id;
  User user;
  Algorithm algorithm = Algorithm::kEs256;  ///< the first of the client's the key knows
  std::vector<Bytes> exclude_list;
  CredProtect protection = CredProtect::kUvOptional;
  bool is_protection_requested = false;
  bool wants_hmac_secret = false;
  std::optional<HmacSecretInput> hmac_secret;  ///< hmac-secret-mc
  bool wants_minimum_pin_length = false;
  bool wants_large_blob_key = false;
  std::optional<Bytes> blob;  ///< credBlob
  bool wants_discoverable = false;
  std::optional<std::int64_t> enterprise_attestation;  ///< as asked for; 1 and 2 mean something
  std::optional<PinUvAuth> pin_uv_auth;
  bool wants_finger = false;  ///< option "uv", which a token makes void
};

struct GetAssertionRequest {
  std::string rp_id;
  Bytes client_data_hash;
  std::vector<Bytes> allow_list;
  std::optional<HmacSecretInput> hmac_secret;
  bool wants_blob = false;
  bool wants_large_blob_key = false;
  bool wants_presence = true;
  std::optional<PinUvAuth> pin_uv_auth;
  bool wants_finger = false;  ///< as at MakeCredentialRequest
};

/// An empty param is a client asking which key is touched, and for nothing else (§6.1.2 step 1).
[[nodiscard]] inline bool is_touch_probe(const std::optional<PinUvAuth>& auth) {
  return auth && auth->param.empty();
}

[[nodiscard]] Result<MakeCredentialRequest> parse_make_credential(const cbor::Map& parameters);
[[nodiscard]] Result<GetAssertionRequest> parse_get_assertion(const cbor::Map& parameters);

}  // namespace firstkey::device::softkey
