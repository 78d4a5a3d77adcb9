#include "core/session_rules.h"

#include <algorithm>
#include <utility>

#include "core/orphan_rules.h"
#include "core/usability.h"

namespace firstkey::core {

namespace {

std::string_view name_of(SessionState state) {
  switch (state) {
    case SessionState::kOpen:
      return "session.open";
    case SessionState::kCompleted:
      return "session.complete";
    case SessionState::kCancelled:
      return "session.cancel";
    case SessionState::kExpired:
      return "session.expire";
    case SessionState::kEnded:
      return "session.end";
  }
  return "session.end";
}

std::vector<CredentialRecord> unproven_credentials(ReadTransaction& transaction,
                                                   const Session& session) {
  auto credentials = transaction.credentials_of(session.user);
  std::erase_if(credentials, [&](const CredentialRecord& credential) {
    return credential.session != session.id || credential.is_proven();
  });
  return credentials;
}

/// A credential that may still be proved keeps its session open a little longer.
Instant end_of_session(ReadTransaction& transaction,
                       const Session& session,
                       const PassPolicy& policy) {
  const auto end = end_of_registration(session, policy);
  const bool may_be_proved =
      policy.proof != ProofRequirement::kOff && !unproven_credentials(transaction, session).empty();
  return may_be_proved ? end + kProofGrace : end;
}

/// Credentials that must be proved and were not are withdrawn with their session, which then holds
/// so many fewer.
void withdraw_unproven(WriteTransaction& transaction, Session& session, Instant now) {
  const auto settings = transaction.settings();
  if (!settings || settings->pass_policy.proof != ProofRequirement::kRequired) return;
  for (auto& credential : unproven_credentials(transaction, session)) {
    credential.withdrawn_at = now;
    transaction.update_credential(credential);
    session.credentials = std::max(0, session.credentials - 1);
    auto event = session_event(session, "credential.withdraw");
    event.details.emplace("credentialId", to_base64url(credential.id));
    event.outcome = std::string(to_string(ErrorCode::kProofRequired));
    transaction.append_audit(event);
    record_orphan(transaction, session, orphan_of(credential), now);
  }
}

std::unexpected<Error> told(ErrorCode code) {
  switch (code) {
    case ErrorCode::kWindowOver:
      return fail(code, "the time to register a key is over; ask for a new pass");
    case ErrorCode::kClockUncertain:
      return fail(code,
                  "this machine's clock went back while it was off, so the time left cannot be "
                  "told; ask for a new pass");
    case ErrorCode::kPassUnknown:
      return fail(code, "the pass was withdrawn; ask for a new one");
    case ErrorCode::kUserDisabled:
      return fail(code, "the account was disabled; ask your administrator");
    case ErrorCode::kUserOutOfScope:
    case ErrorCode::kPassDisabledByPolicy:
      return fail(code, "the policy no longer allows this; ask your administrator");
    default:
      return fail(code, "the session has ended; redeem a pass to start another");
  }
}

/// Why an ended session's station is refused.
ErrorCode reason_of(const Session& session) {
  const bool outlived_its_window = session.ended_at && session.ended_at >= session.expires_at;
  if (session.state == SessionState::kExpired ||
      (session.state == SessionState::kCompleted && outlived_its_window)) {
    return ErrorCode::kWindowOver;
  }
  if (session.ended_reason == to_string(ErrorCode::kClockUncertain)) {
    return ErrorCode::kClockUncertain;
  }
  if (session.ended_reason == to_string(ErrorCode::kPassUnknown)) return ErrorCode::kPassUnknown;
  return ErrorCode::kSessionEnded;
}

/// How a session ends whose time is over.
SessionState state_when_over(ReadTransaction& transaction,
                             const Session& session,
                             const PassPolicy& policy) {
  return is_complete(transaction, session, policy) ? SessionState::kCompleted
                                                   : SessionState::kExpired;
}

/// The code that ends `live` at this instant, whatever is about to be done; nothing if it goes on.
std::optional<ErrorCode> reason_to_end(ReadTransaction& transaction, const LiveSession& live) {
  const UsabilityContext context{.policy = live.settings.pass_policy,
                                 .user = live.user,
                                 .administrators = transaction.count_administrators()};
  if (const auto code = forbidden_by_policy(live.pass, context)) return code;
  if (live.now >= end_of_session(transaction, live.session, live.settings.pass_policy)) {
    return ErrorCode::kWindowOver;
  }
  return std::nullopt;
}

}  // namespace

Instant end_of_registration(const Session& session, const PassPolicy& policy) {
  if (session.is_one_time) return session.expires_at;
  return std::min(session.expires_at, session.last_seen_at + policy.idle_limit);
}

bool is_complete(ReadTransaction& transaction, const Session& session, const PassPolicy& policy) {
  if (session.credentials == 0) return false;
  return policy.proof != ProofRequirement::kRequired ||
         unproven_credentials(transaction, session).empty();
}

AuditEvent session_event(const Session& session, std::string action) {
  AuditEvent event{.action = std::move(action),
                   .outcome = "success",
                   .correlation = session.correlation,
                   .details = {{"sessionId", session.id.text()},
                               {"passId", session.pass.text()},
                               {"userId", session.user.text()}},
                   .personal = {{"station", session.station.text()}}};
  if (session.is_simulated) event.details.emplace("isSimulated", "true");
  return event;
}

Session end_session(WriteTransaction& transaction,
                    Session session,
                    SessionState state,
                    ErrorCode reason,
                    Instant now) {
  session.state = state;
  session.ended_at = now;
  const bool is_own_choice = state == SessionState::kCompleted || state == SessionState::kCancelled;
  session.ended_reason = is_own_choice ? "" : std::string(to_string(reason));
  withdraw_unproven(transaction, session, now);
  transaction.update_session(session);
  auto event = session_event(session, std::string(name_of(state)));
  if (!is_own_choice) event.outcome = session.ended_reason;
  transaction.append_audit(event);
  return session;
}

void end_sessions_of(WriteTransaction& transaction,
                     const UserId& user,
                     ErrorCode reason,
                     Instant now) {
  for (auto& session : transaction.open_sessions_of(user)) {
    end_session(transaction, std::move(session), SessionState::kEnded, reason, now);
  }
}

void settle_clock(WriteTransaction& transaction) {
  const auto decision = transaction.clock();
  if (decision.certainty == ClockCertainty::kCertain) return;
  for (auto& session : transaction.open_sessions()) {
    if (!session.is_one_time) continue;
    end_session(transaction,
                std::move(session),
                SessionState::kEnded,
                ErrorCode::kClockUncertain,
                decision.now);
  }
}

void expire_sessions(WriteTransaction& transaction) {
  const auto settings = transaction.settings();
  if (!settings) return;
  const auto now = transaction.clock().now;
  for (auto& session : transaction.open_sessions()) {
    if (now < end_of_session(transaction, session, settings->pass_policy)) continue;
    const auto state = state_when_over(transaction, session, settings->pass_policy);
    end_session(transaction, std::move(session), state, ErrorCode::kWindowOver, now);
  }
}

Result<Session> identify_session(ReadTransaction& transaction, const SessionTicket& ticket) {
  auto session = transaction.session(ticket.session);
  // Hashed, so that the comparison's time tells nothing of the secret.
  const auto shown = sha256(ticket.secret.expose());
  if (!session || !equal_constant_time(session->secret_hash, shown) ||
      session->station != ticket.station) {
    return fail(ErrorCode::kSessionUnknown, "there is no such session at this station");
  }
  return std::move(session.value());
}

Result<LiveSession> enter_session(WriteTransaction& transaction,
                                  const SessionTicket& ticket,
                                  SessionPurpose purpose) {
  auto session = identify_session(transaction, ticket);
  if (!session) return std::unexpected(session.error());
  if (session->state != SessionState::kOpen && purpose != SessionPurpose::kLook) {
    return told(reason_of(session.value()));
  }
  auto settings = transaction.settings();
  auto user = transaction.user(session->user);
  auto pass = transaction.pass(session->pass);
  // Read after the rows it decides over: WebAuthn's "now" here is the commit's.
  const auto now = transaction.clock().now;
  if (!settings) return fail(ErrorCode::kNotInitialised, "the store was never initialised");
  if (!user || (!pass && purpose != SessionPurpose::kLook)) {
    end_session(transaction, session.value(), SessionState::kEnded, ErrorCode::kPassUnknown, now);
    return told(ErrorCode::kPassUnknown);
  }
  LiveSession live{.session = std::move(session.value()),
                   .pass = pass ? std::move(pass.value()) : Pass{},
                   .user = std::move(user.value()),
                   .settings = std::move(settings.value()),
                   .now = now};
  if (live.session.state != SessionState::kOpen) return live;
  if (!pass) {
    live.session =
        end_session(transaction, live.session, SessionState::kEnded, ErrorCode::kPassUnknown, now);
    return live;
  }
  if (const auto reason = reason_to_end(transaction, live)) {
    const auto state = reason == ErrorCode::kWindowOver
                           ? state_when_over(transaction, live.session, live.settings.pass_policy)
                           : SessionState::kEnded;
    live.session = end_session(transaction, live.session, state, reason.value(), now);
    if (purpose != SessionPurpose::kLook) return told(reason.value());
    return live;
  }
  const bool is_registering_over =
      now >= end_of_registration(live.session, live.settings.pass_policy);
  const bool is_about_registering =
      purpose == SessionPurpose::kRegister || purpose == SessionPurpose::kPrepare;
  if (is_about_registering && is_registering_over) return told(ErrorCode::kWindowOver);
  // A proof in the grace is no act that would begin the idle limit anew, nor are fresh options,
  // which a station asks for with nobody there.
  const bool is_act = purpose == SessionPurpose::kRegister || purpose == SessionPurpose::kProve;
  if (!live.session.is_one_time && is_act && !is_registering_over) {
    live.session.last_seen_at = now;
    transaction.update_session(live.session);
  }
  return live;
}

SessionSnapshot snapshot_of(ReadTransaction& transaction, const LiveSession& live) {
  const auto& policy = live.settings.pass_policy;
  SessionSnapshot snapshot{
      .session = live.session.id,
      .correlation = live.session.correlation,
      .user_name = live.user.name,
      .user_display_name = live.user.display_name,
      .is_one_time = live.session.is_one_time,
      .is_simulated = live.session.is_simulated,
      .state = live.session.state,
      .server_now = live.now,
      .expires_at = end_of_registration(live.session, policy),
      .proof = policy.proof,
      .credentials_left = std::max(0, policy.credentials_per_session - live.session.credentials),
      .unproven = {}};
  if (policy.proof == ProofRequirement::kOff) return snapshot;
  for (const auto& credential : unproven_credentials(transaction, live.session)) {
    snapshot.unproven.push_back(credential.id);
  }
  return snapshot;
}

}  // namespace firstkey::core
