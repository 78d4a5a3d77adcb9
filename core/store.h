#pragma once
// The port to whatever keeps passes, sessions and credentials. A store knows records and atomicity;
// rules live above it. The specification is store/memory_store: every store must behave as it does,
// which tests/contract checks.
//
// Work runs in transactions. A write transaction is serialisable, durable once write() returns, and
// all or nothing over a crash at any instant; a read transaction sees one consistent snapshot.
// Inside a transaction an operation that cannot be carried out throws StoreAbort, which only the
// store that started the transaction catches: work is written as if the store never failed, and the
// caller of write() or read() gets the Error.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api_credential.h"
#include "core/audit.h"
#include "core/credential.h"
#include "core/lockout.h"
#include "core/metadata.h"
#include "core/orphan.h"
#include "core/pass.h"
#include "core/result.h"
#include "core/session.h"
#include "core/settings.h"
#include "core/store_clock.h"
#include "core/user.h"

namespace firstkey::core {

/// Ends the running transaction with `error`. Thrown by stores, caught by stores.
struct StoreAbort {
  Error error;
};

/// Valid during the call of the work it is passed to, and on its thread only.
class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;
  ReadTransaction() = default;
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

  /// Reads the clock anew at each call. In a write transaction the rows it will decide over are
  /// locked by then (SQLite: the whole file; PostgreSQL: passes, sessions, challenges and counters
  /// that were read by their key), so this is the deciding instant; the store raises its mark to
  /// the last decision when the transaction commits.
  [[nodiscard]] virtual ClockDecision clock() = 0;

  [[nodiscard]] virtual std::optional<Settings> settings() = 0;

  [[nodiscard]] virtual std::optional<User> user(const UserId& id) = 0;
  /// `name` as normalised_name() gives it.
  [[nodiscard]] virtual std::optional<User> user_by_name(std::string_view name) = 0;
  /// At most `limit` users after `after` (an empty name: from the start), by normalised name.
  [[nodiscard]] virtual std::vector<User> users(std::string_view after, std::size_t limit) = 0;
  /// Enabled or not, holding any role but Station.
  [[nodiscard]] virtual std::size_t count_administrators() = 0;

  [[nodiscard]] virtual std::optional<Pass> pass(const PassId& id) = 0;
  /// A user has one pass at most.
  [[nodiscard]] virtual std::optional<Pass> pass_of(const UserId& user) = 0;
  /// At most `limit` passes after `after` (empty: from the start), by id.
  [[nodiscard]] virtual std::vector<Pass> passes(const PassId& after, std::size_t limit) = 0;

  [[nodiscard]] virtual std::optional<Session> session(const SessionId& id) = 0;
  /// The session that redeeming `pass` at `station` with this secret opened, whatever its state.
  [[nodiscard]] virtual std::optional<Session> session_of_redemption(const PassId& pass,
                                                                     const StationId& station,
                                                                     const Sha256& secret_hash) = 0;
  [[nodiscard]] virtual std::vector<Session> open_sessions() = 0;
  [[nodiscard]] virtual std::vector<Session> open_sessions_of(const UserId& user) = 0;
  /// Newest first.
  [[nodiscard]] virtual std::vector<Session> recent_sessions(std::size_t limit) = 0;

  [[nodiscard]] virtual std::optional<Challenge> challenge(BytesView value) = 0;

  /// Withdrawn credentials count: an id is never used twice.
  [[nodiscard]] virtual std::optional<CredentialRecord> credential(BytesView id) = 0;
  /// Those not withdrawn, oldest first.
  [[nodiscard]] virtual std::vector<CredentialRecord> credentials_of(const UserId& user) = 0;
  /// At most `limit` after `after` (empty: from the start), by id, withdrawn ones included.
  [[nodiscard]] virtual std::vector<CredentialRecord> credentials(BytesView after,
                                                                  std::size_t limit) = 0;
  [[nodiscard]] virtual bool has_credentials() = 0;

  /// Removed from its key or not.
  [[nodiscard]] virtual std::optional<OrphanRecord> orphan(BytesView credential_id) = 0;
  /// At most `limit` of those not removed yet, the latest first.
  [[nodiscard]] virtual std::vector<OrphanRecord> orphans(std::size_t limit) = 0;
  /// Removed ones too.
  [[nodiscard]] virtual std::size_t count_orphans_of(const SessionId& session) = 0;

  /// Those that are over count in all of these.
  [[nodiscard]] virtual std::optional<ApiCredential> api_credential(const ApiCredentialId& id) = 0;
  [[nodiscard]] virtual std::optional<ApiCredential> api_credential_of_secret(
      const Sha256& secret_hash) = 0;
  /// Oldest first.
  [[nodiscard]] virtual std::vector<ApiCredential> api_credentials_of(const UserId& owner) = 0;
  /// At most `limit` after `after` (empty: from the start), by id.
  [[nodiscard]] virtual std::vector<ApiCredential> api_credentials(const ApiCredentialId& after,
                                                                   std::size_t limit) = 0;

  [[nodiscard]] virtual std::optional<StoredMetadata> metadata(std::int64_t number) = 0;

  [[nodiscard]] virtual std::optional<LockoutCounter> lockout(LockoutScope scope,
                                                              const Sha256& key) = 0;
  [[nodiscard]] virtual std::vector<LockoutCounter> lockouts() = 0;
  /// Where several programs write, a write transaction is told what they had a minute ago.
  [[nodiscard]] virtual std::size_t count_lockouts() = 0;

  /// At most `limit` rows after `after`, in the order of chains and of sequences.
  [[nodiscard]] virtual std::vector<AuditRow> audit_rows(const AuditPlace& after,
                                                         std::size_t limit) = 0;
  /// The newest rows that match, at most `query.limit`, in the order of time.
  [[nodiscard]] virtual std::vector<AuditRow> newest_audit_rows(const AuditQuery& query) = 0;
  [[nodiscard]] virtual std::optional<AuditRow> last_audit_row() = 0;
  /// The story that `subject` belongs to: the correlation of the earliest of its rows that has one.
  [[nodiscard]] virtual std::optional<CorrelationId> story_of(const AuditSubject& subject) = 0;
  /// Where each registered chain ends, in order. A store of one chain has it once it has a row.
  [[nodiscard]] virtual std::vector<ChainHead> audit_heads() = 0;
};

/// insert_* of a key that exists and update_* of one that does not are programming errors: they
/// abort with kStoreFailed. Foreign keys hold: a pass needs its user, a session its user, a
/// challenge its session, a credential its user, an API credential its owner.
class WriteTransaction : public ReadTransaction {
 public:
  virtual void put_settings(const Settings& settings) = 0;

  /// False, and nothing written, if the name (normalised) or the handle is taken.
  [[nodiscard]] virtual bool insert_user(const User& user) = 0;
  virtual void update_user(const User& user) = 0;  ///< the name may not change
  /// Takes the user's pass, sessions, challenges, credentials and API credentials along. Orphans
  /// stay: what is on a key does not go with its user.
  virtual void delete_user(const UserId& id) = 0;

  /// Aborts with kStoreFailed if the user has a pass: delete it first.
  virtual void insert_pass(const Pass& pass) = 0;
  virtual void delete_pass(const PassId& id) = 0;  ///< its sessions stay, for the record
  /// One compare-and-set: true exactly once over all callers, for a pass whose redeemed_at was
  /// empty. False if it is gone or was redeemed before.
  [[nodiscard]] virtual bool mark_redeemed(const PassId& id, Instant at) = 0;

  virtual void insert_session(const Session& session) = 0;
  virtual void update_session(const Session& session) = 0;

  virtual void insert_challenge(const Challenge& challenge) = 0;
  /// One compare-and-set: true exactly once, for a challenge whose used_at was empty.
  [[nodiscard]] virtual bool mark_used(BytesView challenge,
                                       Instant at,
                                       const Sha256& response_hash,
                                       BytesView stored_credential_id) = 0;
  virtual void delete_challenges_before(Instant created_before) = 0;

  /// False, and nothing written, if the id is taken by any user.
  [[nodiscard]] virtual bool insert_credential(const CredentialRecord& credential) = 0;
  virtual void update_credential(const CredentialRecord& credential) = 0;
  virtual void delete_credential(BytesView id) = 0;

  /// In the place of the one of the same credential, if there is one.
  virtual void put_orphan(const OrphanRecord& orphan) = 0;

  virtual void insert_api_credential(const ApiCredential& credential) = 0;
  virtual void update_api_credential(const ApiCredential& credential) = 0;

  virtual void insert_metadata(const StoredMetadata& metadata) = 0;
  virtual void delete_metadata_before(std::int64_t number) = 0;

  virtual void put_lockout(const LockoutCounter& counter) = 0;
  virtual void delete_lockout(LockoutScope scope, const Sha256& key) = 0;
  virtual void delete_lockouts_before(Instant last_at_before) = 0;
  /// The `count` counters with the fewest attempts, of equals those touched longest ago.
  virtual void delete_least_lockouts(std::size_t count) = 0;

  /// Appends to a hash chain, inside this transaction, at clock().now.
  virtual void append_audit(const AuditEvent& event) = 0;
  /// Replaces the personal fields of the row at `row`'s place by `row`'s: the one change to a
  /// written row that its hash lets be. Aborts with kStoreFailed if there is no such row.
  virtual void put_personal_fields(const AuditRow& row) = 0;

  /// Forgets the clock mark; the next decision believes the wall clock. For `clock reset`.
  virtual void reset_clock_mark() = 0;
};

/// Whether a store that is not there is made.
enum class StorePresence { kMustExist, kMayBeCreated };

class Store {
 public:
  enum class Ending { kCommit, kRollBack };
  /// May be called more than once: where others changed what it read, or the connection was lost
  /// before the commit. It may have no effect but on the transaction and on variables that every
  /// run overwrites or resets, and may move nothing out of what it captured.
  using Work = std::function<Ending(WriteTransaction&)>;
  using ReadWork = std::function<void(ReadTransaction&)>;

  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Returns once the outcome is durable. Threads: any; blocks its caller only.
  /// Errors: kStoreFull, kStoreReadOnly, kStoreDamaged, kStoreUnreachable, kOutcomeUnknown (the
  /// commit's answer was lost: repeat what is idempotent), kStoreFailed.
  [[nodiscard]] virtual Result<void> write(const Work& work) = 0;
  [[nodiscard]] virtual Result<void> read(const ReadWork& work) = 0;

  /// Integrity of the store's own structures and of the audit trail. Errors: kStoreDamaged,
  /// kAuditBroken, naming what.
  [[nodiscard]] virtual Result<void> check() = 0;
  /// Makes what was overwritten or deleted before unreadable in the store's own files, where the
  /// store can. Errors: kStoreUnreachable (something still reads; ask again) and those of write().
  [[nodiscard]] virtual Result<void> scrub() = 0;
  /// A consistent copy, while others write. `path` must not exist. Errors: kAlreadyExists and
  /// those of write().
  [[nodiscard]] virtual Result<void> back_up(const std::string& path) = 0;
};

/// Runs `decide` in a read transaction and returns what it returned.
template <class Value>
[[nodiscard]] Result<Value> read_from(
    Store& store, const std::function<Result<Value>(ReadTransaction&)>& decide) {
  Result<Value> outcome = fail(ErrorCode::kStoreFailed, "the transaction did not run");
  const auto done =
      store.read([&](ReadTransaction& transaction) { outcome = decide(transaction); });
  if (!done) return std::unexpected(done.error());
  return outcome;
}

/// Runs `decide`, which may run more than once, in a write transaction, commits if it succeeded,
/// and returns what it returned.
template <class Value>
[[nodiscard]] Result<Value> write_to(
    Store& store, const std::function<Result<Value>(WriteTransaction&)>& decide) {
  Result<Value> outcome = fail(ErrorCode::kStoreFailed, "the transaction did not run");
  const auto done = store.write([&](WriteTransaction& transaction) {
    outcome = decide(transaction);
    return outcome ? Store::Ending::kCommit : Store::Ending::kRollBack;
  });
  if (!done) return std::unexpected(done.error());
  return outcome;
}

}  // namespace firstkey::core
