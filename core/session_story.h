#pragma once
// What happened in a session, as its station may see it: the rows that the audit trail has of it,
// without what is for staff alone. Whichever program wrote them, they read the same.

#include <string>
#include <vector>

#include "core/audit.h"
#include "core/session.h"
#include "core/store.h"

namespace firstkey::core {

struct StoryEvent {
  AuditPlace place;     ///< of its row: names the event for ever
  std::string action;   ///< "pass.redeem", "credential.register", "session.expire"
  std::string outcome;  ///< "success", or an ErrorCode's name
  Instant at;
  std::string credential_id;  ///< base64url; empty: it is about none
};

struct SessionStory {
  std::vector<StoryEvent> events;  ///< in the order of time, the newest thousand at most
  SessionState state = SessionState::kOpen;
  CorrelationId correlation;  ///< of all the rows
};

/// The story of the session that `ticket` opens, also once it ended. Errors: kSessionUnknown (for a
/// wrong secret or station too), those of the store.
[[nodiscard]] Result<SessionStory> story_of(Store& store, const SessionTicket& ticket);

}  // namespace firstkey::core
