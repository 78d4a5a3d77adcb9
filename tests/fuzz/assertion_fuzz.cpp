// AuthenticationResponseJSON, from the text to the verdict, with the key of the vector none-es256.

#include "core/webauthn/assertion_verifier.h"
#include "core/webauthn/json.h"
#include "tests/fuzz/registration_input.h"

using firstkey::core::from_hex;
using firstkey::core::webauthn::AssertionExpectations;
using firstkey::core::webauthn::AssertionVerifier;
using firstkey::core::webauthn::kMaxJsonSize;
using firstkey::core::webauthn::parse_authentication_response;
using firstkey::core::webauthn::StoredCredential;
using firstkey::core::webauthn::to_json;
using firstkey::tests::agreeing_with;
using firstkey::tests::demand;

namespace {

const firstkey::core::Bytes& public_key() {
  static const auto kKey =
      from_hex(
          "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61"
          "225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220")
          .value();
  return kKey;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const auto response = parse_authentication_response({reinterpret_cast<const char*>(input), size});
  if (!response) return 0;
  const auto written = to_json(response.value());
  if (written.size() <= kMaxJsonSize) {
    const auto again = parse_authentication_response(written);
    demand(again && again.value() == response.value(), "what is written reads as the same");
  }
  AssertionExpectations expected;
  expected.ceremony = agreeing_with(response->client_data_json);
  expected.user_handle = {1, 2, 3};
  StoredCredential stored;
  stored.id = response->id;
  stored.user_handle = {1, 2, 3};
  stored.public_key = public_key();
  const auto verified = AssertionVerifier::verify(response.value(), expected, stored);
  if (!verified) return 0;
  stored.user_handle = {9};
  demand(!AssertionVerifier::verify(response.value(), expected, stored),
         "nothing passes for another user's credential");
  return 0;
}
