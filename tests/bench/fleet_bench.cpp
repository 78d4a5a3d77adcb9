// What 64 keys that are enrolled at once cost beside what cannot be saved: the three seconds until
// somebody touches them, and the hashes of 64 passcodes on all cores. In one process, through the
// ceremony's threads, libfido2 and 64 firstkey-softkeys, on one SQLite store on disk, from the
// moment the keys are attached to the end of the last session, proof included.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/local_verifier.h"
#include "device/composite_discovery.h"
#include "device/simulator_source.h"
#include "enroll/ceremony_runner.h"
#include "tests/bench/bench_key.h"
#include "tests/bench/filled_store.h"

using namespace firstkey;

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int kKeys = 64;
constexpr std::chrono::seconds kUntilTouched{3};
constexpr std::uint16_t kFirstPort = 18200;

/// A software key, and where it is.
struct Key {
  device::SimulatorAddress address;
  tests::BenchKey program{{"--touch", "signal", "--udp", tests::as_option(address)}};
};

device::SimulatorAddress address_of(int number) {
  const auto port = static_cast<std::uint16_t>(kFirstPort + 2 * number);
  return {.port = port, .reply_port = static_cast<std::uint16_t>(port + 1)};
}

std::unique_ptr<device::KeyDiscovery> attach(const Key& key) {
  std::vector<std::unique_ptr<device::KeySource>> sources;
  sources.push_back(std::make_unique<device::SimulatorSource>(std::vector{key.address}));
  return std::make_unique<device::CompositeDiscovery>(std::move(sources));
}

/// Touches the key three seconds after it asks for the first time, and at once after that: whoever
/// touched it has the finger there.
void touch(const Key& key, const enroll::TouchWanted& asked) {
  if (asked.purpose == enroll::Purpose::kRegistration) std::this_thread::sleep_for(kUntilTouched);
  key.program.touch();
}

/// Answers what is asked until the ceremony is over. Why it did not work; empty when it did.
std::string hold(enroll::CeremonyRunner& runner, const Key& key) {
  std::uint64_t last = 0;
  while (true) {
    const auto replay = runner.events().wait_since(last, std::chrono::seconds(60));
    for (const auto& numbered : replay.events) {
      last = numbered.id;
      if (const auto request = enroll::request_in(numbered.event)) {
        runner.enter_pin(request.value(), device::Pin::create("2468").value());
      }
      if (const auto* asked = std::get_if<enroll::TouchWanted>(&numbered.event)) touch(key, *asked);
      if (std::holds_alternative<enroll::CredentialCompleted>(numbered.event)) runner.finish();
    }
    if (replay.is_closed) break;
    if (replay.events.empty()) return "the ceremony hangs";
  }
  const auto ending = runner.wait();
  if (ending.credentials.size() == 1) return "";
  return ending.code ? std::string(core::to_string(*ending.code)) : "ended without a credential";
}

std::string enroll_one(tests::FilledStore& store, core::RedemptionRequest request, const Key& key) {
  const auto discovery = attach(key);
  const auto station = request.station;
  core::Secret secret(request.session_secret.expose());
  const auto redemption = store.verifier().redeem(std::move(request));
  if (!redemption) return "redemption: " + redemption.error().detail;
  const auto& snapshot = redemption->snapshot();
  enroll::CeremonyRunner runner(
      {.verifier = store.verifier(), .discovery = *discovery, .clock = store.clock()},
      {.session = snapshot.session, .station = station, .secret = std::move(secret)},
      snapshot,
      {.allows_simulated = true});
  runner.start();
  return hold(runner, key);
}

/// The hashes of kKeys passcodes on all cores.
Seconds time_hashes(int cores) {
  const tests::BenchPepper pepper;
  core::PassHasher hasher(pepper, {}, cores);
  const core::Secret passcode(core::as_bytes("7KQM3TXF"));
  std::atomic<int> left = kKeys;
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < cores; ++i) {
      threads.emplace_back([&] {
        while (left-- > 0) (void)hasher.matches(hasher.decoy(), passcode);
      });
    }
  }
  return Clock::now() - begin;
}

struct Measured {
  Seconds wall{};
  int failures = 0;
};

Measured enroll_all(tests::FilledStore& store, const std::vector<std::unique_ptr<Key>>& keys) {
  std::vector<core::RedemptionRequest> requests;
  for (int i = 0; i < kKeys; ++i) requests.push_back(store.request(store.secret()));
  const auto begin = Clock::now();
  std::vector<std::future<std::string>> results;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    results.push_back(std::async(std::launch::async, [&, i] {
      return enroll_one(store, std::move(requests[i]), *keys[i]);
    }));
  }
  Measured measured;
  for (auto& result : results) {
    const auto why = result.get();
    if (why.empty()) continue;
    ++measured.failures;
    std::printf("failed: %s\n", why.c_str());
  }
  measured.wall = Clock::now() - begin;
  return measured;
}

}  // namespace

int main() {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::vector<std::unique_ptr<Key>> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back(std::make_unique<Key>(address_of(i)));
  tests::FilledStore store(kKeys, core::HashCost{}, cores);
  const auto hashes = time_hashes(cores);
  const auto measured = enroll_all(store, keys);
  const Seconds floor = Seconds(kUntilTouched) + hashes;
  std::printf("%d keys on %d cores: %.2f s; 3 s and the hashes: %.2f s; %d failures\n",
              kKeys,
              cores,
              measured.wall.count(),
              floor.count(),
              measured.failures);
  std::printf("ratio %.3f (target: 1.25 at most, without a failure)\n", measured.wall / floor);
  return 0;
}
