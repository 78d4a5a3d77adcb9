#pragma once
// The ceremony as a pure machine: from a redeemed pass to a stored and proved credential. No
// threads, no clock, no I/O, no secrets: a PIN stays in the runner, the machine says when to use
// and when to forget it. enroll/README.md, "States", is the table; ceremony_rows.h is the same in
// code.

#include <string_view>
#include <vector>

#include "core/policy.h"
#include "core/verifier.h"
#include "enroll/commands.h"
#include "enroll/events.h"
#include "enroll/inputs.h"
#include "enroll/key_suitability.h"
#include "enroll/states.h"

namespace firstkey::enroll {

/// What the machine may look at besides its state and the input. Made anew for each step.
struct Context {
  core::Instant now;         ///< the verifier's time, as far as the station knows it
  core::Instant expires_at;  ///< the first instant at which it is too late to register
  KeyDemands demands;
  /// Keys present that can be opened and were not put aside, in order of arrival.
  std::vector<PresentKey> candidates;
  int credentials = 0;  ///< completed in this ceremony so far
  /// As the session was opened with: whether a credential counts without its proof.
  core::ProofRequirement proof = core::ProofRequirement::kRequired;

  [[nodiscard]] bool window_is_open() const noexcept { return now < expires_at; }
};

struct [[nodiscard]] Transition {
  State state;
  std::vector<Command> commands;  ///< to be carried out in this order
  std::vector<Event> events;
};

/// The state a redeemed or resumed session starts in: a credential that still awaits its proof
/// comes first.
[[nodiscard]] Transition begin(const core::SessionSnapshot& snapshot);

/// One step. Total: an input that cannot happen in a state changes nothing. An input that comes
/// once the window is over finds the ceremony expired, whether or not WindowOver came before it.
[[nodiscard]] Transition step(const State& state, const Input& input, const Context& context);

/// How long a PIN is kept for a key that has to be presented again.
inline constexpr core::Duration kPinKeptFor = std::chrono::seconds(60);
/// How long past the window a stored credential may still be proved. Source: core/README.md.
inline constexpr core::Duration kProofGrace = std::chrono::minutes(2);
/// Recoverable mishaps forgiven to one key before it is put aside.
inline constexpr int kFaltersForgiven = 3;

}  // namespace firstkey::enroll
