// What looking a pass up and redeeming it cost on SQLite while the store grows from 10^3 to 10^6
// passes, beside bare SQLite reading the same rows of the same file. The hash is the cheapest
// Argon2id takes, so that the store is what is weighed. FIRSTKEY_BENCH_MOST_PASSES ends the curve
// earlier.

#include <cstdlib>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/bench/filled_store.h"
#include "tests/bench/ratios.h"

namespace {

using firstkey::core::HashCost;
using firstkey::tests::FilledStore;
using firstkey::tests::MedianReporter;

constexpr HashCost kCheapest{.memory_kib = 8, .passes = 1};

FilledStore& store_of(std::size_t passes) {
  static std::map<std::size_t, FilledStore> stores;
  return stores.try_emplace(passes, passes, kCheapest).first->second;
}

/// Bare SQLite, opened as the store opens it and each statement prepared once.
class BareSqlite {
 public:
  explicit BareSqlite(FilledStore& store) : store_(store) {
    file_.exec("PRAGMA cell_size_check = ON");
  }
  bool look_up() {
    begin_.exec();
    begin_.reset();
    user_.bind(1, store_.next_user());
    bool is_there = user_.executeStep();
    if (is_there) {
      pass_.bind(1, user_.getColumn(0).getString());
      is_there = pass_.executeStep() && read_row(user_) + read_row(pass_) > 0;
      pass_.reset();
    }
    user_.reset();
    rollback_.exec();
    rollback_.reset();
    return is_there;
  }

 private:
  static std::int64_t read_row(SQLite::Statement& row) {
    std::int64_t sum = 0;
    for (int i = 0; i < row.getColumnCount(); ++i) {
      const auto column = row.getColumn(i);
      sum += column.isInteger() ? column.getInt64() : std::ssize(column.getString());
    }
    return sum;
  }

  FilledStore& store_;
  SQLite::Database file_{store_.path(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX};
  SQLite::Statement begin_{file_, "BEGIN"};
  SQLite::Statement rollback_{file_, "ROLLBACK"};
  SQLite::Statement user_{file_, "SELECT * FROM users WHERE normalised_name = ?"};
  SQLite::Statement pass_{file_, "SELECT * FROM passes WHERE user = ?"};
};

void bare_look_up(benchmark::State& state) {
  BareSqlite bare(store_of(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    if (!bare.look_up()) state.SkipWithError("it did not work");
  }
}

template <bool (FilledStore::*kDo)()>
void grown(benchmark::State& state) {
  auto& store = store_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    if (!(store.*kDo)()) state.SkipWithError("it did not work");
  }
}

void add(const char* name, void (*run)(benchmark::State&), std::size_t passes) {
  benchmark::RegisterBenchmark(name, run)
      ->Arg(static_cast<std::int64_t>(passes))
      ->Unit(benchmark::kMicrosecond)
      ->MeasureProcessCPUTime();
}

std::size_t most_passes() {
  const char* text = std::getenv("FIRSTKEY_BENCH_MOST_PASSES");
  return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> sizes;
  for (std::size_t size = 1'000; size <= most_passes(); size *= 10) {
    sizes.push_back("/" + std::to_string(size));
    add("bare_look_up", bare_look_up, size);
    add("look_up", grown<&FilledStore::look_up>, size);
    add("redeem", grown<&FilledStore::redeem>, size);
  }
  MedianReporter reporter;
  firstkey::tests::run_benchmarks(argc, argv, reporter);
  for (const std::string name : {"bare_look_up", "look_up", "redeem"}) {
    for (const auto& size : sizes) {
      reporter.print_ratio(name + size, name + sizes.front(), "flat is 1");
    }
  }
  for (const auto& size : sizes) {
    reporter.print_ratio("bare_look_up" + size, "look_up" + size, "target 0.9");
  }
  return 0;
}
