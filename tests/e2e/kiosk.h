#pragma once
// Lee at a kiosk, with the real parts of the main job: a pass in SQLite, the verifier, the ceremony
// on its threads, libfido2, and firstkey-softkey as a process of its own. Only the clock is ours.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "device/composite_discovery.h"
#include "device/simulator_source.h"
#include "enroll/ceremony_runner.h"
#include "tests/support/softkey_process.h"
#include "tests/support/verifier_fixture.h"

namespace firstkey::tests {

[[nodiscard]] inline device::Pin pin(std::string_view text) {
  auto pin = device::Pin::create(text);
  REQUIRE(pin.has_value());
  return std::move(pin.value());
}

/// Whatever keys it looks for, they are simulated.
class Station : public VerifierFixture<SqliteFixture> {
 public:
  Station() {
    edit_settings([](core::Settings& settings) { settings.key_policy.allows_simulators = true; });
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
  /// Takes the ceremony away, wherever it stands.
  void leave() { runner_.reset(); }

  /// Waits for the next event `name`, after those waited for before.
  void await(std::string_view name) {
    while (true) {
      const auto replay = runner_->events().wait_since(last_seen_, std::chrono::seconds(20));
      for (const auto& event : replay.events) {
        last_seen_ = event.id;
        asked_ = enroll::request_in(event.event).value_or(asked_);
        if (enroll::name_of(event.event) == name) return;
      }
      CAPTURE(told());
      REQUIRE_MESSAGE((!replay.events.empty() && !replay.is_closed), "never told: ", name);
    }
  }
  /// The names of all events so far, in one line.
  std::string told() {
    std::string names;
    for (const auto& event : runner_->events().since(0).events) {
      names += std::string(enroll::name_of(event.event)) + " ";
    }
    return names;
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
  /// The actions of the audit trail that are about orphans, in order.
  std::string orphan_rows() {
    std::string actions;
    for (const auto& row : audit()) {
      if (row.action.starts_with("orphan.")) actions += row.action + " ";
    }
    return actions;
  }

  core::SessionId session_id;

 protected:
  void look_with(std::unique_ptr<device::KeySource> source) {
    std::vector<std::unique_ptr<device::KeySource>> sources;
    sources.push_back(std::move(source));
    discovery_ = std::make_unique<device::CompositeDiscovery>(std::move(sources));
  }

 private:
  std::unique_ptr<device::KeyDiscovery> discovery_;
  std::optional<enroll::CeremonyRunner> runner_;
  std::uint64_t last_seen_ = 0;
  enroll::PinRequestId asked_{};
};

/// A station with a software key in it, or two.
class Kiosk : public Station {
 public:
  explicit Kiosk(const std::string& key_options = "") : key(key_options) {
    look_with(std::make_unique<device::SimulatorSource>(std::vector{key.address()}));
  }
  /// With another key beside it.
  Kiosk(const std::string& key_options, const std::string& other_options) : key(key_options) {
    beside.emplace(other_options);
    look_with(
        std::make_unique<device::SimulatorSource>(std::vector{key.address(), beside->address()}));
  }
  ~Kiosk() { leave(); }  // before its keys

  SoftkeyProcess key;
  std::optional<SoftkeyProcess> beside;
};

}  // namespace firstkey::tests
