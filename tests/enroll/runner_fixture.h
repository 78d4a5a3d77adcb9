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
#include "tests/support/fake_authenticator.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_verifier.h"

namespace firstkey::enroll::tests {

using Call = firstkey::tests::ScriptedVerifier::Call;
using device::KeepAlive;
using firstkey::tests::fails;
using firstkey::tests::FakeKey;

inline const core::Bytes kMadeCredential{0xC1, 0xC2, 0xC3};

/// Authenticator data as a key makes it, over the generator of P-256 as its public key.
[[nodiscard]] inline core::Bytes new_authenticator_data(const core::Bytes& credential_id) {
  core::Bytes data(32, 0x11);
  const auto append = [&data](const core::Bytes& part) {
    data.insert(data.end(), part.begin(), part.end());
  };
  append({0x45, 0, 0, 0, 1});
  append(core::Bytes(16, 0));
  append({0, static_cast<std::uint8_t>(credential_id.size())});
  append(credential_id);
  append({0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20});
  append(
      core::from_hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296").value());
  append({0x22, 0x58, 0x20});
  append(
      core::from_hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5").value());
  return data;
}

[[nodiscard]] inline device::CredentialResponse new_credential(
    const core::Bytes& id = kMadeCredential) {
  return {.format = "none",
          .authenticator_data = new_authenticator_data(id),
          .attestation_statement = {0xA0},
          .attestation_object = {},
          .credential_id = id,
          .algorithm = device::kEs256,
          .transports = {"usb"}};
}

[[nodiscard]] inline device::AssertionResponse new_assertion(
    const core::Bytes& id = kMadeCredential) {
  return {.credential_id = id,
          .authenticator_data = core::Bytes(37, 0x11),
          .signature = {1, 2, 3},
          .user_handle = {}};
}

[[nodiscard]] inline FakeKey::Description plain_key(int number = 0) {
  return {.path = {.transport = device::Transport::kUsb,
                   .text = "/dev/hidraw" + std::to_string(number)},
          .display_name = "Key " + std::to_string(number)};
}
[[nodiscard]] inline FakeKey::Description key_with_pin(int number = 0) {
  FakeKey::Description description = plain_key(number);
  description.facts.options.client_pin = device::Option::kTrue;
  return description;
}

[[nodiscard]] inline device::Pin pin(std::string_view text) {
  auto pin = device::Pin::create(text);
  REQUIRE(pin.has_value());
  return std::move(pin.value());
}

struct RunnerFixture {
  firstkey::tests::FakeClock clock;
  firstkey::tests::ScriptedVerifier verifier{clock};
  firstkey::tests::FakeKeyDiscovery discovery;
  CeremonyChoices choices;
  std::latch may_answer{1};         ///< for a verifier that is to answer later
  std::unique_ptr<FakeKey> beside;  ///< beside the key a test is about; outlives the runner
  std::unique_ptr<CeremonyRunner> runner;
  std::uint64_t last_seen = 0;

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
        if (name_of(event.event) == name) return event;
      }
      CAPTURE(told());
      REQUIRE_MESSAGE((!replay.events.empty() && !replay.is_closed), "never told: ", name);
    }
  }

  /// The names of all events so far, in one line.
  [[nodiscard]] std::string told() const {
    std::string names;
    for (const NumberedEvent& event : runner->events().since(0).events) {
      names += (names.empty() ? "" : " ") + std::string(name_of(event.event));
    }
    return names;
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
