#include "enroll/app/terminal.h"

#include <doctest/doctest.h>

#include "tests/support/pseudo_terminal.h"

namespace firstkey::enroll::tests {

namespace {

using firstkey::tests::PseudoTerminal;

constexpr int kRight = 10;
constexpr int kWrong = 11;
constexpr int kNoTerminal = 12;

/// Asks once; tells by its status whether "1234" was entered, or the failure's exit status.
int ask_once() {
  SignalWatch signals;
  const auto terminal = Terminal::find();
  if (!terminal) return kNoTerminal;
  const auto secret = ask_secret(*terminal, signals, "PIN");
  if (!secret) return static_cast<int>(secret.error().exit_code);
  return secret->equals(core::Secret(core::as_bytes("1234"))) ? kRight : kWrong;
}

}  // namespace

TEST_SUITE("enroll/app/terminal") {
  TEST_CASE("a secret is shown as stars and reaches nobody else") {
    PseudoTerminal person(ask_once);
    (void)person.read_until("PIN: ");
    CHECK_FALSE(person.echoes());
    person.type("1234");
    const auto shown = person.read_until("****");
    CHECK(shown.find('1') == std::string::npos);
    person.type("\n");
    CHECK(person.wait() == kRight);
  }

  TEST_CASE("the terminal shows what is typed again after an answer") {
    PseudoTerminal person([] {
      const int status = ask_once();
      (void)::write(STDERR_FILENO, "asked", 5);
      char byte = 0;
      (void)::read(STDIN_FILENO, &byte, 1);
      return status;
    });
    (void)person.read_until("PIN: ");
    person.type(
        "12x\x7f"
        "34\n");
    (void)person.read_until("asked");
    CHECK(person.echoes());
    person.type("\n");
    CHECK(person.wait() == kRight);
  }

  TEST_CASE("^C and ^D break a question off, and the terminal is put right") {
    for (const auto* keys : {"\x03", "12\x03", "\x04"}) {
      CAPTURE(keys);
      PseudoTerminal person([] {
        const int status = ask_once();
        (void)::write(STDERR_FILENO, "asked", 5);
        char byte = 0;
        (void)::read(STDIN_FILENO, &byte, 1);
        return status;
      });
      (void)person.read_until("PIN: ");
      person.type(keys);
      (void)person.read_until("asked");
      CHECK(person.echoes());
      person.type("\n");
      CHECK(person.wait() == static_cast<int>(ExitCode::kCancelled));
    }
  }

  TEST_CASE("a request to end it is a cancellation too") {
    for (const int signal : {SIGTERM, SIGHUP, SIGQUIT}) {
      CAPTURE(signal);
      PseudoTerminal person(ask_once);
      (void)person.read_until("PIN: ");
      ::kill(person.child(), signal);
      CHECK(person.wait() == static_cast<int>(ExitCode::kCancelled));
    }
  }

  TEST_CASE("^Z where nobody could continue the program asks again, with what was typed") {
    PseudoTerminal person(ask_once);
    (void)person.read_until("PIN: ");
    person.type("12");
    (void)person.read_until("**");
    person.type("\x1a");
    (void)person.read_until("PIN: **");
    CHECK_FALSE(person.echoes());
    person.type("34\n");
    CHECK(person.wait() == kRight);
  }

  TEST_CASE("a terminal that went away is a cancellation, not a hang") {
    PseudoTerminal person([] {
      SignalWatch signals;
      const auto terminal = Terminal::find();
      ::close(STDIN_FILENO);
      return static_cast<int>(ask_secret(*terminal, signals, "PIN").error().exit_code);
    });
    CHECK(person.wait() == static_cast<int>(ExitCode::kCancelled));
  }

  TEST_CASE("without a terminal on both sides nobody is there") {
    for (const int fd : {STDIN_FILENO, STDERR_FILENO}) {
      CAPTURE(fd);
      PseudoTerminal person([fd] {
        ::close(fd);
        return ask_once();
      });
      CHECK(person.wait() == kNoTerminal);
    }
  }

  TEST_CASE("what is no secret is shown as it is typed") {
    PseudoTerminal person([] {
      SignalWatch signals;
      const auto terminal = Terminal::find();
      return ask_text(*terminal, signals, "User") ==
                     "l\xC3\xA9"
                     "e"
                 ? kRight
                 : kWrong;
    });
    (void)person.read_until("User: ");
    person.type(
        "l\xC3\xA9x\x7f"
        "e");
    (void)person.read_until(
        "l\xC3\xA9x\b \b"
        "e");
    person.type("\n");
    CHECK(person.wait() == kRight);
  }
}

}  // namespace firstkey::enroll::tests
