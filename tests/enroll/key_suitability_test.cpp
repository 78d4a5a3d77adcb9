#include "enroll/key_suitability.h"

#include <functional>
#include <string>

#include "tests/enroll/ceremony_samples.h"

namespace firstkey::enroll::tests {

namespace {

using device::Option;

struct Case {
  std::string name;
  std::function<void(KeyProfile&, KeyDemands&)> change;
  Suitability expected;
};

/// Demands of the default key policy.
KeyDemands demands() {
  return {.algorithms = {device::kEs256, device::kEdDsa, device::kRs256}};
}

const std::vector<Case> kCases = {
    {"an ordinary key with a PIN", [](auto&, auto&) {}, PinPath::kAskPin},
    {"without a PIN yet",
     [](auto& p, auto&) { p.facts.options.client_pin = Option::kFalse; },
     PinPath::kChoosePin},
    {"with a fingerprint it knows",
     [](auto& p, auto&) { p.facts.options.uv = Option::kTrue; },
     PinPath::kNoPin},
    {"with a fingerprint reader that knows nobody",
     [](auto& p, auto&) { p.facts.options.uv = Option::kFalse; },
     PinPath::kAskPin},
    {"whose PIN must be changed",
     [](auto& p, auto&) { p.facts.is_pin_change_forced = true; },
     PinPath::kChangePin},
    {"without a PIN, nobody asks for one",
     [](auto& p, auto& d) {
       p.facts.options.client_pin = Option::kFalse;
       d.requires_user_verification = false;
     },
     PinPath::kNoPin},
    {"without a PIN, always verifying",
     [](auto& p, auto& d) {
       p.facts.options.client_pin = Option::kFalse;
       p.facts.options.always_uv = Option::kTrue;
       d.requires_user_verification = false;
     },
     PinPath::kChoosePin},
    {"one attempt left",
     [](auto& p, auto&) { p.pin_retries = device::PinRetries{.attempts_left = 1}; },
     PinPath::kAskPin},
    {"no attempt left",
     [](auto& p, auto&) { p.pin_retries = device::PinRetries{.attempts_left = 0}; },
     PinLock::kForGood},
    {"to be re-inserted first",
     [](auto& p, auto&) {
       p.pin_retries = device::PinRetries{.attempts_left = 5, .is_reinsertion_needed = true};
     },
     PinLock::kUntilReinserted},
    {"retries not told", [](auto& p, auto&) { p.pin_retries.reset(); }, PinPath::kAskPin},
    {"U2F only", [](auto& p, auto&) { p.facts.is_fido2 = false; }, Unsuitable{KeyReason::kU2fOnly}},
    {"no resident keys",
     [](auto& p, auto&) { p.facts.options.rk = Option::kAbsent; },
     Unsuitable{KeyReason::kNoResidentKeys}},
    {"no resident keys, none demanded",
     [](auto& p, auto& d) {
       p.facts.options.rk = Option::kAbsent;
       d.requires_resident_key = false;
     },
     PinPath::kAskPin},
    {"neither PIN nor fingerprint",
     [](auto& p, auto&) { p.facts.options.client_pin = Option::kAbsent; },
     Unsuitable{KeyReason::kNoUserVerification}},
    {"no common algorithm",
     [](auto& p, auto&) { p.facts.algorithms = {device::kEs384}; },
     Unsuitable{KeyReason::kNoAlgorithm}},
    {"the last wanted algorithm",
     [](auto& p, auto&) { p.facts.algorithms = {device::kRs256}; },
     PinPath::kAskPin},
    {"nothing wanted at all",
     [](auto&, auto& d) { d.algorithms.clear(); },
     Unsuitable{KeyReason::kNoAlgorithm}},
    {"no credProtect, enforced",
     [](auto& p, auto& d) {
       p.facts.extensions = {"hmac-secret"};
       d.requires_credential_protection = true;
     },
     Unsuitable{KeyReason::kNoCredentialProtection}},
    {"simulated", [](auto& p, auto&) { p.is_simulated = true; }, Unsuitable{KeyReason::kSimulated}},
    {"simulated, allowed",
     [](auto& p, auto& d) {
       p.is_simulated = true;
       d.allows_simulated = true;
     },
     PinPath::kAskPin},
    {"one place left",
     [](auto& p, auto&) { p.facts.remaining_discoverable_credentials = 1; },
     PinPath::kAskPin},
    {"no place left",
     [](auto& p, auto&) { p.facts.remaining_discoverable_credentials = 0; },
     Unsuitable{KeyReason::kFull}},
    {"places not told",
     [](auto& p, auto&) { p.facts.remaining_discoverable_credentials.reset(); },
     PinPath::kAskPin},
};

}  // namespace

TEST_SUITE("enroll/key_suitability") {
  TEST_CASE("what a key says of itself decides how to go on, before it is touched") {
    for (const Case& one : kCases) {
      CAPTURE(one.name);
      KeyProfile profile = sample_profile();
      KeyDemands wanted = demands();
      one.change(profile, wanted);
      CHECK((assess(profile, wanted) == one.expected));
    }
  }

  TEST_CASE("for a proof neither places nor algorithms count") {
    KeyProfile profile = sample_profile();
    profile.facts.remaining_discoverable_credentials = 0;
    profile.facts.algorithms = {};
    CHECK((assess_for_proof(profile, demands()) == Suitability(PinPath::kAskPin)));
  }

  TEST_CASE("a key that could not have verified its user did not make the credential") {
    KeyProfile profile = sample_profile();
    profile.facts.options.client_pin = Option::kFalse;
    CHECK((assess_for_proof(profile, demands()) ==
           Suitability(Unsuitable{KeyReason::kNoUserVerification})));
    profile.facts.is_fido2 = false;
    CHECK((assess_for_proof(profile, demands()) == Suitability(Unsuitable{KeyReason::kU2fOnly})));
  }
}

}  // namespace firstkey::enroll::tests
