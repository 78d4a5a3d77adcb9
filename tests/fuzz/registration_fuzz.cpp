// RegistrationResponseJSON, from the text to the verdict. What is accepted comes back the same from
// its own JSON.

#include "core/webauthn/json.h"
#include "tests/fuzz/registration_input.h"

using firstkey::core::webauthn::kMaxJsonSize;
using firstkey::core::webauthn::parse_registration_response;
using firstkey::core::webauthn::to_json;
using firstkey::tests::demand;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const auto response = parse_registration_response({reinterpret_cast<const char*>(input), size});
  if (!response) return 0;
  const auto written = to_json(response.value());
  if (written.size() <= kMaxJsonSize) {
    const auto again = parse_registration_response(written);
    demand(again && again.value() == response.value(), "what is written reads as the same");
  }
  firstkey::tests::verify(response.value());
  return 0;
}
