#pragma once
// Whether a key satisfies the key policy: the one judge of profiles, asked when a key is registered
// and, of its model alone, whenever it signs. Pure. Source: core/README.md, "The key policy".

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/key_policy.h"
#include "core/user.h"

namespace firstkey::core {

/// In what a key falls short of a profile; kFlaws in key_rules.cpp is the one table of their names.
enum class KeyFlaw : std::uint8_t {
  kNotAttested,     ///< no chain to a trusted root, where the profile enforces attestation
  kModelBlocked,    ///< it says it is of a model that the profile blocks
  kModelNotListed,  ///< it does not even say that it is of a model the profile allows
  kModelNotProven,  ///< it says so, and does not prove it
  kResidentKeyNotProven,
  kUserVerificationNotProven,
  kHmacSecretNotProven,
  kFirmwareUnknown,
  kFirmwareTooOld,
  kCertificationUnknown,
  kCertificationTooLow,
  kSerialUnknown,
  kSerialNotListed,
};

/// Every flaw, in the order of the enumeration.
[[nodiscard]] std::span<const KeyFlaw> all_key_flaws() noexcept;
/// Stable: "model_not_listed", as audit rows show it.
[[nodiscard]] std::string_view to_string(KeyFlaw flaw) noexcept;

/// Which model a key is of, as far as is known.
struct KeyModel {
  Bytes aaguid;            ///< 16 bytes; what the key says
  bool is_proven = false;  ///< by a chain to a root that is tied to that AAGUID
};

/// What a registration has shown of a key. What is only said by somebody who could say anything,
/// the client or a key without attestation, is not in it.
struct KeyFacts {
  KeyModel model;
  bool is_attested = false;              ///< a chain to a trusted root, whichever
  std::vector<KeyFeature> features;      ///< shown by this registration, or had by its proven model
  std::optional<std::int64_t> firmware;  ///< as the attestation certificate has it
  std::optional<Certification> certification;  ///< of its proven model, at that time
  std::optional<Bytes> serial;                 ///< as the attestation certificate has it
};

/// What the restrictions of `profile` have against a model. Source: Graph: these are checked at
/// registration and at every sign-in.
[[nodiscard]] std::vector<KeyFlaw> model_rules(const PasskeyProfile& profile,
                                               const KeyModel& model);

/// All that `profile` has against a key; nothing if it satisfies it fully.
[[nodiscard]] std::vector<KeyFlaw> key_rules(const PasskeyProfile& profile, const KeyFacts& facts);

/// The profiles of `policy` that are for `user`, in the policy's order; none if the user is out of
/// its scope. Each points into `policy`.
[[nodiscard]] std::vector<const PasskeyProfile*> profiles_for(const User& user,
                                                              const KeyPolicy& policy);

/// What came of holding a key to each of some profiles. It passes if it satisfies any one fully.
struct ProfileJudgement {
  struct Shortfall {
    const PasskeyProfile* profile;
    std::vector<KeyFlaw> flaws;  ///< one at least
  };
  const PasskeyProfile* satisfied = nullptr;  ///< the first that it satisfies
  std::vector<Shortfall> shortfalls;          ///< of all profiles, when it satisfies none

  /// Of the profile that the key comes closest to; for who can be told one thing only. There must
  /// be a shortfall.
  [[nodiscard]] const Shortfall& nearest() const;
  /// For the audit trail: "Default: model_not_listed; Staff: not_attested, model_blocked".
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] ProfileJudgement judge_key(std::span<const PasskeyProfile* const> profiles,
                                         const KeyFacts& facts);
[[nodiscard]] ProfileJudgement judge_model(std::span<const PasskeyProfile* const> profiles,
                                           const KeyModel& model);

}  // namespace firstkey::core
