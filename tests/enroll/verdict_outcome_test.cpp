#include "enroll/verdict_outcome.h"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

namespace {

using core::ErrorCode;

struct Verdict {
  ErrorCode code;
  VerdictMeaning meaning;
};

constexpr std::array kVerdicts = {
    Verdict{ErrorCode::kWindowOver, VerdictMeaning::kWindowOver},
    Verdict{ErrorCode::kChallengeUnknown, VerdictMeaning::kTryAgain},
    Verdict{ErrorCode::kChallengeExpired, VerdictMeaning::kTryAgain},
    Verdict{ErrorCode::kChallengeUsed, VerdictMeaning::kTryAgain},
    Verdict{ErrorCode::kRegistrationInvalid, VerdictMeaning::kOtherKey},
    Verdict{ErrorCode::kAttestationInvalid, VerdictMeaning::kOtherKey},
    Verdict{ErrorCode::kKeyNotAllowed, VerdictMeaning::kOtherKey},
    Verdict{ErrorCode::kSimulatorNotAllowed, VerdictMeaning::kOtherKey},
    Verdict{ErrorCode::kCredentialExists, VerdictMeaning::kOtherKey},
    Verdict{ErrorCode::kAssertionInvalid, VerdictMeaning::kOtherKey},
    Verdict{ErrorCode::kStoreUnreachable, VerdictMeaning::kUnknown},
    Verdict{ErrorCode::kOutcomeUnknown, VerdictMeaning::kUnknown},
    Verdict{ErrorCode::kVerifierUnreachable, VerdictMeaning::kUnknown},
};

}  // namespace

TEST_SUITE("enroll/verdict_outcome") {
  TEST_CASE("a refusal means what the table says") {
    for (const Verdict& one : kVerdicts) {
      CAPTURE(core::to_string(one.code));
      CHECK(meaning_of(one.code) == one.meaning);
    }
  }

  TEST_CASE("every other refusal is the end: nothing a person at a station does helps") {
    for (int number = 0; number <= static_cast<int>(ErrorCode::kNotShown); ++number) {
      const auto code = static_cast<ErrorCode>(number);
      CAPTURE(core::to_string(code));
      const bool is_listed = std::ranges::find(kVerdicts, code, &Verdict::code) != kVerdicts.end();
      CHECK((meaning_of(code) == VerdictMeaning::kOver) != is_listed);
    }
  }
}

}  // namespace firstkey::enroll::tests
