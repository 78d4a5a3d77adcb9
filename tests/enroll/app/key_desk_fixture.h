#pragma once
// A command about keys with everything around it: keys that follow a script, a clock that stands
// still, nobody at a terminal.

#include <string>

#include "enroll/app/key_desk.h"
#include "tests/support/fake_authenticator.h"
#include "tests/support/fake_clock.h"

namespace firstkey::enroll::tests {

struct KeyDeskFixture {
  /// What is printed goes to the test's own output: the tests are about results.
  [[nodiscard]] KeyDesk desk() {
    return {.discovery = discovery,
            .signals = signals,
            .clock = clock,
            .choice = choice,
            .output = output};
  }

  SignalWatch signals;  // first: it holds signals back from every thread
  firstkey::tests::FakeKeyDiscovery discovery;
  firstkey::tests::FakeClock clock;
  KeyChoice choice;
  Output output{OutputForm::kText};
};

[[nodiscard]] inline std::string code_of(const Attempt<void>& attempt) {
  return attempt ? "done" : attempt.error().code;
}

[[nodiscard]] inline device::KeyPath key_path(const std::string& text) {
  return device::KeyPath::parse(text).value();
}

[[nodiscard]] inline device::Obstacle no_permission() {
  return {
      .code = device::ErrorCode::kNoAccess, .reason = "no permission", .remedy = "join the group"};
}

}  // namespace firstkey::enroll::tests
