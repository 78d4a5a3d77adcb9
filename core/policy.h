#pragma once
// What is allowed: the policy of passes (Graph's
// temporaryAccessPassAuthenticationMethodConfiguration and ours), the policy of keys, the relying
// party and the trusted roots. Plain data with the defaults of a fresh store; validate() says what
// is wrong with an edited one.

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

enum class AttestationEnforcement : std::uint8_t { kDisabled, kEnforced };

/// What metadata may do beside vouching for a model: REVOKED and ATTESTATION_KEY_COMPROMISE always
/// refuse, these by policy. Source: FIDO Metadata Service v3.0 §3.1.4.
struct MetadataPolicy {
  bool refuses_user_verification_bypass = true;
  bool refuses_user_key_remote_compromise = true;
  bool refuses_user_key_physical_compromise = true;
  std::chrono::days grace{30};  ///< 0..365, after the day the next BLOB was due

  friend bool operator==(const MetadataPolicy&, const MetadataPolicy&) = default;
};

/// What a key must be. Attestation is always asked for ("direct"); a statement that fails is
/// always refused; one without a known root is stored as not attested unless enforced.
struct KeyPolicy {
  PolicyState state = PolicyState::kEnabled;
  AttestationEnforcement attestation = AttestationEnforcement::kDisabled;
  bool requires_resident_key = true;
  bool requires_user_verification = true;
  bool allows_backup_eligible = false;        ///< false: device-bound keys only (BE = 0)
  bool allows_simulators = false;             ///< for rehearsal, demos and tests alone
  std::vector<int> algorithms{-7, -8, -257};  ///< COSE, in order of preference
  MetadataPolicy metadata;

  friend bool operator==(const KeyPolicy&, const KeyPolicy&) = default;
};

/// Errors: kPolicyInvalid.
[[nodiscard]] Result<void> validate(const KeyPolicy& policy);

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

  friend bool operator==(const TrustRoot&, const TrustRoot&) = default;
};

}  // namespace firstkey::core
