#include "enroll/app/conversation.h"

#include <array>
#include <map>

#include <doctest/doctest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/pseudo_terminal.h"

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;
using firstkey::tests::FakeClock;
using firstkey::tests::PseudoTerminal;

/// A ceremony that only notes what is done to it, and goes on as a test says.
class ScriptedCeremony final : public CeremonyControls {
 public:
  /// `next` is told once `verb` was heard, and the stream closes after a final event.
  void on(const std::string& verb, std::vector<Event> next) { script_.emplace(verb, next); }
  void tell(const std::vector<Event>& events) {
    for (Event event : events) {
      number(event);
      stream.publish(event, core::Instant(1h), core::Instant(1h + 10min));
      if (is_final(event)) stream.close();
    }
  }

  void enter_pin(PinRequestId request, device::Pin pin) override {
    CHECK(request == request_);
    hear("pin " + std::string(pin.expose()));
  }
  void decline_pin(PinRequestId request) override {
    CHECK(request == request_);
    hear("decline");
  }
  void add_another() override { hear("another"); }
  void finish() override { hear("finish"); }
  void cancel() override { hear("cancel"); }

  EventStream stream;
  std::vector<std::string> heard;

 private:
  /// As a ceremony does: each question that is asked has a number of its own.
  void number(Event& event) {
    std::visit(
        [this](auto& kind) {
          if constexpr (requires { kind.request; }) {
            request_ = PinRequestId{static_cast<std::uint64_t>(request_) + 1};
            kind.request = request_;
          }
        },
        event);
  }
  void hear(const std::string& verb) {
    heard.push_back(verb);
    if (auto next = script_.extract(verb)) return tell(next.mapped());
    if (verb == "finish") return tell({CeremonyFinished{1}});
    tell({CeremonyCancelled{}});
  }

  PinRequestId request_{};
  std::multimap<std::string, std::vector<Event>> script_;
};

device::Pin pin(const std::string& text) {
  return std::move(device::Pin::create(text).value());
}

/// What came of an unattended ceremony that began with `events`.
struct Unattended {
  explicit Unattended(ScriptedCeremony& ceremony, std::vector<Event> events, int count = 1)
      : view({.write = {}, .form = ViewForm::kNothing}, clock),
        conversation(ceremony.stream, ceremony, view, signals) {
    ceremony.tell(events);
    conversation.hold({.terminal = nullptr, .pin = pin("1234"), .count = count});
  }
  [[nodiscard]] std::string code() const {
    return conversation.given_up() ? conversation.given_up()->code : "none";
  }
  [[nodiscard]] ExitCode exit_code() const { return conversation.given_up()->exit_code; }

  SignalWatch signals;
  FakeClock clock;
  CeremonyView view;
  Conversation conversation;
};

const Event kCompleted = CredentialCompleted{.is_proven = true, .credentials_left = 1};
using Heard = std::vector<std::string>;

/// Plays `ceremony` before a person at a terminal; ends with 0 if it was heard as expected.
int attended(ScriptedCeremony& ceremony, const std::vector<Event>& events, const Heard& expected) {
  SignalWatch signals;
  const auto terminal = Terminal::find();
  const FakeClock clock;
  CeremonyView view(
      {.write = [&](std::string_view text) { terminal->write(text); }, .form = ViewForm::kLive},
      clock);
  ceremony.tell(events);
  Conversation conversation(ceremony.stream, ceremony, view, signals);
  conversation.hold({.terminal = &*terminal, .pin = std::nullopt, .count = std::nullopt});
  return ceremony.heard == expected ? 0 : 1;
}

}  // namespace

TEST_SUITE("enroll/app/conversation") {
  TEST_CASE("unattended, the PIN of the command line is given, and set where there is none") {
    for (const Event& question :
         {Event(PinWanted{.attempts_left = 8}), Event(NewPinWanted{.min_code_points = 4})}) {
      ScriptedCeremony ceremony;
      ceremony.on("pin 1234", {kCompleted});
      const Unattended run(ceremony, {question});
      CHECK(ceremony.heard == Heard{"pin 1234", "finish"});
      CHECK(run.code() == "none");
    }
  }

  TEST_CASE("unattended, a wrong PIN is not tried again") {
    ScriptedCeremony ceremony;
    ceremony.on("pin 1234", {PinWanted{.attempts_left = 7, .was_wrong = true}});
    const Unattended run(ceremony, {PinWanted{}});
    CHECK(ceremony.heard == Heard{"pin 1234", "cancel"});
    CHECK(run.code() == "pin_wrong");
    CHECK(run.exit_code() == ExitCode::kRefused);
  }

  TEST_CASE("unattended, what would take a person ends it, each with its code") {
    struct Row {
      Event event;
      const char* code;
      ExitCode exit_code;
    };
    const std::array table = {
        Row{KeyRejected{KeyReason::kU2fOnly}, "u2f_only", ExitCode::kNoKey},
        Row{KeyRejected{KeyReason::kFull}, "full", ExitCode::kNoKey},
        Row{KeyLocked{PinLock::kUntilReinserted}, "key_locked", ExitCode::kKeyLocked},
        Row{KeyLocked{PinLock::kForGood}, "key_locked", ExitCode::kKeyLocked},
        Row{NewPinRejected{.flaw = PinFlaw::kNotAllowed}, "pin_rejected", ExitCode::kRefused},
        Row{NewPinWanted{.min_code_points = 5}, "pin_too_short", ExitCode::kUsage},
        Row{PinWanted{.purpose = Purpose::kPinChange}, "pin_change_forced", ExitCode::kNoKey},
    };
    for (const auto& row : table) {
      CAPTURE(row.code);
      ScriptedCeremony ceremony;
      const Unattended run(ceremony, {row.event});
      CHECK(ceremony.heard == Heard{"cancel"});
      CHECK(run.code() == row.code);
      CHECK(run.exit_code() == row.exit_code);
    }
  }

  TEST_CASE("the verifier's reason for not taking a key is the one that is told") {
    ScriptedCeremony ceremony;
    const Unattended run(ceremony,
                         {RegistrationRefused{.code = core::ErrorCode::kAttestationInvalid},
                          KeyRejected{KeyReason::kNotAccepted}});
    CHECK(run.code() == "attestation_invalid");
    CHECK(run.conversation.given_up()->message.starts_with("Not accepted: "));
  }

  TEST_CASE("unattended, a credential taken back for want of its proof ends it, by the reason") {
    struct Row {
      ProofFailure failure;
      ExitCode exit_code;
    };
    for (const auto& [failure, exit_code] : {Row{ProofFailure::kRefused, ExitCode::kNoKey},
                                             Row{ProofFailure::kKeyFailing, ExitCode::kNoKey},
                                             Row{ProofFailure::kLocked, ExitCode::kKeyLocked},
                                             Row{ProofFailure::kTooLate, ExitCode::kWindowOver}}) {
      CAPTURE(name_of(failure));
      ScriptedCeremony ceremony;
      const Unattended unattended(ceremony, {ProofFailed{failure}, CredentialWithdrawn{}});
      CHECK(unattended.code() == "proof_failed");
      CHECK(unattended.exit_code() == exit_code);
    }
    ScriptedCeremony offered;
    const Unattended kept(offered, {ProofFailed{ProofFailure::kRefused}, kCompleted});
    CHECK(kept.code() == "none");
  }

  TEST_CASE("as many keys as were asked for, and no more than there is room for") {
    ScriptedCeremony two;
    two.on("another", {kCompleted});
    const Unattended both(two, {kCompleted}, 2);
    CHECK(two.heard == Heard{"another", "finish"});
    ScriptedCeremony full;
    const Unattended one(full, {CredentialCompleted{.credentials_left = 0}}, 2);
    CHECK(full.heard == Heard{"finish"});
  }

  TEST_CASE("a signal cancels the ceremony, and it is still heard to its end") {
    ScriptedCeremony ceremony;
    SignalWatch signals;
    REQUIRE(::raise(SIGTERM) == 0);
    const Unattended run(ceremony, {InsertKey{}});
    CHECK(ceremony.heard == Heard{"cancel"});
    CHECK(run.exit_code() == ExitCode::kCancelled);
  }

  TEST_CASE("a person enters a PIN, and another after a wrong one") {
    PseudoTerminal person([] {
      ScriptedCeremony ceremony;
      ceremony.on("pin 1234", {PinWanted{.attempts_left = 7, .was_wrong = true}});
      ceremony.on("pin 4321", {CeremonyFinished{1}});
      return attended(ceremony, {PinWanted{.attempts_left = 8}}, {"pin 1234", "pin 4321"});
    });
    (void)person.read_until("(8 attempts left): ");
    person.type("1234\n");
    (void)person.read_until("Wrong PIN. PIN of the key (7 attempts left): ");
    person.type("4321\n");
    CHECK(person.wait() == 0);
  }

  TEST_CASE("a new PIN is entered twice, and a PIN that cannot be one is not sent to the key") {
    PseudoTerminal person([] {
      ScriptedCeremony ceremony;
      ceremony.on("pin 123456", {CeremonyFinished{1}});
      return attended(ceremony, {NewPinWanted{.min_code_points = 6}}, {"pin 123456"});
    });
    (void)person.read_until("(at least 6 characters): ");
    person.type("12345\n");
    (void)person.read_until("characters): ");
    person.type("123456\n");
    (void)person.read_until("again: ");
    person.type("123457\n");
    CHECK(person.read_until("New PIN: ").find("not the same") != std::string::npos);
    person.type("123456\n");
    (void)person.read_until("again: ");
    person.type("123456\n");
    CHECK(person.wait() == 0);
  }

  TEST_CASE("a new PIN that the key does not take is asked for once more") {
    PseudoTerminal person([] {
      ScriptedCeremony ceremony;
      ceremony.on("pin 1234", {NewPinRejected{.flaw = PinFlaw::kNotAllowed, .min_code_points = 4}});
      ceremony.on("pin 7391", {CeremonyFinished{1}});
      return attended(ceremony, {NewPinWanted{.min_code_points = 4}}, {"pin 1234", "pin 7391"});
    });
    (void)person.read_until("characters): ");
    person.type("1234\n");
    (void)person.read_until("again: ");
    person.type("1234\n");
    (void)person.read_until("New PIN: ");
    person.type("7391\n");
    (void)person.read_until("again: ");
    person.type("7391\n");
    CHECK(person.wait() == 0);
  }

  TEST_CASE("a question goes when what it was about has gone") {
    PseudoTerminal person([] {
      ScriptedCeremony ceremony;
      return attended(ceremony, {PinWanted{}, KeyLeft{}, WindowExpired{}}, {});
    });
    const auto seen = person.read_until("another pass");
    CHECK(seen.find("The key is gone") != std::string::npos);
    CHECK(person.wait() == 0);
  }

  TEST_CASE("what is told beside a question leaves what was typed") {
    PseudoTerminal person([] {
      ScriptedCeremony ceremony;
      ceremony.on("pin 1234", {CeremonyFinished{1}});
      return attended(ceremony, {PinWanted{}, KeyIgnored{"Another key"}}, {"pin 1234"});
    });
    (void)person.read_until("Another key");
    person.type("1234\n");
    CHECK(person.wait() == 0);
  }

  TEST_CASE("a person may decline a PIN, or another key") {
    PseudoTerminal declining([] {
      ScriptedCeremony ceremony;
      return attended(ceremony, {PinWanted{}}, {"decline"});
    });
    (void)declining.read_until("PIN of the key: ");
    declining.type("\x04");
    CHECK(declining.wait() == 0);
    for (const auto* keys : {"\n", "n\n", "\x04"}) {
      PseudoTerminal done([] {
        ScriptedCeremony ceremony;
        return attended(ceremony, {kCompleted}, {"finish"});
      });
      (void)done.read_until("(y/N): ");
      done.type(keys);
      CHECK(done.wait() == 0);
    }
  }
}

}  // namespace firstkey::enroll::tests
