#include "core/session_story.h"

#include <utility>

#include "core/session_rules.h"

namespace firstkey::core {

namespace {

/// As many as one query may ask for.
constexpr std::size_t kMostRows = 1000;

std::string detail_of(const AuditRow& row, const char* name) {
  const auto found = row.details.find(name);
  return found == row.details.end() ? std::string() : found->second;
}

}  // namespace

Result<SessionStory> story_of(Store& store, const SessionTicket& ticket) {
  return read_from<SessionStory>(store, [&](ReadTransaction& view) -> Result<SessionStory> {
    const auto session = identify_session(view, ticket);
    if (!session) return std::unexpected(session.error());
    SessionStory story{.events = {}, .state = session->state, .correlation = session->correlation};
    const AuditQuery query{.correlation = session->correlation, .limit = kMostRows};
    for (const auto& row : view.newest_audit_rows(query)) {
      // A pass that is usable more than once has the rows of all its sessions.
      if (detail_of(row, "sessionId") != session->id.text()) continue;
      story.events.push_back({.place = {.chain = row.chain, .sequence = row.sequence},
                              .action = row.action,
                              .outcome = row.outcome,
                              .at = row.at,
                              .credential_id = detail_of(row, "credentialId")});
    }
    return story;
  });
}

}  // namespace firstkey::core
