#pragma once
// An empty store on this suite's PostgreSQL server. The server's clock is a fake one: what happens
// to it is told to the server, by replacing the one function of the schema that reads the clock.

#include <memory>

#include <poll.h>

#include "core/store/postgres_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/postgres_server.h"

namespace firstkey::tests {

/// A machine's clock, which is the server's too.
class ServerClock {
 public:
  void advance(core::Duration by) {
    clock_.advance(by);
    tell_server();
  }
  void set_wall_by(core::Duration by) {
    clock_.set_wall_by(by);
    tell_server();
  }
  void reboot(core::Duration off) {
    clock_.reboot(off);
    tell_server();
  }
  void tell_server() const {
    postgres_server().run_sql(
        "CREATE OR REPLACE FUNCTION firstkey.server_clock() RETURNS bigint LANGUAGE sql VOLATILE "
        "AS 'SELECT " +
        std::to_string(clock_.wall().time_since_epoch().count()) + "::bigint'");
  }
  [[nodiscard]] FakeClock& own() { return clock_; }

 private:
  FakeClock clock_;
};

class PostgresFixture {
 public:
  static constexpr int kKilledRuns = 40;  // each waits for the server to notice
  static constexpr int kStations = 6;

  PostgresFixture() {
    postgres_server().run_sql("DROP SCHEMA IF EXISTS firstkey CASCADE");
    reopen();
    clock.tell_server();
  }
  core::Store& store() { return *store_; }
  void close() { store_.reset(); }
  void reopen(const core::PostgresOptions& options = {}) {
    store_.reset();
    store_ = opened(clock.own(), random, options);
  }
  /// The same store as another program has it.
  static std::unique_ptr<core::PostgresStore> opened(const core::Clock& clock,
                                                     core::Random& random,
                                                     const core::PostgresOptions& options = {}) {
    auto opened = core::PostgresStore::open(
        postgres_server().location(), core::StorePresence::kMayBeCreated, clock, random, options);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(opened.value());
  }
  std::unique_ptr<core::Store> open_elsewhere(const core::Clock& own_clock,
                                              core::Random& own_random) const {
    return opened(own_clock, own_random);
  }
  /// Waits until the server has noticed that every program with a store is gone.
  static void await_quiet() {
    pqxx::connection connection(postgres_server().location());
    const auto others = [&] {
      return pqxx::nontransaction(connection)
          .exec1("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'firstkey'")
          .front()
          .as<int>();
    };
    constexpr int kPause = 1;  // ms
    for (int waited = 0; others() != 0; waited += kPause) {
      if (waited > kProgramPatience) throw std::runtime_error("a killed program is still there");
      (void)::poll(nullptr, 0, kPause);
    }
  }

  ServerClock clock;
  FakeRandom random{1};

 private:
  std::unique_ptr<core::PostgresStore> store_;
};

}  // namespace firstkey::tests
