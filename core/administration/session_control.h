#pragma once
// Administration of enrollment sessions: which there are and were, and ending one at once.

#include <optional>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/session.h"

namespace firstkey::core {

/// A session as it may be shown: all but the hash of its secret.
struct SessionView {
  SessionId id;
  PassId pass;
  UserId user;
  std::string user_name;
  StationId station;
  CorrelationId correlation;
  bool is_one_time = false;
  bool is_simulated = false;
  Instant opened_at;
  Instant expires_at;
  SessionState state = SessionState::kOpen;
  std::optional<Instant> ended_at;
  std::string ended_reason;
  int credentials = 0;
};

class SessionControl {
 public:
  /// `administration` must outlive this.
  explicit SessionControl(Administration& administration) : administration_(administration) {}

  /// Of the newest `limit` (1..1000) sessions, those of users the actor may see sessions of.
  [[nodiscard]] Result<std::vector<SessionView>> list(std::size_t limit);

  /// Ends an open session; what it stored and did not prove is withdrawn.
  /// Errors: kSessionUnknown, kSessionEnded.
  [[nodiscard]] Result<void> end(const SessionId& id);

 private:
  Administration& administration_;
};

}  // namespace firstkey::core
