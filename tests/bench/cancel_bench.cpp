// How soon a call returns that is told to stop while the key waits for its user: over HID frames
// and, where a pcscd with vsmartcard's reader runs, as a card; with keys that behave, and with keys
// that do not hear. Each is told many times, at different moments of the 100 ms between two
// keep-alives. And how soon a person sees that the window is over, while a key waits for them.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/local_verifier.h"
#include "device/composite_discovery.h"
#include "device/pcsc_source.h"
#include "device/simulator_source.h"
#include "enroll/ceremony_runner.h"
#include "tests/bench/bench_key.h"
#include "tests/bench/filled_store.h"

using namespace firstkey;

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr device::SimulatorAddress kAddress{.port = 18400, .reply_port = 18401};
constexpr const char* kReader = "ccid:Virtual PCD 00 00";
constexpr const char* kReaderPort = "127.0.0.1:35963";
constexpr const char* kReaderService = "/run/pcscd/pcscd.comm";
constexpr int kRounds = 20;

class NoSink final : public device::KeySink {
 public:
  void arrived(device::SeenKey /*key*/) override {}
  void removed(const device::KeyPath& /*path*/) override {}
  void changed(device::SeenKey /*key*/) override {}
};

device::CredentialRequest request() {
  return {.rp_id = "example.org",
          .rp_name = "Example",
          .user_id = {1, 2, 3},
          .user_name = "lee@example.org",
          .user_display_name = "Lee Osei",
          .algorithms = {device::kEs256}};
}

/// From the stop to the call's return. `round` says when the stop comes.
Milliseconds cancel_once(device::Authenticator& key, int round) {
  std::stop_source stop;
  Clock::time_point told;
  std::jthread person([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200 + 7 * round));
    told = Clock::now();
    stop.request_stop();
  });
  (void)key.make_credential(
      request(), nullptr, {.time_left = std::chrono::minutes(1), .stop = stop.get_token()});
  const auto returned = Clock::now();
  person.join();
  return returned - told;
}

void print(const std::string& name, std::vector<Milliseconds> times) {
  std::ranges::sort(times);
  std::printf("%-38s median %5.1f ms, longest %5.1f ms of %zu (target: below 300)\n",
              name.c_str(),
              times[times.size() / 2].count(),
              times.back().count(),
              times.size());
}

/// Nothing when the key cannot be opened.
std::optional<Milliseconds> open_and_cancel(device::KeySource& source,
                                            const std::string& path,
                                            int round) {
  NoSink sink;
  source.start(sink);
  std::optional<Milliseconds> time;
  {
    const device::CallLimits limits{.time_left = std::chrono::seconds(20)};
    const auto key = source.open(device::KeyPath::parse(path).value(), limits);
    if (key) time = cancel_once(*key.value(), round);
  }
  source.stop();
  return time;
}

/// `measure_once` opens a key that is new: one that did not hear is left alone until it is plugged
/// in again.
template <class MeasureOnce>
void measure(const std::string& name, const MeasureOnce& measure_once) {
  std::vector<Milliseconds> times;
  for (int round = 0; round < kRounds; ++round) {
    if (const auto time = measure_once(round)) times.push_back(time.value());
  }
  if (times.empty()) {
    std::printf("%-38s could not be opened\n", name.c_str());
    return;
  }
  print(name, std::move(times));
}

void measure_hid(const std::string& name, const std::vector<std::string>& quirks) {
  std::vector<std::string> options{"--touch", "never", "--udp", tests::as_option(kAddress)};
  options.insert(options.end(), quirks.begin(), quirks.end());
  measure("HID, " + name, [&](int round) {
    const tests::BenchKey key(options);
    device::SimulatorSource source({kAddress});
    return open_and_cancel(source, kAddress.to_string(), round);
  });
}

void measure_card(const std::string& name, const std::vector<std::string>& quirks) {
  std::vector<std::string> options{"--touch", "never", "--vpcd", kReaderPort};
  options.insert(options.end(), quirks.begin(), quirks.end());
  measure("card, " + name, [&](int round) {
    const tests::BenchKey key(options);
    // pcscd looks at its readers now and then.
    std::this_thread::sleep_for(std::chrono::seconds(1));
    device::PcscSource source;
    return open_and_cancel(source, kReader, round);
  });
}

/// A ceremony, and a person who does what it asks.
class Enrollment {
 public:
  /// `discovery` outlives this object.
  explicit Enrollment(device::KeyDiscovery& discovery) {
    const auto secret = store_.secret();
    const auto redemption = store_.verifier().redeem(store_.request(secret));
    if (!redemption) throw std::runtime_error(redemption.error().detail);
    const auto& snapshot = redemption->snapshot();
    window_ = snapshot.expires_at - snapshot.server_now;
    runner_ = std::make_unique<enroll::CeremonyRunner>(
        enroll::CeremonyRunner::Parts{
            .verifier = store_.verifier(), .discovery = discovery, .clock = store_.clock()},
        core::SessionTicket{.session = snapshot.session,
                            .station = core::StationId("kiosk"),
                            .secret = core::Secret(secret.expose())},
        snapshot,
        enroll::CeremonyChoices{.allows_simulated = true});
    runner_->start();
  }

  /// Until `event` is told.
  void go_on_to(std::string_view event) {
    while (true) {
      const auto replay = runner_->events().wait_since(last_, std::chrono::seconds(60));
      if (replay.events.empty()) throw std::runtime_error("the ceremony hangs");
      for (const auto& numbered : replay.events) {
        last_ = numbered.id;
        if (const auto request = enroll::request_in(numbered.event)) {
          runner_->enter_pin(request.value(), device::Pin::create("2468").value());
        }
        if (enroll::name_of(numbered.event) == event) return;
      }
    }
  }
  void end_window() { store_.advance(window_); }
  /// Until its key is at rest.
  void wait() { (void)runner_->wait(); }

 private:
  tests::FilledStore store_{1, core::HashCost{.memory_kib = 8, .passes = 1}};
  core::Duration window_{};
  std::unique_ptr<enroll::CeremonyRunner> runner_;
  std::uint64_t last_ = 0;
};

void measure_window() {
  const tests::BenchKey key({"--touch", "never", "--udp", tests::as_option(kAddress)});
  std::vector<std::unique_ptr<device::KeySource>> sources;
  sources.push_back(std::make_unique<device::SimulatorSource>(std::vector{kAddress}));
  device::CompositeDiscovery discovery(std::move(sources));
  std::vector<Milliseconds> told;
  std::vector<Milliseconds> at_rest;
  for (int round = 0; round < kRounds; ++round) {
    Enrollment enrollment(discovery);
    enrollment.go_on_to("touch_needed");
    const auto over = Clock::now();
    enrollment.end_window();
    enrollment.go_on_to("expired");
    told.emplace_back(Clock::now() - over);
    enrollment.wait();
    at_rest.emplace_back(Clock::now() - over);
  }
  print("window over, until it is told", std::move(told));
  print("window over, until the key is at rest", std::move(at_rest));
}

}  // namespace

int main() {
  measure_hid("hears it", {});
  measure_hid("tells no keep-alives", {"--quirk", "no-keep-alive"});
  measure_hid("does not hear it", {"--quirk", "cancel-ignored"});
  measure_window();
  if (!std::filesystem::exists(kReaderService)) {
    std::puts("cards: no pcscd runs here");
    return 0;
  }
  measure_card("hears it", {});
  measure_card("does not hear it", {"--quirk", "cancel-ignored"});
  measure_card("keeps the reader until the touch", {"--quirk", "card-no-polling"});
  return 0;
}
