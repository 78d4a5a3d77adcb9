// The main job with its real parts, but for the clock.

#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/e2e/kiosk.h"

using namespace firstkey;
using tests::Kiosk;
using tests::pin;

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
