// Credentials that come out when nobody waits for them any more, or that are not taken: removed
// from their key, or told, so that somebody removes them later.

#include <latch>
#include <thread>

#include "enroll/ceremony_runner.h"
#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

namespace {

using core::OrphanCause;
using core::OrphanReport;
using Reports = std::vector<OrphanReport>;

/// A key that stores what it makes, and a ceremony that gives up on it.
struct OrphanFixture : RunnerFixture {
  FakeKey key{key_with_pin()};

  OrphanFixture() {
    key.configuration().pin = "1234";
    key.expect_pin_retries(8);
  }
  ~OrphanFixture() { runner.reset(); }  // before its key

  /// The key stores the credential as it makes it.
  firstkey::tests::Expectation& expect_credential(const core::Bytes& id = kMadeCredential) {
    return key
        .expect_credential([this, id](const device::CredentialRequest& request) {
          key.configuration().stored.push_back(
              firstkey::tests::stored_credential(request.rp_id, id, request.user_name));
          return new_credential(id);
        })
        .with_pin("1234");
  }
  void reach_pin() {
    verifier.expect(Call::kCreationOptions);
    discovery.insert(key);
    start();
    await("pin_needed");
  }
  /// A touch that comes when it is too late: after `give_up`, which is followed by `event`.
  void touch_late(const std::function<void()>& give_up, std::string_view event) {
    expect_credential()
        .saying({KeepAlive::kUserPresenceNeeded})
        .meanwhile([this] { is_touched.wait(); })
        .despite_stop();
    reach_pin();
    enter_pin(pin("1234"));
    await("touch_needed");
    verifier.expect(Call::kFinish);
    give_up();
    await(event);
    is_touched.count_down();
  }
  /// What the verifier was told, once that is so much: it is told when it has nothing else to do.
  [[nodiscard]] Reports await_reports(std::size_t count) {
    while (verifier.reports().size() < count) std::this_thread::yield();
    return verifier.reports();
  }
  [[nodiscard]] bool holds_nothing() { return key.configuration().stored.empty(); }

  std::latch is_touched{1};
  const OrphanReport on_key{.credential_id = kMadeCredential};
  const OrphanReport removed{.credential_id = kMadeCredential,
                             .place = OrphanReport::Place::kRemoved};
  [[nodiscard]] OrphanReport recorded(OrphanCause cause) const {
    OrphanReport report = on_key;
    report.cause = cause;
    return report;
  }
};

}  // namespace

TEST_SUITE("enroll/ceremony_runner_orphan") {
  TEST_CASE_FIXTURE(OrphanFixture, "what comes out after the window is removed by its own key") {
    touch_late([this] { clock.advance(std::chrono::minutes(10)); }, "expired");
    await("orphaned");
    CHECK(std::get<OrphanCleaned>(await("orphan_removed").event).credential_id == kMadeCredential);
    CHECK(end().how == Ending::How::kExpired);
    CHECK(holds_nothing());
    CHECK(verifier.reports() == Reports{recorded(OrphanCause::kTooLate), removed});
    CHECK(key.open_handles() == 0);
  }

  TEST_CASE_FIXTURE(OrphanFixture, "what comes out after a cancel is removed as well") {
    touch_late([this] { runner->cancel(); }, "cancelled");
    await("orphan_removed");
    CHECK(end().how == Ending::How::kCancelled);
    CHECK(holds_nothing());
    CHECK(verifier.reports() == Reports{recorded(OrphanCause::kCancelled), removed});
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a key that cannot remove it leaves it on record") {
    key.facts().options.cred_mgmt = device::Option::kAbsent;
    touch_late([this] { runner->cancel(); }, "cancelled");
    await("orphaned");
    (void)end();
    CHECK_FALSE(holds_nothing());
    CHECK(verifier.reports() == Reports{recorded(OrphanCause::kCancelled)});
    CHECK(told().find("orphan_removed") == std::string::npos);
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a key that leaves before it is clean leaves it on record") {
    key.configuration().refuse_next(device::ErrorCode::kGone);
    touch_late([this] { runner->cancel(); }, "cancelled");
    await("orphaned");
    (void)end();
    CHECK(verifier.reports() == Reports{recorded(OrphanCause::kCancelled)});
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a credential that the verifier refuses is removed at once") {
    expect_credential();
    reach_pin();
    verifier.expect(Call::kRegistration).refused(core::ErrorCode::kAttestationInvalid);
    enter_pin(pin("1234"));
    await("orphan_removed");
    CHECK(holds_nothing());
    while (key.open_handles() > 0) std::this_thread::yield();  // it was put aside
    CHECK(await_reports(2) == Reports{recorded(OrphanCause::kRefused), removed});
  }

  TEST_CASE_FIXTURE(OrphanFixture,
                    "before another touch on the same key the first one is removed") {
    const core::Bytes second{0xE1};
    expect_credential();
    expect_credential(second);
    key.expect_assertion(new_assertion(second)).with_pin("1234");
    reach_pin();
    verifier.expect(Call::kRegistration).refused(core::ErrorCode::kChallengeExpired);
    expect_registration();
    expect_proof();
    enter_pin(pin("1234"));
    await("completed");
    REQUIRE(key.configuration().stored.size() == 1);
    CHECK(key.configuration().stored.front().id == second);
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a credential that is withdrawn is removed by its key") {
    expect_credential();
    key.expect_assertion(new_assertion())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .until_stopped();
    reach_pin();
    verifier.expect(Call::kRegistration);
    verifier.expect(Call::kProofOptions);
    enter_pin(pin("1234"));
    await("touch_needed");
    verifier.expect(Call::kWithdrawal);
    verifier.expect(Call::kFinish);
    runner->cancel();
    await("withdrawn");
    await("orphan_removed");
    CHECK(end().how == Ending::How::kCancelled);
    CHECK(holds_nothing());
    CHECK(key.open_handles() == 0);
  }

  TEST_CASE_FIXTURE(OrphanFixture, "cancelled while its verdict is on its way, it is removed too") {
    expect_credential();
    reach_pin();
    verifier.expect(Call::kRegistration).meanwhile([this] { may_answer.wait(); });
    verifier.expect(Call::kWithdrawal);
    verifier.expect(Call::kFinish);
    enter_pin(pin("1234"));
    await("verifying");
    runner->cancel();
    may_answer.count_down();
    await("orphan_removed");
    (void)end();
    CHECK(holds_nothing());
  }

  TEST_CASE_FIXTURE(OrphanFixture,
                    "a verdict that is lost leaves none on the key that cannot count") {
    expect_credential().meanwhile(
        [this] { verifier.make_unreachable(core::ErrorCode::kStoreUnreachable); });
    reach_pin();
    enter_pin(pin("1234"));
    await("verifier_unreachable");
    clock.advance(std::chrono::minutes(12));  // window and grace
    await("orphan_removed");
    CHECK(holds_nothing());
    clock.advance(std::chrono::seconds(3));  // finish() may be repeated for so long
    CHECK(end().how == Ending::How::kFailed);
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a verdict that is lost leaves what may count") {
    verifier.session.proof = core::ProofRequirement::kOffered;
    expect_credential().meanwhile(
        [this] { verifier.make_unreachable(core::ErrorCode::kStoreUnreachable); });
    reach_pin();
    enter_pin(pin("1234"));
    await("verifier_unreachable");
    clock.advance(std::chrono::minutes(12));
    await("failed");
    clock.advance(std::chrono::seconds(3));
    (void)end();
    CHECK_FALSE(holds_nothing());
    CHECK(told().find("orphaned") == std::string::npos);
  }

  TEST_CASE_FIXTURE(OrphanFixture,
                    "orphans on record are removed by the next enrollment of their key") {
    const core::Bytes old{0xA1};
    key.configuration().stored = {
        firstkey::tests::stored_credential("example.org", old, "max@example.org"),
        firstkey::tests::stored_credential("example.org", {0xA2}, "kim@example.org"),
        firstkey::tests::stored_credential("example.com", {0xA3}, "lee@example.com")};
    verifier.orphans = {
        {.credential_id = old}, {.credential_id = {0xA3}}, {.credential_id = {0xA9}}};
    expect_credential();
    key.expect_assertion(new_assertion()).with_pin("1234");
    reach_pin();
    verifier.expect(Call::kRegistration);
    expect_proof();
    enter_pin(pin("1234"));
    CHECK(std::get<OrphanCleaned>(await("orphan_removed").event).credential_id == old);
    await("completed");
    CHECK(key.configuration().stored.size() == 3);  // the two others and the new one
    CHECK(await_reports(1) ==
          Reports{{.credential_id = old, .place = OrphanReport::Place::kRemoved}});
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a key of another model is not searched for them") {
    verifier.orphans = {{.credential_id = {0xA1}, .aaguid = core::Bytes(16, 7)}};
    key.configuration().refuse_next(
        device::ErrorCode::kInternal);  // would be used up by a question
    expect_credential();
    reach_pin();
    verifier.expect(Call::kRegistration).refused(core::ErrorCode::kAttestationInvalid);
    enter_pin(pin("1234"));
    await("key_refused");
    while (key.open_handles() > 0) std::this_thread::yield();
    CHECK_FALSE(holds_nothing());  // its removal met the refusal instead
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a wrong PIN is told before any of them is looked for") {
    verifier.orphans = {{.credential_id = {0xA1}}};
    reach_pin();
    key.expect_pin_retries(7);
    enter_pin(pin("9999"));
    const auto again = std::get<PinWanted>(await("pin_needed").event);
    CHECK(again.was_wrong);
    CHECK(again.attempts_left == 7);
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a key that hangs while it removes one is left alone") {
    std::latch is_asked(1);
    std::latch may_answer_now(1);
    key.configuration().before_next([&] {
      is_asked.count_down();
      may_answer_now.wait();
    });
    touch_late([this] { runner->cancel(); }, "cancelled");
    is_asked.wait();
    clock.advance(kLeaveAloneAfter + kForRemoval);
    await("key_unresponsive");
    CHECK(end().how == Ending::How::kCancelled);
    CHECK(keys_left_alone() == 1);
    runner.reset();
    may_answer_now.count_down();
    while (keys_left_alone() > 0) std::this_thread::yield();
  }

  TEST_CASE_FIXTURE(OrphanFixture, "a removal has longer than what was stopped before") {
    std::latch is_asked(1);
    key.configuration().before_next([&] {
      is_asked.count_down();
      may_answer.wait();
    });
    touch_late([this] { runner->cancel(); }, "cancelled");
    is_asked.wait();
    clock.advance(kLeaveAloneAfter + kForRemoval - std::chrono::milliseconds(1));
    runner->cancel();  // looked at after the clock
    may_answer.count_down();
    await("orphan_removed");
    (void)end();
    CHECK(told().find("key_unresponsive") == std::string::npos);
  }
}

}  // namespace firstkey::enroll::tests
