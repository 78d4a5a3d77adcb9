// A store's file copied into a database, and a database archived and brought back: row for row.

#include "core/store/store_transfer.h"

#include <doctest/doctest.h>

#include "core/store/sqlite_store.h"
#include "tests/contract/postgres_fixture.h"
#include "tests/support/parts.h"
#include "tests/support/records.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::ErrorCode;
using firstkey::core::LockoutCounter;
using firstkey::core::LockoutScope;
using firstkey::core::ReadTransaction;
using firstkey::core::Result;
using firstkey::core::Settings;
using firstkey::core::SqliteStore;
using firstkey::core::Store;
using firstkey::core::StorePresence;
using firstkey::core::Transfer;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::hours;

namespace {

const NeededPart kServer("PostgreSQL's server", PostgresServer::is_possible());

/// One record of each kind, with every column that may be empty in both ways.
void fill(Store& store) {
  REQUIRE(store.write([](WriteTransaction& t) {
    const auto lee = make_user("lee");
    auto pass = make_pass(lee);
    pass.redeemed_at = kStart;
    const auto session = make_session(pass);
    auto challenge = make_challenge(session);
    challenge.credential_id = {0, 255};
    auto orphan = make_orphan("removed");
    orphan.removed_at = kStart;
    t.put_settings(make_settings());
    REQUIRE(t.insert_user(lee));
    REQUIRE(t.insert_user(make_user("ana")));
    t.insert_pass(pass);
    t.insert_session(session);
    t.insert_challenge(challenge);
    REQUIRE(t.insert_credential(make_credential(lee)));
    t.put_orphan(make_orphan());
    t.put_orphan(orphan);
    t.insert_metadata({.number = 9, .imported_at = kStart, .blob = "e30.e30.AA"});
    t.put_lockout({.scope = LockoutScope::kStation, .attempts = 2, .recent = {kStart}});
    for (const auto* action : {"user.add", "pass.issue"}) t.append_audit(make_event(action));
    return Store::Ending::kCommit;
  }));
}

/// All that the port shows of it, but for the settings.
struct Everything {
  std::vector<firstkey::core::User> users;
  std::vector<firstkey::core::Pass> passes;
  std::vector<firstkey::core::Session> sessions;
  std::optional<firstkey::core::Challenge> challenge;
  std::vector<firstkey::core::CredentialRecord> credentials;
  std::optional<firstkey::core::OrphanRecord> removed;
  std::vector<firstkey::core::OrphanRecord> orphans;
  std::optional<firstkey::core::StoredMetadata> metadata;
  std::vector<LockoutCounter> lockouts;
  std::vector<firstkey::core::AuditRow> audit;
  std::vector<firstkey::core::ChainHead> heads;

  friend bool operator==(const Everything&, const Everything&) = default;
};

Everything everything_in(Store& store) {
  Everything all;
  REQUIRE(store.read([&](ReadTransaction& t) {
    const auto session = make_session(make_pass(make_user("lee")));
    all = {.users = t.users("", 100),
           .passes = t.passes({}, 100),
           .sessions = t.recent_sessions(100),
           .challenge = t.challenge(make_challenge(session).value),
           .credentials = t.credentials({}, 100),
           .removed = t.orphan(make_orphan("removed").credential_id),
           .orphans = t.orphans(100),
           .metadata = t.metadata(9),
           .lockouts = t.lockouts(),
           .audit = t.audit_rows({}, 100),
           .heads = t.audit_heads()};
  }));
  return all;
}

struct Desk {
  Desk() { postgres_server().run_sql("DROP SCHEMA IF EXISTS firstkey CASCADE"); }
  std::unique_ptr<SqliteStore> open_file() {
    return std::move(SqliteStore::open(file, StorePresence::kMayBeCreated, clock, random).value());
  }
  [[nodiscard]] Transfer into_database(const std::string& from) const {
    return {.from = from,
            .to = postgres_server().location(),
            .folder = folder.path(),
            .check = [](const Settings&) { return Result<void>(); },
            .begin =
                [](Store& store, const Settings& settings) {
                  return store.write([&](WriteTransaction& t) {
                    t.put_settings(settings);
                    return Store::Ending::kCommit;
                  });
                }};
  }
  std::unique_ptr<firstkey::core::PostgresStore> open_database() {
    return PostgresFixture::opened(clock, random);
  }

  TemporaryFolder folder;
  FakeClock clock;
  FakeRandom random{1};
  std::string file = folder / "firstkey.db";
};

}  // namespace

TEST_SUITE("contract/postgres/store_transfer") {
  TEST_CASE("a file copied into a database is there row for row, and refused from then on") {
    Desk f;
    const auto store = f.open_file();
    fill(*store);
    const auto before = everything_in(*store);
    REQUIRE(copy_store(f.into_database(f.file), f.clock, f.random));
    const auto database = f.open_database();
    CHECK(everything_in(*database) == before);
    CHECK(database->check());
    const auto refused = store->read([](ReadTransaction&) {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kStoreUnreachable);
  }

  TEST_CASE("what was copied is written on: the chain goes on where it was left") {
    Desk f;
    fill(*f.open_file());
    REQUIRE(copy_store(f.into_database(f.file), f.clock, f.random));
    const auto database = f.open_database();
    REQUIRE(database->write([](WriteTransaction& t) {
      t.append_audit(make_event("user.add"));
      return Store::Ending::kCommit;
    }));
    CHECK(everything_in(*database).heads.front().sequence == 3);
    CHECK(database->check());
  }

  TEST_CASE("a copy that is refused leaves the file in use and the database empty") {
    Desk f;
    const auto store = f.open_file();
    fill(*store);
    auto transfer = f.into_database(f.file);
    transfer.check = [](const Settings&) -> Result<void> {
      return firstkey::core::fail(ErrorCode::kPepperUnreadable);
    };
    const auto refused = copy_store(transfer, f.clock, f.random);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kPepperUnreadable);
    CHECK(store->read([](ReadTransaction&) {}));
    CHECK(copy_store(f.into_database(f.file), f.clock, f.random));
  }

  TEST_CASE("a server whose clock is behind the file's decisions gets no copy") {
    Desk f;
    f.clock.set_wall_by(hours(24 * 365 * 100));
    fill(*f.open_file());
    const auto refused = copy_store(f.into_database(f.file), f.clock, f.random);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kClockUncertain);
  }

  TEST_CASE("a database with rows in it gets no copy") {
    Desk f;
    fill(*f.open_file());
    fill(*f.open_database());
    const auto refused = copy_store(f.into_database(f.file), f.clock, f.random);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kAlreadyExists);
  }

  TEST_CASE("a database archived and brought back is there row for row, all its chains") {
    Desk f;
    Everything before;
    {
      const auto first = f.open_database();
      const auto second = f.open_database();
      fill(*first);
      REQUIRE(first->write([&](WriteTransaction& t) {
        t.append_audit(make_event("user.add"));
        REQUIRE(second->write([](WriteTransaction& other) {
          other.append_audit(make_event("user.add"));
          return Store::Ending::kCommit;
        }));
        return Store::Ending::kCommit;
      }));
      before = everything_in(*first);
      REQUIRE(before.heads.size() == 2);
      REQUIRE(first->back_up(f.folder / "archive"));
    }
    postgres_server().run_sql("DROP SCHEMA firstkey CASCADE");
    REQUIRE(restore_store(f.into_database(f.folder / "archive"), f.clock, f.random));
    const auto database = f.open_database();
    CHECK(everything_in(*database) == before);
    CHECK(database->check());
  }
}
