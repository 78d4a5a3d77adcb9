// What an enrollment takes beside its key: from the redemption to the end of the session, on SQLite
// on disk, through the ceremony's threads, libfido2 and firstkey-softkey, less the time that calls
// of the key took. The passcode's hash is as cheap as it can be.

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "core/local_verifier.h"
#include "device/composite_discovery.h"
#include "device/simulator_source.h"
#include "enroll/app/child_program.h"
#include "enroll/ceremony_runner.h"
#include "tests/bench/filled_store.h"
#include "tests/bench/ratios.h"

using namespace firstkey;

namespace {

using Clock = std::chrono::steady_clock;
using Total = std::atomic<Clock::duration::rep>;

/// Adds the time it lives to a total.
class Stopwatch {
 public:
  explicit Stopwatch(Total& total) : total_(total) {}
  ~Stopwatch() { total_ += (Clock::now() - begin_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  Total& total_;
  Clock::time_point begin_ = Clock::now();
};

class TimedKey final : public device::Authenticator {
  // First, for its result is deduced.
  template <class Call>
  auto timed(const Call& call) {
    const Stopwatch watch(total_);
    return call();
  }

 public:
  TimedKey(std::unique_ptr<Authenticator> key, Total& total)
      : key_(std::move(key)), total_(total) {}

  const device::AuthenticatorFacts& facts() const noexcept override { return key_->facts(); }
  device::Result<void> refresh(const device::CallLimits& limits) override {
    return timed([&] { return key_->refresh(limits); });
  }
  device::Result<int> pin_retries(const device::CallLimits& limits) override {
    return timed([&] { return key_->pin_retries(limits); });
  }
  device::Result<int> uv_retries(const device::CallLimits& limits) override {
    return timed([&] { return key_->uv_retries(limits); });
  }
  device::Result<void> set_pin(const device::Pin& pin, const device::CallLimits& limits) override {
    return timed([&] { return key_->set_pin(pin, limits); });
  }
  device::Result<void> change_pin(const device::Pin& current,
                                  const device::Pin& next,
                                  const device::CallLimits& limits) override {
    return timed([&] { return key_->change_pin(current, next, limits); });
  }
  device::Result<void> wait_for_touch(const device::CallLimits& limits) override {
    return timed([&] { return key_->wait_for_touch(limits); });
  }
  device::Result<device::CredentialResponse> make_credential(
      const device::CredentialRequest& request,
      const device::Pin* pin,
      const device::CallLimits& limits) override {
    return timed([&] { return key_->make_credential(request, pin, limits); });
  }
  device::Result<device::AssertionResponse> get_assertion(
      const device::AssertionRequest& request,
      const device::Pin* pin,
      const device::CallLimits& limits) override {
    return timed([&] { return key_->get_assertion(request, pin, limits); });
  }
  device::KeyConfiguration& configuration() noexcept override { return key_->configuration(); }
  bool is_gone() const noexcept override { return key_->is_gone(); }

 private:
  std::unique_ptr<Authenticator> key_;
  Total& total_;
};

class TimedDiscovery final : public device::KeyDiscovery {
 public:
  explicit TimedDiscovery(const device::SimulatorAddress& address) {
    std::vector<std::unique_ptr<device::KeySource>> sources;
    sources.push_back(std::make_unique<device::SimulatorSource>(std::vector{address}));
    keys_ = std::make_unique<device::CompositeDiscovery>(std::move(sources));
  }
  std::vector<device::SeenKey> keys() override { return keys_->keys(); }
  std::vector<device::KeyEvent> wait(std::chrono::milliseconds timeout,
                                     std::stop_token stop) override {
    return keys_->wait(timeout, std::move(stop));
  }
  device::Result<std::unique_ptr<device::Authenticator>> open(
      const device::KeyPath& path, const device::CallLimits& limits) override {
    const Stopwatch watch(spent);
    auto key = keys_->open(path, limits);
    if (!key) return key;
    return std::make_unique<TimedKey>(std::move(key.value()), spent);
  }
  std::vector<device::Obstacle> obstacles() override { return keys_->obstacles(); }

  Total spent = 0;

 private:
  std::unique_ptr<device::KeyDiscovery> keys_;
};

/// Answers what is asked until the ceremony is over. Whether a credential was completed.
bool hold(enroll::CeremonyRunner& runner) {
  std::uint64_t last = 0;
  while (true) {
    const auto replay = runner.events().wait_since(last, std::chrono::seconds(10));
    for (const auto& event : replay.events) {
      last = event.id;
      const auto name = enroll::name_of(event.event);
      if (const auto request = enroll::request_in(event.event)) {
        runner.enter_pin(request.value(), device::Pin::create("2468").value());
      }
      if (name == "completed") runner.finish();
    }
    if (replay.is_closed) return runner.wait().credentials.size() == 1;
    if (replay.events.empty()) throw std::runtime_error("the ceremony hangs");
  }
}

enroll::ChildProgram start_key() {
  auto key = enroll::ChildProgram::start(
      {.program = FIRSTKEY_SOFTKEY,
       .arguments = {"--udp", "127.0.0.1:18111:17112", "--max-credentials", "1000"},
       .output = enroll::ChildProgram::Launch::Output::kRead});
  if (!key || !key->next_line(std::chrono::seconds(5))) throw std::runtime_error("no key");
  return std::move(key.value());
}

void enrollment(benchmark::State& state) {
  static auto key = start_key();
  static tests::FilledStore store(1'000, {.memory_kib = 8, .passes = 1});
  static TimedDiscovery discovery({.port = 18111, .reply_port = 17112});
  for (auto _ : state) {
    discovery.spent = 0;
    const auto begin = Clock::now();
    auto secret = store.secret();
    const auto redemption = store.verifier().redeem(store.request(secret));
    if (!redemption) throw std::runtime_error(redemption.error().detail);
    const auto& snapshot = redemption->snapshot();
    enroll::CeremonyRunner runner(
        {.verifier = store.verifier(), .discovery = discovery, .clock = store.clock()},
        {.session = snapshot.session,
         .station = core::StationId("kiosk"),
         .secret = std::move(secret)},
        snapshot,
        {.allows_simulated = true});
    runner.start();
    if (!hold(runner)) state.SkipWithError("it did not work");
    const auto took = Clock::now() - begin - Clock::duration(discovery.spent.load());
    state.SetIterationTime(std::chrono::duration<double>(took).count());
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("enrollment_less_its_key", enrollment)
      ->Unit(benchmark::kMillisecond)
      ->UseManualTime();
  tests::MedianReporter reporter;
  tests::run_benchmarks(argc, argv, reporter);
  std::puts("target: below 25 ms");
  return 0;
}
