#pragma once
// One transaction on one connection to PostgreSQL: the port's operations as prepared statements.
// Begin, commit and repetition are the store's (postgres_store.cpp). In a write transaction the
// rows that a decision hangs on are locked as they are read, so that a deciding instant read after
// them comes after every other's change of them.

#include "core/store.h"
#include "core/store/lockout_count.h"
#include "core/store/postgres_connection.h"

namespace firstkey::core {

/// What every transaction of a store shares. All outlive it.
struct PostgresSurroundings {
  const Clock& clock;  ///< for its boot clock alone: the wall clock is the server's
  Random& random;
  LockoutCount& lockout_count;
};

class PostgresTransaction final : public WriteTransaction {
 public:
  enum class Access { kRead, kWrite };

  PostgresTransaction(PostgresConnection& connection,
                      pqxx::transaction_base& transaction,
                      Access access,
                      const PostgresSurroundings& surroundings)
      : connection_(connection),
        transaction_(transaction),
        access_(access),
        surroundings_(surroundings) {}

  /// Stores the mark of the last decision; called once, before the commit.
  void raise_mark();
  /// How many more lock-out counters there are once this is committed.
  [[nodiscard]] std::int64_t more_lockouts() const noexcept { return more_lockouts_; }

  [[nodiscard]] ClockDecision clock() override;
  [[nodiscard]] std::optional<Settings> settings() override;
  [[nodiscard]] std::optional<User> user(const UserId& id) override;
  [[nodiscard]] std::optional<User> user_by_name(std::string_view name) override;
  [[nodiscard]] std::vector<User> users(std::string_view after, std::size_t limit) override;
  [[nodiscard]] std::size_t count_administrators() override;
  [[nodiscard]] std::optional<Pass> pass(const PassId& id) override;
  [[nodiscard]] std::optional<Pass> pass_of(const UserId& user) override;
  [[nodiscard]] std::vector<Pass> passes(const PassId& after, std::size_t limit) override;
  [[nodiscard]] std::optional<Session> session(const SessionId& id) override;
  [[nodiscard]] std::optional<Session> session_of_redemption(const PassId& pass,
                                                             const StationId& station,
                                                             const Sha256& secret_hash) override;
  [[nodiscard]] std::vector<Session> open_sessions() override;
  [[nodiscard]] std::vector<Session> open_sessions_of(const UserId& user) override;
  [[nodiscard]] std::vector<Session> recent_sessions(std::size_t limit) override;
  [[nodiscard]] std::optional<Challenge> challenge(BytesView value) override;
  [[nodiscard]] std::optional<CredentialRecord> credential(BytesView id) override;
  [[nodiscard]] std::vector<CredentialRecord> credentials_of(const UserId& user) override;
  [[nodiscard]] std::vector<CredentialRecord> credentials(BytesView after,
                                                          std::size_t limit) override;
  [[nodiscard]] bool has_credentials() override;
  [[nodiscard]] std::optional<OrphanRecord> orphan(BytesView credential_id) override;
  [[nodiscard]] std::vector<OrphanRecord> orphans(std::size_t limit) override;
  [[nodiscard]] std::size_t count_orphans_of(const SessionId& session) override;

  [[nodiscard]] std::optional<ApiCredential> api_credential(const ApiCredentialId& id) override;
  [[nodiscard]] std::optional<ApiCredential> api_credential_of_secret(
      const Sha256& secret_hash) override;
  [[nodiscard]] std::vector<ApiCredential> api_credentials_of(const UserId& owner) override;
  [[nodiscard]] std::vector<ApiCredential> api_credentials(const ApiCredentialId& after,
                                                           std::size_t limit) override;
  [[nodiscard]] std::optional<StoredMetadata> metadata(std::int64_t number) override;
  [[nodiscard]] std::optional<LockoutCounter> lockout(LockoutScope scope,
                                                      const Sha256& key) override;
  [[nodiscard]] std::vector<LockoutCounter> lockouts() override;
  [[nodiscard]] std::size_t count_lockouts() override;
  [[nodiscard]] std::vector<AuditRow> audit_rows(const AuditPlace& after,
                                                 std::size_t limit) override;
  [[nodiscard]] std::vector<AuditRow> newest_audit_rows(const AuditQuery& query) override;
  [[nodiscard]] std::optional<AuditRow> last_audit_row() override;
  [[nodiscard]] std::optional<CorrelationId> story_of(const AuditSubject& subject) override;
  [[nodiscard]] std::vector<ChainHead> audit_heads() override;

  void put_settings(const Settings& settings) override;
  [[nodiscard]] bool insert_user(const User& user) override;
  void update_user(const User& user) override;
  void delete_user(const UserId& id) override;
  void insert_pass(const Pass& pass) override;
  void delete_pass(const PassId& id) override;
  [[nodiscard]] bool mark_redeemed(const PassId& id, Instant at) override;
  void insert_session(const Session& session) override;
  void update_session(const Session& session) override;
  void insert_challenge(const Challenge& challenge) override;
  [[nodiscard]] bool mark_used(BytesView challenge,
                               Instant at,
                               const Sha256& response_hash,
                               BytesView stored_credential_id) override;
  void delete_challenges_before(Instant created_before) override;
  [[nodiscard]] bool insert_credential(const CredentialRecord& credential) override;
  void update_credential(const CredentialRecord& credential) override;
  void delete_credential(BytesView id) override;
  void put_orphan(const OrphanRecord& orphan) override;

  void insert_api_credential(const ApiCredential& credential) override;
  void update_api_credential(const ApiCredential& credential) override;
  void insert_metadata(const StoredMetadata& metadata) override;
  void delete_metadata_before(std::int64_t number) override;
  void put_lockout(const LockoutCounter& counter) override;
  void delete_lockout(LockoutScope scope, const Sha256& key) override;
  void delete_lockouts_before(Instant last_at_before) override;
  void delete_least_lockouts(std::size_t count) override;
  void append_audit(const AuditEvent& event) override;
  void put_personal_fields(const AuditRow& row) override;
  void reset_clock_mark() override;

 private:
  /// Runs `sql`, a string literal, with values that `add` can take.
  template <class... Values>
  pqxx::result run(const char* sql, const Values&... values);
  /// Runs `sql` with the columns of `record`.
  template <class Record>
  pqxx::result run_with(const char* sql, const Record& record);
  /// `locking` in a write transaction, else `plain`: the same but for the lock.
  [[nodiscard]] const char* either(const char* plain, const char* locking) const noexcept {
    return access_ == Access::kWrite ? locking : plain;
  }
  [[nodiscard]] ChainHead head_to_follow();

  PostgresConnection& connection_;
  pqxx::transaction_base& transaction_;
  Access access_;
  PostgresSurroundings surroundings_;
  std::optional<std::vector<ClockMark>> marks_;  ///< as stored, once read
  bool is_mark_reset_ = false;
  std::int64_t more_lockouts_ = 0;
};

}  // namespace firstkey::core
