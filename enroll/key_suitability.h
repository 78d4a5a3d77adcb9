#pragma once
// Whether an opened key can do what the creation options demand, asked before the person is made to
// touch it, and how its user will be verified. Nothing a key says of itself is proven here: the
// verifier judges again. Pure.

#include <optional>
#include <variant>
#include <vector>

#include "device/authenticator.h"
#include "device/key_discovery.h"
#include "device/types.h"
#include "enroll/key_reasons.h"

namespace firstkey::enroll {

/// What the relying party demands of a key, as its creation options say.
struct KeyDemands {
  std::vector<device::CoseAlgorithm> algorithms;  ///< any of them will do
  bool requires_resident_key = true;
  bool requires_user_verification = true;
  bool requires_credential_protection = false;
  bool allows_simulated = false;
};

/// What is known of a key once it is open.
struct KeyProfile {
  device::KeyPath path;  ///< where it was opened
  device::AuthenticatorFacts facts;
  bool is_simulated = false;  ///< told by where it hangs, or by itself
  /// Of a key with a PIN; absent when the key would not tell.
  std::optional<device::PinRetries> pin_retries;
  /// It said, asked silently, that it holds the credential to be proved.
  bool holds_credential = false;
};

/// How the key will know its user.
enum class PinPath {
  kNoPin,      ///< by itself, or nobody asks
  kAskPin,     ///< it has one
  kChoosePin,  ///< it has none yet
  kChangePin,  ///< it has one and demands another before anything else
};

struct Unsuitable {
  KeyReason reason = KeyReason::kU2fOnly;

  friend bool operator==(const Unsuitable&, const Unsuitable&) = default;
};

using Suitability = std::variant<PinPath, PinLock, Unsuitable>;

/// For making a credential: the first thing that stands in the way, or how to go on.
[[nodiscard]] Suitability assess(const KeyProfile& profile, const KeyDemands& demands);

/// For using one that is there already: only user verification counts.
[[nodiscard]] Suitability assess_for_proof(const KeyProfile& profile, const KeyDemands& demands);

}  // namespace firstkey::enroll
