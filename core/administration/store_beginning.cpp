#include "core/administration/store_beginning.h"

#include <utility>

#include "core/administration/listing.h"
#include "core/administration/pass_ending.h"
#include "core/session_rules.h"

namespace firstkey::core {

namespace {

/// Puts the settings, with the owner that is here now, and the row that says so.
void begin(WriteTransaction& transaction,
           Settings settings,
           const Account& owner,
           const char* action) {
  settings.owner_uid = owner.uid;
  settings.owner_installation = owner.installation;
  transaction.put_settings(settings);
  transaction.append_audit({.action = action,
                            .outcome = "success",
                            .correlation = {},
                            .details = {{"actorId", settings.owner.text()},
                                        {"uid", std::to_string(owner.uid)},
                                        {"epoch", std::to_string(settings.epoch)}},
                            .personal = {}});
}

std::size_t end_all_sessions(WriteTransaction& transaction, Instant now) {
  const auto sessions = transaction.open_sessions();
  for (const auto& session : sessions) {
    end_session(transaction, session, SessionState::kEnded, ErrorCode::kSessionEnded, now);
  }
  return sessions.size();
}

std::size_t end_all_passes(WriteTransaction& transaction, Instant now) {
  std::size_t ended = 0;
  while (true) {
    const auto page = transaction.passes({}, kMaxPage);
    for (const auto& pass : page) end_pass(transaction, pass, PassEnding::kRestored, now);
    ended += page.size();
    if (page.size() < kMaxPage) return ended;
  }
}

}  // namespace

Result<void> begin_copy(Store& store, Settings settings, const Account& owner) {
  return store.write([&](WriteTransaction& transaction) {
    begin(transaction, settings, owner, "store.copy");
    return Store::Ending::kCommit;
  });
}

Result<RestoredStore> begin_epoch(Store& store, Settings settings, const Account& owner) {
  RestoredStore restored{.epoch = ++settings.epoch,
                         .passes = 0,
                         .sessions = 0,
                         .stations = std::exchange(settings.stations, {}).size()};
  const auto done = store.write([&](WriteTransaction& transaction) {
    begin(transaction, settings, owner, "store.restore");
    const auto now = transaction.clock().now;
    restored.sessions = end_all_sessions(transaction, now);
    restored.passes = end_all_passes(transaction, now);
    transaction.delete_challenges_before(Instant::max());
    return Store::Ending::kCommit;
  });
  if (!done) return std::unexpected(done.error());
  return restored;
}

}  // namespace firstkey::core
