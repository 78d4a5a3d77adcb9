#pragma once
// What a key must be, for whom: Graph's fido2AuthenticationMethodConfiguration and its passkey
// profiles, with what is ours beside them. Plain data with the defaults of a fresh store;
// validate() says what is wrong with an edited one. What a key is held to is key_rules.h.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/policy.h"
#include "core/result.h"

namespace firstkey::core {

/// Whether only a key whose statement leads to a trusted root may be registered. Source: Graph
/// passkeyProfile attestationEnforcement, "registrationOnly" for kEnforced.
enum class AttestationEnforcement : std::uint8_t { kDisabled, kEnforced };

/// Source: Graph fido2KeyRestrictions.
struct KeyRestrictions {
  enum class Type : std::uint8_t { kAllow, kBlock };
  bool is_enforced = false;
  Type type = Type::kBlock;
  std::vector<Bytes> aaguids;  ///< 16 bytes each

  friend bool operator==(const KeyRestrictions&, const KeyRestrictions&) = default;
};

/// What a key has to be able to do.
enum class KeyFeature : std::uint8_t {
  kResidentKey,       ///< credentials that the key itself can find
  kUserVerification,  ///< by a sensor or a PIN
  kHmacSecret,        ///< the extension of that name, which clients offer as prf
};

/// The oldest firmware of one model that will do.
struct FirmwareFloor {
  Bytes aaguid;
  std::int64_t minimum = 0;  ///< 0..2³²-1, as the model's metadata counts (authenticatorVersion)

  friend bool operator==(const FirmwareFloor&, const FirmwareFloor&) = default;
};

/// FIDO's certification of a model, in the order of its strictness. Source: FIDO Metadata Service
/// v3.0 §3.1.4.
enum class Certification : std::uint8_t { kAny, kL1, kL1Plus, kL2, kL2Plus, kL3, kL3Plus };

/// The profile that no policy can be without. Source: the id that Graph's samples give it.
inline constexpr std::string_view kDefaultProfile = "00000000-0000-0000-0000-000000000001";

/// One description of a key that will do. Source: Graph passkeyProfile.
struct PasskeyProfile {
  std::string id{kDefaultProfile};  ///< a UUID
  std::string name = "Default";     ///< 1..64 bytes, for people
  AttestationEnforcement attestation = AttestationEnforcement::kDisabled;
  KeyRestrictions restrictions;
  // Ours: what is empty asks for nothing.
  std::vector<KeyFeature> features;
  std::vector<FirmwareFloor> firmware_floors;  ///< one for a model at most
  std::optional<Certification> certification_floor;
  std::vector<Bytes> serials;  ///< of the only keys that will do; 1..64 bytes each

  friend bool operator==(const PasskeyProfile&, const PasskeyProfile&) = default;
};

/// Whom the policy includes, and the profiles any one of which a key of theirs has to satisfy.
struct KeyTarget {
  Target whom{.kind = Target::Kind::kGroup, .id = std::string(kAllUsers)};
  std::vector<std::string> profiles{std::string(kDefaultProfile)};  ///< ids; one at least

  friend bool operator==(const KeyTarget&, const KeyTarget&) = default;
};

/// What metadata may do beside vouching for a model: REVOKED and ATTESTATION_KEY_COMPROMISE always
/// refuse, these by policy. Source: FIDO Metadata Service v3.0 §3.1.4.
struct MetadataPolicy {
  bool refuses_user_verification_bypass = true;
  bool refuses_user_key_remote_compromise = true;
  bool refuses_user_key_physical_compromise = true;
  std::chrono::days grace{30};  ///< 0..365, after the day the next BLOB was due

  friend bool operator==(const MetadataPolicy&, const MetadataPolicy&) = default;
};

/// What a key must be. Attestation is always asked for; a statement that fails is always refused;
/// one without a known root is stored as not attested unless a profile minds.
struct KeyPolicy {
  PolicyState state = PolicyState::kEnabled;
  bool allows_self_service = true;  ///< false: nobody registers a key through a session
  std::vector<KeyTarget> include_targets{KeyTarget{}};
  std::vector<Target> exclude_targets;                     ///< exclude wins
  std::vector<PasskeyProfile> profiles{PasskeyProfile{}};  ///< 1..3, kDefaultProfile among them
  bool requires_resident_key = true;
  bool requires_user_verification = true;
  bool allows_backup_eligible = false;        ///< false: device-bound keys only (BE = 0)
  bool allows_simulators = false;             ///< for rehearsal, demos and tests alone
  std::vector<int> algorithms{-7, -8, -257};  ///< COSE, in order of preference
  MetadataPolicy metadata;

  friend bool operator==(const KeyPolicy&, const KeyPolicy&) = default;
};

/// Errors: kPolicyInvalid, also for one whose JSON form is larger than Graph's 20 KB.
[[nodiscard]] Result<void> validate(const KeyPolicy& policy);

}  // namespace firstkey::core
