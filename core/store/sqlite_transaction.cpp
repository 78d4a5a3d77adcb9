#include "core/store/sqlite_transaction.h"

#include <algorithm>

#include <sqlite3.h>

#include "core/store/sqlite_rows.h"

namespace firstkey::core {

namespace {

/// The rows a statement finds, each read by `read`.
template <class Record>
std::vector<Record> all_of(SQLite::Statement& statement, Record (*read)(RowReader&)) {
  std::vector<Record> records;
  while (statement.executeStep()) {
    SqliteRowReader row(statement);
    records.push_back(read(row));
  }
  return records;
}

template <class Record>
std::optional<Record> one_of(SQLite::Statement& statement, Record (*read)(RowReader&)) {
  std::optional<Record> record;
  if (statement.executeStep()) {
    SqliteRowReader row(statement);
    record = read(row);
  }
  statement.reset();
  return record;
}

/// Runs a statement that must change exactly one row.
void change_one(SQLite::Statement& statement, const char* what) {
  if (statement.exec() == 1) return;
  throw StoreAbort{{.code = ErrorCode::kStoreFailed, .detail = what}};
}

/// False if a uniqueness rule refused the row; any other failure is thrown.
bool insert_unless_taken(SQLite::Statement& statement) {
  try {
    statement.exec();
    return true;
  } catch (const SQLite::Exception& exception) {
    const int code = exception.getExtendedErrorCode();
    (void)statement.tryReset();
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) return false;
    throw;
  }
}

/// The rows that can match, newest first, by the index that leaves the fewest.
SQLite::Statement& rows_to_search(SqliteConnection& connection, const AuditQuery& query) {
  if (query.reference) {
    auto& statement = connection.prepared(
        "SELECT * FROM audit WHERE reference = ? AND reference <> '' ORDER BY sequence DESC");
    SqliteRowWriter(statement).add(query.reference.value());
    return statement;
  }
  if (query.correlation) {
    auto& statement =
        connection.prepared("SELECT * FROM audit WHERE correlation = ? ORDER BY sequence DESC");
    SqliteRowWriter(statement).add(query.correlation.value());
    return statement;
  }
  // No index, but rows of other actions are passed over without being read; all begin with "".
  auto& statement = connection.prepared(
      "SELECT * FROM audit WHERE substr(action, 1, length(?1)) = ?1 ORDER BY sequence DESC");
  SqliteRowWriter(statement).add(query.action.value_or(""));
  return statement;
}

CorrelationId read_correlation(RowReader& row) {
  return row.id<CorrelationId>();
}

std::int64_t as_limit(std::size_t limit) {
  return static_cast<std::int64_t>(limit);
}

}  // namespace

// ---- time --------------------------------------------------------------------------------------

std::optional<ClockMark> SqliteTransaction::stored_mark() {
  auto& statement = connection_.prepared("SELECT utc, since_boot, boot_id FROM clock_mark");
  std::optional<ClockMark> mark;
  if (statement.executeStep()) {
    SqliteRowReader row(statement);
    mark = ClockMark{
        .utc = row.instant(), .since_boot = Duration(row.number()), .boot_id = row.text()};
  }
  statement.reset();
  return mark;
}

ClockDecision SqliteTransaction::clock() {
  // Decided anew each time from what is stored: a decision over a reboot stays uncertain until this
  // transaction has acted on it and stored its mark.
  if (!is_mark_read_ && !is_mark_reset_) {
    mark_ = stored_mark();
    is_mark_read_ = true;
  }
  return decide(mark_, source_.read());
}

void SqliteTransaction::raise_mark() {
  if (is_mark_reset_) return;
  const auto mark = clock().mark;
  auto& statement = connection_.prepared(
      "INSERT INTO clock_mark VALUES (1, ?, ?, ?) ON CONFLICT (only_row) DO UPDATE SET "
      "utc = excluded.utc, since_boot = excluded.since_boot, boot_id = excluded.boot_id");
  SqliteRowWriter(statement).add(mark.utc).add(mark.since_boot.count()).add(mark.boot_id);
  statement.exec();
}

void SqliteTransaction::reset_clock_mark() {
  connection_.step("DELETE FROM clock_mark");
  mark_.reset();
  is_mark_reset_ = true;
}

// ---- settings ----------------------------------------------------------------------------------

std::optional<Settings> SqliteTransaction::settings() {
  auto& statement = connection_.prepared("SELECT document FROM settings");
  if (!statement.executeStep()) return std::nullopt;
  const auto document = statement.getColumn(0);
  auto settings = connection_.settings().of(
      {document.getText(), static_cast<std::size_t>(document.getBytes())});
  statement.reset();
  if (!settings) throw StoreAbort{settings.error()};
  return std::move(settings.value());
}

void SqliteTransaction::put_settings(const Settings& settings) {
  auto& statement = connection_.prepared(
      "INSERT INTO settings VALUES (1, ?) ON CONFLICT (only_row) DO UPDATE SET "
      "document = excluded.document");
  SqliteRowWriter(statement).add(settings_to_json(settings));
  statement.exec();
}

// ---- users -------------------------------------------------------------------------------------

std::optional<User> SqliteTransaction::user(const UserId& id) {
  auto& statement = connection_.prepared("SELECT * FROM users WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  return one_of(statement, read_user);
}

std::optional<User> SqliteTransaction::user_by_name(std::string_view name) {
  auto& statement = connection_.prepared("SELECT * FROM users WHERE normalised_name = ?");
  SqliteRowWriter(statement).add(name);
  return one_of(statement, read_user);
}

std::vector<User> SqliteTransaction::users(std::string_view after, std::size_t limit) {
  auto& statement = connection_.prepared(
      "SELECT * FROM users WHERE normalised_name > ? ORDER BY normalised_name LIMIT ?");
  SqliteRowWriter(statement).add(after).add(as_limit(limit));
  return all_of(statement, read_user);
}

std::size_t SqliteTransaction::count_administrators() {
  auto& statement = connection_.prepared("SELECT count(*) FROM users WHERE is_administrator = 1");
  statement.executeStep();
  const auto count = statement.getColumn(0).getInt64();
  statement.reset();
  return static_cast<std::size_t>(count);
}

bool SqliteTransaction::insert_user(const User& user) {
  if (this->user(user.id)) {
    throw StoreAbort{{.code = ErrorCode::kStoreFailed, .detail = "this user exists"}};
  }
  auto& statement =
      connection_.prepared("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, user);
  return insert_unless_taken(statement);
}

void SqliteTransaction::update_user(const User& user) {
  auto& statement = connection_.prepared(
      "UPDATE users SET name = ?3, display_name = ?4, type = ?5, groups = ?6, roles = ?7, "
      "is_administrator = ?8, is_enabled = ?9, handle = ?10, created_at = ?11 "
      "WHERE id = ?1 AND normalised_name = ?2");
  SqliteRowWriter row(statement);
  write_row(row, user);
  change_one(statement, "no such user");
}

void SqliteTransaction::delete_user(const UserId& id) {
  auto& statement = connection_.prepared("DELETE FROM users WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  change_one(statement, "no such user");
}

// ---- passes ------------------------------------------------------------------------------------

std::optional<Pass> SqliteTransaction::pass(const PassId& id) {
  auto& statement = connection_.prepared("SELECT * FROM passes WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  return one_of(statement, read_pass);
}

std::optional<Pass> SqliteTransaction::pass_of(const UserId& user) {
  auto& statement = connection_.prepared("SELECT * FROM passes WHERE user = ?");
  SqliteRowWriter(statement).add(user);
  return one_of(statement, read_pass);
}

std::vector<Pass> SqliteTransaction::passes(const PassId& after, std::size_t limit) {
  auto& statement = connection_.prepared("SELECT * FROM passes WHERE id > ? ORDER BY id LIMIT ?");
  SqliteRowWriter(statement).add(after).add(as_limit(limit));
  return all_of(statement, read_pass);
}

void SqliteTransaction::insert_pass(const Pass& pass) {
  auto& statement = connection_.prepared(
      "INSERT INTO passes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, pass);
  statement.exec();
}

void SqliteTransaction::delete_pass(const PassId& id) {
  auto& statement = connection_.prepared("DELETE FROM passes WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  change_one(statement, "no such pass");
}

bool SqliteTransaction::mark_redeemed(const PassId& id, Instant at) {
  auto& statement = connection_.prepared(
      "UPDATE passes SET redeemed_at = ?2 WHERE id = ?1 AND redeemed_at IS NULL");
  SqliteRowWriter(statement).add(id).add(at);
  return statement.exec() == 1;
}

// ---- sessions ----------------------------------------------------------------------------------

std::optional<Session> SqliteTransaction::session(const SessionId& id) {
  auto& statement = connection_.prepared("SELECT * FROM sessions WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  return one_of(statement, read_session);
}

std::optional<Session> SqliteTransaction::session_of_redemption(const PassId& pass,
                                                                const StationId& station,
                                                                const Sha256& secret_hash) {
  auto& statement = connection_.prepared(
      "SELECT * FROM sessions WHERE pass = ? AND station = ? AND secret_hash = ?");
  SqliteRowWriter(statement).add(pass).add(station).add(BytesView(secret_hash));
  return one_of(statement, read_session);
}

std::vector<Session> SqliteTransaction::open_sessions() {
  auto& statement = connection_.prepared("SELECT * FROM sessions WHERE state = 0 ORDER BY id");
  return all_of(statement, read_session);
}

std::vector<Session> SqliteTransaction::open_sessions_of(const UserId& user) {
  auto& statement =
      connection_.prepared("SELECT * FROM sessions WHERE state = 0 AND user = ? ORDER BY id");
  SqliteRowWriter(statement).add(user);
  return all_of(statement, read_session);
}

std::vector<Session> SqliteTransaction::recent_sessions(std::size_t limit) {
  auto& statement =
      connection_.prepared("SELECT * FROM sessions ORDER BY opened_at DESC, id DESC LIMIT ?");
  SqliteRowWriter(statement).add(as_limit(limit));
  return all_of(statement, read_session);
}

void SqliteTransaction::insert_session(const Session& session) {
  auto& statement = connection_.prepared(
      "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, session);
  statement.exec();
}

void SqliteTransaction::update_session(const Session& session) {
  auto& statement = connection_.prepared(
      "UPDATE sessions SET pass = ?2, user = ?3, station = ?4, correlation = ?5, secret_hash = ?6, "
      "is_one_time = ?7, is_simulated = ?8, opened_at = ?9, expires_at = ?10, last_seen_at = ?11, "
      "state = ?12, ended_at = ?13, ended_reason = ?14, credentials = ?15 WHERE id = ?1");
  SqliteRowWriter row(statement);
  write_row(row, session);
  change_one(statement, "no such session");
}

// ---- challenges --------------------------------------------------------------------------------

std::optional<Challenge> SqliteTransaction::challenge(BytesView value) {
  auto& statement = connection_.prepared("SELECT * FROM challenges WHERE value = ?");
  SqliteRowWriter(statement).add(value);
  return one_of(statement, read_challenge);
}

void SqliteTransaction::insert_challenge(const Challenge& challenge) {
  auto& statement =
      connection_.prepared("INSERT INTO challenges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, challenge);
  statement.exec();
}

bool SqliteTransaction::mark_used(BytesView challenge,
                                  Instant at,
                                  const Sha256& response_hash,
                                  BytesView stored_credential_id) {
  auto& statement = connection_.prepared(
      "UPDATE challenges SET used_at = ?2, response_hash = ?3, stored_credential_id = ?4 "
      "WHERE value = ?1 AND used_at IS NULL");
  SqliteRowWriter(statement)
      .add(challenge)
      .add(at)
      .add(BytesView(response_hash))
      .add(stored_credential_id);
  return statement.exec() == 1;
}

void SqliteTransaction::delete_challenges_before(Instant created_before) {
  auto& statement = connection_.prepared("DELETE FROM challenges WHERE created_at < ?");
  SqliteRowWriter(statement).add(created_before);
  statement.exec();
}

// ---- credentials -------------------------------------------------------------------------------

std::optional<CredentialRecord> SqliteTransaction::credential(BytesView id) {
  auto& statement = connection_.prepared("SELECT * FROM credentials WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  return one_of(statement, read_credential);
}

std::vector<CredentialRecord> SqliteTransaction::credentials_of(const UserId& user) {
  auto& statement = connection_.prepared(
      "SELECT * FROM credentials WHERE user = ? AND withdrawn_at IS NULL ORDER BY created_at, id");
  SqliteRowWriter(statement).add(user);
  return all_of(statement, read_credential);
}

std::vector<CredentialRecord> SqliteTransaction::credentials(BytesView after, std::size_t limit) {
  auto& statement =
      connection_.prepared("SELECT * FROM credentials WHERE id > ? ORDER BY id LIMIT ?");
  SqliteRowWriter(statement).add(after).add(as_limit(limit));
  return all_of(statement, read_credential);
}

bool SqliteTransaction::has_credentials() {
  auto& statement = connection_.prepared("SELECT 1 FROM credentials LIMIT 1");
  const bool found = statement.executeStep();
  statement.reset();
  return found;
}

bool SqliteTransaction::insert_credential(const CredentialRecord& credential) {
  auto& statement = connection_.prepared(
      "INSERT INTO credentials VALUES "
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, credential);
  return insert_unless_taken(statement);
}

void SqliteTransaction::update_credential(const CredentialRecord& credential) {
  auto& statement = connection_.prepared(
      "UPDATE credentials SET user = ?2, session = ?3, correlation = ?4, display_name = ?5, "
      "public_key = ?6, algorithm = ?7, sign_count = ?8, aaguid = ?9, is_user_verified = ?10, "
      "is_backup_eligible = ?11, is_backed_up = ?12, is_discoverable = ?13, transports = ?14, "
      "attestation_format = ?15, attestation_level = ?16, attestation_object = ?17, "
      "client_data_json = ?18, is_simulated = ?19, created_at = ?20, proven_at = ?21, "
      "withdrawn_at = ?22, trust_root = ?23, is_model_proven = ?24 WHERE id = ?1");
  SqliteRowWriter row(statement);
  write_row(row, credential);
  change_one(statement, "no such credential");
}

void SqliteTransaction::delete_credential(BytesView id) {
  auto& statement = connection_.prepared("DELETE FROM credentials WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  change_one(statement, "no such credential");
}

// ---- orphans -----------------------------------------------------------------------------------

std::optional<OrphanRecord> SqliteTransaction::orphan(BytesView credential_id) {
  auto& statement = connection_.prepared("SELECT * FROM orphans WHERE credential_id = ?");
  SqliteRowWriter(statement).add(credential_id);
  return one_of(statement, read_orphan);
}

std::vector<OrphanRecord> SqliteTransaction::orphans(std::size_t limit) {
  auto& statement = connection_.prepared(
      "SELECT * FROM orphans WHERE removed_at IS NULL "
      "ORDER BY recorded_at DESC, credential_id DESC LIMIT ?");
  SqliteRowWriter(statement).add(as_limit(limit));
  return all_of(statement, read_orphan);
}

std::size_t SqliteTransaction::count_orphans_of(const SessionId& session) {
  auto& statement = connection_.prepared("SELECT count(*) FROM orphans WHERE session = ?");
  SqliteRowWriter(statement).add(session);
  statement.executeStep();
  const auto count = statement.getColumn(0).getInt64();
  statement.reset();
  return static_cast<std::size_t>(count);
}

void SqliteTransaction::put_orphan(const OrphanRecord& orphan) {
  auto& statement =
      connection_.prepared("INSERT OR REPLACE INTO orphans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, orphan);
  statement.exec();
}

// ---- API credentials ---------------------------------------------------------------------------

std::optional<ApiCredential> SqliteTransaction::api_credential(const ApiCredentialId& id) {
  auto& statement = connection_.prepared("SELECT * FROM api_credentials WHERE id = ?");
  SqliteRowWriter(statement).add(id);
  return one_of(statement, read_api_credential);
}

std::optional<ApiCredential> SqliteTransaction::api_credential_of_secret(
    const Sha256& secret_hash) {
  auto& statement = connection_.prepared("SELECT * FROM api_credentials WHERE secret_hash = ?");
  SqliteRowWriter(statement).add(BytesView(secret_hash));
  return one_of(statement, read_api_credential);
}

std::vector<ApiCredential> SqliteTransaction::api_credentials_of(const UserId& owner) {
  auto& statement =
      connection_.prepared("SELECT * FROM api_credentials WHERE owner = ? ORDER BY created_at, id");
  SqliteRowWriter(statement).add(owner);
  return all_of(statement, read_api_credential);
}

std::vector<ApiCredential> SqliteTransaction::api_credentials(const ApiCredentialId& after,
                                                              std::size_t limit) {
  auto& statement =
      connection_.prepared("SELECT * FROM api_credentials WHERE id > ? ORDER BY id LIMIT ?");
  SqliteRowWriter(statement).add(after).add(as_limit(limit));
  return all_of(statement, read_api_credential);
}

void SqliteTransaction::insert_api_credential(const ApiCredential& credential) {
  auto& statement =
      connection_.prepared("INSERT INTO api_credentials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, credential);
  statement.exec();
}

void SqliteTransaction::update_api_credential(const ApiCredential& credential) {
  auto& statement = connection_.prepared(
      "UPDATE api_credentials SET owner = ?2, name = ?3, roles = ?4, secret_hash = ?5, epoch = ?6, "
      "created_at = ?7, created_by = ?8, expires_at = ?9, revoked_at = ?10, last_used_at = ?11 "
      "WHERE id = ?1");
  SqliteRowWriter row(statement);
  write_row(row, credential);
  change_one(statement, "no such API credential");
}

// ---- metadata ----------------------------------------------------------------------------------

std::optional<StoredMetadata> SqliteTransaction::metadata(std::int64_t number) {
  auto& statement = connection_.prepared("SELECT * FROM metadata WHERE number = ?");
  SqliteRowWriter(statement).add(number);
  return one_of(statement, read_metadata);
}

void SqliteTransaction::insert_metadata(const StoredMetadata& metadata) {
  auto& statement = connection_.prepared("INSERT INTO metadata VALUES (?, ?, ?)");
  SqliteRowWriter row(statement);
  write_row(row, metadata);
  statement.exec();
}

void SqliteTransaction::delete_metadata_before(std::int64_t number) {
  auto& statement = connection_.prepared("DELETE FROM metadata WHERE number < ?");
  SqliteRowWriter(statement).add(number);
  statement.exec();
}

// ---- lock-outs ---------------------------------------------------------------------------------

std::optional<LockoutCounter> SqliteTransaction::lockout(LockoutScope scope, const Sha256& key) {
  auto& statement = connection_.prepared("SELECT * FROM lockouts WHERE scope = ? AND key = ?");
  SqliteRowWriter(statement).add(scope).add(BytesView(key));
  return one_of(statement, read_lockout);
}

std::vector<LockoutCounter> SqliteTransaction::lockouts() {
  auto& statement = connection_.prepared("SELECT * FROM lockouts ORDER BY scope, key");
  return all_of(statement, read_lockout);
}

std::size_t SqliteTransaction::count_lockouts() {
  auto& statement = connection_.prepared("SELECT counters FROM lockout_count");
  statement.executeStep();
  const auto count = statement.getColumn(0).getInt64();
  statement.reset();
  return static_cast<std::size_t>(count);
}

void SqliteTransaction::put_lockout(const LockoutCounter& counter) {
  // Not OR REPLACE, which deletes without its trigger and so would count one counter twice.
  auto& statement = connection_.prepared(
      "INSERT INTO lockouts VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scope, key) DO UPDATE SET "
      "attempts = excluded.attempts, first_at = excluded.first_at, last_at = excluded.last_at, "
      "blocked_until = excluded.blocked_until, recent = excluded.recent");
  SqliteRowWriter row(statement);
  write_row(row, counter);
  statement.exec();
}

void SqliteTransaction::delete_lockout(LockoutScope scope, const Sha256& key) {
  auto& statement = connection_.prepared("DELETE FROM lockouts WHERE scope = ? AND key = ?");
  SqliteRowWriter(statement).add(scope).add(BytesView(key));
  statement.exec();
}

void SqliteTransaction::delete_lockouts_before(Instant last_at_before) {
  auto& statement = connection_.prepared("DELETE FROM lockouts WHERE last_at < ?");
  SqliteRowWriter(statement).add(last_at_before);
  statement.exec();
}

void SqliteTransaction::delete_least_lockouts(std::size_t count) {
  auto& statement = connection_.prepared(
      "DELETE FROM lockouts WHERE rowid IN "
      "(SELECT rowid FROM lockouts ORDER BY attempts, last_at, scope, key LIMIT ?)");
  SqliteRowWriter(statement).add(static_cast<std::int64_t>(count));
  statement.exec();
}

// ---- audit -------------------------------------------------------------------------------------

std::vector<AuditRow> SqliteTransaction::audit_rows(const AuditPlace& after, std::size_t limit) {
  if (after.chain > kFirstChain) return {};
  auto& statement =
      connection_.prepared("SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?");
  SqliteRowWriter(statement).add(after.sequence).add(as_limit(limit));
  return all_of(statement, read_audit_row);
}

std::vector<AuditRow> SqliteTransaction::newest_audit_rows(const AuditQuery& query) {
  auto& statement = rows_to_search(connection_, query);
  std::vector<AuditRow> rows;
  while (rows.size() < query.limit && statement.executeStep()) {
    SqliteRowReader reader(statement);
    auto row = read_audit_row(reader);
    if (matches(row, query)) rows.push_back(std::move(row));
  }
  statement.reset();
  std::ranges::reverse(rows);
  return rows;
}

std::optional<AuditRow> SqliteTransaction::last_audit_row() {
  auto& statement = connection_.prepared("SELECT * FROM audit ORDER BY sequence DESC LIMIT 1");
  return one_of(statement, read_audit_row);
}

std::optional<CorrelationId> SqliteTransaction::story_of(const AuditSubject& subject) {
  auto& statement = connection_.prepared(
      subject.kind == AuditSubject::Kind::kPass
          ? "SELECT correlation FROM audit WHERE pass = ? AND pass <> '' AND correlation <> '' "
            "ORDER BY sequence LIMIT 1"
          : "SELECT correlation FROM audit WHERE credential = ? AND credential <> '' "
            "AND correlation <> '' ORDER BY sequence LIMIT 1");
  SqliteRowWriter(statement).add(subject.id);
  return one_of(statement, read_correlation);
}

std::vector<ChainHead> SqliteTransaction::audit_heads() {
  const auto last = last_audit_row();
  if (!last) return {};
  return {head_at(last.value())};
}

void SqliteTransaction::append_audit(const AuditEvent& event) {
  const auto last = last_audit_row();
  const auto row =
      make_audit_row(event, last ? head_at(last.value()) : ChainHead{}, clock().now, random_);
  auto& statement =
      connection_.prepared("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteRowWriter writer(statement);
  write_row(writer, row);
  statement.exec();
}

void SqliteTransaction::put_personal_fields(const AuditRow& row) {
  auto& statement = connection_.prepared("UPDATE audit SET personal = ?2 WHERE sequence = ?1");
  SqliteRowWriter(statement).add(row.sequence).add(audit_personal_text(row));
  change_one(statement, "no such row");
}

}  // namespace firstkey::core
