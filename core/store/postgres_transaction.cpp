#include "core/store/postgres_transaction.h"

#include <algorithm>

namespace firstkey::core {

namespace {

/// How long a mark may lag behind what was decided, so that not every commit has to write one: by
/// no more than servers that replace each other may differ anyway.
constexpr Duration kMarkLag = kServerSkew;
constexpr Duration kMarkKept = std::chrono::hours(24 * 30);

template <class Record>
std::vector<Record> all_of(const pqxx::result& found, Record (*read)(RowReader&)) {
  std::vector<Record> records;
  records.reserve(found.size());
  for (const auto& row : found) {
    PostgresRowReader reader(row);
    records.push_back(read(reader));
  }
  return records;
}

template <class Record>
std::optional<Record> one_of(const pqxx::result& found, Record (*read)(RowReader&)) {
  if (found.empty()) return std::nullopt;
  PostgresRowReader reader(found.front());
  return read(reader);
}

AuditRow read_audit_row_and_chain(RowReader& row) {
  auto audit = read_audit_row(row);
  audit.chain = row.number();
  return audit;
}

CorrelationId read_correlation(RowReader& row) {
  return row.id<CorrelationId>();
}

ChainHead read_head(RowReader& row) {
  return {.chain = row.number(), .sequence = row.number(), .hash = row.digest()};
}

ClockMark read_mark(RowReader& row) {
  return {.utc = row.instant(), .since_boot = Duration(row.number()), .boot_id = row.text()};
}

/// Holds a statement to having changed exactly one row.
void need_one(const pqxx::result& changed, const char* what) {
  if (changed.affected_rows() == 1) return;
  throw StoreAbort{{.code = ErrorCode::kStoreFailed, .detail = what}};
}

std::size_t count_in(const pqxx::result& counted) {
  return counted.front().front().as<std::size_t>();
}

std::int64_t as_limit(std::size_t limit) {
  return static_cast<std::int64_t>(limit);
}

void add_value(RowWriter& row, const auto& value) {
  row.add(value);
}
void add_value(RowWriter& row, const std::optional<std::string>& text) {
  if (text) {
    row.add(std::string_view(text.value()));
  } else {
    row.add(std::optional<Instant>());
  }
}

}  // namespace

template <class... Values>
pqxx::result PostgresTransaction::run(const char* sql, const Values&... values) {
  PostgresRowWriter row;
  (add_value(row, values), ...);
  return connection_.run(transaction_, sql, row);
}

template <class Record>
pqxx::result PostgresTransaction::run_with(const char* sql, const Record& record) {
  PostgresRowWriter row;
  write_row(row, record);
  return connection_.run(transaction_, sql, row);
}

// ---- time --------------------------------------------------------------------------------------

ClockDecision PostgresTransaction::clock() {
  if (!marks_) {
    marks_ = all_of(run("SELECT utc, since_boot, boot_id FROM clock_marks"), read_mark);
  }
  auto reading = surroundings_.clock.read();
  PostgresRowReader row(run("SELECT server_clock()").front());
  reading.wall = row.instant();
  return decide_by_server(marks_.value(), reading);
}

void PostgresTransaction::raise_mark() {
  if (is_mark_reset_) return;
  const auto mark = clock().mark;
  const auto own = std::ranges::find(marks_.value(), mark.boot_id, &ClockMark::boot_id);
  if (own == marks_->end()) {
    run("INSERT INTO clock_marks VALUES ($1, $2, $3)",
        mark.boot_id,
        mark.utc,
        mark.since_boot.count());
    run("DELETE FROM clock_marks WHERE utc < $1", mark.utc - kMarkKept);
    return;
  }
  if (mark.utc - own->utc < kMarkLag) return;
  // Whoever is raising it at this moment does it for us too.
  run("WITH due AS (SELECT boot_id FROM clock_marks WHERE boot_id = $1 "
      "FOR NO KEY UPDATE SKIP LOCKED) UPDATE clock_marks SET utc = $2, since_boot = $3 "
      "FROM due WHERE clock_marks.boot_id = due.boot_id",
      mark.boot_id,
      mark.utc,
      mark.since_boot.count());
}

void PostgresTransaction::reset_clock_mark() {
  run("DELETE FROM clock_marks");
  marks_.emplace();
  is_mark_reset_ = true;
}

// ---- settings ----------------------------------------------------------------------------------

std::optional<Settings> PostgresTransaction::settings() {
  const auto found = run("SELECT document FROM settings");
  if (found.empty()) return std::nullopt;
  const auto document = found.front().front();
  auto settings = connection_.settings().of({document.c_str(), document.size()});
  if (!settings) throw StoreAbort{settings.error()};
  return std::move(settings.value());
}

void PostgresTransaction::put_settings(const Settings& settings) {
  run("INSERT INTO settings VALUES (1, $1) ON CONFLICT (only_row) DO UPDATE SET "
      "document = excluded.document",
      std::string_view(settings_to_json(settings)));
}

// ---- users -------------------------------------------------------------------------------------

std::optional<User> PostgresTransaction::user(const UserId& id) {
  return one_of(run("SELECT * FROM users WHERE id = $1", id), read_user);
}

std::optional<User> PostgresTransaction::user_by_name(std::string_view name) {
  if (name.contains('\0')) return std::nullopt;  // nobody can bear it here
  return one_of(run("SELECT * FROM users WHERE normalised_name = $1", name), read_user);
}

std::vector<User> PostgresTransaction::users(std::string_view after, std::size_t limit) {
  return all_of(
      run("SELECT * FROM users WHERE normalised_name > $1 ORDER BY normalised_name LIMIT $2",
          after,
          as_limit(limit)),
      read_user);
}

std::size_t PostgresTransaction::count_administrators() {
  return count_in(run("SELECT count(*) FROM users WHERE is_administrator"));
}

bool PostgresTransaction::insert_user(const User& user) {
  if (this->user(user.id)) {
    throw StoreAbort{{.code = ErrorCode::kStoreFailed, .detail = "this user exists"}};
  }
  return run_with(
             "INSERT INTO users VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
             "ON CONFLICT DO NOTHING",
             user)
             .affected_rows() == 1;
}

void PostgresTransaction::update_user(const User& user) {
  need_one(run_with("UPDATE users SET name = $3, display_name = $4, type = $5, groups = $6, "
                    "roles = $7, is_administrator = $8, is_enabled = $9, handle = $10, "
                    "created_at = $11 WHERE id = $1 AND normalised_name = $2",
                    user),
           "no such user");
}

void PostgresTransaction::delete_user(const UserId& id) {
  need_one(run("DELETE FROM users WHERE id = $1", id), "no such user");
}

// ---- passes ------------------------------------------------------------------------------------

std::optional<Pass> PostgresTransaction::pass(const PassId& id) {
  return one_of(run(either("SELECT * FROM passes WHERE id = $1",
                           "SELECT * FROM passes WHERE id = $1 FOR NO KEY UPDATE"),
                    id),
                read_pass);
}

std::optional<Pass> PostgresTransaction::pass_of(const UserId& user) {
  return one_of(run(either("SELECT * FROM passes WHERE user_id = $1",
                           "SELECT * FROM passes WHERE user_id = $1 FOR NO KEY UPDATE"),
                    user),
                read_pass);
}

std::vector<Pass> PostgresTransaction::passes(const PassId& after, std::size_t limit) {
  return all_of(
      run("SELECT * FROM passes WHERE id > $1 ORDER BY id LIMIT $2", after, as_limit(limit)),
      read_pass);
}

void PostgresTransaction::insert_pass(const Pass& pass) {
  run_with(
      "INSERT INTO passes VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
      "$15, $16, $17, $18, $19)",
      pass);
}

void PostgresTransaction::delete_pass(const PassId& id) {
  need_one(run("DELETE FROM passes WHERE id = $1", id), "no such pass");
}

bool PostgresTransaction::mark_redeemed(const PassId& id, Instant at) {
  return run("UPDATE passes SET redeemed_at = $2 WHERE id = $1 AND redeemed_at IS NULL", id, at)
             .affected_rows() == 1;
}

// ---- sessions ----------------------------------------------------------------------------------

std::optional<Session> PostgresTransaction::session(const SessionId& id) {
  return one_of(run(either("SELECT * FROM sessions WHERE id = $1",
                           "SELECT * FROM sessions WHERE id = $1 FOR NO KEY UPDATE"),
                    id),
                read_session);
}

std::optional<Session> PostgresTransaction::session_of_redemption(const PassId& pass,
                                                                  const StationId& station,
                                                                  const Sha256& secret_hash) {
  return one_of(
      run(either("SELECT * FROM sessions WHERE pass = $1 AND station = $2 AND secret_hash = $3",
                 "SELECT * FROM sessions WHERE pass = $1 AND station = $2 AND secret_hash = $3 "
                 "FOR NO KEY UPDATE"),
          pass,
          station,
          BytesView(secret_hash)),
      read_session);
}

std::vector<Session> PostgresTransaction::open_sessions() {
  return all_of(run("SELECT * FROM sessions WHERE state = 0 ORDER BY id"), read_session);
}

std::vector<Session> PostgresTransaction::open_sessions_of(const UserId& user) {
  return all_of(run("SELECT * FROM sessions WHERE state = 0 AND user_id = $1 ORDER BY id", user),
                read_session);
}

std::vector<Session> PostgresTransaction::recent_sessions(std::size_t limit) {
  return all_of(
      run("SELECT * FROM sessions ORDER BY opened_at DESC, id DESC LIMIT $1", as_limit(limit)),
      read_session);
}

void PostgresTransaction::insert_session(const Session& session) {
  run_with(
      "INSERT INTO sessions VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
      "$15)",
      session);
}

void PostgresTransaction::update_session(const Session& session) {
  need_one(run_with("UPDATE sessions SET pass = $2, user_id = $3, station = $4, correlation = $5, "
                    "secret_hash = $6, is_one_time = $7, is_simulated = $8, opened_at = $9, "
                    "expires_at = $10, last_seen_at = $11, state = $12, ended_at = $13, "
                    "ended_reason = $14, credentials = $15 WHERE id = $1",
                    session),
           "no such session");
}

// ---- challenges --------------------------------------------------------------------------------

std::optional<Challenge> PostgresTransaction::challenge(BytesView value) {
  return one_of(run(either("SELECT * FROM challenges WHERE value = $1",
                           "SELECT * FROM challenges WHERE value = $1 FOR NO KEY UPDATE"),
                    value),
                read_challenge);
}

void PostgresTransaction::insert_challenge(const Challenge& challenge) {
  run_with("INSERT INTO challenges VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", challenge);
}

bool PostgresTransaction::mark_used(BytesView challenge,
                                    Instant at,
                                    const Sha256& response_hash,
                                    BytesView stored_credential_id) {
  return run("UPDATE challenges SET used_at = $2, response_hash = $3, stored_credential_id = $4 "
             "WHERE value = $1 AND used_at IS NULL",
             challenge,
             at,
             BytesView(response_hash),
             stored_credential_id)
             .affected_rows() == 1;
}

void PostgresTransaction::delete_challenges_before(Instant created_before) {
  run("DELETE FROM challenges WHERE created_at < $1", created_before);
}

// ---- credentials -------------------------------------------------------------------------------

std::optional<CredentialRecord> PostgresTransaction::credential(BytesView id) {
  return one_of(run("SELECT * FROM credentials WHERE id = $1", id), read_credential);
}

std::vector<CredentialRecord> PostgresTransaction::credentials_of(const UserId& user) {
  return all_of(run("SELECT * FROM credentials WHERE user_id = $1 AND withdrawn_at IS NULL "
                    "ORDER BY created_at, id",
                    user),
                read_credential);
}

std::vector<CredentialRecord> PostgresTransaction::credentials(BytesView after, std::size_t limit) {
  return all_of(
      run("SELECT * FROM credentials WHERE id > $1 ORDER BY id LIMIT $2", after, as_limit(limit)),
      read_credential);
}

bool PostgresTransaction::has_credentials() {
  return !run("SELECT 1 FROM credentials LIMIT 1").empty();
}

bool PostgresTransaction::insert_credential(const CredentialRecord& credential) {
  return run_with(
             "INSERT INTO credentials VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
             "$13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) ON CONFLICT DO NOTHING",
             credential)
             .affected_rows() == 1;
}

void PostgresTransaction::update_credential(const CredentialRecord& credential) {
  need_one(
      run_with("UPDATE credentials SET user_id = $2, session = $3, correlation = $4, "
               "display_name = $5, public_key = $6, algorithm = $7, sign_count = $8, aaguid = $9, "
               "is_user_verified = $10, is_backup_eligible = $11, is_backed_up = $12, "
               "is_discoverable = $13, transports = $14, attestation_format = $15, "
               "attestation_level = $16, attestation_object = $17, client_data_json = $18, "
               "is_simulated = $19, created_at = $20, proven_at = $21, withdrawn_at = $22, "
               "trust_root = $23, is_model_proven = $24 WHERE id = $1",
               credential),
      "no such credential");
}

void PostgresTransaction::delete_credential(BytesView id) {
  need_one(run("DELETE FROM credentials WHERE id = $1", id), "no such credential");
}

// ---- orphans -----------------------------------------------------------------------------------

std::optional<OrphanRecord> PostgresTransaction::orphan(BytesView credential_id) {
  return one_of(run("SELECT * FROM orphans WHERE credential_id = $1", credential_id), read_orphan);
}

std::vector<OrphanRecord> PostgresTransaction::orphans(std::size_t limit) {
  return all_of(run("SELECT * FROM orphans WHERE removed_at IS NULL "
                    "ORDER BY recorded_at DESC, credential_id DESC LIMIT $1",
                    as_limit(limit)),
                read_orphan);
}

std::size_t PostgresTransaction::count_orphans_of(const SessionId& session) {
  return count_in(run("SELECT count(*) FROM orphans WHERE session = $1", session));
}

void PostgresTransaction::put_orphan(const OrphanRecord& orphan) {
  run_with(
      "INSERT INTO orphans VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
      "ON CONFLICT (credential_id) DO UPDATE SET rp_id = excluded.rp_id, "
      "user_id = excluded.user_id, session = excluded.session, "
      "correlation = excluded.correlation, aaguid = excluded.aaguid, cause = excluded.cause, "
      "recorded_at = excluded.recorded_at, removed_at = excluded.removed_at",
      orphan);
}

// ---- API credentials ---------------------------------------------------------------------------

std::optional<ApiCredential> PostgresTransaction::api_credential(const ApiCredentialId& id) {
  return one_of(run("SELECT * FROM api_credentials WHERE id = $1", id), read_api_credential);
}

std::optional<ApiCredential> PostgresTransaction::api_credential_of_secret(
    const Sha256& secret_hash) {
  return one_of(run("SELECT * FROM api_credentials WHERE secret_hash = $1", BytesView(secret_hash)),
                read_api_credential);
}

std::vector<ApiCredential> PostgresTransaction::api_credentials_of(const UserId& owner) {
  return all_of(
      run("SELECT * FROM api_credentials WHERE owner = $1 ORDER BY created_at, id", owner),
      read_api_credential);
}

std::vector<ApiCredential> PostgresTransaction::api_credentials(const ApiCredentialId& after,
                                                                std::size_t limit) {
  return all_of(run("SELECT * FROM api_credentials WHERE id > $1 ORDER BY id LIMIT $2",
                    after,
                    as_limit(limit)),
                read_api_credential);
}

void PostgresTransaction::insert_api_credential(const ApiCredential& credential) {
  run_with("INSERT INTO api_credentials VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
           credential);
}

void PostgresTransaction::update_api_credential(const ApiCredential& credential) {
  need_one(run_with("UPDATE api_credentials SET owner = $2, name = $3, roles = $4, "
                    "secret_hash = $5, epoch = $6, created_at = $7, created_by = $8, "
                    "expires_at = $9, revoked_at = $10, last_used_at = $11 WHERE id = $1",
                    credential),
           "no such API credential");
}

// ---- metadata ----------------------------------------------------------------------------------

std::optional<StoredMetadata> PostgresTransaction::metadata(std::int64_t number) {
  return one_of(run("SELECT * FROM metadata WHERE number = $1", number), read_metadata);
}

void PostgresTransaction::insert_metadata(const StoredMetadata& metadata) {
  run_with("INSERT INTO metadata VALUES ($1, $2, $3)", metadata);
}

void PostgresTransaction::delete_metadata_before(std::int64_t number) {
  run("DELETE FROM metadata WHERE number < $1", number);
}

// ---- lock-outs ---------------------------------------------------------------------------------

std::optional<LockoutCounter> PostgresTransaction::lockout(LockoutScope scope, const Sha256& key) {
  return one_of(
      run(either("SELECT * FROM lockouts WHERE scope = $1 AND key = $2",
                 "SELECT * FROM lockouts WHERE scope = $1 AND key = $2 FOR NO KEY UPDATE"),
          scope,
          BytesView(key)),
      read_lockout);
}

std::vector<LockoutCounter> PostgresTransaction::lockouts() {
  return all_of(run("SELECT * FROM lockouts ORDER BY scope, key"), read_lockout);
}

std::size_t PostgresTransaction::count_lockouts() {
  if (access_ == Access::kRead) return count_in(run("SELECT count(*) FROM lockouts"));
  const auto count =
      static_cast<std::int64_t>(surroundings_.lockout_count.value()) + more_lockouts_;
  return static_cast<std::size_t>(std::max(std::int64_t{0}, count));
}

void PostgresTransaction::put_lockout(const LockoutCounter& counter) {
  const auto inserted = run_with(
      "INSERT INTO lockouts VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", counter);
  if (inserted.affected_rows() == 1) {
    ++more_lockouts_;
    return;
  }
  run_with(
      "UPDATE lockouts SET attempts = $3, first_at = $4, last_at = $5, blocked_until = $6, "
      "recent = $7 WHERE scope = $1 AND key = $2",
      counter);
}

void PostgresTransaction::delete_lockout(LockoutScope scope, const Sha256& key) {
  const auto deleted =
      run("DELETE FROM lockouts WHERE scope = $1 AND key = $2", scope, BytesView(key));
  more_lockouts_ -= as_limit(deleted.affected_rows());
}

void PostgresTransaction::delete_lockouts_before(Instant last_at_before) {
  const auto deleted = run("DELETE FROM lockouts WHERE last_at < $1", last_at_before);
  more_lockouts_ -= as_limit(deleted.affected_rows());
}

void PostgresTransaction::delete_least_lockouts(std::size_t count) {
  const auto deleted =
      run("DELETE FROM lockouts WHERE (scope, key) IN "
          "(SELECT scope, key FROM lockouts ORDER BY attempts, last_at, scope, key LIMIT $1)",
          as_limit(count));
  more_lockouts_ -= as_limit(deleted.affected_rows());
}

// ---- audit -------------------------------------------------------------------------------------

std::vector<AuditRow> PostgresTransaction::audit_rows(const AuditPlace& after, std::size_t limit) {
  return all_of(run("SELECT * FROM audit WHERE (chain, sequence) > ($1, $2) "
                    "ORDER BY chain, sequence LIMIT $3",
                    after.chain,
                    after.sequence,
                    as_limit(limit)),
                read_audit_row_and_chain);
}

std::vector<AuditRow> PostgresTransaction::newest_audit_rows(const AuditQuery& query) {
  const auto correlation =
      query.correlation ? std::optional(query.correlation->text()) : std::optional<std::string>();
  const bool is_family = query.action && query.action->ends_with('.');
  const auto action = is_family ? std::nullopt : query.action;
  const auto family = is_family ? query.action : std::nullopt;
  // One statement for each index that leaves the fewest rows; what is null does not matter.
  const char* const sql =
      query.reference
          ? "SELECT * FROM audit WHERE reference = $1 AND reference <> '' "
            "AND ($2::text IS NULL OR correlation = $2) AND ($3::text IS NULL OR action = $3) "
            "AND ($4::text IS NULL OR starts_with(action, $4)) "
            "ORDER BY at DESC, chain DESC, sequence DESC LIMIT $5"
      : query.correlation
          ? "SELECT * FROM audit WHERE correlation = $2 AND ($1::text IS NULL OR reference = $1) "
            "AND ($3::text IS NULL OR action = $3) "
            "AND ($4::text IS NULL OR starts_with(action, $4)) "
            "ORDER BY at DESC, chain DESC, sequence DESC LIMIT $5"
          : "SELECT * FROM audit WHERE ($1::text IS NULL OR reference = $1) "
            "AND ($2::text IS NULL OR correlation = $2) AND ($3::text IS NULL OR action = $3) "
            "AND ($4::text IS NULL OR starts_with(action, $4)) "
            "ORDER BY at DESC, chain DESC, sequence DESC LIMIT $5";
  auto rows = all_of(run(sql, query.reference, correlation, action, family, as_limit(query.limit)),
                     read_audit_row_and_chain);
  std::ranges::reverse(rows);
  return rows;
}

std::optional<AuditRow> PostgresTransaction::last_audit_row() {
  return one_of(run("SELECT * FROM audit ORDER BY at DESC, chain DESC, sequence DESC LIMIT 1"),
                read_audit_row_and_chain);
}

std::optional<CorrelationId> PostgresTransaction::story_of(const AuditSubject& subject) {
  return one_of(run(subject.kind == AuditSubject::Kind::kPass
                        ? "SELECT correlation FROM audit WHERE pass = $1 AND pass <> '' "
                          "AND correlation <> '' ORDER BY pass, at, chain, sequence LIMIT 1"
                        : "SELECT correlation FROM audit WHERE credential = $1 "
                          "AND credential <> '' AND correlation <> '' "
                          "ORDER BY credential, at, chain, sequence LIMIT 1",
                    subject.id),
                read_correlation);
}

std::vector<ChainHead> PostgresTransaction::audit_heads() {
  return all_of(run("SELECT * FROM audit_chains ORDER BY chain"), read_head);
}

ChainHead PostgresTransaction::head_to_follow() {
  const auto head =
      one_of(run("SELECT * FROM audit_chains WHERE chain = $1", connection_.chain()), read_head);
  if (head) return head.value();
  throw StoreAbort{{.code = ErrorCode::kStoreDamaged,
                    .detail = "an audit chain has gone from the register of chains"}};
}

void PostgresTransaction::append_audit(const AuditEvent& event) {
  const auto row = make_audit_row(event, head_to_follow(), clock().now, surroundings_.random);
  PostgresRowWriter writer;
  write_row(writer, row);
  writer.add(row.chain);
  connection_.run(
      transaction_,
      "INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $13, $11, $12)",
      writer);
  run("UPDATE audit_chains SET sequence = $2, hash = $3 WHERE chain = $1",
      row.chain,
      row.sequence,
      BytesView(row.hash));
}

void PostgresTransaction::put_personal_fields(const AuditRow& row) {
  need_one(run("UPDATE audit SET personal = $3 WHERE chain = $1 AND sequence = $2",
               row.chain,
               row.sequence,
               audit_personal_text(row)),
           "no such row");
}

}  // namespace firstkey::core
