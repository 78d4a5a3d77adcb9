#include "enroll/key_suitability.h"

#include <algorithm>

namespace firstkey::enroll {

namespace {

constexpr std::string_view kCredProtect = "credProtect";

std::optional<KeyReason> obstacle(const KeyProfile& profile, const KeyDemands& demands) {
  const device::AuthenticatorFacts& facts = profile.facts;
  if (!facts.is_fido2) return KeyReason::kU2fOnly;
  if (profile.is_simulated && !demands.allows_simulated) return KeyReason::kSimulated;
  if (demands.requires_resident_key && !facts.supports_resident_keys()) {
    return KeyReason::kNoResidentKeys;
  }
  if (demands.requires_user_verification && !facts.has_user_verification() &&
      !facts.supports_pin()) {
    return KeyReason::kNoUserVerification;
  }
  if (!std::ranges::any_of(demands.algorithms, [&facts](device::CoseAlgorithm wanted) {
        return facts.has_algorithm(wanted);
      })) {
    return KeyReason::kNoAlgorithm;
  }
  if (demands.requires_credential_protection && !facts.has_extension(kCredProtect)) {
    return KeyReason::kNoCredentialProtection;
  }
  if (demands.requires_resident_key && facts.remaining_discoverable_credentials == 0U) {
    return KeyReason::kFull;
  }
  return std::nullopt;
}

Suitability pin_path(const KeyProfile& profile, const KeyDemands& demands) {
  const device::AuthenticatorFacts& facts = profile.facts;
  if (facts.has_user_verification()) return PinPath::kNoPin;
  const bool verifies_anyway = facts.options.always_uv == device::Option::kTrue;
  if (!facts.has_pin()) {
    return demands.requires_user_verification || verifies_anyway ? PinPath::kChoosePin
                                                                 : PinPath::kNoPin;
  }
  // CTAP 2.1 §6.1.2: a key with a PIN asks for it even when nobody demands user verification,
  // unless it says makeCredUvNotRqd; one more PIN prompt is better than two ways through here.
  if (profile.pin_retries) {
    if (profile.pin_retries->attempts_left <= 0) return PinLock::kForGood;
    if (profile.pin_retries->is_reinsertion_needed) return PinLock::kUntilReinserted;
  }
  return facts.is_pin_change_forced ? PinPath::kChangePin : PinPath::kAskPin;
}

}  // namespace

Suitability assess(const KeyProfile& profile, const KeyDemands& demands) {
  if (const auto reason = obstacle(profile, demands)) return Unsuitable{*reason};
  return pin_path(profile, demands);
}

Suitability assess_for_proof(const KeyProfile& profile, const KeyDemands& demands) {
  if (!profile.facts.is_fido2) return Unsuitable{KeyReason::kU2fOnly};
  const Suitability path = pin_path(profile, demands);
  // Without a PIN and without its own verification it cannot be the key that made the credential.
  if (path == Suitability(PinPath::kChoosePin)) return Unsuitable{KeyReason::kNoUserVerification};
  return path;
}

}  // namespace firstkey::enroll
