#pragma once
// The states of a ceremony. Each holds what the machine must remember in it and nothing else.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/policy.h"
#include "device/key_discovery.h"
#include "enroll/key_likeness.h"
#include "enroll/key_reasons.h"

namespace firstkey::enroll {

/// One insertion of one key (device::SeenKey::arrival): re-plugged it is another.
enum class KeyId : std::uint64_t {};

struct PresentKey {
  KeyId id{};
  std::string display_name;
  device::Transport transport = device::Transport::kUsb;
};

struct KeyInUse {
  KeyId id{};
  int falters = 0;                      ///< recoverable mishaps so far
  std::optional<KeyLikeness> likeness;  ///< once it was opened to make a credential
};

/// A stored credential on its way to being proved.
struct Proof {
  core::Bytes credential_id;
  core::Bytes aaguid;  ///< empty when not known (after a resumption)
  core::ProofRequirement requirement = core::ProofRequirement::kRequired;
  int credentials_left = 0;
  bool is_pin_kept = false;  ///< the runner still holds the PIN that made it
  /// The key that made it, while the kept PIN may still be tried on its like.
  std::optional<KeyLikeness> maker;
  bool is_pin_guessed = false;  ///< it is being tried on a key that only looks like the maker
};

// Before the commit.
struct Preparing {};  ///< creation options are on their way
struct AwaitingKey {};
struct SelectingKey {
  std::vector<KeyId> keys;  ///< two or more
};
struct OpeningKey {
  KeyInUse key;
};
struct ChoosingPin {
  KeyInUse key;
  PinCause cause = PinCause::kFirst;
  std::size_t min_code_points = 0;
};
struct SettingPin {
  KeyInUse key;
  PinCause cause = PinCause::kFirst;
  std::size_t min_code_points = 0;
};
struct AwaitingPin {
  KeyInUse key;
  bool is_for_change = false;  ///< the key demands another PIN before anything else
  std::size_t min_code_points = 0;
};
struct AwaitingTouch {
  KeyInUse key;
  bool uses_pin = false;
};

// The commit.
struct Verifying {
  KeyInUse key;
  bool uses_pin = false;
  core::Bytes credential_id;
};
/// Cancelled while the verdict was on its way: a credential that gets stored is withdrawn.
struct Settling {
  core::Bytes credential_id;
  /// The key that made it, still open, while its PIN is held for removing it.
  std::optional<KeyId> held;
};

// The proof.
struct Proving {
  Proof proof;
  KeyInUse key;
};
struct ConfirmingProof {
  Proof proof;
  KeyInUse key;
};
struct AwaitingProofKey {
  Proof proof;
};
struct OpeningProofKey {
  Proof proof;
  KeyInUse key;
};
struct AwaitingProofPin {
  Proof proof;
  KeyInUse key;
};
struct Withdrawing {
  Proof proof;
  enum class Then { kStartOver, kCancel, kFail };
  Then then = Then::kFail;
  ProofFailure failure = ProofFailure::kRefused;
  std::optional<KeyId> held;  ///< as in Settling
};

// Ends. Completed is one only until another credential is asked for.
struct Completed {
  int credentials_left = 0;
};
struct Finished {};
struct Expired {};
struct Cancelled {};
struct Failed {
  core::ErrorCode code = core::ErrorCode::kStoreFailed;
};

using State = std::variant<Preparing,
                           AwaitingKey,
                           SelectingKey,
                           OpeningKey,
                           ChoosingPin,
                           SettingPin,
                           AwaitingPin,
                           AwaitingTouch,
                           Verifying,
                           Settling,
                           Proving,
                           ConfirmingProof,
                           AwaitingProofKey,
                           OpeningProofKey,
                           AwaitingProofPin,
                           Withdrawing,
                           Completed,
                           Finished,
                           Expired,
                           Cancelled,
                           Failed>;

/// As in the table: "AwaitingTouch".
[[nodiscard]] std::string_view name_of(const State& state) noexcept;

/// Nothing was handed to the verifier yet: window, cancel and removal end it or start it over.
[[nodiscard]] bool is_before_commit(const State& state) noexcept;
/// Finished, Expired, Cancelled or Failed.
[[nodiscard]] bool is_final(const State& state) noexcept;
/// A PIN may be held by the runner in this state; on the way to any other it is forgotten.
[[nodiscard]] bool may_hold_pin(const State& state) noexcept;
/// A PIN is being asked for.
[[nodiscard]] bool asks_for_pin(const State& state) noexcept;

}  // namespace firstkey::enroll
