#pragma once
// The stores the contract is run over. Each fixture owns a fake clock, seeded randomness and an
// empty store, and reopens it where there is something to reopen.

#include <memory>

#include <doctest/doctest.h>

#include "core/store/memory_store.h"
#include "core/store/sqlite_store.h"
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
  FakeClock clock;
  FakeRandom random{1};

 private:
  TemporaryFolder folder_;
  std::unique_ptr<core::SqliteStore> store_;
};

/// What TEST_CASE_TEMPLATE runs the contract over.
#define STORES firstkey::tests::MemoryFixture, firstkey::tests::SqliteFixture

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
