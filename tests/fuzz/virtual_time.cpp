#include "tests/fuzz/virtual_time.h"

namespace {

// Not zero, which a clock of the real world never shows.
std::chrono::steady_clock::time_point time_now{std::chrono::hours(1)};

}  // namespace

namespace firstkey::tests {

void let_pass(std::chrono::milliseconds time) noexcept {
  time_now += time;
}

}  // namespace firstkey::tests

// The executable's definition is found before that of libstdc++'s shared object. libFuzzer is not
// concerned: it brings its own clock. NOLINTNEXTLINE(cert-dcl58-cpp)
std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
  return time_now;
}
