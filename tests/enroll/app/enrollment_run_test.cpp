// Enrollment::run from end to end, on scripted parts: what it answers, and what it leaves behind.

#include <csignal>
#include <latch>

#include <doctest/doctest.h>
#include <unistd.h>

#include "enroll/app/enrollment.h"
#include "tests/enroll/scripted_key_answers.h"
#include "tests/support/fake_authenticator.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/scripted_verifier.h"
#include "tests/support/temporary_folder.h"

namespace firstkey::enroll::tests {

namespace {

using Call = firstkey::tests::ScriptedVerifier::Call;
using firstkey::tests::FakeKey;

void press_control_c() {
  REQUIRE(::kill(::getpid(), SIGINT) == 0);
}

/// A script's enrollment: nobody at a terminal, passcode and PIN on the command line.
struct Script {
  SignalWatch signals;
  firstkey::tests::FakeClock clock;
  firstkey::tests::FakeRandom random{1};
  firstkey::tests::TemporaryFolder folder;
  TicketFile ticket_file{folder / "ticket"};
  CeremonyView view{{.write = {}, .form = ViewForm::kNothing}, clock};
  FakeKey key{key_with_pin()};
  firstkey::tests::ScriptedVerifier verifier{clock};
  firstkey::tests::FakeKeyDiscovery discovery;
  EnrollmentWish wish{.user_name = "lee@example.org",
                      .passcode = core::Secret(core::as_bytes("7KQM-3TXF")),
                      .pin = pin("1234"),
                      .count = 1,
                      .station = core::StationId("desk")};

  [[nodiscard]] Attempt<EnrollmentReport> run() {
    return Enrollment({.verifier = verifier,
                       .discovery = discovery,
                       .clock = clock,
                       .random = random,
                       .ticket_file = ticket_file,
                       .view = view,
                       .signals = signals})
        .run(std::move(wish));
  }
  /// The failure of a run that must fail.
  [[nodiscard]] Failure failure() {
    const auto report = run();
    REQUIRE_FALSE(report.has_value());
    return report.error();
  }
  /// Up to the request for a credential, which the key is to answer as `step` says.
  firstkey::tests::Expectation& expect_credential(FakeKey& used) {
    discovery.insert(used);
    used.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    return used.expect_credential(new_credential()).with_pin("1234");
  }
  void expect_whole_enrollment(FakeKey& used) {
    expect_credential(used);
    used.expect_assertion(new_assertion()).with_pin("1234");
    verifier.expect(Call::kRegistration);
    verifier.expect(Call::kProofOptions);
    verifier.expect(Call::kProof);
    verifier.expect(Call::kFinish);
  }
  /// A ticket as an earlier run at this station left it.
  void keep_ticket() const {
    REQUIRE(ticket_file.begin(core::StationId("desk"), core::Secret(core::Bytes(32, 7))));
    REQUIRE(ticket_file.complete(core::SessionId("session-1")));
  }
  [[nodiscard]] bool has_ticket() const { return ticket_file.load().value().has_value(); }
  /// A ticket that lets the same session be taken up again.
  [[nodiscard]] bool has_whole_ticket() const {
    const auto kept = ticket_file.load().value();
    return kept && kept->session == core::SessionId("session-1");
  }
};

}  // namespace

TEST_SUITE("enroll/app/enrollment_run") {
  TEST_CASE_FIXTURE(Script, "a pass becomes a credential, and the ticket is gone") {
    verifier.expect(Call::kRedeem);
    expect_whole_enrollment(key);
    const auto report = run();
    REQUIRE(report.has_value());
    CHECK(report->credentials.size() == 1);
    CHECK(report->session.user_name == "lee@example.org");
    CHECK(report->time_to_spare == std::chrono::minutes(10));
    CHECK_FALSE(has_ticket());
  }

  TEST_CASE_FIXTURE(Script, "a card on the reader that the script names is used where it lies") {
    FakeKey card(card_with_pin());
    wish.keys.only = card.description().path;
    verifier.expect(Call::kRedeem);
    expect_whole_enrollment(card);
    CHECK(run().has_value());
  }

  TEST_CASE_FIXTURE(Script, "a refused pass ends it with 3, and nothing is kept") {
    discovery.insert(key);
    verifier.expect(Call::kRedeem).refused(core::ErrorCode::kRefused);
    CHECK(failure().exit_code == ExitCode::kRefused);
    CHECK_FALSE(has_ticket());
  }

  TEST_CASE_FIXTURE(Script, "a store that may have redeemed the pass leaves the ticket") {
    discovery.insert(key);
    verifier.expect(Call::kRedeem).refused(core::ErrorCode::kOutcomeUnknown);
    CHECK(failure().exit_code == ExitCode::kStore);
    CHECK(has_ticket());
  }

  TEST_CASE_FIXTURE(Script, "the window that ends during the touch ends it with 4") {
    verifier.expect(Call::kRedeem);
    expect_credential(key)
        .meanwhile([&] { clock.advance(std::chrono::minutes(10)); })
        .until_stopped();
    verifier.expect(Call::kFinish);
    CHECK(failure() == Failure{.code = "window_over",
                               .message = "the time to register is over; ask for another pass",
                               .exit_code = ExitCode::kWindowOver});
    CHECK_FALSE(has_ticket());
  }

  TEST_CASE_FIXTURE(Script, "^C during the touch ends it with 130, and the session with it") {
    verifier.expect(Call::kRedeem);
    expect_credential(key).meanwhile(press_control_c).until_stopped();
    verifier.expect(Call::kFinish);
    CHECK(failure().exit_code == ExitCode::kCancelled);
    CHECK_FALSE(has_ticket());
  }

  TEST_CASE("with nobody to ask, what is missing is named before a pass is spent") {
    for (const bool is_passcode : {true, false}) {
      Script incomplete;
      incomplete.discovery.insert(incomplete.key);
      if (is_passcode) incomplete.wish.passcode.reset();
      if (!is_passcode) incomplete.wish.pin.reset();
      CHECK(incomplete.failure().exit_code == ExitCode::kUsage);
      CHECK_FALSE(incomplete.has_ticket());
    }
  }

  TEST_CASE_FIXTURE(Script, "with nobody to insert a key, no pass is spent without one") {
    CHECK(failure().code == "no_key");
  }

  TEST_CASE_FIXTURE(Script, "what an earlier run left is taken up with its passcode") {
    keep_ticket();
    wish.is_resumption = true;
    wish.user_name.clear();
    verifier.expect(Call::kResume);
    expect_whole_enrollment(key);
    CHECK(run().has_value());
    CHECK_FALSE(has_ticket());
  }

  TEST_CASE("a resumption that comes too late keeps no ticket, a wrong passcode does") {
    struct Row {
      core::ErrorCode code;
      ExitCode exit_code;
      bool keeps_ticket;
    };
    for (const Row& row : {Row{core::ErrorCode::kWindowOver, ExitCode::kWindowOver, false},
                           Row{core::ErrorCode::kRefused, ExitCode::kRefused, true}}) {
      Script script;
      script.discovery.insert(script.key);
      script.keep_ticket();
      script.wish.is_resumption = true;
      script.verifier.expect(Call::kResume).refused(row.code);
      CHECK(script.failure().exit_code == row.exit_code);
      CHECK(script.has_ticket() == row.keeps_ticket);
    }
  }

  TEST_CASE_FIXTURE(Script, "a resumption with nothing to resume asks no verifier") {
    discovery.insert(key);
    wish.is_resumption = true;
    CHECK(failure().exit_code == ExitCode::kUsage);
  }

  TEST_CASE_FIXTURE(Script, "^C while the pass is being redeemed leaves a session to be taken up") {
    discovery.insert(key);
    verifier.expect(Call::kRedeem).meanwhile(press_control_c);
    const auto ended = failure();
    CHECK(ended.exit_code == ExitCode::kCancelled);
    CHECK(ended.message.find("was redeemed; take") != std::string::npos);
    CHECK(has_whole_ticket());
  }

  TEST_CASE_FIXTURE(Script, "^C while the pass is being refused says that it was not redeemed") {
    discovery.insert(key);
    verifier.expect(Call::kRedeem).refused(core::ErrorCode::kRefused).meanwhile(press_control_c);
    const auto ended = failure();
    CHECK(ended.exit_code == ExitCode::kCancelled);
    CHECK(ended.message.find("not redeemed") != std::string::npos);
    CHECK_FALSE(has_ticket());
  }

  TEST_CASE_FIXTURE(Script, "^C before a verifier that hangs has answered keeps what finds out") {
    std::latch may_answer(1);
    discovery.insert(key);
    verifier.expect(Call::kRedeem).meanwhile([&] {
      press_control_c();
      may_answer.wait();
    });
    const auto ended = failure();
    CHECK(ended.exit_code == ExitCode::kCancelled);
    CHECK(ended.message.find("not known yet") != std::string::npos);
    CHECK(has_ticket());
    CHECK_FALSE(has_whole_ticket());
    may_answer.count_down();
    while (calls_left_running() > 0) std::this_thread::yield();
  }
}

}  // namespace firstkey::enroll::tests
