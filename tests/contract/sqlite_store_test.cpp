// What only a store in files can meet: permissions, damage, other schemas, disks that are full or
// read-only, many threads at once.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/contract/faulty_disk.h"
#include "tests/contract/store_fixtures.h"
#include "tests/support/parts.h"
#include "tests/support/records.h"

using firstkey::core::ErrorCode;
using firstkey::core::ReadTransaction;
using firstkey::core::SqliteStore;
using firstkey::core::Store;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

namespace {

mode_t mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

/// The code opening `path` fails with.
ErrorCode refusal(const std::string& path,
                  SqliteStore::Presence presence = SqliteStore::Presence::kMustExist) {
  const FakeClock clock;
  FakeRandom random(1);
  const auto opened = SqliteStore::open(path, presence, clock, random);
  REQUIRE_FALSE(opened);
  CHECK_FALSE(opened.error().detail.empty());
  return opened.error().code;
}

void run_sql(const std::string& path, const char* sql) {
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec(sql);
}

ErrorCode failure_of_adding_lee(Store& store) {
  const auto done = store.write([](WriteTransaction& t) {
    (void)t.insert_user(make_user("lee"));
    return Store::Ending::kCommit;
  });
  REQUIRE_FALSE(done);
  return done.error().code;
}

/// Whether `text` stands in the database or the log beside it.
bool files_hold(const std::string& path, const std::string& text) {
  for (const auto* end : {"", "-wal"}) {
    std::ifstream file(path + end, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (bytes.contains(text)) return true;
  }
  return false;
}

void overwrite(const std::string& path, std::streamoff at, const std::string& with) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << with;
}

/// A small file system of its own; needs root and a kernel that lets it.
class SmallDisk {
 public:
  SmallDisk() {
    ::chmod(folder_.path().c_str(), 0700);
    is_mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=512k,mode=0700") == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount(folder_.path().c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool is_mounted() const { return is_mounted_; }
  [[nodiscard]] std::string file() const { return folder_ / "firstkey.db"; }
  void make_read_only() const {
    REQUIRE(::mount(nullptr, folder_.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) ==
            0);
  }

 private:
  TemporaryFolder folder_;
  bool is_mounted_ = false;
};

}  // namespace

TEST_SUITE("contract/sqlite_store") {
  TEST_CASE("a subject of the trail is found by its index, not by reading the trail") {
    const SqliteFixture f;
    SQLite::Database file(f.path(), SQLite::OPEN_READONLY);
    for (const auto* column : {"pass", "credential"}) {
      SQLite::Statement plan(
          file,
          std::string("EXPLAIN QUERY PLAN SELECT correlation FROM audit WHERE ") + column +
              " = ? AND " + column + " <> '' AND correlation <> '' ORDER BY sequence LIMIT 1");
      REQUIRE(plan.executeStep());
      CHECK(plan.getColumn("detail").getString() ==
            std::string("SEARCH audit USING INDEX audit_by_") + column + " (" + column + "=?)");
      CHECK_FALSE(plan.executeStep());  // nor is anything sorted
    }
  }

  TEST_CASE("what was erased is gone from every file of the store once it is scrubbed") {
    SqliteFixture f;
    commit(f.store(), [](WriteTransaction& t) { t.append_audit(make_event("pass.issue")); });
    auto row = seen(f.store(), [](ReadTransaction& t) { return t.last_audit_row(); }).value();
    for (auto& [name, field] : row.personal) field = {.commitment = field.commitment};
    commit(f.store(), [&](WriteTransaction& t) { t.put_personal_fields(row); });
    CHECK(files_hold(f.path(), "lee@example.org"));
    REQUIRE(f.store().scrub());
    CHECK_FALSE(files_hold(f.path(), "lee@example.org"));
  }

  TEST_CASE("a log that somebody reads is not emptied, and that is said") {
    SqliteFixture f;
    ErrorCode code{};
    REQUIRE(f.store().read([&](ReadTransaction& t) {
      (void)t.settings();
      commit(f.store(), [](WriteTransaction& w) { w.append_audit(make_event("pass.issue")); });
      const auto scrubbed = f.store().scrub();
      if (!scrubbed) code = scrubbed.error().code;
    }));
    CHECK(code == ErrorCode::kStoreUnreachable);
    CHECK(f.store().scrub());
  }

  TEST_CASE("a new store is its owner's alone") {
    SqliteFixture f;
    CHECK(mode_of(f.path()) == 0600);
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    CHECK(mode_of(f.path() + "-wal") == 0600);
  }

  TEST_CASE("what was committed is there after reopening") {
    SqliteFixture f;
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    f.reopen();
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.users("", 10); }).size() == 1);
  }

  TEST_CASE("what another process sets is seen by the next transaction") {
    SqliteFixture f;
    auto settings = make_settings();
    commit(f.store(), [&](WriteTransaction& t) { t.put_settings(settings); });
    const auto read = [&] {
      return seen(f.store(), [](ReadTransaction& t) { return t.settings(); });
    };
    CHECK(read() == settings);
    auto other = SqliteStore::open(f.path(), SqliteStore::Presence::kMustExist, f.clock, f.random);
    REQUIRE(other);
    settings.pass_policy.state = firstkey::core::PolicyState::kDisabled;
    commit(*other.value(), [&](WriteTransaction& t) { t.put_settings(settings); });
    CHECK(read() == settings);
    commit(f.store(), [&](WriteTransaction& t) { CHECK(t.settings() == settings); });
  }

  TEST_CASE("a store that is not there is told from one that cannot be had") {
    const TemporaryFolder folder;
    CHECK(refusal(folder / "none.db") == ErrorCode::kNotInitialised);
    std::ofstream(folder / "empty.db").close();
    ::chmod((folder / "empty.db").c_str(), 0600);
    CHECK(refusal(folder / "empty.db") == ErrorCode::kStoreDamaged);
    CHECK(refusal(folder / "deep/down/none.db", SqliteStore::Presence::kMayBeCreated) ==
          ErrorCode::kStoreUnreachable);
  }

  TEST_CASE("a folder or file that others can open is refused") {
    SqliteFixture f;
    f.close();
    ::chmod(f.path().c_str(), 0640);
    CHECK(refusal(f.path()) == ErrorCode::kStoreUnreachable);
    ::chmod(f.path().c_str(), 0600);
    const auto folder = f.path().substr(0, f.path().rfind('/'));
    ::chmod(folder.c_str(), 0755);
    CHECK(refusal(f.path()) == ErrorCode::kStoreUnreachable);
    ::chmod(folder.c_str(), 0700);
    f.reopen();
  }

  TEST_CASE("a symbolic link is not followed") {
    const TemporaryFolder folder;
    REQUIRE(::symlink("/etc/passwd", (folder / "firstkey.db").c_str()) == 0);
    CHECK(refusal(folder / "firstkey.db") == ErrorCode::kStoreUnreachable);
  }

  TEST_CASE("a store of a newer firstkey is left alone") {
    SqliteFixture f;
    f.close();
    run_sql(f.path(), "PRAGMA user_version = 999");
    CHECK(refusal(f.path()) == ErrorCode::kStoreNewer);
  }

  TEST_CASE("another program's database is no store") {
    SqliteFixture f;
    f.close();
    run_sql(f.path(), "PRAGMA application_id = 7");
    CHECK(refusal(f.path()) == ErrorCode::kStoreDamaged);
  }

  TEST_CASE("a file of garbage is damaged, whatever its length") {
    for (const std::size_t size : {1U, 99U, 4096U, 100'000U}) {
      CAPTURE(size);
      const TemporaryFolder folder;
      const auto path = folder / "firstkey.db";
      std::ofstream(path, std::ios::binary) << std::string(size, 'x');
      ::chmod(path.c_str(), 0600);
      CHECK(refusal(path) == ErrorCode::kStoreDamaged);
    }
  }

  TEST_CASE("a damaged page is found by the check") {
    SqliteFixture f;
    commit(f.store(), [](WriteTransaction& t) {
      for (int i = 0; i < 1000; ++i) CHECK(t.insert_user(make_user(std::to_string(i))));
    });
    CHECK(f.store().check());
    f.close();
    const auto middle =
        static_cast<std::streamoff>(std::filesystem::file_size(f.path()) / 8192 * 4096);
    overwrite(f.path(), middle, std::string(8192, '\xFF'));
    f.reopen();
    const auto checked = f.store().check();
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::kStoreDamaged);
  }

  TEST_CASE("an audit row that was edited is found by the check") {
    SqliteFixture f;
    commit(f.store(), [](WriteTransaction& t) {
      t.append_audit(make_event("pass.issue"));
      t.append_audit(make_event("pass.delete"));
    });
    f.close();
    for (const char* edit :
         {"UPDATE audit SET outcome = 'refused' WHERE sequence = 1",
          "UPDATE audit SET outcome = 'success', personal = replace(personal, 'lee', 'kim') "
          "WHERE sequence = 1",
          "DELETE FROM audit WHERE sequence = 1"}) {
      CAPTURE(edit);
      run_sql(f.path(), edit);
      f.reopen();
      const auto checked = f.store().check();
      REQUIRE_FALSE(checked);
      CHECK(checked.error().code == ErrorCode::kAuditBroken);
      f.close();
    }
  }

  TEST_CASE("a number of lock-out counters that is not theirs is found by the check") {
    SqliteFixture f;
    CHECK(f.store().check());
    f.close();
    run_sql(f.path(), "UPDATE lockout_count SET counters = 100000");
    f.reopen();
    const auto checked = f.store().check();
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::kStoreDamaged);
  }

  TEST_CASE("a backup is a store of its own and never overwrites a file") {
    SqliteFixture f;
    const TemporaryFolder folder;
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    REQUIRE(f.store().back_up(folder / "copy.db"));
    CHECK(mode_of(folder / "copy.db") == 0600);
    const auto again = f.store().back_up(folder / "copy.db");
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::kAlreadyExists);
    auto copy =
        SqliteStore::open(folder / "copy.db", SqliteStore::Presence::kMustExist, f.clock, f.random);
    REQUIRE(copy);
    CHECK(seen(*copy.value(), [](ReadTransaction& t) { return t.users("", 10); }).size() == 1);
    CHECK(copy.value()->check());
  }

  TEST_CASE("a full disk is told as such, changes nothing, and passes") {
    const SmallDisk disk;
    if (part_is_absent("a file system of its own (root)", disk.is_mounted())) return;
    const FakeClock clock;
    FakeRandom random(1);
    auto opened =
        SqliteStore::open(disk.file(), SqliteStore::Presence::kMayBeCreated, clock, random);
    REQUIRE(opened);
    auto& store = *opened.value();
    commit(store, [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    const auto filled = store.write([](WriteTransaction& t) {
      auto credential = make_credential(make_user("lee"));
      credential.attestation_object.resize(2'000'000);
      (void)t.insert_credential(credential);
      return Store::Ending::kCommit;
    });
    REQUIRE_FALSE(filled);
    CHECK(filled.error().code == ErrorCode::kStoreFull);
    CHECK_FALSE(seen(store, [](ReadTransaction& t) { return t.has_credentials(); }));
    commit(store, [](WriteTransaction& t) { CHECK(t.insert_user(make_user("kim"))); });
    CHECK(store.check());
  }

  TEST_CASE("a disk that fills up in a commit is told as such, changes nothing, and passes") {
    FaultyDisk disk;
    SqliteFixture f;
    disk.fail_writes_with(SQLITE_FULL);
    CHECK(failure_of_adding_lee(f.store()) == ErrorCode::kStoreFull);
    disk.mend();
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.users("", 10); }).empty());
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    CHECK(f.store().check());
  }

  TEST_CASE("a commit that could not be written through is of unknown outcome, not of none") {
    FaultyDisk disk;
    SqliteFixture f;
    disk.fail_syncs_with(SQLITE_IOERR_FSYNC);
    CHECK(failure_of_adding_lee(f.store()) == ErrorCode::kOutcomeUnknown);
    disk.mend();
    commit(f.store(), [](WriteTransaction& t) { (void)t.insert_user(make_user("lee")); });
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.users("", 10); }).size() == 1);
    CHECK(f.store().check());
  }

  TEST_CASE("a database that went away takes no commits, and works again once it is back") {
    SqliteFixture f;
    std::filesystem::rename(f.path(), f.path() + ".away");
    CHECK(failure_of_adding_lee(f.store()) == ErrorCode::kStoreUnreachable);
    const auto read = f.store().read([](ReadTransaction& t) { (void)t.settings(); });
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::kStoreUnreachable);
    std::filesystem::rename(f.path() + ".away", f.path());
    CHECK_FALSE(
        seen(f.store(), [](ReadTransaction& t) { return t.user_by_name("lee@example.org"); }));
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
  }

  TEST_CASE("a read-only disk is told as such") {
    const SmallDisk disk;
    if (part_is_absent("a file system of its own (root)", disk.is_mounted())) return;
    const FakeClock clock;
    FakeRandom random(1);
    {
      auto opened =
          SqliteStore::open(disk.file(), SqliteStore::Presence::kMayBeCreated, clock, random);
      REQUIRE(opened);
    }
    disk.make_read_only();
    CHECK(refusal(disk.file()) == ErrorCode::kStoreReadOnly);
    CHECK(refusal(disk.file() + "2", SqliteStore::Presence::kMayBeCreated) ==
          ErrorCode::kStoreReadOnly);
  }

  TEST_CASE("work of many threads is all done, each part once") {
    SqliteFixture f;
    constexpr int kThreads = 8;
    constexpr int kEach = 25;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&f, thread] {
        for (int i = 0; i < kEach; ++i) {
          const auto user = make_user(std::to_string(thread) + "-" + std::to_string(i));
          (void)f.store().write([&](WriteTransaction& t) {
            const bool is_new = t.insert_user(user);
            t.append_audit(make_event("user.add"));
            return is_new ? Store::Ending::kCommit : Store::Ending::kRollBack;
          });
          (void)f.store().read([&](ReadTransaction& t) { (void)t.user(user.id); });
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.users("", 1000); }).size() ==
          kThreads * kEach);
    CHECK(f.store().check());
  }

  TEST_CASE("one work's failure in a shared commit is not another's") {
    SqliteFixture f;
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&f, &failures, thread] {
        const auto user = make_user(std::to_string(thread));
        const auto done = f.store().write([&](WriteTransaction& t) {
          (void)t.insert_user(user);
          if (thread % 2 == 0) t.delete_pass(make_pass(user).id);  // misuse: aborts
          return Store::Ending::kCommit;
        });
        if (!done) ++failures;
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(failures == 4);
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.users("", 100); }).size() == 4);
  }

  TEST_CASE("what work throws comes out where it was asked for, and nothing stays") {
    SqliteFixture f;
    struct Oops {};
    CHECK_THROWS_AS((void)f.store().write([](WriteTransaction& t) -> Store::Ending {
      CHECK(t.insert_user(make_user("lee")));
      throw Oops();
    }),
                    Oops);
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.users("", 10); }).empty());
  }
}
