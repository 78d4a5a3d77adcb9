// A server that dies, hangs, or loses the answer to a commit: nothing is lost that was
// acknowledged, nothing is told as done that may not be, and the store works again by itself.

#include <doctest/doctest.h>
#include <pqxx/transaction>

#include "tests/contract/store_fixtures.h"
#include "tests/support/parts.h"
#include "tests/support/records.h"

using firstkey::core::ErrorCode;
using firstkey::core::ReadTransaction;
using firstkey::core::Store;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::milliseconds;

namespace {

const NeededPart kServer("PostgreSQL's server", PostgresServer::is_possible());

firstkey::core::Result<void> add(Store& store, const char* name) {
  return store.write([&](WriteTransaction& t) {
    (void)t.insert_user(make_user(name));
    return Store::Ending::kCommit;
  });
}

ErrorCode failure_of_adding(Store& store, const char* name) {
  const auto done = add(store, name);
  REQUIRE_FALSE(done);
  return done.error().code;
}

std::size_t count_users(Store& store) {
  return seen(store, [](ReadTransaction& t) { return t.users("", 100); }).size();
}

/// Lets the server run `action` in every commit that added a user, before it is one.
void run_in_commits(const std::string& action) {
  postgres_server().run_sql(
      "CREATE FUNCTION firstkey.in_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " +
      action +
      "; RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER in_commit AFTER INSERT ON firstkey.users "
      "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION firstkey.in_commit()");
}

}  // namespace

TEST_SUITE("contract/postgres/postgres_outage") {
  TEST_CASE("a server that dies in the middle of a transaction costs a second run, nothing else") {
    PostgresFixture f;
    REQUIRE(add(f.store(), "ana"));
    int runs = 0;
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(make_user("lee")));
      t.append_audit(make_event("user.add"));
      if (++runs > 1) return;
      postgres_server().crash();
      postgres_server().start();
    });
    CHECK(runs == 2);
    CHECK(count_users(f.store()) == 2);
    CHECK(f.store().check());
  }

  TEST_CASE("a server that is gone is told as such, and its store works again once it is back") {
    PostgresFixture f;
    REQUIRE(add(f.store(), "ana"));
    postgres_server().crash();
    CHECK(failure_of_adding(f.store(), "lee") == ErrorCode::kStoreUnreachable);
    const auto read = f.store().read([](ReadTransaction& t) { (void)t.settings(); });
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::kStoreUnreachable);
    postgres_server().start();
    CHECK(count_users(f.store()) == 1);
    CHECK(add(f.store(), "lee"));
  }

  TEST_CASE("a commit whose answer was lost is of unknown outcome, and is not repeated") {
    PostgresFixture f;
    run_in_commits("PERFORM pg_terminate_backend(pg_backend_pid())");
    int runs = 0;
    const auto done = f.store().write([&](WriteTransaction& t) {
      ++runs;
      CHECK(t.insert_user(make_user("lee")));
      return Store::Ending::kCommit;
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kOutcomeUnknown);
    CHECK(runs == 1);
    CHECK(count_users(f.store()) == 0);
  }

  TEST_CASE("a commit the server warns of may not be where it should: its outcome is unknown") {
    PostgresFixture f;
    run_in_commits("RAISE WARNING 'canceling wait for synchronous replication'");
    CHECK(failure_of_adding(f.store(), "lee") == ErrorCode::kOutcomeUnknown);
    CHECK(count_users(f.store()) == 1);
  }

  TEST_CASE("a lock that another keeps, and a statement without end, are given up") {
    PostgresFixture f;
    REQUIRE(add(f.store(), "ana"));
    f.reopen({.limits = {.statement = milliseconds(3000), .lock = milliseconds(300)}});
    pqxx::connection another(postgres_server().location());
    {
      pqxx::work holding(another);
      holding.exec("SELECT * FROM firstkey.users FOR UPDATE");
      const auto done = f.store().write([](WriteTransaction& t) {
        t.update_user(make_user("ana"));
        return Store::Ending::kCommit;
      });
      REQUIRE_FALSE(done);
      CHECK(done.error().code == ErrorCode::kStoreUnreachable);
    }
    postgres_server().run_sql(
        "CREATE OR REPLACE FUNCTION firstkey.server_clock() RETURNS bigint LANGUAGE sql VOLATILE "
        "AS 'SELECT 0::bigint FROM pg_sleep(30)'");
    CHECK(failure_of_adding(f.store(), "lee") == ErrorCode::kStoreUnreachable);
  }

  TEST_CASE("more work than there are connections waits, and is told when it waits too long") {
    PostgresFixture f;
    f.reopen({.connections = 1, .patience = milliseconds(1)});
    commit(f.store(), [&](WriteTransaction&) {
      CHECK(failure_of_adding(f.store(), "lee") == ErrorCode::kStoreUnreachable);
    });
    CHECK(add(f.store(), "lee"));
  }
}
