#include "enroll/ceremony.h"

#include <algorithm>
#include <iterator>

#include "enroll/ceremony_rows.h"

namespace firstkey::enroll {

namespace {

Transition apply(const State& state, const Input& input, const Context& context) {
  const Rows rows(context);
  return std::visit([&rows](const auto& s, const auto& i) { return rows.on(s, i); }, state, input);
}

// Rules of the table that hold for every row are kept here, once: an orphan is removed first, while
// its key is open and its PIN held; a PIN is forgotten on the way to any state that has no use for
// it; and nobody is left typing one that nothing waits for.
void leave(const State& from, const Input& input, Transition& transition) {
  auto& commands = transition.commands;
  const bool was_answered =
      std::holds_alternative<PinEntered>(input) || std::holds_alternative<PinDeclined>(input);
  if (asks_for_pin(from) && !asks_for_pin(transition.state) && !was_answered) {
    commands.insert(commands.begin(), Command(WithdrawPinRequest{}));
  }
  if (may_hold_pin(from) && !may_hold_pin(transition.state)) {
    commands.insert(commands.begin(), Command(ForgetPin{}));
  }
  std::ranges::stable_partition(commands, [](const Command& command) {
    return std::holds_alternative<RemoveOrphan>(command);
  });
}

}  // namespace

Transition begin(const core::SessionSnapshot& snapshot) {
  if (snapshot.state == core::SessionState::kExpired) {
    return {.state = Expired{}, .commands = {FinishSession{}}, .events = {WindowExpired{}}};
  }
  if (snapshot.state != core::SessionState::kOpen) {
    return {.state = Failed{core::ErrorCode::kSessionEnded},
            .commands = {FinishSession{}},
            .events = {CeremonyFailed{.code = core::ErrorCode::kSessionEnded}}};
  }
  if (!snapshot.unproven.empty() && snapshot.proof != core::ProofRequirement::kOff) {
    Proof proof{.credential_id = snapshot.unproven.front(),
                .requirement = snapshot.proof,
                .credentials_left = snapshot.credentials_left};
    return {.state = AwaitingProofKey{std::move(proof)}, .events = {ProofKeyWanted{}}};
  }
  if (snapshot.credentials_left <= 0) {
    return {.state = Finished{}, .commands = {FinishSession{}}, .events = {CeremonyFinished{}}};
  }
  return {.state = Preparing{}, .commands = {RequestOptions{}}};
}

Transition step(const State& state, const Input& input, const Context& context) {
  Transition result;
  if (is_before_commit(state) && !context.window_is_open() &&
      !std::holds_alternative<WindowOver>(input)) {
    result = apply(state, WindowOver{}, context);
    Transition then = apply(result.state, input, context);
    result = Rows::join(std::move(result), std::move(then));
  } else {
    result = apply(state, input, context);
  }
  // Coming back from a verdict may take longer than the window.
  if (is_before_commit(result.state) && !context.window_is_open()) {
    Transition then = apply(result.state, WindowOver{}, context);
    result = Rows::join(std::move(result), std::move(then));
  }
  leave(state, input, result);
  return result;
}

Transition Rows::join(Transition first, Transition second) {
  std::ranges::move(second.commands, std::back_inserter(first.commands));
  std::ranges::move(second.events, std::back_inserter(first.events));
  first.state = std::move(second.state);
  return first;
}

Transition Rows::expire() const {
  return to(Expired{}, {ReleaseKeys{}, FinishSession{}}, {WindowExpired{context_.credentials}});
}

Transition Rows::cancel() const {
  return to(
      Cancelled{}, {ReleaseKeys{}, FinishSession{}}, {CeremonyCancelled{context_.credentials}});
}

Transition Rows::fail(const core::Error& error) const {
  return to(Failed{error.code},
            {ReleaseKeys{}, FinishSession{}},
            {CeremonyFailed{
                .code = error.code, .detail = error.detail, .credentials = context_.credentials}});
}

Transition Rows::finish() const {
  return to(Finished{}, {ReleaseKeys{}, FinishSession{}}, {CeremonyFinished{context_.credentials}});
}

}  // namespace firstkey::enroll
