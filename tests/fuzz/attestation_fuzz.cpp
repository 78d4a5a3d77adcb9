// A registration without its JSON: two bytes of length, client data, attestation object. The seeds
// verify, so mutations reach the statements and the certificates in them.

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "tests/fuzz/registration_input.h"

using firstkey::core::BytesView;
using firstkey::core::to_bytes;
using firstkey::core::webauthn::AttestationObject;
using firstkey::core::webauthn::AuthenticatorData;
using firstkey::core::webauthn::RegistrationResponse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const BytesView bytes(input, size);
  if (size < 2) return 0;
  const auto client_size = static_cast<std::size_t>(bytes[0]) << 8U | bytes[1];
  if (client_size > size - 2) return 0;
  RegistrationResponse response;
  response.client_data_json = to_bytes(bytes.subspan(2, client_size));
  response.attestation_object = to_bytes(bytes.subspan(2 + client_size));
  const auto object = AttestationObject::parse(response.attestation_object);
  if (object) {
    const auto data = AuthenticatorData::parse(object->authenticator_data);
    if (data && data->credential) response.id = to_bytes(data->credential->id);
  }
  firstkey::tests::verify(response);
  return 0;
}
