// What redeeming a pass costs beside the hash nobody can do without. CPU time of the whole process,
// so that the store's thread counts: what one core could do. The disk is waited for while another's
// passcode is hashed.

#include <sodium.h>

#include "tests/bench/filled_store.h"
#include "tests/bench/ratios.h"

namespace {

using firstkey::core::Bytes;
using firstkey::core::HashCost;
using firstkey::tests::FilledStore;
using firstkey::tests::MedianReporter;

constexpr HashCost kCost;
constexpr std::string_view kPasscode = "7KQM3TXF";

void expect(benchmark::State& state, bool is_good) {
  if (!is_good) state.SkipWithError("it did not work");
}

void bare_argon2id(benchmark::State& state) {
  const Bytes salt(crypto_pwhash_SALTBYTES, 0x5A);
  Bytes output(32);
  for (auto _ : state) {
    expect(state,
           crypto_pwhash(output.data(),
                         output.size(),
                         kPasscode.data(),
                         kPasscode.size(),
                         salt.data(),
                         kCost.passes,
                         std::size_t{kCost.memory_kib} * 1024,
                         crypto_pwhash_ALG_ARGON2ID13) == 0);
  }
}

void redemption(benchmark::State& state) {
  static FilledStore store(1'000, kCost);
  for (auto _ : state) expect(state, store.redeem());
}

void add(const char* name, void (*run)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name, run)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) return 1;
  add("bare_argon2id", bare_argon2id);
  add("redemption", redemption);
  MedianReporter reporter;
  firstkey::tests::run_benchmarks(argc, argv, reporter);
  reporter.print_ratio("bare_argon2id", "redemption", "target 0.9");
  return 0;
}
