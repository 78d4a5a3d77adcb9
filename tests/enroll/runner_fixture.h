#pragma once
// A whole ceremony on scripted parts: clock, verifier, discovery and keys. Tests state what will be
// asked of them, start the runner and wait for what it tells, never for time to pass.

#include <algorithm>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "enroll/ceremony_runner.h"
#include "tests/enroll/scripted_key_answers.h"
#include "tests/support/fake_authenticator.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_verifier.h"

namespace firstkey::enroll::tests {

using Call = firstkey::tests::ScriptedVerifier::Call;
using device::KeepAlive;
using firstkey::tests::fails;
using firstkey::tests::FakeKey;

struct RunnerFixture {
  firstkey::tests::FakeClock clock;
  firstkey::tests::ScriptedVerifier verifier{clock};
  firstkey::tests::FakeKeyDiscovery discovery;
  CeremonyChoices choices;
  std::latch may_answer{1};         ///< for a verifier that is to answer later
  std::unique_ptr<FakeKey> beside;  ///< beside the key a test is about; outlives the runner
  std::unique_ptr<CeremonyRunner> runner;
  std::uint64_t last_seen = 0;
  PinRequestId asked{};  ///< the question about a PIN that was seen last

  void start() {
    start_nothing();
    runner->start();
  }
  void start_nothing() {
    const core::Bytes secret(32, 0x5E);
    runner = std::make_unique<CeremonyRunner>(
        CeremonyRunner::Parts{.verifier = verifier, .discovery = discovery, .clock = clock},
        core::SessionTicket{.session = core::SessionId("session-1"),
                            .station = core::StationId("kiosk-1"),
                            .secret = core::Secret(secret)},
        verifier.snapshot_now(),
        choices);
  }

  /// Waits for the next event named `name` after those waited for before; fails the test when the
  /// ceremony ends without it or tells nothing for long.
  NumberedEvent await(std::string_view name) {
    while (true) {
      const Replay replay = runner->events().wait_since(last_seen, std::chrono::seconds(20));
      for (const NumberedEvent& event : replay.events) {
        last_seen = event.id;
        asked = request_in(event.event).value_or(asked);
        if (name_of(event.event) == name) return event;
      }
      CAPTURE(told());
      REQUIRE_MESSAGE((!replay.events.empty() && !replay.is_closed), "never told: ", name);
    }
  }

  /// Answers the question that was awaited last.
  void enter_pin(device::Pin answer) const { runner->enter_pin(asked, std::move(answer)); }
  void decline_pin() const { runner->decline_pin(asked); }

  /// The names of all events so far, in one line.
  [[nodiscard]] std::string told() const {
    std::string names;
    for (const NumberedEvent& event : runner->events().since(0).events) {
      names += (names.empty() ? "" : " ") + std::string(name_of(event.event));
    }
    return names;
  }

  void hold_again(FakeKey& key) {
    discovery.remove(key);
    discovery.insert(key);
  }

  /// The verifier is asked what it is asked when all goes well.
  void expect_registration() {
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kRegistration);
  }
  void expect_proof() {
    verifier.expect(Call::kProofOptions);
    verifier.expect(Call::kProof);
  }

  /// `key` has a PIN already, and all goes well up to the session's end.
  void expect_whole_enrollment(FakeKey& key, const std::string& its_pin) {
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin(its_pin)
        .saying({KeepAlive::kUserPresenceNeeded});
    key.expect_assertion(new_assertion()).with_pin(its_pin);
    expect_registration();
    expect_proof();
    verifier.expect(Call::kFinish);
  }

  [[nodiscard]] Ending end() { return runner->wait(); }
};

}  // namespace firstkey::enroll::tests
