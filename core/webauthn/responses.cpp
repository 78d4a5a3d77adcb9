#include "core/webauthn/responses.h"

#include <algorithm>

#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/cose_key.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::uint8_t kByteString = 0x40;
constexpr std::uint8_t kTextString = 0x60;
constexpr std::uint8_t kMapOfThree = 0xA3;

/// The head of a string, of minimal length. Source: RFC 8949 §3, §4.2.1.
void append_head(Bytes& out, std::uint8_t major, std::size_t length) {
  if (length < 24) {
    out.push_back(static_cast<std::uint8_t>(major | length));
    return;
  }
  const bool is_short = length <= 0xFF;
  out.push_back(static_cast<std::uint8_t>(major | (is_short ? 24U : 25U)));
  if (!is_short) out.push_back(static_cast<std::uint8_t>(length >> 8U));
  out.push_back(static_cast<std::uint8_t>(length & 0xFFU));
}

void append_text(Bytes& out, std::string_view text) {
  append_head(out, kTextString, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

/// Members in their canonical order: fmt, attStmt, authData.
Bytes attestation_object_of(const NewCredential& credential) {
  Bytes object{kMapOfThree};
  append_text(object, "fmt");
  append_text(object, credential.format);
  append_text(object, "attStmt");
  object.insert(object.end(), credential.statement.begin(), credential.statement.end());
  append_text(object, "authData");
  append_head(object, kByteString, credential.authenticator_data.size());
  object.insert(
      object.end(), credential.authenticator_data.begin(), credential.authenticator_data.end());
  return object;
}

}  // namespace

Result<RegistrationResponse> make_registration_response(NewCredential credential) {
  if (credential.authenticator_data.size() > 0xFFFF || credential.format.size() > 0xFF) {
    return fail(Code::kAuthenticatorDataMalformed, "longer than any key's answer");
  }
  const auto data = AuthenticatorData::parse(credential.authenticator_data);
  if (!data) return std::unexpected(data.error());
  if (!data->credential) return fail(Code::kCredentialDataMissing);
  const auto key = CoseKey::parse(data->credential->public_key);
  if (!key) return std::unexpected(key.error());

  RegistrationResponse response;
  response.id = to_bytes(data->credential->id);
  response.attestation_object = attestation_object_of(credential);
  response.client_data_json = std::move(credential.client_data_json);
  response.transports = std::move(credential.transports);
  std::ranges::sort(response.transports);
  const auto repeated = std::ranges::unique(response.transports);
  response.transports.erase(repeated.begin(), repeated.end());
  response.attachment = AuthenticatorAttachment::kCrossPlatform;
  response.cred_props_rk = credential.is_resident;
  response.public_key = key->subject_public_key_info();
  response.public_key_algorithm = to_cose(key->algorithm());
  response.authenticator_data = std::move(credential.authenticator_data);
  return response;
}

}  // namespace firstkey::core::webauthn
