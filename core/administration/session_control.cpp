#include "core/administration/session_control.h"

#include "core/administration/listing.h"
#include "core/session_rules.h"

namespace firstkey::core {

namespace {

SessionView view_of(const Session& session, const User& user) {
  return {.id = session.id,
          .pass = session.pass,
          .user = session.user,
          .user_name = user.name,
          .station = session.station,
          .correlation = session.correlation,
          .is_one_time = session.is_one_time,
          .is_simulated = session.is_simulated,
          .opened_at = session.opened_at,
          .expires_at = session.expires_at,
          .state = session.state,
          .ended_at = session.ended_at,
          .ended_reason = session.ended_reason,
          .credentials = session.credentials};
}

}  // namespace

Result<std::vector<SessionView>> SessionControl::list(std::size_t limit) {
  return administration_.look<std::vector<SessionView>>(
      "session.list", [&](Act& act) -> Result<std::vector<SessionView>> {
        if (auto allowed = act.authorise(Operation::kReadSessions); !allowed) {
          return std::unexpected(allowed.error());
        }
        if (auto checked = check_limit(limit); !checked) return std::unexpected(checked.error());
        std::vector<SessionView> views;
        for (const auto& session : act.view().recent_sessions(limit)) {
          const auto user = act.view().user(session.user);
          if (!user || !act.authorise(Operation::kReadSessions, user.value())) continue;
          views.push_back(view_of(session, user.value()));
        }
        return views;
      });
}

Result<void> SessionControl::end(const SessionId& id) {
  return administration_.act<void>("session.stop", [&](Act& act) -> Result<Effect<void>> {
    if (auto allowed = act.authorise(Operation::kEndSession); !allowed) {
      return std::unexpected(allowed.error());
    }
    const auto session = act.view().session(id);
    const auto user = session ? act.view().user(session->user) : std::nullopt;
    if (!session || !user) return fail(ErrorCode::kSessionUnknown, "there is no such session");
    act.note_user(user.value());
    act.note_correlation(session->correlation);
    act.note("sessionId", session->id.text());
    if (auto allowed = act.authorise(Operation::kEndSession, user.value()); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (session->state != SessionState::kOpen) {
      return fail(ErrorCode::kSessionEnded, "this session has ended already");
    }
    return [ended = session.value(), now = act.now()](WriteTransaction& transaction) {
      end_session(transaction, ended, SessionState::kEnded, ErrorCode::kSessionEnded, now);
    };
  });
}

}  // namespace firstkey::core
