#include "core/store/memory_store.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/audit_check.h"

namespace firstkey::core {

namespace {

template <class Map, class Key>
auto find_in(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

/// At most `limit` values whose keys come after `after`, in order.
template <class Map, class Key>
auto page_of(const Map& map, const Key& after, std::size_t limit) {
  std::vector<typename Map::mapped_type> page;
  for (auto at = map.upper_bound(after); at != map.end() && page.size() < limit; ++at) {
    page.push_back(at->second);
  }
  return page;
}

[[noreturn]] void misuse(const char* what) {
  throw StoreAbort{{.code = ErrorCode::kStoreFailed, .detail = what}};
}

class MemoryTransaction final : public WriteTransaction {
 public:
  MemoryTransaction(MemoryState& state, const Clock& clock, Random& random)
      : state_(state), source_(clock), random_(random) {}

  ClockDecision clock() override {
    const auto decision = decide(state_.mark, source_.read());
    mark_ = decision.mark;
    return decision;
  }
  /// Raises the mark; called once, before the commit.
  void raise_mark() {
    if (!is_mark_reset_) (void)clock();
    state_.mark = is_mark_reset_ ? std::nullopt : mark_;
  }

  std::optional<Settings> settings() override { return state_.settings; }

  std::optional<User> user(const UserId& id) override {
    const auto found = find_user(id);
    if (found == state_.users.end()) return std::nullopt;
    return found->second;
  }
  std::optional<User> user_by_name(std::string_view name) override {
    return find_in(state_.users, std::string(name));
  }
  std::vector<User> users(std::string_view after, std::size_t limit) override {
    return page_of(state_.users, std::string(after), limit);
  }
  std::size_t count_administrators() override {
    return static_cast<std::size_t>(std::ranges::count_if(
        state_.users, [](const auto& entry) { return is_administrator(entry.second.roles); }));
  }

  std::optional<Pass> pass(const PassId& id) override { return find_in(state_.passes, id); }
  std::optional<Pass> pass_of(const UserId& user) override {
    for (const auto& [id, pass] : state_.passes) {
      if (pass.user == user) return pass;
    }
    return std::nullopt;
  }
  std::vector<Pass> passes(const PassId& after, std::size_t limit) override {
    return page_of(state_.passes, after, limit);
  }

  std::optional<Session> session(const SessionId& id) override {
    return find_in(state_.sessions, id);
  }
  std::optional<Session> session_of_redemption(const PassId& pass,
                                               const StationId& station,
                                               const Sha256& secret_hash) override {
    for (const auto& [id, session] : state_.sessions) {
      if (session.pass == pass && session.station == station &&
          session.secret_hash == secret_hash) {
        return session;
      }
    }
    return std::nullopt;
  }
  std::vector<Session> open_sessions() override {
    return sessions_where([](const Session&) { return true; });
  }
  std::vector<Session> open_sessions_of(const UserId& user) override {
    return sessions_where([&](const Session& session) { return session.user == user; });
  }
  std::vector<Session> recent_sessions(std::size_t limit) override {
    std::vector<Session> sessions;
    sessions.reserve(state_.sessions.size());
    for (const auto& [id, session] : state_.sessions) sessions.push_back(session);
    std::ranges::sort(sessions, [](const Session& left, const Session& right) {
      return std::tie(right.opened_at, right.id) < std::tie(left.opened_at, left.id);
    });
    if (sessions.size() > limit) sessions.resize(limit);
    return sessions;
  }

  std::optional<Challenge> challenge(BytesView value) override {
    return find_in(state_.challenges, to_bytes(value));
  }

  std::optional<CredentialRecord> credential(BytesView id) override {
    return find_in(state_.credentials, to_bytes(id));
  }
  std::vector<CredentialRecord> credentials_of(const UserId& user) override {
    std::vector<CredentialRecord> found;
    for (const auto& [id, credential] : state_.credentials) {
      if (credential.user == user && !credential.withdrawn_at) found.push_back(credential);
    }
    std::ranges::sort(found, {}, [](const CredentialRecord& credential) {
      return std::tie(credential.created_at, credential.id);
    });
    return found;
  }
  std::vector<CredentialRecord> credentials(BytesView after, std::size_t limit) override {
    return page_of(state_.credentials, to_bytes(after), limit);
  }
  bool has_credentials() override { return !state_.credentials.empty(); }

  std::optional<OrphanRecord> orphan(BytesView credential_id) override {
    return find_in(state_.orphans, to_bytes(credential_id));
  }
  std::vector<OrphanRecord> orphans(std::size_t limit) override {
    std::vector<OrphanRecord> left;
    for (const auto& [id, orphan] : state_.orphans) {
      if (!orphan.removed_at) left.push_back(orphan);
    }
    std::ranges::sort(left, [](const OrphanRecord& one, const OrphanRecord& other) {
      return std::tie(other.recorded_at, other.credential_id) <
             std::tie(one.recorded_at, one.credential_id);
    });
    if (left.size() > limit) left.resize(limit);
    return left;
  }
  std::size_t count_orphans_of(const SessionId& session) override {
    return static_cast<std::size_t>(std::ranges::count_if(
        state_.orphans, [&](const auto& entry) { return entry.second.session == session; }));
  }

  std::optional<ApiCredential> api_credential(const ApiCredentialId& id) override {
    return find_in(state_.api_credentials, id);
  }
  std::optional<ApiCredential> api_credential_of_secret(const Sha256& secret_hash) override {
    for (const auto& [id, credential] : state_.api_credentials) {
      if (credential.secret_hash == secret_hash) return credential;
    }
    return std::nullopt;
  }
  std::vector<ApiCredential> api_credentials_of(const UserId& owner) override {
    std::vector<ApiCredential> found;
    for (const auto& [id, credential] : state_.api_credentials) {
      if (credential.owner == owner) found.push_back(credential);
    }
    std::ranges::sort(found, {}, [](const ApiCredential& credential) {
      return std::tie(credential.created_at, credential.id);
    });
    return found;
  }
  std::vector<ApiCredential> api_credentials(const ApiCredentialId& after,
                                             std::size_t limit) override {
    return page_of(state_.api_credentials, after, limit);
  }

  std::optional<StoredMetadata> metadata(std::int64_t number) override {
    return find_in(state_.metadata, number);
  }

  std::optional<LockoutCounter> lockout(LockoutScope scope, const Sha256& key) override {
    return find_in(state_.lockouts, std::pair(scope, key));
  }
  std::vector<LockoutCounter> lockouts() override {
    std::vector<LockoutCounter> found;
    found.reserve(state_.lockouts.size());
    for (const auto& [key, counter] : state_.lockouts) found.push_back(counter);
    return found;
  }
  std::size_t count_lockouts() override { return state_.lockouts.size(); }

  std::vector<AuditRow> audit_rows(const AuditPlace& after, std::size_t limit) override {
    std::vector<AuditRow> rows;
    if (after.chain > kFirstChain) return rows;
    for (const auto& row : state_.audit) {
      if (row.sequence > after.sequence && rows.size() < limit) rows.push_back(row);
    }
    return rows;
  }
  std::vector<AuditRow> newest_audit_rows(const AuditQuery& query) override {
    std::vector<AuditRow> rows;
    for (auto row = state_.audit.rbegin(); row != state_.audit.rend(); ++row) {
      if (rows.size() < query.limit && matches(*row, query)) rows.push_back(*row);
    }
    std::ranges::reverse(rows);
    return rows;
  }
  std::optional<AuditRow> last_audit_row() override {
    if (state_.audit.empty()) return std::nullopt;
    return state_.audit.back();
  }
  std::optional<CorrelationId> story_of(const AuditSubject& subject) override {
    for (const auto& row : state_.audit) {
      const bool is_about_it = detail(row, detail_of(subject.kind)) == subject.id;
      if (is_about_it && !subject.id.empty() && !row.correlation.empty()) return row.correlation;
    }
    return std::nullopt;
  }
  std::vector<ChainHead> audit_heads() override {
    if (state_.audit.empty()) return {};
    return {head_at(state_.audit.back())};
  }

  void put_settings(const Settings& settings) override { state_.settings = settings; }

  bool insert_user(const User& user) override {
    const auto is_taken = std::ranges::any_of(
        state_.users, [&](const auto& entry) { return entry.second.handle == user.handle; });
    if (find_user(user.id) != state_.users.end()) misuse("this user exists");
    return !is_taken && state_.users.emplace(normalised_name(user.name), user).second;
  }
  void update_user(const User& user) override {
    const auto found = state_.users.find(normalised_name(user.name));
    if (found == state_.users.end() || found->second.id != user.id) misuse("no such user");
    found->second = user;
  }
  void delete_user(const UserId& id) override {
    const auto found = find_user(id);
    if (found == state_.users.end()) misuse("no such user");
    state_.users.erase(found);
    std::erase_if(state_.passes, [&](const auto& entry) { return entry.second.user == id; });
    std::erase_if(state_.credentials, [&](const auto& entry) { return entry.second.user == id; });
    std::erase_if(state_.challenges, [&](const auto& entry) {
      const auto session = state_.sessions.find(entry.second.session);
      return session != state_.sessions.end() && session->second.user == id;
    });
    std::erase_if(state_.sessions, [&](const auto& entry) { return entry.second.user == id; });
    std::erase_if(state_.api_credentials,
                  [&](const auto& entry) { return entry.second.owner == id; });
  }

  void insert_pass(const Pass& pass) override {
    need_user(pass.user);
    if (pass_of(pass.user)) misuse("this user has a pass");
    if (!state_.passes.emplace(pass.id, pass).second) misuse("this pass exists");
  }
  void delete_pass(const PassId& id) override {
    if (state_.passes.erase(id) == 0) misuse("no such pass");
  }
  bool mark_redeemed(const PassId& id, Instant at) override {
    const auto found = state_.passes.find(id);
    if (found == state_.passes.end() || found->second.redeemed_at) return false;
    found->second.redeemed_at = at;
    return true;
  }

  void insert_session(const Session& session) override {
    need_user(session.user);
    if (session_of_redemption(session.pass, session.station, session.secret_hash)) {
      misuse("this redemption has its session");
    }
    if (!state_.sessions.emplace(session.id, session).second) misuse("this session exists");
  }
  void update_session(const Session& session) override {
    const auto found = state_.sessions.find(session.id);
    if (found == state_.sessions.end()) misuse("no such session");
    found->second = session;
  }

  void insert_challenge(const Challenge& challenge) override {
    if (!state_.sessions.contains(challenge.session)) misuse("a challenge needs its session");
    if (!state_.challenges.emplace(challenge.value, challenge).second) {
      misuse("this challenge exists");
    }
  }
  bool mark_used(BytesView challenge,
                 Instant at,
                 const Sha256& response_hash,
                 BytesView stored_credential_id) override {
    const auto found = state_.challenges.find(to_bytes(challenge));
    if (found == state_.challenges.end() || found->second.used_at) return false;
    found->second.used_at = at;
    found->second.response_hash = response_hash;
    found->second.stored_credential_id = to_bytes(stored_credential_id);
    return true;
  }
  void delete_challenges_before(Instant created_before) override {
    std::erase_if(state_.challenges,
                  [&](const auto& entry) { return entry.second.created_at < created_before; });
  }

  bool insert_credential(const CredentialRecord& credential) override {
    if (state_.credentials.contains(credential.id)) return false;
    need_user(credential.user);
    state_.credentials.emplace(credential.id, credential);
    return true;
  }
  void update_credential(const CredentialRecord& credential) override {
    const auto found = state_.credentials.find(credential.id);
    if (found == state_.credentials.end()) misuse("no such credential");
    found->second = credential;
  }
  void delete_credential(BytesView id) override {
    if (state_.credentials.erase(to_bytes(id)) == 0) misuse("no such credential");
  }

  void put_orphan(const OrphanRecord& orphan) override {
    state_.orphans.insert_or_assign(orphan.credential_id, orphan);
  }

  void insert_api_credential(const ApiCredential& credential) override {
    need_user(credential.owner);
    if (api_credential_of_secret(credential.secret_hash)) misuse("this secret is another's");
    if (!state_.api_credentials.emplace(credential.id, credential).second) {
      misuse("this API credential exists");
    }
  }
  void update_api_credential(const ApiCredential& credential) override {
    const auto found = state_.api_credentials.find(credential.id);
    if (found == state_.api_credentials.end()) misuse("no such API credential");
    found->second = credential;
  }

  void insert_metadata(const StoredMetadata& metadata) override {
    if (!state_.metadata.emplace(metadata.number, metadata).second) misuse("this metadata exists");
  }
  void delete_metadata_before(std::int64_t number) override {
    state_.metadata.erase(state_.metadata.begin(), state_.metadata.lower_bound(number));
  }

  void put_lockout(const LockoutCounter& counter) override {
    state_.lockouts.insert_or_assign(std::pair(counter.scope, counter.key), counter);
  }
  void delete_lockout(LockoutScope scope, const Sha256& key) override {
    state_.lockouts.erase(std::pair(scope, key));
  }
  void delete_lockouts_before(Instant last_at_before) override {
    std::erase_if(state_.lockouts,
                  [&](const auto& entry) { return entry.second.last_at < last_at_before; });
  }
  void delete_least_lockouts(std::size_t count) override {
    auto counters = lockouts();
    std::ranges::sort(counters, {}, [](const LockoutCounter& counter) {
      return std::tie(counter.attempts, counter.last_at, counter.scope, counter.key);
    });
    if (counters.size() > count) counters.resize(count);
    for (const auto& counter : counters) delete_lockout(counter.scope, counter.key);
  }

  void append_audit(const AuditEvent& event) override {
    const auto last = last_audit_row();
    state_.audit.push_back(
        make_audit_row(event, last ? head_at(last.value()) : ChainHead{}, clock().now, random_));
  }

  void put_personal_fields(const AuditRow& row) override {
    const auto found = std::ranges::find(state_.audit, row.sequence, &AuditRow::sequence);
    if (found == state_.audit.end()) misuse("no such row");
    found->personal = row.personal;
  }

  void reset_clock_mark() override {
    is_mark_reset_ = true;
    state_.mark.reset();
  }

 private:
  std::map<std::string, User>::iterator find_user(const UserId& id) {
    return std::ranges::find_if(state_.users,
                                [&](const auto& entry) { return entry.second.id == id; });
  }
  void need_user(const UserId& id) {
    if (find_user(id) == state_.users.end()) misuse("this record needs its user");
  }
  std::vector<Session> sessions_where(const std::function<bool(const Session&)>& is_wanted) {
    std::vector<Session> found;
    for (const auto& [id, session] : state_.sessions) {
      if (session.state == SessionState::kOpen && is_wanted(session)) found.push_back(session);
    }
    return found;
  }

  MemoryState& state_;
  const Clock& source_;
  Random& random_;
  std::optional<ClockMark> mark_;
  bool is_mark_reset_ = false;
};

}  // namespace

Result<void> MemoryStore::write(const Work& work) {
  const std::lock_guard lock(mutex_);
  auto working = state_;
  MemoryTransaction transaction(working, clock_, random_);
  try {
    if (work(transaction) == Ending::kRollBack) return {};
  } catch (const StoreAbort& abort) {
    return std::unexpected(abort.error);
  }
  transaction.raise_mark();
  state_ = std::move(working);
  return {};
}

Result<void> MemoryStore::read(const ReadWork& work) {
  const std::lock_guard lock(mutex_);
  auto snapshot = state_;
  MemoryTransaction transaction(snapshot, clock_, random_);
  try {
    work(transaction);
  } catch (const StoreAbort& abort) {
    return std::unexpected(abort.error);
  }
  return {};
}

Result<void> MemoryStore::check() {
  Result<void> verdict;
  const auto done = read([&](ReadTransaction& transaction) {
    const auto checked = check_audit_trail(transaction);
    verdict = checked ? Result<void>() : std::unexpected(checked.error());
  });
  return done ? verdict : done;
}

Result<void> MemoryStore::scrub() {
  return {};
}

Result<void> MemoryStore::back_up(const std::string& /*path*/) {
  return fail(ErrorCode::kInvalidArgument, "a store in memory has no file to copy");
}

}  // namespace firstkey::core
