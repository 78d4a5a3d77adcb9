// What it costs to wait for a key, and how soon one is told that the system reports: the processor
// time of `firstkey key wait` while nothing comes, and the time from udev's event to ours. Run with
// LD_PRELOAD=libumockdev-preload.so.0 for the second.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device/composite_discovery.h"
#include "device/hid_source.h"
#include "tests/support/mock_bus.h"

using namespace firstkey;

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using Milliseconds = std::chrono::duration<double, std::milli>;

Seconds to_seconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// Processor time of a whole `firstkey key wait --timeout seconds`, which finds no key.
Seconds cost_of_wait(int seconds) {
  std::array<std::string, 7> words{
      FIRSTKEY_PROGRAM, "key", "wait", "--for", "new", "--timeout", std::to_string(seconds)};
  std::array<char*, words.size() + 1> arguments{};
  std::ranges::transform(words, arguments.begin(), [](std::string& word) { return word.data(); });
  pid_t process = -1;
  if (::posix_spawn(&process, words[0].c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
    throw std::runtime_error("no firstkey");
  }
  int status = 0;
  rusage used{};
  (void)::wait4(process, &status, 0, &used);
  return to_seconds(used.ru_utime) + to_seconds(used.ru_stime);
}

void measure_idle() {
  constexpr int kIdle = 20;  // seconds
  const auto begun = cost_of_wait(0);
  const auto share = (cost_of_wait(kIdle) - begun) / Seconds(kIdle);
  std::printf("idle while waiting for a key: %.3f %% of a core (target: below 0.5)\n",
              std::max(0.0, share * 100));
  std::printf("beginning and end of the program: %.1f ms of a core\n", Milliseconds(begun).count());
}

void measure_latency() {
  constexpr int kArrivals = 200;
  tests::MockBus bus;
  for (int number = 0; number < kArrivals; ++number) bus.prepare(number);
  std::vector<std::unique_ptr<device::KeySource>> sources;
  sources.push_back(std::make_unique<device::HidSource>());
  device::CompositeDiscovery discovery(std::move(sources));
  std::vector<double> took;
  for (int number = 0; number < kArrivals; ++number) {
    const auto begin = Clock::now();
    bus.appear(number);  // makes the node first, which counts against us
    if (discovery.wait(std::chrono::seconds(5), {}).empty()) throw std::runtime_error("no event");
    took.push_back(Milliseconds(Clock::now() - begin).count());
  }
  std::ranges::sort(took);
  std::printf("udev's event to ours: median %.2f ms, longest %.2f ms (target: below 100)\n",
              took[took.size() / 2],
              took.back());
}

}  // namespace

int main() {
  measure_idle();
  if (tests::MockBus::is_possible()) {
    measure_latency();
  } else {
    std::puts("udev's event to ours: not measured, umockdev is not loaded");
  }
  return 0;
}
