// How soon a call returns that is told to stop while the key waits for its user: over HID frames
// and, where a pcscd with vsmartcard's reader runs, as a card; with keys that behave, and with keys
// that do not hear. Each is told many times, at different moments of the 100 ms between two
// keep-alives.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "device/pcsc_source.h"
#include "device/simulator_source.h"
#include "tests/bench/bench_key.h"

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

void measure(const std::string& name, device::KeySource& source, const std::string& path) {
  NoSink sink;
  source.start(sink);
  std::vector<Milliseconds> times;
  {
    const device::CallLimits limits{.time_left = std::chrono::seconds(20)};
    const auto key = source.open(device::KeyPath::parse(path).value(), limits);
    for (int round = 0; key && round < kRounds; ++round) {
      times.push_back(cancel_once(*key.value(), round));
    }
    if (!key) std::printf("%-36s %s\n", name.c_str(), key.error().detail.c_str());
  }
  source.stop();
  if (times.empty()) return;
  std::ranges::sort(times);
  std::printf("%-36s median %5.1f ms, longest %5.1f ms (target: below 300)\n",
              name.c_str(),
              times[times.size() / 2].count(),
              times.back().count());
}

void measure_hid(const std::string& name, const std::vector<std::string>& quirks) {
  std::vector<std::string> options{"--touch", "never", "--udp", tests::as_option(kAddress)};
  options.insert(options.end(), quirks.begin(), quirks.end());
  const tests::BenchKey key(options);
  device::SimulatorSource source({kAddress});
  measure("HID, " + name, source, kAddress.to_string());
}

void measure_card(const std::string& name, const std::vector<std::string>& quirks) {
  std::vector<std::string> options{"--touch", "never", "--vpcd", kReaderPort};
  options.insert(options.end(), quirks.begin(), quirks.end());
  const tests::BenchKey key(options);
  // pcscd looks at its readers now and then.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  device::PcscSource source;
  measure("card, " + name, source, kReader);
}

}  // namespace

int main() {
  measure_hid("hears it", {});
  measure_hid("tells no keep-alives", {"--quirk", "no-keep-alive"});
  measure_hid("does not hear it", {"--quirk", "cancel-ignored"});
  if (!std::filesystem::exists(kReaderService)) {
    std::puts("cards: no pcscd runs here");
    return 0;
  }
  measure_card("hears it", {});
  measure_card("does not hear it", {"--quirk", "cancel-ignored"});
  measure_card("keeps the reader until the touch", {"--quirk", "card-no-polling"});
  return 0;
}
