#pragma once
// The life of an enrollment session: when it ends, what a station must show to act in it, and what
// holds at the instant that decides. Every write that touches sessions goes through decide_in(), so
// that a clock that cannot be trusted ends one-time sessions before anything else happens.
// Source: core/README.md, "The window".

#include <functional>
#include <string>

#include "core/result.h"
#include "core/store.h"
#include "core/verifier.h"

namespace firstkey::core {

/// How long after the window a credential stored in time may still be proved.
inline constexpr std::chrono::minutes kProofGrace{2};

/// A session whose ticket was shown, with what it hangs on, at the deciding instant.
struct LiveSession {
  Session session;
  Pass pass;
  User user;
  Settings settings;
  Instant now;
};

/// What a station is about to do, which says how long it may.
enum class SessionPurpose { kPrepare, kRegister, kProve, kLook };

/// Runs `decide` in a write transaction and commits whether it succeeded or not: what it wrote
/// before it refused (an ended session, an audit row) stays. A StoreAbort still undoes everything.
template <class Value>
[[nodiscard]] Result<Value> decide_in(
    Store& store, const std::function<Result<Value>(WriteTransaction&)>& decide);

/// The session of `ticket`, open or not, if the secret and the station are its own.
/// Errors: kSessionUnknown.
[[nodiscard]] Result<Session> identify_session(ReadTransaction& transaction,
                                               const SessionTicket& ticket);

/// Ends every open one-time session if the clock went back over a reboot.
void settle_clock(WriteTransaction& transaction);

/// Ends `session` with `state` and `reason`, writes the audit row and returns it as it is then.
Session end_session(WriteTransaction& transaction,
                    Session session,
                    SessionState state,
                    ErrorCode reason,
                    Instant now);

/// Ends all open sessions of `user`.
void end_sessions_of(WriteTransaction& transaction,
                     const UserId& user,
                     ErrorCode reason,
                     Instant now);

/// Whether `session` holds a credential and none that still needs its proof.
[[nodiscard]] bool is_complete(ReadTransaction& transaction,
                               const Session& session,
                               const PassPolicy& policy);

/// Ends the open sessions whose time is over: completed if they are complete, else expired. For the
/// regular tick that also raises the mark.
void expire_sessions(WriteTransaction& transaction);

/// The session `ticket` opens, if at this instant everything still holds: the secret and the
/// station are its own, it is open, its pass was not deleted, the policies still let the user in,
/// and there is time for `purpose`. A session found to be over is ended and audited here. Errors:
/// kSessionUnknown (for a wrong secret or station too), kSessionEnded, kWindowOver,
/// kClockUncertain, kPassUnknown, kUserDisabled, kUserOutOfScope, kPassDisabledByPolicy.
[[nodiscard]] Result<LiveSession> enter_session(WriteTransaction& transaction,
                                                const SessionTicket& ticket,
                                                SessionPurpose purpose);

/// The first instant at which it is too late to register: the end of the window, or of the idle
/// limit of a multi-use session.
[[nodiscard]] Instant end_of_registration(const Session& session, const PassPolicy& policy);

[[nodiscard]] SessionSnapshot snapshot_of(ReadTransaction& transaction, const LiveSession& live);

/// An event of `session`'s life, with its ids and its station filled in.
[[nodiscard]] AuditEvent session_event(const Session& session, std::string action);

template <class Value>
Result<Value> decide_in(Store& store,
                        const std::function<Result<Value>(WriteTransaction&)>& decide) {
  Result<Value> outcome = fail(ErrorCode::kStoreFailed, "the transaction did not run");
  const auto done = store.write([&](WriteTransaction& transaction) {
    settle_clock(transaction);
    outcome = decide(transaction);
    return Store::Ending::kCommit;
  });
  if (!done) return std::unexpected(done.error());
  return outcome;
}

}  // namespace firstkey::core
