#include "enroll/key_outcome.h"

#include <array>
#include <set>

#include "tests/enroll/ceremony_samples.h"

namespace firstkey::enroll::tests {

namespace {

using device::ErrorCode;
using enum Reaction;

constexpr std::array kPhases = {
    Phase::kOpening, Phase::kSelecting, Phase::kPin, Phase::kTouch, Phase::kProof};

/// Every code of the enumeration: they count up from kGone to kInternal.
std::vector<ErrorCode> all_codes() {
  std::vector<ErrorCode> codes;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    codes.push_back(static_cast<ErrorCode>(code));
  }
  return codes;
}

/// The states that wait for a key in a phase.
std::vector<State> waiting_in(Phase phase) {
  switch (phase) {
    case Phase::kOpening:
      return {sample_named(sample_states(), "OpeningKey"),
              sample_named(sample_states(), "OpeningProofKey"),
              sample_named(sample_states(), "SelectingKey")};
    case Phase::kSelecting:
      return {sample_named(sample_states(), "SelectingKey")};
    case Phase::kPin:
      return {sample_named(sample_states(), "SettingPin")};
    case Phase::kTouch:
      return {sample_named(sample_states(), "AwaitingTouch")};
    case Phase::kProof:
      return {sample_named(sample_states(), "Proving")};
  }
  return {};
}

struct Status {
  int status;
  Phase phase;
  Reaction reaction;
  Fault fault;
};

// CTAP 2.1 §8.2 and libfido2's own, where the meaning changes with the phase or is easily mistaken.
constexpr std::array kStatuses = {
    Status{0x05, Phase::kTouch, kTouchFailed, Fault::kPerson},        // TIMEOUT
    Status{0x06, Phase::kOpening, kFaltered, Fault::kStation},        // CHANNEL_BUSY
    Status{0x19, Phase::kTouch, kUnusable, Fault::kPerson},           // CREDENTIAL_EXCLUDED
    Status{0x26, Phase::kTouch, kUnusable, Fault::kKey},              // UNSUPPORTED_ALGORITHM
    Status{0x27, Phase::kTouch, kUnusable, Fault::kPerson},           // OPERATION_DENIED
    Status{0x28, Phase::kTouch, kUnusable, Fault::kKey},              // KEY_STORE_FULL
    Status{0x2b, Phase::kTouch, kUnusable, Fault::kKey},              // UNSUPPORTED_OPTION
    Status{0x2d, Phase::kTouch, kFaltered, Fault::kKey},              // KEEPALIVE_CANCEL
    Status{0x2e, Phase::kTouch, kUnusable, Fault::kPerson},           // NO_CREDENTIALS
    Status{0x2e, Phase::kProof, kCredentialMissing, Fault::kPerson},  // NO_CREDENTIALS
    Status{0x2f, Phase::kSelecting, kTouchFailed, Fault::kPerson},    // USER_ACTION_TIMEOUT
    Status{0x2f, Phase::kTouch, kTouchFailed, Fault::kPerson},        // USER_ACTION_TIMEOUT
    Status{0x2f, Phase::kProof, kTouchFailed, Fault::kPerson},        // USER_ACTION_TIMEOUT
    Status{0x30, Phase::kOpening, kFaltered, Fault::kPerson},         // NOT_ALLOWED
    Status{0x30, Phase::kProof, kPresenceUsedUp, Fault::kPerson},     // NOT_ALLOWED
    Status{0x31, Phase::kPin, kPinWrong, Fault::kPerson},             // PIN_INVALID
    Status{0x31, Phase::kTouch, kPinWrong, Fault::kPerson},           // PIN_INVALID
    Status{0x31, Phase::kProof, kPinWrong, Fault::kPerson},           // PIN_INVALID
    Status{0x32, Phase::kTouch, kPinBlocked, Fault::kPerson},         // PIN_BLOCKED
    Status{0x33, Phase::kTouch, kFaltered, Fault::kKey},              // PIN_AUTH_INVALID
    Status{0x34, Phase::kTouch, kPinBlocked, Fault::kPerson},         // PIN_AUTH_BLOCKED
    Status{0x35, Phase::kTouch, kFactsChanged, Fault::kKey},          // PIN_NOT_SET
    Status{0x36, Phase::kTouch, kPinNeeded, Fault::kPerson},          // PIN_REQUIRED
    Status{0x37, Phase::kPin, kPinUnfit, Fault::kPerson},             // PIN_POLICY_VIOLATION
    Status{0x37, Phase::kTouch, kFactsChanged, Fault::kPerson},       // … : a change is forced
    Status{0x38, Phase::kTouch, kFaltered, Fault::kKey},              // PIN_TOKEN_EXPIRED
    Status{0x3b, Phase::kTouch, kPresenceUsedUp, Fault::kPerson},     // UP_REQUIRED
    Status{0x3c, Phase::kTouch, kPinNeeded, Fault::kPerson},          // UV_BLOCKED
    Status{0x3f, Phase::kTouch, kTouchFailed, Fault::kPerson},        // UV_INVALID
    Status{0x7f, Phase::kTouch, kFaltered, Fault::kKey},              // ERR_OTHER
    Status{-1, Phase::kTouch, kFaltered, Fault::kKey},                // TX
    Status{-3, Phase::kTouch, kFaltered, Fault::kKey},                // RX_NOT_CBOR
};

}  // namespace

TEST_SUITE("enroll/key_outcome") {
  TEST_CASE("each status means what the table says, in its phase") {
    for (const Status& one : kStatuses) {
      CAPTURE(one.status);
      const Outcome outcome = outcome_of(device::to_error_code(one.status), one.phase);
      CHECK(outcome.reaction == one.reaction);
      CHECK(outcome.fault == one.fault);
    }
  }

  TEST_CASE("every code in every phase has a text and something to do next") {
    for (const ErrorCode code : all_codes()) {
      for (const Phase phase : kPhases) {
        CAPTURE(device::name_of(code));
        const Outcome outcome = outcome_of(code, phase);
        CHECK_FALSE(outcome.message.empty());
        CHECK(outcome.next.ends_with('.'));
      }
    }
  }

  TEST_CASE("whatever status a key answers, the state that waits for it goes on") {
    for (int status = -12; status <= 0xff; ++status) {
      for (const Phase phase : kPhases) {
        if (status == 0) continue;
        CAPTURE(status);
        CAPTURE(static_cast<int>(phase));
        const Input input = to_input(kKey, device::to_error(status, "testing"), phase, 7);
        for (const State& state : waiting_in(phase)) {
          const auto transition = step(state, input, sample_context());
          CHECK((!transition.commands.empty() || !transition.events.empty()));
        }
      }
    }
  }

  TEST_CASE("every code of the port, too, moves the state that waits for it") {
    for (const ErrorCode code : all_codes()) {
      for (const Phase phase : kPhases) {
        CAPTURE(device::name_of(code));
        CAPTURE(static_cast<int>(phase));
        const Input input = to_input(kKey, {.code = code}, phase, std::nullopt);
        for (const State& state : waiting_in(phase)) {
          const auto transition = step(state, input, sample_context());
          CHECK((!transition.commands.empty() || !transition.events.empty()));
        }
      }
    }
  }

  TEST_CASE("before a touch nothing can say that the PIN of a key is wrong or its presence used") {
    for (const ErrorCode code : all_codes()) {
      for (const Phase phase : {Phase::kOpening, Phase::kSelecting}) {
        CAPTURE(device::name_of(code));
        const std::set allowed{kRemoved, kUnusable, kFaltered, kTouchFailed};
        CHECK(allowed.contains(outcome_of(code, phase).reaction));
      }
    }
  }

  TEST_CASE("the input carries what the code knows") {
    const auto wrong = to_input(kKey, {.code = ErrorCode::kPinInvalid}, Phase::kTouch, 3);
    CHECK(std::get<PinWrong>(wrong).attempts_left == 3);
    const auto blocked =
        to_input(kKey, {.code = ErrorCode::kPinBlocked}, Phase::kTouch, std::nullopt);
    CHECK(std::get<PinBlocked>(blocked).lock == PinLock::kForGood);
    const auto locked =
        to_input(kKey, {.code = ErrorCode::kPinAuthBlocked}, Phase::kTouch, std::nullopt);
    CHECK(std::get<PinBlocked>(locked).lock == PinLock::kUntilReinserted);
    const auto excluded =
        to_input(kKey, {.code = ErrorCode::kCredentialExcluded}, Phase::kTouch, std::nullopt);
    CHECK(std::get<KeyUnusable>(excluded).reason == KeyReason::kAlreadyRegistered);
    const auto short_pin =
        to_input(kKey, {.code = ErrorCode::kPinTooShort}, Phase::kPin, std::nullopt);
    CHECK(std::get<PinUnfit>(short_pin).flaw == PinFlaw::kTooShort);
    const auto finger =
        to_input(kKey, {.code = ErrorCode::kUvInvalid}, Phase::kTouch, std::nullopt);
    CHECK(std::get<TouchFailed>(finger).mishap == TouchMishap::kNotRecognised);
  }
}

}  // namespace firstkey::enroll::tests
