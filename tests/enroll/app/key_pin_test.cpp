#include "enroll/app/key_pin.h"

#include <doctest/doctest.h>

#include "tests/enroll/app/key_desk_fixture.h"
#include "tests/enroll/app/pipe.h"

namespace firstkey::enroll::tests {

namespace {

using device::ErrorCode;
using device::Option;
using firstkey::tests::fails;
using firstkey::tests::FakeKey;

/// A desk with one key whose PIN is "1234", and both PINs of a script.
struct PinFixture : KeyDeskFixture {
  explicit PinFixture(const std::string& lines = "1234\n2468\n") : pipe(pipe_with(lines)) {
    key.facts().options.client_pin = Option::kTrue;
    key.facts().options.set_min_pin_length = Option::kTrue;
    key.facts().max_rp_ids_for_min_pin_length = 2;
    key.configuration().pin = "1234";
    discovery.insert(key);
  }
  [[nodiscard]] PinOptions pins() const { return {.pin_fd = pipe.get(), .new_pin_fd = pipe.get()}; }
  /// Asked before and after.
  void expect_retries() { key.expect_pin_retries(8); }

  FakeKey key;
  device::FileDescriptor pipe;
};

Failure failure_of(const Attempt<void>& attempt) {
  REQUIRE_FALSE(attempt.has_value());
  return attempt.error();
}

bool mentions(const Failure& failure, std::string_view words) {
  return failure.message.find(words) != std::string::npos;
}

}  // namespace

TEST_SUITE("enroll/app/key_pin") {
  TEST_CASE("a key without a PIN gets its first") {
    PinFixture f("2468\n");
    f.key.facts().options.client_pin = Option::kFalse;
    f.key.expect_set_pin("2468");
    f.expect_retries();
    CHECK(code_of(set_key_pin(f.desk(), f.pins())) == "done");
  }

  TEST_CASE("a first PIN is not set over another, nor where PINs are unknown") {
    PinFixture f;
    const auto failure = failure_of(set_key_pin(f.desk(), f.pins()));
    CHECK(failure.code == "pin_already_set");
    CHECK(failure.exit_code == ExitCode::kRefused);
    f.key.facts().options.client_pin = Option::kAbsent;
    CHECK(code_of(set_key_pin(f.desk(), f.pins())) == "unsupported_option");
  }

  TEST_CASE("a PIN below the key's own minimum never reaches the key") {
    PinFixture f;
    f.key.facts().min_pin_length = 5;
    f.expect_retries();
    CHECK(code_of(change_key_pin(f.desk(), f.pins())) == "pin_too_short");
  }

  TEST_CASE("a PIN is changed with the one in use") {
    PinFixture f;
    f.expect_retries();
    f.key.expect_change_pin("1234", "2468");
    f.expect_retries();
    CHECK(code_of(change_key_pin(f.desk(), f.pins())) == "done");
  }

  TEST_CASE("a script's PIN is tried once, and the attempts left are told") {
    PinFixture f;
    f.expect_retries();
    f.key.expect_change_pin("1234", "2468", fails(ErrorCode::kPinInvalid));
    f.key.expect_pin_retries(7);
    const auto failure = failure_of(change_key_pin(f.desk(), f.pins()));
    CHECK(failure.code == "pin_invalid");
    CHECK(failure.exit_code == ExitCode::kRefused);
    CHECK(mentions(failure, "7 attempts left"));
  }

  TEST_CASE("locked until it is inserted again and blocked for good are two things") {
    PinFixture soft;
    soft.expect_retries();
    soft.key.expect_change_pin("1234", "2468", fails(ErrorCode::kPinAuthBlocked));
    soft.key.expect_pin_retries(5);
    const auto locked = failure_of(change_key_pin(soft.desk(), soft.pins()));
    CHECK(locked.code == "pin_auth_blocked");
    CHECK(locked.exit_code == ExitCode::kKeyLocked);
    CHECK(mentions(locked, "inserted again"));
    CHECK(mentions(locked, "5 attempts left"));

    PinFixture hard;
    hard.key.expect_pin_retries(1);
    hard.key.expect_change_pin("1234", "2468", fails(ErrorCode::kPinBlocked));
    const auto blocked = failure_of(change_key_pin(hard.desk(), hard.pins()));
    CHECK(blocked.code == "pin_blocked");
    CHECK(blocked.exit_code == ExitCode::kKeyLocked);
    CHECK(mentions(blocked, "firstkey key reset"));
  }

  TEST_CASE("of a key without attempts no PIN is asked") {
    PinFixture f;
    f.key.expect_pin_retries(0);
    CHECK(code_of(change_key_pin(f.desk(), f.pins())) == "pin_blocked");
  }

  TEST_CASE("a change of the PIN is demanded once") {
    PinFixture f;
    f.expect_retries();
    f.expect_retries();
    CHECK(code_of(force_key_pin_change(f.desk(), f.pins())) == "done");
    CHECK(f.key.facts().is_pin_change_forced);
    f.expect_retries();
    CHECK(code_of(force_key_pin_change(f.desk(), {})) == "done");
  }

  TEST_CASE("a key that wants another PIN first says where that is done") {
    PinFixture f;
    f.key.facts().is_pin_change_forced = true;
    f.key.configuration().refuse_next(ErrorCode::kPinPolicy);
    f.expect_retries();
    const MinPinLength wish{.code_points = 6, .consent = Consent::kGiven};
    const auto failure = failure_of(raise_key_min_pin_length(f.desk(), f.pins(), wish));
    CHECK(failure.code == "pin_change_forced");
    CHECK(mentions(failure, "firstkey key pin change"));
  }

  TEST_CASE("a minimum rises, to 63 at most, and does not sink") {
    struct Case {
      std::uint64_t code_points;
      const char* code;
      std::uint64_t minimum;  ///< afterwards
      int looks;              ///< at the attempts left: before and after a change
    };
    for (const auto& c : {Case{5, "invalid_argument", 6, 0},
                          Case{6, "done", 6, 1},
                          Case{7, "done", 7, 2},
                          Case{62, "done", 62, 2},
                          Case{63, "done", 63, 2},
                          Case{64, "invalid_argument", 6, 0}}) {
      CAPTURE(c.code_points);
      PinFixture f;
      f.key.facts().min_pin_length = 6;
      for (int look = 0; look < c.looks; ++look) f.expect_retries();
      const MinPinLength wish{.code_points = c.code_points, .consent = Consent::kGiven};
      CHECK(code_of(raise_key_min_pin_length(f.desk(), f.pins(), wish)) == c.code);
      CHECK(f.key.facts().min_pin_length == c.minimum);
    }
  }

  TEST_CASE("a minimum is raised only with consent, and told to relying parties on wish") {
    PinFixture f;
    MinPinLength wish{.code_points = 6, .rp_ids = {"example.org"}};
    CHECK(code_of(raise_key_min_pin_length(f.desk(), f.pins(), wish)) == "invalid_argument");
    CHECK(f.key.facts().min_pin_length == 4);
    wish.consent = Consent::kGiven;
    f.expect_retries();
    f.expect_retries();
    CHECK(code_of(raise_key_min_pin_length(f.desk(), f.pins(), wish)) == "done");
    CHECK(f.key.configuration().rp_ids_told_minimum == wish.rp_ids);
    wish.rp_ids = {"a.example", "b.example", "c.example"};
    CHECK(code_of(raise_key_min_pin_length(f.desk(), f.pins(), wish)) == "invalid_argument");
  }

  TEST_CASE("a key without rules for PINs says so") {
    PinFixture f;
    f.key.facts().options.set_min_pin_length = Option::kAbsent;
    CHECK(code_of(force_key_pin_change(f.desk(), f.pins())) == "unsupported_option");
    CHECK(code_of(raise_key_min_pin_length(f.desk(), f.pins(), {.code_points = 6})) ==
          "unsupported_option");
  }
}

}  // namespace firstkey::enroll::tests
