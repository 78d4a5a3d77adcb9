#include "core/administration/store_beginning.h"

#include <utility>

#include "core/administration/pass_ending.h"

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
    const auto ended = end_all(transaction, PassEnding::kRestored, ErrorCode::kSessionEnded, now);
    restored.sessions = ended.sessions;
    restored.passes = ended.passes;
    transaction.delete_challenges_before(Instant::max());
    return Store::Ending::kCommit;
  });
  if (!done) return std::unexpected(done.error());
  return restored;
}

}  // namespace firstkey::core
