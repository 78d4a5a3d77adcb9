#pragma once
// The stores the contract is run over. Each fixture owns a fake clock, seeded randomness and an
// empty store, and reopens it where there is something to reopen.

#include <memory>

#include <doctest/doctest.h>

#include "core/store/memory_store.h"
#include "core/store/sqlite_store.h"
#ifdef FIRSTKEY_CONTRACT_OVER_POSTGRES
#include "tests/contract/postgres_fixture.h"
#endif
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/temporary_folder.h"

namespace firstkey::tests {

class MemoryFixture {
 public:
  core::Store& store() { return store_; }
  FakeClock clock;
  FakeRandom random{1};

 private:
  core::MemoryStore store_{clock, random};
};

class SqliteFixture {
 public:
  static constexpr int kKilledRuns = 200;
  static constexpr int kStations = 16;

  SqliteFixture() { reopen(); }
  core::Store& store() { return *store_; }
  [[nodiscard]] std::string path() const { return folder_ / "firstkey.db"; }
  void close() { store_.reset(); }
  void reopen() {
    store_.reset();
    auto opened =
        core::SqliteStore::open(path(), core::SqliteStore::Presence::kMayBeCreated, clock, random);
    REQUIRE_MESSAGE(opened, (opened ? std::string() : opened.error().detail));
    store_ = std::move(opened.value());
  }
  /// The same store as another program has it; nothing if it cannot be opened.
  std::unique_ptr<core::Store> open_elsewhere(const core::Clock& own_clock,
                                              core::Random& own_random) const {
    auto opened = core::SqliteStore::open(
        path(), core::SqliteStore::Presence::kMustExist, own_clock, own_random);
    return opened ? std::move(opened.value()) : nullptr;
  }
  /// Nothing of a program that was killed goes on.
  static void await_quiet() {}
  FakeClock clock;
  FakeRandom random{1};

 private:
  TemporaryFolder folder_;
  std::unique_ptr<core::SqliteStore> store_;
};

// What TEST_CASE_TEMPLATE runs the contract over, which of it outlives a program, and what the
// suites are called then.
#ifdef FIRSTKEY_CONTRACT_OVER_POSTGRES
#define STORES firstkey::tests::PostgresFixture
#define LASTING_STORES firstkey::tests::PostgresFixture
#define CONTRACT_SUITE(name) "contract/postgres/" name
#else
#define STORES firstkey::tests::MemoryFixture, firstkey::tests::SqliteFixture
#define LASTING_STORES firstkey::tests::SqliteFixture
#define CONTRACT_SUITE(name) "contract/" name
#endif

/// Runs `work` in a write transaction that must commit.
template <class Work>
void commit(core::Store& store, const Work& work) {
  const auto done = store.write([&](core::WriteTransaction& transaction) {
    work(transaction);
    return core::Store::Ending::kCommit;
  });
  REQUIRE_MESSAGE(done, (done ? std::string() : done.error().detail));
}

/// What `look` returns from a read transaction.
template <class Look>
auto seen(core::Store& store, const Look& look) {
  std::invoke_result_t<Look, core::ReadTransaction&> value{};
  REQUIRE(store.read([&](core::ReadTransaction& transaction) { value = look(transaction); }));
  return value;
}

}  // namespace firstkey::tests
