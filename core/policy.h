#pragma once
// What is allowed: the policy of passes (Graph's
// temporaryAccessPassAuthenticationMethodConfiguration and ours), the relying party and the trusted
// roots; the policy of keys is key_policy.h. Plain data with the defaults of a fresh store;
// validate() says what is wrong with an edited one.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"

namespace firstkey::core {

enum class PolicyState : std::uint8_t { kEnabled, kDisabled };

/// Whom a policy includes or excludes. The group named "all_users" holds everybody.
struct Target {
  enum class Kind : std::uint8_t { kUser, kGroup };
  Kind kind = Kind::kGroup;
  std::string id;  ///< a UserId's text, or a group's name

  friend bool operator==(const Target&, const Target&) = default;
};

inline constexpr std::string_view kAllUsers = "all_users";

/// The symbols a passcode is drawn from; normalisation follows it.
enum class Alphabet : std::uint8_t {
  kCrockfordBase32,  ///< 0-9 A-Z without I L O U; case-insensitive, I and L read as 1, O as 0
  kDigits,           ///< 0-9
  kAlphanumeric,     ///< 0-9 A-Z a-z, case-sensitive
};

/// Limits on guessing. Source: core/README.md, "Lock-out".
struct LockoutLimits {
  int free_attempts_per_name_and_station = 5;
  std::chrono::minutes longest_pause{30};  ///< pauses double from 1 minute up to this
  int attempts_per_name = 50;              ///< over one pass's life; then staff must clear it
  int attempts_per_station = 20;
  std::chrono::minutes station_period{10};

  friend bool operator==(const LockoutLimits&, const LockoutLimits&) = default;
};

/// Whether `text` has no control characters.
[[nodiscard]] bool is_printable(std::string_view text);

/// Errors: kPolicyInvalid, naming `field` and what is wrong with one of its targets.
[[nodiscard]] Result<void> validate_targets(std::string_view field,
                                            const std::vector<Target>& targets);

enum class ProofRequirement : std::uint8_t { kRequired, kOffered, kOff };

/// Source: Graph temporaryAccessPassAuthenticationMethodConfiguration; the second half is ours.
struct PassPolicy {
  PolicyState state = PolicyState::kEnabled;
  std::chrono::minutes default_lifetime{60};   ///< between the next two
  std::chrono::minutes minimum_lifetime{60};   ///< 10..43200
  std::chrono::minutes maximum_lifetime{480};  ///< 10..43200
  int default_length = 8;                      ///< symbols, 8..48
  bool is_usable_once = false;                 ///< true: every pass is one-time
  std::vector<Target> include_targets{{.kind = Target::Kind::kGroup, .id = std::string(kAllUsers)}};
  std::vector<Target> exclude_targets;  ///< exclude wins

  Alphabet alphabet = Alphabet::kCrockfordBase32;
  LockoutLimits lockout;
  std::chrono::minutes idle_limit{15};  ///< of a multi-use session, 1..60
  int credentials_per_session = 2;      ///< 1..10
  ProofRequirement proof = ProofRequirement::kRequired;
  std::chrono::seconds window{600};  ///< of a one-time pass; 60..600: may only be shorter

  friend bool operator==(const PassPolicy&, const PassPolicy&) = default;
};

/// Errors: kPolicyInvalid, naming the field and its range.
[[nodiscard]] Result<void> validate(const PassPolicy& policy);

/// The RP ID is fixed once a credential exists. Source: WebAuthn L3 §5.1.3 (effective domain).
struct RelyingParty {
  std::string id;                    ///< "example.org"
  std::string name;                  ///< shown by keys and browsers
  std::vector<std::string> origins;  ///< exact; a station writes the first into client data

  friend bool operator==(const RelyingParty&, const RelyingParty&) = default;
};

/// Errors: kInvalidArgument, when the id is no host name or an origin is not https of it.
[[nodiscard]] Result<void> validate(const RelyingParty& relying_party);

/// A certificate that chains may end in: those of keys, or that of who signs metadata.
struct TrustRoot {
  std::string id;       ///< SHA-256 of the DER, lower-case hex
  std::string subject;  ///< RFC 2253, for people
  Bytes der;
  /// The only models it vouches for, and then it proves that a key is of that model. None: it
  /// vouches for any and proves the model of none. Of those of keys alone.
  std::vector<Bytes> aaguids;

  friend bool operator==(const TrustRoot&, const TrustRoot&) = default;
};

}  // namespace firstkey::core
