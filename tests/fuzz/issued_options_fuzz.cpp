// Creation and request options as a station reads them from a verifier, which need not be in the
// same process. What is read makes a request that says the same.

#include "enroll/key_requests.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using tests::demand;

namespace {

tests::Reached creation("creation options read");
tests::Reached proof("request options read");

device::AuthenticatorFacts able_key() {
  device::AuthenticatorFacts facts{.is_fido2 = true, .algorithms = {device::kEs256}};
  facts.options.rk = device::Option::kTrue;
  facts.options.client_pin = device::Option::kTrue;
  return facts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const core::IssuedOptions issued{
      .json = std::string(reinterpret_cast<const char*>(input), size),
      .origin = "https://example.org",
  };
  const auto facts = able_key();
  if (const auto challenge = enroll::read_creation_options(issued)) {
    creation.count_if(true);
    const auto request = enroll::credential_request(challenge.value(), facts);
    demand(request.rp_id == challenge->options.rp.id, "the relying party is the one named");
    demand(request.excluded_credentials.size() == challenge->options.exclude_credentials.size(),
           "whatever is excluded is told to the key");
    demand(!enroll::client_data_for(challenge.value()).empty(), "there is something to sign");
  }
  if (const auto challenge = enroll::read_proof_options(issued)) {
    proof.count_if(true);
    const auto request = enroll::assertion_request(challenge.value(), {core::Bytes{1}}, facts);
    demand(request.rp_id == challenge->options.rp_id, "the relying party is the one named");
  }
  return 0;
}
