#include "enroll/app/enrollment.h"

#include <array>

#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

namespace {

using How = Ending::How;

const core::Bytes kId{1};
const Failure kGivenUp{.code = "pin_wrong", .message = "wrong", .exit_code = ExitCode::kRefused};

struct Row {
  const char* name;
  Ending ending;
  std::string code;
  ExitCode exit_code;
};

}  // namespace

TEST_SUITE("enroll/app/enrollment") {
  TEST_CASE("every ending without a credential has its code and its status") {
    const std::array table = {
        Row{"the window", {.how = How::kExpired}, "window_over", ExitCode::kWindowOver},
        Row{"by the person", {.how = How::kCancelled}, "cancelled", ExitCode::kCancelled},
        Row{"no key came",
            {.how = How::kCancelled, .was_without_key = true},
            "no_key",
            ExitCode::kNoKey},
        Row{"after an unsuitable key",
            {.how = How::kCancelled, .last_refusal = KeyReason::kU2fOnly},
            "u2f_only",
            ExitCode::kNoKey},
        Row{"after a locked key",
            {.how = How::kCancelled, .last_lock = PinLock::kForGood},
            "key_locked",
            ExitCode::kKeyLocked},
        Row{"the session ended",
            {.how = How::kFailed, .code = core::ErrorCode::kSessionEnded},
            "session_ended",
            ExitCode::kWindowOver},
        Row{"the store",
            {.how = How::kFailed, .code = core::ErrorCode::kStoreFull},
            "store_full",
            ExitCode::kStore},
        Row{"nothing to do", {.how = How::kFinished}, "too_many_credentials", ExitCode::kNoKey},
    };
    for (const auto& row : table) {
      CAPTURE(row.name);
      const auto failure = failure_of(row.ending, 1, std::nullopt, std::nullopt);
      REQUIRE(failure.has_value());
      CHECK(failure->code == row.code);
      CHECK(failure->exit_code == row.exit_code);
    }
  }

  TEST_CASE("as many credentials as were asked for are a success, however it ended") {
    const Ending one{.how = How::kCancelled, .credentials = {kId}};
    CHECK_FALSE(failure_of(one, 1, cancelled(), std::nullopt).has_value());
    CHECK(failure_of(one, 2, cancelled(), std::nullopt) == cancelled());
  }

  TEST_CASE("the front end's own reason counts before that of the ceremony it ended") {
    const Ending ending{.how = How::kCancelled, .last_refusal = KeyReason::kPinDeclined};
    CHECK(failure_of(ending, 1, kGivenUp, std::nullopt) == kGivenUp);
  }

  TEST_CASE("a failed ceremony is told in its own words") {
    const Ending ending{.how = How::kFailed, .code = core::ErrorCode::kStoreFull};
    const core::Error words{.code = core::ErrorCode::kStoreFull, .detail = "the disk is full"};
    CHECK(failure_of(ending, 1, std::nullopt, words)->message == "the disk is full");
  }
}

}  // namespace firstkey::enroll::tests
