#include "enroll/app/pin_entry.h"

#include <doctest/doctest.h>

#include "tests/enroll/app/key_desk_fixture.h"
#include "tests/enroll/app/pipe.h"
#include "tests/support/pseudo_terminal.h"

namespace firstkey::enroll::tests {

namespace {

using firstkey::tests::FakeClock;
using firstkey::tests::FakeKeyDiscovery;
using firstkey::tests::PseudoTerminal;

std::string code_of_pin(const std::string& text, std::size_t min_code_points = 4) {
  const auto pin = to_pin(core::Secret(core::as_bytes(text)), min_code_points);
  if (pin) return "done";
  CHECK(pin.error().exit_code == ExitCode::kUsage);
  return pin.error().code;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// Chooses a PIN of at least five characters at the terminal; the number of its bytes, or 0.
int choose() {
  KeyDeskFixture f;
  const auto terminal = Terminal::find();
  if (!terminal) return 0;
  auto desk = f.desk();
  desk.terminal = &*terminal;
  const auto pin = choose_pin(desk, {}, 5);
  return pin ? static_cast<int>(pin->bytes()) : 0;
}

}  // namespace

TEST_SUITE("enroll/app/pin_entry") {
  TEST_CASE("a PIN is counted in characters, after composition") {
    struct Case {
      const char* name;
      std::string text;
      std::size_t min_code_points;
      const char* code;
    };
    const std::string composed = "\u00e9";
    const std::string decomposed = "e\u0301";
    for (const auto& c : {Case{"below", "123", 4, "pin_too_short"},
                          Case{"at", "1234", 4, "done"},
                          Case{"above", "12345", 4, "done"},
                          Case{"below the key's own", "12345", 6, "pin_too_short"},
                          Case{"at the key's own", "123456", 6, "done"},
                          Case{"three of two each", repeated(decomposed, 3), 4, "pin_too_short"},
                          Case{"four of two each", repeated(decomposed, 4), 4, "done"},
                          Case{"four composed", repeated(composed, 4), 4, "done"}}) {
      CAPTURE(c.name);
      CHECK(code_of_pin(c.text, c.min_code_points) == c.code);
    }
  }

  TEST_CASE("a PIN has at most 63 bytes, after composition") {
    CHECK(code_of_pin(std::string(62, '1')) == "done");
    CHECK(code_of_pin(std::string(63, '1')) == "done");
    CHECK(code_of_pin(std::string(64, '1')) == "pin_too_long");
    CHECK(code_of_pin(repeated("e\u0301", 31)) == "done");  // 62 bytes composed, 93 as typed
    CHECK(code_of_pin(repeated("e\u0301", 32)) == "pin_too_long");
  }

  TEST_CASE("a PIN is text") {
    CHECK(code_of_pin("12\xff"
                      "34") == "pin_not_text");
  }

  TEST_CASE("a script hands both PINs over on one descriptor, the one in use first") {
    KeyDeskFixture f;
    const auto pipe = pipe_with("1234\n567890\n");
    const PinOptions pins{.pin_fd = pipe.get(), .new_pin_fd = pipe.get()};
    CHECK(enter_pin(f.desk(), pins, "PIN")->code_points() == 4);
    CHECK(choose_pin(f.desk(), pins, 6)->code_points() == 6);
  }

  TEST_CASE("a flaw in a script's PIN names the flag, and what is missing is named too") {
    KeyDeskFixture f;
    const auto pipe = pipe_with("12345\n");
    const auto flawed = choose_pin(f.desk(), {.new_pin_fd = pipe.get()}, 6);
    REQUIRE_FALSE(flawed.has_value());
    CHECK(flawed.error().code == "pin_too_short");
    CHECK(flawed.error().message.find("--new-pin-fd") != std::string::npos);
    CHECK(flawed.error().message.find("6 characters") != std::string::npos);
    CHECK(choose_pin(f.desk(), {}, 6).error().code == "invalid_argument");
    CHECK(enter_pin(f.desk(), {}, "PIN").error().code == "invalid_argument");
  }

  TEST_CASE("a person is asked again until both are the same and long enough") {
    PseudoTerminal person(choose);
    (void)person.read_until("characters): ");
    person.type("1234\n");
    CHECK(person.read_until("characters): ").find("at least 5") != std::string::npos);
    person.type("12345\n");
    (void)person.read_until("again: ");
    person.type("54321\n");
    CHECK(person.read_until("characters): ").find("not the same") != std::string::npos);
    person.type("123456\n");
    (void)person.read_until("again: ");
    person.type("123456\n");
    CHECK(person.wait() == 6);
  }

  TEST_CASE("a PIN beyond plain letters is told how it counts, before it goes anywhere") {
    PseudoTerminal person(choose);
    (void)person.read_until("characters): ");
    person.type(
        "e\u0301"
        "2345\n");
    CHECK(person.read_until("again: ").find("5 characters and 6 of 63 bytes") != std::string::npos);
    person.type(
        "\u00e9"
        "2345\n");
    CHECK(person.wait() == 6);
  }
}

}  // namespace firstkey::enroll::tests
