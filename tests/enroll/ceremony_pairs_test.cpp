// Rules that hold for every pair of state and input, whatever the table says of it.

#include <set>

#include "tests/enroll/ceremony_samples.h"

namespace firstkey::enroll::tests {

namespace {

/// Every state, with and without a kept PIN, in the window, at its end and after it.
void for_each_situation(const std::function<void(const Situation&)>& check) {
  std::vector<State> states = sample_states();
  for (const State& state : sample_states()) {
    Situation kept{.state = state};
    circumstances().at("the PIN is kept")(kept);
    states.push_back(kept.state);
  }
  states.emplace_back(Settling{.credential_id = kCredential, .held = kKey});
  states.emplace_back(Withdrawing{.proof = sample_proof(), .held = kKey});
  states.emplace_back(ChoosingPin{.key = {.id = kKey}, .cause = PinCause::kForced});
  states.emplace_back(AwaitingPin{.key = {.id = kKey}, .is_for_change = true});
  for (const State& state : states) {
    for (const Input& input : sample_inputs()) {
      for (const auto left : {600, 0, -1}) {
        Context context = sample_context();
        context.now = context.expires_at - std::chrono::seconds(left);
        CAPTURE(name_of(state));
        CAPTURE(name_of(input));
        CAPTURE(left);
        check({.state = state, .input = input, .context = context});
      }
    }
  }
}

template <class Wanted>
bool commands(const Transition& transition) {
  return std::ranges::any_of(transition.commands, [](const Command& command) {
    return std::holds_alternative<Wanted>(command);
  });
}

std::set<KeyId> keys_held(const State& state) {
  if (const auto* selecting = std::get_if<SelectingKey>(&state)) {
    return {selecting->keys.begin(), selecting->keys.end()};
  }
  return std::visit(
      [](const auto& s) -> std::set<KeyId> {
        if constexpr (requires { s.key.id; }) return {s.key.id};
        if constexpr (requires { s.held; }) return s.held ? std::set{*s.held} : std::set<KeyId>{};
        return {};
      },
      state);
}

bool is_let_go(KeyId key, const Transition& transition) {
  return std::ranges::any_of(transition.commands, [key](const Command& command) {
    if (const auto* c = std::get_if<ReleaseKey>(&command)) return c->key == key;
    if (const auto* c = std::get_if<SetAside>(&command)) return c->key == key;
    return std::holds_alternative<ReleaseKeys>(command);
  });
}

bool tells_the_end(const Transition& transition) {
  return std::ranges::any_of(transition.events, [](const Event& event) { return is_final(event); });
}

}  // namespace

TEST_SUITE("enroll/ceremony_pairs") {
  TEST_CASE("what is final stays as it is") {
    for_each_situation([](const Situation& s) {
      if (!is_final(s.state)) return;
      const auto transition = step(s.state, s.input, s.context);
      CHECK(transition.state.index() == s.state.index());
      CHECK_FALSE(tells_the_end(transition));
    });
  }

  TEST_CASE("an end is told exactly when it is reached, and the session finished with it") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      const bool has_ended = !is_final(s.state) && is_final(transition.state);
      CHECK(tells_the_end(transition) == has_ended);
      CHECK(commands<FinishSession>(transition) == has_ended);
    });
  }

  TEST_CASE("once the window is over nothing before the commit goes on") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      if (s.context.window_is_open()) return;
      CHECK_FALSE(is_before_commit(transition.state));
      if (is_before_commit(s.state)) CHECK(name_of(transition.state) == "Expired");
    });
  }

  TEST_CASE("a PIN is forgotten on the way to every state that has no use for it") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      const bool must_forget = may_hold_pin(s.state) && !may_hold_pin(transition.state);
      CHECK(commands<ForgetPin>(transition) == must_forget);
    });
  }

  TEST_CASE("nobody is left typing a PIN that nothing waits for") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      const bool is_answer = s.input.index() == Input(PinEntered{}).index() ||
                             s.input.index() == Input(PinDeclined{}).index();
      const bool stopped_asking = asks_for_pin(s.state) && !asks_for_pin(transition.state);
      if (!is_answer) CHECK(commands<WithdrawPinRequest>(transition) == stopped_asking);
    });
  }

  TEST_CASE("a PIN is asked for exactly on the way to a state that waits for one") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      if (commands<AskPin>(transition) || commands<AskNewPin>(transition)) {
        CHECK(asks_for_pin(transition.state));
      }
      if (asks_for_pin(transition.state) && !asks_for_pin(s.state)) {
        CHECK((commands<AskPin>(transition) || commands<AskNewPin>(transition)));
      }
    });
  }

  TEST_CASE("a key that is not worked with any more is let go, except for the credential's own") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      const std::set<KeyId> still_held = keys_held(transition.state);
      for (const KeyId key : keys_held(s.state)) {
        if (!still_held.contains(key)) CHECK(is_let_go(key, transition));
      }
    });
  }

  TEST_CASE("a credential is submitted only when the key in use made it") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      if (!commands<SubmitRegistration>(transition)) return;
      CHECK(name_of(s.state) == "AwaitingTouch");
      CHECK(name_of(s.input) == "CredentialMade");
    });
  }

  TEST_CASE("a credential that nobody waits for is told as an orphan, in every state") {
    for_each_situation([](const Situation& s) {
      const bool is_about_one =
          name_of(s.input) == "CredentialMade" || name_of(s.input) == "CredentialStrayed";
      if (!is_about_one) return;
      const auto transition = step(s.state, s.input, s.context);
      const bool is_orphaned = std::ranges::any_of(transition.events, [](const Event& event) {
        return std::holds_alternative<CredentialOrphaned>(event);
      });
      CHECK(is_orphaned != commands<SubmitRegistration>(transition));
      const bool is_disposed_of =
          commands<RemoveOrphan>(transition) || commands<ReportOrphan>(transition);
      CHECK(is_disposed_of == is_orphaned);
    });
  }

  TEST_CASE("an orphan is removed while its PIN is held, before anything else") {
    for_each_situation([](const Situation& s) {
      const auto transition = step(s.state, s.input, s.context);
      if (!commands<RemoveOrphan>(transition)) return;
      CHECK(name_of(transition.commands.front()) == "RemoveOrphan");
    });
  }
}

}  // namespace firstkey::enroll::tests
