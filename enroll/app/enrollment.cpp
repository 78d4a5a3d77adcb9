#include "enroll/app/enrollment.h"

#include <algorithm>

#include <fmt/format.h>

#include "enroll/app/conversation.h"
#include "enroll/app/screen_text.h"
#include "enroll/ceremony_runner.h"

namespace firstkey::enroll {

namespace {

/// With nobody to insert one, a key is there within this or not at all.
constexpr core::Duration kUnattendedWait = std::chrono::seconds(30);

class RunnerControls final : public CeremonyControls {
 public:
  explicit RunnerControls(CeremonyRunner& runner) : runner_(runner) {}
  void enter_pin(PinRequestId request, device::Pin pin) override {
    runner_.enter_pin(request, std::move(pin));
  }
  void decline_pin(PinRequestId request) override { runner_.decline_pin(request); }
  void add_another() override { runner_.add_another(); }
  void finish() override { runner_.finish(); }
  void cancel() override { runner_.cancel(); }

 private:
  CeremonyRunner& runner_;
};

Failure of_key(std::string code, std::string message, ExitCode exit_code) {
  return {.code = std::move(code), .message = std::move(message), .exit_code = exit_code};
}

Failure failure_of_cancelled(const Ending& ending) {
  if (ending.was_without_key) return no_key({});
  if (ending.last_lock) {
    return of_key("key_locked", "the key is locked", ExitCode::kKeyLocked);
  }
  if (ending.last_refusal) {
    return of_key(std::string(name_of(*ending.last_refusal)),
                  std::string(advice(*ending.last_refusal)),
                  ExitCode::kNoKey);
  }
  return cancelled();
}

Failure failure_of_failed(const Ending& ending, const std::optional<core::Error>& failed) {
  if (failed) return to_failure(*failed);
  return to_failure(
      core::Error{.code = ending.code.value_or(core::ErrorCode::kStoreFailed), .detail = {}});
}

}  // namespace

std::optional<Failure> failure_of(const Ending& ending,
                                  int count,
                                  const std::optional<Failure>& given_up,
                                  const std::optional<core::Error>& failed) {
  if (std::ssize(ending.credentials) >= count) return std::nullopt;
  if (given_up) return given_up;
  switch (ending.how) {
    case Ending::How::kFinished:
      return of_key(
          "too_many_credentials", "this session may register no more keys", ExitCode::kNoKey);
    case Ending::How::kExpired:
      return of_key("window_over",
                    "the time to register is over; ask for another pass",
                    ExitCode::kWindowOver);
    case Ending::How::kCancelled:
      return failure_of_cancelled(ending);
    case Ending::How::kFailed:
      return failure_of_failed(ending, failed);
  }
  return failure_of_failed(ending, failed);  // a value outside the enumeration
}

Attempt<EnrollmentReport> Enrollment::run(EnrollmentWish wish) {
  if (auto completed = complete(wish); !completed) return std::unexpected(completed.error());
  if (auto expected = expect_key(wish); !expected) return std::unexpected(expected.error());
  auto opened = SessionOpener(parts_).open(wish);
  if (!opened) return std::unexpected(opened.error());
  return hold(std::move(wish), std::move(*opened));
}

Attempt<void> Enrollment::complete(EnrollmentWish& wish) const {
  if (parts_.terminal == nullptr) {
    if (!wish.passcode) return misuse("--passcode-fd is needed: there is no terminal to ask at");
    if (!wish.pin) return misuse("--pin-fd is needed: there is no terminal to ask at");
    if (wish.user_name.empty() && !wish.is_resumption) {
      return misuse("say whose pass it is: firstkey enroll USER");
    }
    return {};
  }
  while (wish.user_name.empty() && !wish.is_resumption) {
    auto name = ask_text(*parts_.terminal, parts_.signals, "Your user name");
    if (!name) return std::unexpected(name.error());
    wish.user_name = std::move(*name);
  }
  return {};
}

// With nobody to insert one, a key has to be there before a pass is spent on it.
Attempt<void> Enrollment::expect_key(const EnrollmentWish& wish) const {
  if (parts_.terminal != nullptr) return {};
  const auto is_usable = [](const device::SeenKey& key) { return !key.obstacle; };
  // A discovery that was made has looked.
  if (std::ranges::any_of(eligible_keys(parts_.discovery, wish.keys), is_usable)) return {};
  const auto key = the_key(parts_.discovery, wish.keys);
  return std::unexpected(key ? obstructed(*key) : key.error());
}

Attempt<EnrollmentReport> Enrollment::hold(EnrollmentWish wish, OpenedSession opened) {
  parts_.view.say("Accepted",
                  fmt::format("pass of {}; time left to register: {}",
                              opened.snapshot.user_name,
                              countdown(opened.snapshot.expires_at - opened.snapshot.server_now)));
  // Nobody is there to lift a card, and who names its reader says that it is meant.
  const bool is_card_meant = parts_.terminal == nullptr && wish.keys.only.has_value();
  CeremonyChoices choices{.allows_simulated = opened.snapshot.is_simulated,
                          .lying_cards = is_card_meant ? LyingCards::kUse : LyingCards::kLiftFirst,
                          .only_key = wish.keys.only,
                          .every_half_minute = parts_.every_half_minute};
  if (parts_.terminal == nullptr) choices.longest_wait_for_key = kUnattendedWait;
  CeremonyRunner runner({.verifier = parts_.verifier,
                         .discovery = parts_.discovery,
                         .clock = parts_.clock,
                         .ticket_file = &parts_.ticket_file},
                        std::move(opened.ticket),
                        opened.snapshot,
                        std::move(choices));
  RunnerControls controls(runner);
  Conversation conversation(runner.events(), controls, parts_.view, parts_.signals);
  runner.start();
  conversation.hold({.terminal = parts_.terminal, .pin = std::move(wish.pin), .count = wish.count});
  const auto ending = runner.wait();
  if (ending.ticket_error) parts_.view.say("Careful", ending.ticket_error->detail);
  const auto failure =
      failure_of(ending, wish.count.value_or(1), conversation.given_up(), conversation.failed());
  if (failure) return std::unexpected(*failure);
  EnrollmentReport report{.session = ending.session.value_or(opened.snapshot),
                          .time_to_spare = parts_.view.time_left()};
  for (const auto& id : ending.credentials) {
    const auto& stored = conversation.stored();
    const auto found = std::ranges::find(stored, id, &CredentialStored::credential_id);
    // One that was stored before a resumption was only proved here.
    report.credentials.push_back(found != stored.end() ? *found
                                                       : CredentialStored{.credential_id = id});
  }
  return report;
}

}  // namespace firstkey::enroll
