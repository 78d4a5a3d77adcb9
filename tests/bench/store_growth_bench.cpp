// What looking a pass up and redeeming it cost on SQLite while the store grows from 10^3 to 10^6
// passes. The hash is the cheapest Argon2id takes, so that the store is what is weighed.
// FIRSTKEY_BENCH_MOST_PASSES ends the curve earlier.

#include <cstdlib>
#include <map>

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
    add("look_up", grown<&FilledStore::look_up>, size);
    add("redeem", grown<&FilledStore::redeem>, size);
  }
  MedianReporter reporter;
  firstkey::tests::run_benchmarks(argc, argv, reporter);
  for (const std::string name : {"look_up", "redeem"}) {
    for (const auto& size : sizes) {
      reporter.print_ratio(name + size, name + sizes.front(), "flat is 1");
    }
  }
  return 0;
}
