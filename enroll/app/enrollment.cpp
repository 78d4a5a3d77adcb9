#include "enroll/app/enrollment.h"

#include <algorithm>

#include <fmt/format.h>
#include <poll.h>

#include "enroll/app/conversation.h"
#include "enroll/app/output.h"
#include "enroll/app/screen_text.h"
#include "enroll/ceremony_runner.h"

namespace firstkey::enroll {

namespace {

constexpr std::size_t kSessionSecretBytes = 32;  // core/session.h, SessionTicket
/// Passcodes a person may mistype in a row; each counts against the lock-out as well.
constexpr int kTries = 3;
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

/// The one copy a ticket needs beside the request it goes into.
core::Secret copy_of(const core::Secret& secret) {
  return core::Secret(secret.expose());
}

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
  if (wish.is_resumption) {
    auto resumed = resume(wish);
    if (!resumed) return std::unexpected(resumed.error());
    return hold(std::move(wish), std::move(*resumed));
  }
  const auto secret = session_secret(wish.station);
  if (!secret) return std::unexpected(secret.error());
  auto redeemed = redeem(wish, secret.value());
  if (!redeemed) return std::unexpected(redeemed.error());
  return hold(std::move(wish), std::move(*redeemed));
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
  // Arrivals are left for the ceremony to hear of: this only looks.
  constexpr int kLooks = 6;
  pollfd ended{.fd = parts_.signals.fd(), .events = POLLIN, .revents = 0};
  for (int look = 0; look < kLooks && parts_.discovery.keys().empty(); ++look) {
    if (::poll(&ended, 1, static_cast<int>(parts_.patience.count())) > 0) {
      return std::unexpected(cancelled());
    }
  }
  const auto keys = parts_.discovery.keys();
  if (keys.empty()) return std::unexpected(no_key(parts_.discovery.obstacles()));
  const auto is_usable = [&](const device::SeenKey& key) {
    return !key.obstacle && (!wish.keys.only || key.path == *wish.keys.only);
  };
  if (std::ranges::any_of(keys, is_usable)) return {};
  const auto key = the_key(keys, wish.keys);
  if (key && key->obstacle) {
    return std::unexpected(of_key(
        "no_access", key->obstacle->reason + ": " + key->obstacle->remedy, ExitCode::kNoKey));
  }
  return std::unexpected(key ? no_key({}) : key.error());
}

Attempt<Enrollment::StationSecret> Enrollment::session_secret(
    const core::StationId& station) const {
  auto kept = parts_.ticket_file.load();
  // One cut off while it was begun belongs to no redemption: nothing is lost with it.
  const bool is_cut_off = !kept && kept.error().code == core::ErrorCode::kStoreDamaged;
  if (!kept && !is_cut_off) return std::unexpected(to_failure(kept.error()));
  if (is_cut_off) {
    if (auto wiped = parts_.ticket_file.wipe(); !wiped) {
      return std::unexpected(to_failure(wiped.error()));
    }
  } else if (kept->has_value()) {
    auto& earlier = kept->value();
    // The program ended before it heard of its redemption: with the same secret that is repeated.
    if (!earlier.session && earlier.station == station) {
      return StationSecret{.secret = std::move(earlier.secret), .origin = SecretOrigin::kKept};
    }
    if (earlier.session) {
      const auto snapshot = parts_.verifier.snapshot({.session = *earlier.session,
                                                      .station = earlier.station,
                                                      .secret = std::move(earlier.secret)});
      if (!snapshot && snapshot.error().code != core::ErrorCode::kSessionUnknown) {
        return std::unexpected(to_failure(snapshot.error()));
      }
      if (snapshot && snapshot->state == core::SessionState::kOpen) {
        return misuse(
            fmt::format("an enrollment of {} is open at this station until {}: take it "
                        "up with --resume, or give this one another --station",
                        snapshot->user_name,
                        local_time(snapshot->expires_at)));
      }
    }
    if (auto wiped = parts_.ticket_file.wipe(); !wiped) {
      return std::unexpected(to_failure(wiped.error()));
    }
  }
  auto secret = parts_.random.secret(kSessionSecretBytes);
  if (auto begun = parts_.ticket_file.begin(station, secret); !begun) {
    return std::unexpected(to_failure(begun.error()));
  }
  return StationSecret{.secret = std::move(secret), .origin = SecretOrigin::kDrawn};
}

Attempt<core::Secret> Enrollment::passcode(EnrollmentWish& wish) const {
  if (wish.passcode) return std::exchange(wish.passcode, std::nullopt).value();
  return ask_secret(*parts_.terminal, parts_.signals, "Passcode");
}

bool Enrollment::drives_simulated_key(const EnrollmentWish& wish) const {
  if (!wish.keys.simulators.empty()) return true;
  return wish.keys.only && std::ranges::any_of(parts_.discovery.keys(), [&](const auto& key) {
           return key.path == *wish.keys.only && key.is_simulated;
         });
}

Attempt<Enrollment::Opened> Enrollment::redeem(EnrollmentWish& wish, const StationSecret& station) {
  const auto& secret = station.secret;
  const bool may_try_again = !wish.passcode;
  const auto give_back = [&](const Failure& failure) {
    // Only a refusal of a secret's first redemption says for certain that it opened no session.
    const bool opened_none =
        station.origin == SecretOrigin::kDrawn && failure.exit_code != ExitCode::kStore;
    if (opened_none) (void)parts_.ticket_file.wipe();
    return std::unexpected(failure);
  };
  for (int tries = 1;; ++tries) {
    auto code = passcode(wish);
    if (!code) return give_back(code.error());
    const auto redemption = parts_.verifier.redeem({.user_name = wish.user_name,
                                                    .passcode = std::move(*code),
                                                    .station = wish.station,
                                                    .session_secret = copy_of(secret),
                                                    .is_simulated = drives_simulated_key(wish)});
    if (redemption) {
      const auto& snapshot = redemption->snapshot();
      // Without it the enrollment goes on; it could only not be resumed.
      if (auto kept = parts_.ticket_file.complete(snapshot.session); !kept) {
        parts_.view.say("Careful", "this enrollment cannot be resumed: " + kept.error().detail);
      }
      return Opened{.ticket = {.session = snapshot.session,
                               .station = wish.station,
                               .secret = copy_of(secret)},
                    .snapshot = snapshot};
    }
    const auto failure = to_failure(redemption.error());
    const bool is_refused = redemption.error().code == core::ErrorCode::kRefused;
    if (!is_refused || !may_try_again || tries == kTries) return give_back(failure);
    parts_.view.say("", failure.message);
  }
}

Attempt<Enrollment::Opened> Enrollment::resume(EnrollmentWish& wish) {
  auto kept = parts_.ticket_file.load();
  if (!kept) return std::unexpected(to_failure(kept.error()));
  if (!kept->has_value()) {
    return misuse("there is no enrollment to resume at this station; start one without --resume");
  }
  auto& ticket = kept->value();
  if (!ticket.session) {
    if (wish.user_name.empty())
      return misuse("say whose pass it is: firstkey enroll USER --resume");
    return redeem(wish, {.secret = std::move(ticket.secret), .origin = SecretOrigin::kKept});
  }
  auto code = passcode(wish);
  if (!code) return std::unexpected(code.error());
  const auto redemption = parts_.verifier.resume({.ticket = {.session = *ticket.session,
                                                             .station = ticket.station,
                                                             .secret = copy_of(ticket.secret)},
                                                  .passcode = std::move(*code)});
  if (!redemption) {
    const auto failure = to_failure(redemption.error());
    if (failure.exit_code == ExitCode::kWindowOver) (void)parts_.ticket_file.wipe();
    return std::unexpected(failure);
  }
  return Opened{.ticket = {.session = *ticket.session,
                           .station = ticket.station,
                           .secret = std::move(ticket.secret)},
                .snapshot = redemption->snapshot()};
}

Attempt<EnrollmentReport> Enrollment::hold(EnrollmentWish wish, Opened opened) {
  parts_.view.say("Accepted",
                  fmt::format("pass of {}; time left to register: {}",
                              opened.snapshot.user_name,
                              countdown(opened.snapshot.expires_at - opened.snapshot.server_now)));
  CeremonyChoices choices{.allows_simulated = opened.snapshot.is_simulated,
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
