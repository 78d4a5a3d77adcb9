#include "core/webauthn/conveyance.h"

#include <algorithm>
#include <utility>

#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/cbor.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::uint8_t kEmptyMap = 0xA0;

Result<bool> has_certificates(BytesView statement) {
  CborReader reader(statement);
  auto map = reader.read_map();
  if (!map) return std::unexpected(map.error());
  while (true) {
    const auto key = reader.next_text_key(map.value());
    if (!key) return std::unexpected(key.error());
    if (!key.value()) return false;
    if (key.value() == "x5c") return true;
    if (const auto value = reader.read_any(1); !value) return std::unexpected(value.error());
  }
}

Result<bool> is_nameless_self_attestation(const NewCredential& credential) {
  const auto data = AuthenticatorData::parse(credential.authenticator_data);
  if (!data) return std::unexpected(data.error());
  if (!data->credential) return fail(Code::kCredentialDataMissing);
  if (credential.format != "packed" ||
      std::ranges::any_of(data->credential->aaguid, [](auto byte) { return byte != 0; })) {
    return false;
  }
  const auto certified = has_certificates(credential.statement);
  if (!certified) return std::unexpected(certified.error());
  return !certified.value();
}

}  // namespace

Result<NewCredential> convey(NewCredential credential, AttestationConveyance wish) {
  if (wish != AttestationConveyance::kNone) return credential;
  const auto is_kept = is_nameless_self_attestation(credential);
  if (!is_kept) return std::unexpected(is_kept.error());
  if (is_kept.value()) return credential;
  credential.format = "none";
  credential.statement = {kEmptyMap};
  return credential;
}

}  // namespace firstkey::core::webauthn
