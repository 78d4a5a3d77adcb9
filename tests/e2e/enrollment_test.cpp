// The main job with its real parts: a pass in SQLite, the verifier, the ceremony on its threads,
// libfido2, and firstkey-softkey as a process of its own. Only the clock is ours.

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "device/composite_discovery.h"
#include "device/simulator_source.h"
#include "enroll/ceremony_runner.h"
#include "tests/support/softkey_process.h"
#include "tests/support/verifier_fixture.h"

using namespace firstkey;

namespace {

device::Pin pin(std::string_view text) {
  auto pin = device::Pin::create(text);
  REQUIRE(pin.has_value());
  return std::move(pin.value());
}

/// Lee at a kiosk with a software key in it.
class Kiosk : public tests::VerifierFixture<tests::SqliteFixture> {
 public:
  explicit Kiosk(const std::string& key_options = "") : key(key_options) {
    look_for({key.address()});
  }
  /// With another key beside it.
  Kiosk(const std::string& key_options, const std::string& other_options) : key(key_options) {
    beside.emplace(other_options);
    look_for({key.address(), beside->address()});
  }

  void begin() { begin(open(lee, {.is_simulated = true})); }
  void begin(core::SessionTicket ticket) {
    session_id = ticket.session;
    last_seen_ = 0;
    const auto snapshot = verifier.snapshot(ticket);
    REQUIRE(snapshot);
    runner_.emplace(
        enroll::CeremonyRunner::Parts{
            .verifier = verifier, .discovery = *discovery_, .clock = clock},
        std::move(ticket),
        snapshot.value(),
        enroll::CeremonyChoices{.allows_simulated = true});
    runner_->start();
  }

  /// Waits for the next event `name`, after those waited for before.
  void await(std::string_view name) {
    while (true) {
      const auto replay = runner_->events().wait_since(last_seen_, std::chrono::seconds(20));
      for (const auto& event : replay.events) {
        last_seen_ = event.id;
        asked_ = enroll::request_in(event.event).value_or(asked_);
        if (enroll::name_of(event.event) == name) return;
      }
      REQUIRE_MESSAGE((!replay.events.empty() && !replay.is_closed), "never told: ", name);
    }
  }
  /// Answers the question that was awaited last.
  void enter_pin(device::Pin answer) { runner().enter_pin(asked_, std::move(answer)); }
  /// A new key is given its first PIN and makes its credential.
  void register_new_key() {
    await("choose_pin");
    enter_pin(pin("2468"));
    await("stored");
  }

  device::KeyDiscovery& discovery() { return *discovery_; }
  enroll::CeremonyRunner& runner() { return runner_.value(); }
  core::Session session_now() {
    return seen([&](core::ReadTransaction& t) { return t.session(session_id); }).value();
  }
  std::vector<core::CredentialRecord> credentials() {
    return seen([&](core::ReadTransaction& t) { return t.credentials_of(lee.id); });
  }

  tests::SoftkeyProcess key;
  std::optional<tests::SoftkeyProcess> beside;
  core::SessionId session_id;

 private:
  void look_for(std::vector<device::SimulatorAddress> keys) {
    edit_settings([](core::Settings& settings) { settings.key_policy.allows_simulators = true; });
    std::vector<std::unique_ptr<device::KeySource>> sources;
    sources.push_back(std::make_unique<device::SimulatorSource>(std::move(keys)));
    discovery_ = std::make_unique<device::CompositeDiscovery>(std::move(sources));
  }

  std::unique_ptr<device::KeyDiscovery> discovery_;
  std::optional<enroll::CeremonyRunner> runner_;
  std::uint64_t last_seen_ = 0;
  enroll::PinRequestId asked_{};
};

}  // namespace

TEST_SUITE("e2e/enrollment") {
  TEST_CASE("a one-time pass becomes a proven credential") {
    Kiosk kiosk;
    kiosk.begin();
    kiosk.register_new_key();
    kiosk.await("completed");
    kiosk.runner().finish();
    const auto ending = kiosk.runner().wait();
    CHECK(ending.how == enroll::Ending::How::kFinished);
    REQUIRE(kiosk.credentials().size() == 1);
    const auto credential = kiosk.credentials().front();
    CHECK(credential.is_proven());
    CHECK(credential.is_user_verified);
    CHECK(credential.is_simulated);
    CHECK(credential.attestation_format == "packed");
    CHECK(credential.attestation_level == core::AttestationLevel::kNotAttested);
    CHECK(kiosk.session_now().state == core::SessionState::kCompleted);
  }

  TEST_CASE("one correlation id runs from the redemption to the proven credential") {
    Kiosk kiosk;
    kiosk.begin();
    kiosk.register_new_key();
    kiosk.await("completed");
    kiosk.runner().finish();
    (void)kiosk.runner().wait();
    const auto correlation = kiosk.credentials().front().correlation;
    for (const auto& row : kiosk.audit()) {
      if (row.action.starts_with("user.")) continue;
      CAPTURE(row.action);
      CHECK(row.correlation == correlation);
      CHECK(row.details.contains("isSimulated"));
    }
    CHECK(kiosk.store().check());
  }

  TEST_CASE("the window closes while the key waits for its touch") {
    Kiosk kiosk("--touch never");
    kiosk.begin();
    kiosk.await("choose_pin");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("touch_needed");
    kiosk.clock.advance(std::chrono::minutes(10));
    kiosk.await("expired");
    CHECK(kiosk.runner().wait().how == enroll::Ending::How::kExpired);
    CHECK(kiosk.credentials().empty());
    CHECK(kiosk.session_now().state == core::SessionState::kExpired);
  }

  TEST_CASE("a key pulled before its touch and plugged in again is asked for its PIN") {
    Kiosk kiosk("--touch signal");
    kiosk.begin();
    kiosk.await("choose_pin");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("touch_needed");
    kiosk.key.end();
    kiosk.await("key_removed");
    kiosk.key.start();
    kiosk.await("pin_needed");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("completed");
    kiosk.runner().finish();
    CHECK(kiosk.runner().wait().credentials.size() == 1);
  }

  TEST_CASE("of two keys the one that is touched makes the credential") {
    Kiosk kiosk("--touch delay:200 --aaguid 11111111-1111-1111-1111-111111111111",
                "--touch never --aaguid 22222222-2222-2222-2222-222222222222");
    while (kiosk.discovery().keys().size() < 2) std::this_thread::yield();
    kiosk.begin();
    kiosk.await("select_key");
    kiosk.register_new_key();
    kiosk.await("completed");
    REQUIRE(kiosk.credentials().size() == 1);
    CHECK(kiosk.credentials().front().aaguid == core::Bytes(16, 0x11));
    // The other one was let go: whoever comes may open it.
    CHECK(kiosk.discovery().open(kiosk.beside->path(), {.time_left = std::chrono::seconds(5)}));
  }

  TEST_CASE("a wrong PIN costs an attempt and the right one goes on") {
    Kiosk kiosk;
    kiosk.begin();
    kiosk.register_new_key();
    kiosk.await("completed");
    kiosk.runner().finish();
    (void)kiosk.runner().wait();
    kiosk.begin(kiosk.open(kiosk.max, {.is_simulated = true}));
    kiosk.await("pin_needed");
    kiosk.enter_pin(pin("1357"));
    kiosk.await("pin_needed");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("completed");
  }

  TEST_CASE("a key that is registered already is told so, and another may be inserted") {
    Kiosk kiosk;
    kiosk.begin();
    kiosk.register_new_key();
    kiosk.await("completed");
    kiosk.runner().add_another();
    kiosk.await("insert_key");
    kiosk.key.end();
    kiosk.key.start();
    kiosk.await("pin_needed");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("key_refused");
    kiosk.runner().cancel();
    CHECK(kiosk.credentials().size() == 1);
  }

  TEST_CASE("a session is resumed with ticket and passcode, and its credential is proved") {
    Kiosk kiosk;
    const auto ticket = kiosk.open(kiosk.lee, {.is_simulated = true});
    kiosk.begin(tests::EnrollmentFixture::ticket(ticket.session));
    kiosk.register_new_key();
    kiosk.await("completed");
    const auto again =
        kiosk.verifier.resume({.ticket = tests::EnrollmentFixture::ticket(ticket.session),
                               .passcode = core::Secret(core::as_bytes(tests::kPasscode))});
    REQUIRE(again);
    CHECK(again->snapshot().unproven.empty());
    CHECK(again->snapshot().credentials_left == 1);
  }
}
