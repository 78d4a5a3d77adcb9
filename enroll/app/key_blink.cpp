#include "enroll/app/key_blink.h"

#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "enroll/app/attendance.h"
#include "enroll/app/key_words.h"

namespace firstkey::enroll {

namespace {

using device::SeenKey;

/// A key blinks about half a minute and then gives up; then it is asked again.
constexpr std::chrono::minutes kOneBlink{1};

/// Asks several keys for a touch at once, a thread each, until one has it.
class Blinking {
 public:
  Blinking(const KeyDesk& desk, Attendance& attendance) : desk_(desk), attendance_(attendance) {}

  Attempt<SeenKey> run(const std::vector<SeenKey>& keys) {
    {
      const std::stop_callback enough(attendance_.stop_token(), [this] { over_.request_stop(); });
      std::vector<std::jthread> threads;
      threads.reserve(keys.size());
      for (const auto& key : keys) threads.emplace_back([this, &key] { blink(key); });
    }
    if (touched_) return *touched_;
    if (attendance_.is_stopped() || !failed_) return std::unexpected(cancelled());
    return std::unexpected(to_failure(*failed_));
  }

 private:
  void blink(const SeenKey& key) {
    const device::CallLimits limits{.time_left = kOneBlink, .stop = over_.get_token()};
    const auto opened = desk_.discovery.open(key.path, limits);
    if (!opened) return fail(opened.error());
    while (true) {
      const auto touched = opened.value()->wait_for_touch(limits);
      if (touched) return choose(key);
      const auto code = touched.error().code;
      const bool is_to_go_on =
          code == device::ErrorCode::kTouchTimeout || code == device::ErrorCode::kTimeout;
      if (!is_to_go_on) return fail(touched.error());
    }
  }
  void choose(const SeenKey& key) {
    const std::lock_guard lock(mutex_);
    if (!touched_) touched_ = key;
    over_.request_stop();
  }
  void fail(const device::Error& error) {
    const std::lock_guard lock(mutex_);
    if (error.code != device::ErrorCode::kCancelled) failed_ = error;
  }

  const KeyDesk& desk_;
  Attendance& attendance_;
  std::stop_source over_;
  std::mutex mutex_;
  std::optional<SeenKey> touched_;
  std::optional<device::Error> failed_;
};

}  // namespace

Attempt<void> blink_keys(const KeyDesk& desk) {
  auto keys = eligible_keys(desk.discovery, desk.choice);
  if (keys.empty()) return std::unexpected(no_key(desk.discovery, desk.choice));
  if (keys.size() == 1 && keys.front().obstacle) return std::unexpected(obstructed(keys.front()));
  std::erase_if(keys, [](const SeenKey& key) { return key.obstacle.has_value(); });
  const auto cards = std::erase_if(
      keys, [](const SeenKey& key) { return key.path.transport == device::Transport::kReader; });
  if (keys.empty()) {
    return std::unexpected(Failure{.code = cards > 0 ? "cannot_blink" : "no_access",
                                   .message = cards > 0
                                                  ? "a card does not blink: it is the one that "
                                                    "lies on the reader its path names"
                                                  : "none of the keys can be used; `firstkey key "
                                                    "list` says what to do",
                                   .exit_code = ExitCode::kNoKey});
  }
  Attendance attendance(desk.signals, desk.clock, desk.terminal);
  attendance.show(keys.size() == 1 ? "It blinks: touch it …"
                                   : fmt::format("{} keys blink: touch one …", keys.size()));
  const auto touched = Blinking(desk, attendance).run(keys);
  attendance.clear();
  if (!touched) return std::unexpected(touched.error());
  tell(desk.output, *touched);
  return {};
}

}  // namespace firstkey::enroll
