#include "core/pass_redeemer.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/passcode.h"
#include "core/redemption_maker.h"
#include "core/usability.h"

namespace firstkey::core {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSecretBytes = 32;
constexpr std::chrono::milliseconds kBetweenTurns{50};
constexpr int kReferenceSymbols = 6;  // 30 bits: enough to find one row of a day's refusals

std::unexpected<Error> locked_out(const Lockout& lockout, Instant now) {
  if (!lockout.until) {
    return fail(ErrorCode::kLockedOut,
                "too many attempts for this name; an administrator must clear them first");
  }
  const auto wait = std::chrono::ceil<std::chrono::minutes>(lockout.until.value() - now);
  return fail(ErrorCode::kLockedOut,
              fmt::format("too many attempts; try again in {} minute{}",
                          wait.count(),
                          wait.count() == 1 ? "" : "s"));
}

/// The reason staff see for a pass that cannot be used now.
ErrorCode code_of(UsabilityReason reason) {
  switch (reason) {
    case UsabilityReason::kEnabledByPolicy:
    case UsabilityReason::kDisabledByPolicy:
      return ErrorCode::kPassDisabledByPolicy;
    case UsabilityReason::kNotYetValid:
      return ErrorCode::kPassNotYetValid;
    case UsabilityReason::kExpired:
      return ErrorCode::kPassExpired;
    case UsabilityReason::kOneTimeUsed:
      return ErrorCode::kPassUsed;
  }
  return ErrorCode::kPassDisabledByPolicy;
}

Instant window_end(const Pass& pass, const PassPolicy& policy, Instant now) {
  return pass.is_one_time ? std::min(now + policy.window, pass.end()) : pass.end();
}

}  // namespace

std::unexpected<Error> PassRedeemer::refuse(WriteTransaction& transaction,
                                            const char* action,
                                            ErrorCode reason,
                                            const Attempt& attempt,
                                            const StationId& station) {
  const auto drawn = draw_passcode(Alphabet::kCrockfordBase32, kReferenceSymbols, random_);
  const auto reference =
      to_string(drawn.expose());  // a reference, drawn like a passcode; no secret
  AuditEvent event{.action = action,
                   .outcome = std::string(to_string(reason)),
                   .correlation = attempt.pass ? attempt.pass->correlation : CorrelationId(),
                   .details = {{"reference", reference}},
                   .personal = {{"userName", attempt.name}, {"station", station.text()}}};
  if (attempt.pass) {
    event.details.emplace("passId", attempt.pass->id.text());
    event.details.emplace("userId", attempt.pass->user.text());
  }
  transaction.append_audit(event);
  return fail(ErrorCode::kRefused,
              "the name and passcode were not accepted; ask your administrator and tell them the "
              "reference " +
                  reference);
}

Result<PassRedeemer::Attempt> PassRedeemer::begin_attempt(const std::string& user_name,
                                                          const StationId& station) {
  const auto name = normalised_name(user_name);
  const auto keys = attempt_keys(pepper_, name, station);
  if (!keys) return std::unexpected(keys.error());
  auto reservation = reserve(name, keys.value());
  if (at_full_station_ == AtFullStation::kIsRefused) return std::move(reservation.attempt);
  std::chrono::milliseconds waited{0};
  std::chrono::milliseconds still{0};
  while (reservation.full_station && waited < kLongestTurn && still < kLongestStillness) {
    rest_(kBetweenTurns);
    waited += kBetweenTurns;
    auto next = reserve(name, keys.value());
    still = next.full_station == reservation.full_station ? still + kBetweenTurns : 0ms;
    reservation = std::move(next);
  }
  return std::move(reservation.attempt);
}

PassRedeemer::Reservation PassRedeemer::reserve(const std::string& name, const AttemptKeys& keys) {
  std::optional<LockoutCounter> full_station;
  auto reserved = write_to<Attempt>(store_, [&](WriteTransaction& transaction) -> Result<Attempt> {
    full_station.reset();  // this may be another run
    settle_clock(transaction);
    const auto settings = transaction.settings();
    if (!settings) return fail(ErrorCode::kNotInitialised, "the store was never initialised");
    const auto now = transaction.clock().now;
    Attempt attempt{.keys = keys, .reserved_at = now, .name = name, .pass = std::nullopt};
    if (const auto user = transaction.user_by_name(name)) {
      attempt.pass = transaction.pass_of(user->id);
    }
    const auto lockout =
        reserve_attempt(transaction, settings->pass_policy.lockout, attempt.keys, now);
    if (!lockout) return attempt;
    if (lockout->scope == LockoutScope::kStation) {
      full_station = transaction.lockout(LockoutScope::kStation, keys.station);
    }
    return locked_out(lockout.value(), now);  // rolls back: nothing is written over a limit
  });
  return {.attempt = std::move(reserved), .full_station = std::move(full_station)};
}

void PassRedeemer::sleep(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

Result<bool> PassRedeemer::is_right(const Attempt& attempt, const Secret& passcode) {
  const auto alphabet = attempt.pass ? attempt.pass->alphabet : Alphabet::kCrockfordBase32;
  auto normalised = normalise_passcode(passcode, alphabet);
  const bool is_plausible = normalised.has_value() && attempt.pass.has_value();
  // The same work for a name without a pass and for a passcode that cannot be one.
  if (!normalised) normalised = Secret(as_bytes("00000000"));
  const auto matches =
      hasher_.matches(attempt.pass ? attempt.pass->verifier : hasher_.decoy(), normalised.value());
  if (!matches) return matches;
  return is_plausible && matches.value();
}

Result<Redemption> PassRedeemer::redeem(RedemptionRequest request) {
  if (request.session_secret.size() != kSecretBytes || request.station.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "a station redeems with its name and a session secret of 32 bytes");
  }
  const auto attempt = begin_attempt(request.user_name, request.station);
  if (!attempt) return std::unexpected(attempt.error());
  const auto is_passcode_right = is_right(attempt.value(), request.passcode);
  if (!is_passcode_right) return std::unexpected(is_passcode_right.error());
  return decide_in<Redemption>(store_, [&](WriteTransaction& transaction) {
    return settle(transaction, attempt.value(), is_passcode_right.value(), request);
  });
}

Result<Redemption> PassRedeemer::settle(WriteTransaction& transaction,
                                        const Attempt& attempt,
                                        bool is_passcode_right,
                                        const RedemptionRequest& request) {
  const auto refused = [&](ErrorCode reason) {
    return refuse(transaction, "pass.redeem", reason, attempt, request.station);
  };
  auto settings = transaction.settings();
  auto user = transaction.user_by_name(attempt.name);
  if (!settings) return fail(ErrorCode::kNotInitialised, "the store was never initialised");
  if (!user) return refused(ErrorCode::kUserUnknown);
  // Read again: since the hash began the pass may have been deleted, replaced or used.
  auto pass = attempt.pass ? transaction.pass(attempt.pass->id) : std::nullopt;
  if (!pass) return refused(ErrorCode::kPassUnknown);
  if (!is_passcode_right) return refused(ErrorCode::kPassWrong);

  LiveSession live{.session = {},
                   .pass = std::move(pass.value()),
                   .user = std::move(user.value()),
                   .settings = std::move(settings.value()),
                   .now = transaction.clock().now};
  const UsabilityContext context{.policy = live.settings.pass_policy,
                                 .user = live.user,
                                 .administrators = transaction.count_administrators()};
  if (const auto code = forbidden_by_policy(live.pass, context)) return refused(code.value());
  const auto secret_hash = sha256(request.session_secret.expose());  // the store keeps the hash
  if (auto known = transaction.session_of_redemption(live.pass.id, request.station, secret_hash)) {
    // The answer to an earlier redemption was lost on its way; it is given again.
    live.session = std::move(known.value());
    if (live.session.state != SessionState::kOpen || live.now >= live.session.expires_at) {
      return refused(ErrorCode::kSessionEnded);
    }
    release_attempt(transaction, attempt.keys, attempt.reserved_at);
    return RedemptionMaker::make(snapshot_of(transaction, live));
  }
  const auto reason = usability_at(live.pass, context, live.now);
  if (reason != UsabilityReason::kEnabledByPolicy) return refused(code_of(reason));
  if (request.is_simulated && !live.settings.key_policy.allows_simulators) {
    release_attempt(transaction, attempt.keys, attempt.reserved_at);
    return fail(ErrorCode::kSimulatorNotAllowed,
                "the key policy allows no simulated keys; the pass was not used");
  }
  auto opened = open_session(transaction, std::move(live), request);
  if (!opened) return refused(opened.error().code);
  release_attempt(transaction, attempt.keys, attempt.reserved_at);
  return RedemptionMaker::make(snapshot_of(transaction, opened.value()));
}

Result<LiveSession> PassRedeemer::open_session(WriteTransaction& transaction,
                                               LiveSession live,
                                               const RedemptionRequest& request) {
  const bool is_first = transaction.mark_redeemed(live.pass.id, live.now);
  if (live.pass.is_one_time && !is_first) return fail(ErrorCode::kPassUsed);
  end_sessions_of(transaction, live.user.id, ErrorCode::kSessionEnded, live.now);
  live.session = {.id = make_id<SessionId>(random_),
                  .pass = live.pass.id,
                  .user = live.user.id,
                  .station = request.station,
                  .correlation = live.pass.correlation,
                  .secret_hash = sha256(request.session_secret.expose()),
                  .is_one_time = live.pass.is_one_time,
                  .is_simulated = request.is_simulated,
                  .opened_at = live.now,
                  .expires_at = window_end(live.pass, live.settings.pass_policy, live.now),
                  .last_seen_at = live.now,
                  .state = SessionState::kOpen,
                  .ended_at = std::nullopt,
                  .ended_reason = {},
                  .credentials = 0};
  transaction.insert_session(live.session);
  auto event = session_event(live.session, "pass.redeem");
  event.details.emplace("expiresAt", to_rfc3339(live.session.expires_at));
  event.personal.emplace("userName", live.user.name);
  transaction.append_audit(event);
  return live;
}

Result<Redemption> PassRedeemer::resume(ResumptionRequest request) {
  const auto owner =
      read_from<std::string>(store_, [&](ReadTransaction& transaction) -> Result<std::string> {
        const auto session = transaction.session(request.ticket.session);
        const auto user = session ? transaction.user(session->user) : std::nullopt;
        return user ? user->name : std::string();
      });
  if (!owner) return std::unexpected(owner.error());
  const auto attempt = begin_attempt(owner.value(), request.ticket.station);
  if (!attempt) return std::unexpected(attempt.error());
  const auto is_passcode_right = is_right(attempt.value(), request.passcode);
  if (!is_passcode_right) return std::unexpected(is_passcode_right.error());
  return decide_in<Redemption>(store_, [&](WriteTransaction& transaction) -> Result<Redemption> {
    const auto& station = request.ticket.station;
    if (!is_passcode_right.value()) {
      return refuse(transaction, "session.resume", ErrorCode::kPassWrong, attempt.value(), station);
    }
    auto live = enter_session(transaction, request.ticket, SessionPurpose::kProve);
    if (!live && live.error().code == ErrorCode::kSessionUnknown) {
      return refuse(
          transaction, "session.resume", ErrorCode::kSessionUnknown, attempt.value(), station);
    }
    release_attempt(transaction, attempt->keys, attempt->reserved_at);
    if (!live) return std::unexpected(live.error());
    if (live->session.pass != attempt->pass->id) {
      return refuse(
          transaction, "session.resume", ErrorCode::kPassUnknown, attempt.value(), station);
    }
    transaction.append_audit(session_event(live->session, "session.resume"));
    return RedemptionMaker::make(snapshot_of(transaction, live.value()));
  });
}

}  // namespace firstkey::core
