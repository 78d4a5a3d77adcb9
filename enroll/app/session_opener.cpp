#include "enroll/app/session_opener.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "enroll/app/output.h"

namespace firstkey::enroll {

namespace {

constexpr std::size_t kSessionSecretBytes = 32;  // core/session.h, SessionTicket
/// Passcodes a person may mistype in a row; each counts against the lock-out as well.
constexpr int kTries = 3;

/// The one copy a ticket needs beside the request it goes into.
core::Secret copy_of(const core::Secret& secret) {
  return core::Secret(secret.expose());
}

std::string still_open(const core::SessionSnapshot& snapshot) {
  return fmt::format("the pass was redeemed; take the enrollment up with --resume until {}",
                     local_time(snapshot.expires_at));
}

std::string unknown_outcome(const std::string& user_name) {
  return fmt::format(
      "whether the pass was redeemed is not known yet; `firstkey enroll {} --resume` "
      "goes on with it either way",
      user_name);
}

}  // namespace

Attempt<OpenedSession> SessionOpener::open(EnrollmentWish& wish) {
  if (wish.is_resumption) return resume(wish);
  const auto secret = session_secret(wish.station);
  if (!secret) return std::unexpected(secret.error());
  return redeem(wish, secret.value());
}

Attempt<SessionOpener::StationSecret> SessionOpener::session_secret(
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

Attempt<core::Secret> SessionOpener::passcode(EnrollmentWish& wish) const {
  if (wish.passcode) return std::exchange(wish.passcode, std::nullopt).value();
  return ask_secret(*parts_.terminal, parts_.signals, "Passcode");
}

bool SessionOpener::drives_simulated_key(const EnrollmentWish& wish) const {
  if (!wish.keys.simulators.empty()) return true;
  return wish.keys.only && std::ranges::any_of(parts_.discovery.keys(), [&](const auto& key) {
           return key.path == *wish.keys.only && key.is_simulated;
         });
}

Attempt<OpenedSession> SessionOpener::redeem(EnrollmentWish& wish, const StationSecret& station) {
  const auto& secret = station.secret;
  const bool may_try_again = !wish.passcode;
  const auto give_back = [&](const Failure& failure) {
    // Only a refusal of a secret's first redemption says for certain that it opened no session.
    const bool opened_none = station.origin == SecretOrigin::kDrawn &&
                             failure.exit_code != ExitCode::kStore &&
                             failure.exit_code != ExitCode::kUnreachable;
    if (opened_none) (void)parts_.ticket_file.wipe();
    return std::unexpected(failure);
  };
  for (int tries = 1;; ++tries) {
    auto code = passcode(wish);
    if (!code) return give_back(code.error());
    const auto asked = ask_verifier(wish, std::move(*code), secret);
    if (!asked.answer) return std::unexpected(cancelled(unknown_outcome(wish.user_name)));
    const auto& redemption = *asked.answer;
    if (redemption) {
      auto opened = keep(wish.station, secret, redemption->snapshot());
      if (asked.was_ended) return std::unexpected(cancelled(still_open(opened.snapshot)));
      return opened;
    }
    const auto failure = to_failure(redemption.error());
    const bool is_refused = redemption.error().code == core::ErrorCode::kRefused;
    if (is_refused && asked.was_ended) return give_back(cancelled("the pass was not redeemed"));
    if (!is_refused || !may_try_again || tries == kTries) return give_back(failure);
    parts_.view.say("", failure.message);
  }
}

Awaited<core::Result<core::Redemption>> SessionOpener::ask_verifier(const EnrollmentWish& wish,
                                                                    core::Secret code,
                                                                    const core::Secret& secret) {
  core::RedemptionRequest request{.user_name = wish.user_name,
                                  .passcode = std::move(code),
                                  .station = wish.station,
                                  .session_secret = copy_of(secret),
                                  .is_simulated = drives_simulated_key(wish)};
  return run_interruptibly(
      [&verifier = parts_.verifier, request = std::move(request)]() mutable {
        return verifier.redeem(std::move(request));
      },
      parts_.signals);
}

OpenedSession SessionOpener::keep(const core::StationId& station,
                                  const core::Secret& secret,
                                  const core::SessionSnapshot& snapshot) {
  // Without it the enrollment goes on; it could only not be resumed.
  if (auto kept = parts_.ticket_file.complete(snapshot.session); !kept) {
    parts_.view.say("Careful", "this enrollment cannot be resumed: " + kept.error().detail);
  }
  return {.ticket = {.session = snapshot.session, .station = station, .secret = copy_of(secret)},
          .snapshot = snapshot};
}

Attempt<OpenedSession> SessionOpener::resume(EnrollmentWish& wish) {
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
  core::ResumptionRequest request{.ticket = {.session = *ticket.session,
                                             .station = ticket.station,
                                             .secret = copy_of(ticket.secret)},
                                  .passcode = std::move(*code)};
  const auto asked = run_interruptibly(
      [&verifier = parts_.verifier, request = std::move(request)]() mutable {
        return verifier.resume(std::move(request));
      },
      parts_.signals);
  if (!asked.answer) return std::unexpected(cancelled("it can still be taken up with --resume"));
  const auto& redemption = *asked.answer;
  if (!redemption) {
    const auto failure = to_failure(redemption.error());
    if (failure.exit_code == ExitCode::kWindowOver) (void)parts_.ticket_file.wipe();
    return std::unexpected(failure);
  }
  if (asked.was_ended) return std::unexpected(cancelled(still_open(redemption->snapshot())));
  return OpenedSession{.ticket = {.session = *ticket.session,
                                  .station = ticket.station,
                                  .secret = std::move(ticket.secret)},
                       .snapshot = redemption->snapshot()};
}

}  // namespace firstkey::enroll
