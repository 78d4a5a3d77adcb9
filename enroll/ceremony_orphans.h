#pragma once
// What becomes of a credential that will not count, for the rows in ceremony_rows.h: it is removed
// by the key that made it, if that is still open and its own PIN held; else it is reported, for
// whoever meets the key next. The person is told in both cases.

#include <concepts>
#include <optional>
#include <utility>

#include "enroll/ceremony.h"

namespace firstkey::enroll {

/// States in which the key that made a credential is kept for removing it there.
template <class S>
concept HoldsKey = std::same_as<S, Settling> || std::same_as<S, Withdrawing>;

/// `disposal`: RemoveOrphan or ReportOrphan.
template <class Disposal>
[[nodiscard]] Transition orphan(const State& state, Disposal disposal) {
  CredentialOrphaned told{disposal.credential_id};
  return {.state = state, .commands = {std::move(disposal)}, .events = {std::move(told)}};
}

/// Of one that comes out when `S` waits for none.
template <class S>
[[nodiscard]] core::OrphanCause cause_in(const S& /*s*/) {
  return std::same_as<S, Expired> ? core::OrphanCause::kTooLate : core::OrphanCause::kCancelled;
}

/// One of `otherwise`: removed if its key is held for it, else reported.
[[nodiscard]] inline Transition give_up(const State& state,
                                        std::optional<KeyId> held,
                                        ReportOrphan otherwise) {
  if (!held) return orphan(state, std::move(otherwise));
  return orphan(state, RemoveOrphan{*held, std::move(otherwise.credential_id), otherwise.cause});
}

// The key of a credential that is being given up, if that key is open and its PIN held.

/// A PIN that is only guessed to be this key's is used for nothing else.
[[nodiscard]] inline std::optional<KeyId> held_by(const Proof& proof, KeyId key) {
  const bool is_its_pin = proof.is_pin_kept && !proof.is_pin_guessed;
  return is_its_pin ? std::optional(key) : std::nullopt;
}
[[nodiscard]] inline std::optional<KeyId> held_in(const Verifying& s) {
  return s.uses_pin ? std::optional(s.key.id) : std::nullopt;
}
[[nodiscard]] inline std::optional<KeyId> held_in(const Proving& s) {
  return held_by(s.proof, s.key.id);
}
[[nodiscard]] inline std::optional<KeyId> held_in(const ConfirmingProof& s) {
  return held_by(s.proof, s.key.id);
}
template <class S>
[[nodiscard]] std::optional<KeyId> held_in(const S& /*s*/) {
  return std::nullopt;
}

/// The key has left, or its PIN was held long enough.
template <HoldsKey S>
[[nodiscard]] Transition let_go(S s) {
  const KeyId key = std::exchange(s.held, std::nullopt).value();
  return {.state = std::move(s), .commands = {ReleaseKey{key}}};
}

}  // namespace firstkey::enroll
