#include "core/store/postgres_pool.h"

#include <utility>

#include "core/store/postgres_error.h"

namespace firstkey::core {

PostgresPool::Loan::~Loan() {
  if (connection_) pool_->give_back(std::move(connection_));
}

Result<PostgresPool::Loan> PostgresPool::borrow() {
  std::unique_lock lock(mutex_);
  if (!given_back_.wait_for(
          lock, options_.patience, [&] { return lent_ < options_.connections; })) {
    return fail(ErrorCode::kStoreUnreachable,
                "every connection to the database is in use; try again");
  }
  ++lent_;
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return Loan(*this, std::move(connection));
  }
  lock.unlock();
  auto connected = connect();
  if (!connected) {
    give_back(nullptr);
    return std::unexpected(connected.error());
  }
  return Loan(*this, std::move(connected.value()));
}

void PostgresPool::forget_idle() {
  std::vector<std::unique_ptr<PostgresConnection>> forgotten;
  const std::lock_guard lock(mutex_);
  forgotten.swap(idle_);
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  const bool is_usable = connection && connection->is_open();
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (is_usable) idle_.push_back(std::move(connection));
  }
  given_back_.notify_one();
}

Result<std::unique_ptr<PostgresConnection>> PostgresPool::connect() const {
  try {
    return std::make_unique<PostgresConnection>(connection_string_, options_.limits);
  } catch (const pqxx::pqxx_exception& exception) {
    return std::unexpected(error_of(exception));
  }
}

}  // namespace firstkey::core
