// What only a store on PostgreSQL can meet: others that change the same records at the same moment,
// schemas that are not ours, the server's clock, and a chain for each that writes.

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "core/store/migrations.h"
#include "tests/contract/store_fixtures.h"
#include "tests/support/parts.h"
#include "tests/support/records.h"

using firstkey::core::ErrorCode;
using firstkey::core::PostgresStore;
using firstkey::core::ReadTransaction;
using firstkey::core::Role;
using firstkey::core::Store;
using firstkey::core::StorePresence;
using firstkey::core::SystemRandom;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::hours;
using std::chrono::seconds;

namespace {

const NeededPart kServer("PostgreSQL's server", PostgresServer::is_possible());

/// The code opening `location` fails with.
ErrorCode refusal(const std::string& location,
                  StorePresence presence = StorePresence::kMayBeCreated) {
  const FakeClock clock;
  FakeRandom random(1);
  const auto opened = PostgresStore::open(location, presence, clock, random);
  REQUIRE_FALSE(opened);
  CHECK_FALSE(opened.error().detail.contains("hunter2"));
  return opened.error().code;
}

/// A store and the same one as another program has it.
struct TwoPrograms : PostgresFixture {
  std::unique_ptr<PostgresStore> other = opened(clock.own(), random);
};

firstkey::core::User administrator(const char* name) {
  auto user = make_user(name);
  user.roles = {Role::kAuditor};
  return user;
}

/// Takes `name`'s roles, unless nobody else would hold any; returns how often the work ran.
int step_down(Store& store, const char* name, const std::function<void()>& meanwhile) {
  int runs = 0;
  commit(store, [&](WriteTransaction& t) {
    const bool is_last = t.count_administrators() == 1;
    if (++runs == 1) meanwhile();
    if (!is_last) t.update_user(make_user(name));
  });
  return runs;
}

ErrorCode code_of_check(Store& store) {
  const auto checked = store.check();
  REQUIRE_FALSE(checked);
  return checked.error().code;
}

}  // namespace

TEST_SUITE("contract/postgres/postgres_store") {
  TEST_CASE("work that met another's commit runs again and sees it") {
    TwoPrograms f;
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    int runs = 0;
    commit(f.store(), [&](WriteTransaction& t) {
      auto lee = t.user(make_user("lee").id).value();
      if (++runs == 1) {
        commit(*f.other, [](WriteTransaction& u) {
          auto disabled = make_user("lee");
          disabled.is_enabled = false;
          u.update_user(disabled);
        });
      }
      lee.display_name = "Lee";
      t.update_user(lee);
    });
    CHECK(runs == 2);
    const auto lee =
        seen(f.store(), [](ReadTransaction& t) { return t.user(make_user("lee").id); });
    CHECK(lee->display_name == "Lee");
    CHECK_FALSE(lee->is_enabled);
  }

  TEST_CASE("two administrators who step down at once leave one") {
    TwoPrograms f;
    commit(f.store(), [](WriteTransaction& t) {
      CHECK(t.insert_user(administrator("ana")));
      CHECK(t.insert_user(administrator("bea")));
    });
    const auto runs =
        step_down(f.store(), "ana", [&] { CHECK(step_down(*f.other, "bea", [] {}) == 1); });
    CHECK(runs == 2);
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.count_administrators(); }) == 1);
  }

  TEST_CASE("work that never goes through ends with an answer") {
    TwoPrograms f;
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    int runs = 0;
    const auto done = f.store().write([&](WriteTransaction& t) {
      (void)t.user(make_user("lee").id);
      ++runs;
      commit(*f.other, [](WriteTransaction& u) { u.update_user(make_user("lee")); });
      t.update_user(make_user("lee"));
      return Store::Ending::kCommit;
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kStoreUnreachable);
    CHECK(runs == 20);
  }

  TEST_CASE("many threads write at once, each to a chain of its own") {
    PostgresFixture f;
    SystemRandom random;
    const auto shared = PostgresFixture::opened(f.clock.own(), random);
    constexpr int kThreads = 6;
    constexpr int kEach = 20;
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i) {
          const auto user = make_user(std::to_string(thread) + "-" + std::to_string(i));
          const auto done = shared->write([&](WriteTransaction& t) {
            const bool is_new = t.insert_user(user);
            t.append_audit(make_event("user.add"));
            return is_new ? Store::Ending::kCommit : Store::Ending::kRollBack;
          });
          if (!done) ++failures;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(failures == 0);
    const auto heads = seen(*shared, [](ReadTransaction& t) { return t.audit_heads(); });
    CHECK(heads.size() > 1);
    CHECK(heads.size() <= kThreads + 1);
    std::int64_t rows = 0;
    for (const auto& head : heads) rows += head.sequence;
    CHECK(rows == kThreads * kEach);
    CHECK(shared->check());
  }

  TEST_CASE("a chain is taken up again by the next program") {
    PostgresFixture f;
    for (int program = 0; program < 3; ++program) {
      f.reopen();
      commit(f.store(), [](WriteTransaction& t) { t.append_audit(make_event("pass.issue")); });
    }
    const auto heads = seen(f.store(), [](ReadTransaction& t) { return t.audit_heads(); });
    REQUIRE(heads.size() == 1);
    CHECK(heads.front().sequence == 3);
  }

  TEST_CASE("whatever is changed in the trail is found by the check") {
    for (const char* edit : {"UPDATE firstkey.audit SET outcome = 'x' WHERE chain = 2",
                             "DELETE FROM firstkey.audit WHERE chain = 1 AND sequence = 2",
                             "DELETE FROM firstkey.audit WHERE chain = 2",
                             "DELETE FROM firstkey.audit_chains WHERE chain = 2",
                             "DELETE FROM firstkey.audit_chains WHERE chain = 1",
                             "UPDATE firstkey.audit SET chain = 3 WHERE chain = 2",
                             "UPDATE firstkey.audit_chains SET sequence = 3 WHERE chain = 1"}) {
      CAPTURE(edit);
      TwoPrograms f;
      for (auto* store : {&f.store(), static_cast<Store*>(f.other.get()), &f.store()}) {
        commit(*store, [](WriteTransaction& t) { t.append_audit(make_event("pass.issue")); });
      }
      CHECK(f.store().check());
      postgres_server().run_sql(edit);
      CHECK(code_of_check(f.store()) == ErrorCode::kAuditBroken);
    }
  }

  TEST_CASE("the server's clock decides, whatever ours says") {
    PostgresFixture f;
    FakeClock ours;
    ours.set_wall_by(hours(24));
    const auto store = PostgresFixture::opened(ours, f.random);
    commit(*store, [](WriteTransaction& t) { CHECK(t.clock().now == kStart); });
    ours.set_wall_by(-hours(48));
    CHECK(seen(*store, [](ReadTransaction& t) { return t.clock().now; }) == kStart);
  }

  TEST_CASE("the server's own clock is the moment's, in a transaction too") {
    PostgresFixture f;
    postgres_server().run_sql("DROP SCHEMA firstkey CASCADE");
    f.reopen();
    commit(f.store(), [](WriteTransaction& t) {
      const auto first = t.clock().now;
      const auto wall = firstkey::core::SystemClock().read().wall;
      CHECK(t.clock().now > first);
      CHECK(wall - first < seconds(60));
      CHECK(first - wall < seconds(60));
    });
  }

  TEST_CASE("counters are counted as others left them, once they are counted again") {
    TwoPrograms f;
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.count_lockouts() == 0); });
    commit(*f.other, [](WriteTransaction& t) { t.put_lockout({}); });
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.count_lockouts(); }) == 1);
    f.clock.advance(seconds(60));
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.count_lockouts() == 1); });
  }

  TEST_CASE("both databases have come to the same step") {
    CHECK(firstkey::core::postgres_migrations().back().version ==
          firstkey::core::sqlite_migrations().back().version);
  }

  TEST_CASE("a store that is not there, is not ours or is newer is told as such") {
    const auto location = postgres_server().location();
    postgres_server().run_sql("DROP SCHEMA IF EXISTS firstkey CASCADE");
    CHECK(refusal(location, StorePresence::kMustExist) == ErrorCode::kNotInitialised);
    postgres_server().run_sql("CREATE SCHEMA firstkey");
    CHECK(refusal(location) == ErrorCode::kStoreDamaged);
    PostgresFixture f;
    postgres_server().run_sql("UPDATE firstkey.schema_version SET version = 999");
    CHECK(refusal(location) == ErrorCode::kStoreNewer);
  }

  TEST_CASE("a location with a password or without sense is refused without repeating it") {
    CHECK(refusal("postgresql://lee:hunter2@localhost/x") == ErrorCode::kInvalidArgument);
    CHECK(refusal("postgres:user=lee password=hunter2") == ErrorCode::kInvalidArgument);
    CHECK(refusal("postgresql://localhost:hunter2:5/x?y") == ErrorCode::kInvalidArgument);
    CHECK(refusal("/var/lib/hunter2") == ErrorCode::kInvalidArgument);
    CHECK(refusal("postgres:host=/nowhere dbname=hunter2") == ErrorCode::kStoreUnreachable);
  }

  TEST_CASE("an error says nothing of the values it is about") {
    PostgresFixture f;
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    const auto done = f.store().write([](WriteTransaction& t) {
      t.insert_pass(make_pass(make_user("lee")));
      t.insert_pass(make_pass(make_user("lee")));
      return Store::Ending::kCommit;
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().detail == "the database refused a statement (SQLSTATE 23505)");
  }

  TEST_CASE("a text that PostgreSQL cannot keep is refused, not cut") {
    PostgresFixture f;
    auto user = make_user("lee");
    user.display_name = std::string("Lee\0Admin", 9);
    const auto done = f.store().write([&](WriteTransaction& t) {
      (void)t.insert_user(user);
      return Store::Ending::kCommit;
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kInvalidArgument);
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    CHECK_FALSE(seen(f.store(), [](ReadTransaction& t) {
      return t.user_by_name(std::string_view("lee@example.org\0x", 17));
    }));
  }
}
