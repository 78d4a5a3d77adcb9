#include "enroll/app/output.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include "tests/support/pseudo_terminal.h"

namespace firstkey::enroll::tests {

namespace {

using firstkey::tests::PseudoTerminal;

/// What a person sees of a table with a wide name and a hostile one in it.
std::string shown_table(bool is_colour_refused) {
  PseudoTerminal person([is_colour_refused] {
    ::unsetenv("NO_COLOR");
    if (is_colour_refused) ::setenv("NO_COLOR", "1", 1);
    Output(OutputForm::kText).table({"Name", "State"}, {{"李\x1b[2J", "on"}, {"Lee", "off"}});
    std::fflush(stdout);
    return 0;
  });
  return person.read_until("off\r\n");
}

}  // namespace

TEST_SUITE("enroll/app/output") {
  TEST_CASE("columns line up whatever the names are, and no name moves the cursor") {
    CHECK(shown_table(true) == "Name    State\r\n李?[2J  on\r\nLee     off\r\n");
  }

  TEST_CASE("the head of a table is bold at a terminal, and plain with NO_COLOR") {
    CHECK(shown_table(false).starts_with("\x1b[1mName    State\x1b[0m\r\n"));
    CHECK(shown_table(true).find('\x1b') == std::string::npos);
  }

  TEST_CASE("a failure goes to the person and its status to the script") {
    PseudoTerminal person([] {
      ::setenv("NO_COLOR", "1", 1);
      return static_cast<int>(Output(OutputForm::kText)
                                  .failure({.code = "pass_used",
                                            .message = "used\x1b[2J",
                                            .exit_code = ExitCode::kWindowOver}));
    });
    CHECK(person.read_until("\n") == "firstkey: used?[2J\r\n");
    CHECK(person.wait() == 4);
  }

  TEST_CASE("a failure may take several lines") {
    PseudoTerminal person([] {
      ::setenv("NO_COLOR", "1", 1);
      (void)Output(OutputForm::kText)
          .failure({.code = "several_keys", .message = "say which:\n  one\x1b\n  two"});
      return 0;
    });
    CHECK(person.read_until("two\r\n") == "firstkey: say which:\r\n  one?\r\n  two\r\n");
    CHECK(person.wait() == 0);
  }

  TEST_CASE("with --json a failure is the one object, on standard output") {
    PseudoTerminal person([] {
      ::close(STDERR_FILENO);
      const Output output(OutputForm::kJson);
      output.say("for people");
      (void)output.failure(core::Error{.code = core::ErrorCode::kPassUsed, .detail = "used"});
      std::fflush(stdout);
      return 0;
    });
    CHECK(person.read_until("\n") ==
          "{\"error\":{\"code\":\"pass_used\",\"message\":\"used\",\"exitCode\":4}}\r\n");
  }
}

}  // namespace firstkey::enroll::tests
