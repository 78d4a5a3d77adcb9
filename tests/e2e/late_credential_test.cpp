// The window's end and a change of mind, at the key: they are told and obeyed (how soon is in
// tests/bench), and credentials that are on a key and should not be are removed.

#include <chrono>

#include <doctest/doctest.h>

#include "device/key_configuration.h"
#include "tests/e2e/kiosk.h"

using namespace firstkey;
using tests::Kiosk;
using tests::pin;
using namespace std::chrono_literals;

namespace {

/// What the key itself lists for the relying party.
std::size_t credentials_on(Kiosk& kiosk, const char* its_pin) {
  const device::CallLimits limits{.time_left = 20s};
  auto key = kiosk.discovery().open(kiosk.key.path(), limits);
  REQUIRE_MESSAGE(key.has_value(), key.error().detail);
  const auto held = pin(its_pin);
  const auto listed = (*key)->configuration().credentials_of("example.org", &held, limits);
  REQUIRE_MESSAGE(listed.has_value(), listed.error().detail);
  return listed->size();
}

void refuse_keys_without_known_maker(Kiosk& kiosk) {
  kiosk.edit_settings([](core::Settings& settings) {
    settings.key_policy.profiles.front().attestation = core::AttestationEnforcement::kEnforced;
  });
}

}  // namespace

TEST_SUITE("e2e/late_credential") {
  TEST_CASE("the window closes while the key waits for its touch") {
    Kiosk kiosk("--touch never");
    kiosk.begin();
    kiosk.await("choose_pin");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("touch_needed");
    kiosk.clock.advance(10min);
    kiosk.await("expired");
    CHECK(kiosk.runner().wait().how == enroll::Ending::How::kExpired);
    CHECK(enroll::keys_left_alone() == 0);  // it has stopped
    CHECK(kiosk.credentials().empty());
    CHECK(kiosk.session_now().state == core::SessionState::kExpired);
  }

  TEST_CASE("a key that ignores the cancel is left alone until it is plugged in again") {
    Kiosk kiosk("--touch signal --quirk cancel-ignored");
    kiosk.begin();
    kiosk.await("choose_pin");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("touch_needed");
    kiosk.runner().cancel();
    kiosk.await("key_unresponsive");
    (void)kiosk.runner().wait();
    CHECK(enroll::keys_left_alone() == 0);
    kiosk.key.replug();
    kiosk.begin(kiosk.open(kiosk.max, {.is_simulated = true}));
    kiosk.await("pin_needed");
  }

  TEST_CASE("a credential that is refused is removed from its key, and the trail says so") {
    Kiosk kiosk;
    refuse_keys_without_known_maker(kiosk);
    kiosk.begin();
    kiosk.await("choose_pin");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("refused");
    kiosk.await("orphan_removed");
    kiosk.runner().cancel();
    (void)kiosk.runner().wait();
    CHECK(kiosk.orphan_rows() == "orphan.record orphan.remove ");
    CHECK(credentials_on(kiosk, "2468") == 0);
  }

  TEST_CASE("a credential whose proof is broken off is withdrawn and removed from its key") {
    Kiosk kiosk("--touch signal");
    kiosk.begin();
    kiosk.await("choose_pin");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("touch_needed");
    kiosk.key.touch();
    kiosk.await("touch_needed");  // once more, to sign in
    kiosk.runner().cancel();
    kiosk.await("orphan_removed");
    CHECK(kiosk.runner().wait().how == enroll::Ending::How::kCancelled);
    CHECK(kiosk.orphan_rows() == "orphan.record orphan.remove ");
    CHECK(credentials_on(kiosk, "2468") == 0);
  }

  TEST_CASE("what a key took along is removed when somebody else enrolls with it") {
    Kiosk kiosk("--touch signal");
    kiosk.begin();
    kiosk.await("choose_pin");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("touch_needed");
    kiosk.key.touch();
    kiosk.await("touch_needed");
    kiosk.key.end();  // pulled for good
    kiosk.await("key_removed");
    kiosk.runner().cancel();
    kiosk.await("orphaned");
    (void)kiosk.runner().wait();
    CHECK(kiosk.orphan_rows() == "orphan.record ");

    kiosk.key.start();
    kiosk.begin(kiosk.open(kiosk.max, {.is_simulated = true}));
    kiosk.await("pin_needed");
    kiosk.enter_pin(pin("2468"));
    kiosk.await("orphan_removed");
    kiosk.await("completed");
    kiosk.runner().finish();
    (void)kiosk.runner().wait();
    CHECK(kiosk.orphan_rows() == "orphan.record orphan.remove ");
    CHECK(credentials_on(kiosk, "2468") == 1);  // Max's own
  }
}
