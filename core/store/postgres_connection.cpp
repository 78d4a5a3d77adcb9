#include "core/store/postgres_connection.h"

#include <utility>

#include <pqxx/errorhandler>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>

namespace firstkey::core {

namespace {

constexpr int kChainLocks = 0x464B3031;  // "FK01": the class of the advisory locks on chains

std::string limit(const char* name, std::chrono::milliseconds time) {
  return std::string("SET ") + name + " = " + std::to_string(time.count()) + ";";
}

}  // namespace

/// Takes the server's notices, which libpqxx otherwise writes to standard error.
class PostgresConnection::Warnings final : public pqxx::errorhandler {
 public:
  explicit Warnings(pqxx::connection& connection) : pqxx::errorhandler(connection) {}
  bool operator()(const char[]) noexcept override {
    has_any_ = true;
    return false;
  }
  [[nodiscard]] bool take() { return std::exchange(has_any_, false); }

 private:
  bool has_any_ = false;
};

PostgresConnection::PostgresConnection(const std::string& connection_string,
                                       const PostgresLimits& limits)
    : connection_(connection_string), warnings_(std::make_unique<Warnings>(connection_)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection_.inhibit_reactivation(true);  // deprecated only since libpqxx 7 never reconnects
#pragma GCC diagnostic pop
  // Index scans also where a table is small: a whole table that was read conflicts with every
  // change of it. Source: PostgreSQL 15, 13.2.3.
  run_alone(limit("statement_timeout", limits.statement) + limit("lock_timeout", limits.lock) +
            limit("idle_in_transaction_session_timeout", limits.idle_in_transaction) +
            "SET client_min_messages = warning; SET search_path = firstkey, pg_temp;"
            "SET enable_seqscan = off; SET bytea_output = hex");
}

PostgresConnection::~PostgresConnection() {
  if (!is_open() || chain_ == 0) return;
  try {
    // Else the chain stays leased until the server has noticed that we are gone.
    run_alone("SELECT pg_advisory_unlock_all()");
  } catch (const pqxx::pqxx_exception&) {
    chain_ = 0;  // the session is gone, and the lease with it
  }
}

pqxx::result PostgresConnection::run(pqxx::transaction_base& transaction,
                                     const char* sql,
                                     const PostgresRowWriter& values) {
  auto& name = statements_[sql];
  if (name.empty()) {
    name = "statement_" + std::to_string(statements_.size());
    connection_.prepare(name, sql);
  }
  return transaction.exec_prepared(name, pqxx::prepare::make_dynamic_params(values.values()));
}

pqxx::result PostgresConnection::run_alone(const std::string& sql) {
  pqxx::nontransaction alone(connection_);
  return alone.exec(sql);
}

bool PostgresConnection::lease(std::int64_t chain) {
  const auto tried = run_alone("SELECT pg_try_advisory_lock(" + std::to_string(kChainLocks) + ", " +
                               std::to_string(chain) + ")");
  return tried.front().front().as<bool>();
}

std::int64_t PostgresConnection::chain() {
  while (chain_ == 0) {
    for (const auto& row : run_alone("SELECT chain FROM audit_chains ORDER BY chain")) {
      const auto chain = row.front().as<std::int64_t>();
      if (chain_ == 0 && lease(chain)) chain_ = chain;
    }
    if (chain_ != 0) break;
    // Another may register the same number, or lease ours before we do: then look again.
    run_alone(
        "INSERT INTO audit_chains SELECT coalesce(max(chain), 0) + 1, 0, "
        "decode(repeat('00', 32), 'hex') FROM audit_chains ON CONFLICT DO NOTHING");
  }
  return chain_;
}

bool PostgresConnection::was_warned() {
  return warnings_->take();
}

}  // namespace firstkey::core
