#include "core/administration/pass_ending.h"

#include "core/administration/listing.h"
#include "core/session_rules.h"

namespace firstkey::core {

namespace {

const char* name_of(PassEnding ending) {
  switch (ending) {
    case PassEnding::kDeleted:
      return "deleted";
    case PassEnding::kReplaced:
      return "replaced";
    case PassEnding::kUserDeleted:
      return "user_deleted";
    case PassEnding::kBootstrapOver:
      return "bootstrap_over";
    case PassEnding::kClockReset:
      return "clock_reset";
    case PassEnding::kRestored:
      return "restored";
  }
  return "deleted";
}

}  // namespace

void end_pass(WriteTransaction& transaction, const Pass& pass, PassEnding ending, Instant now) {
  end_sessions_of(transaction, pass.user, ErrorCode::kPassUnknown, now);
  transaction.delete_pass(pass.id);
  transaction.append_audit({.action = "pass.end",
                            .outcome = "success",
                            .correlation = pass.correlation,
                            .details = {{"passId", pass.id.text()},
                                        {"userId", pass.user.text()},
                                        {"reason", name_of(ending)}},
                            .personal = {}});
}

EndedAll end_all(WriteTransaction& transaction, PassEnding ending, ErrorCode reason, Instant now) {
  EndedAll ended;
  for (const auto& session : transaction.open_sessions()) {
    end_session(transaction, session, SessionState::kEnded, reason, now);
    ++ended.sessions;
  }
  while (true) {
    const auto page = transaction.passes({}, kMaxPage);
    for (const auto& pass : page) end_pass(transaction, pass, ending, now);
    ended.passes += page.size();
    if (page.size() < kMaxPage) return ended;
  }
}

}  // namespace firstkey::core
