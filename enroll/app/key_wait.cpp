#include "enroll/app/key_wait.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "enroll/app/attendance.h"
#include "enroll/app/key_words.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using device::SeenKey;

/// A discovery's wait is bounded, ours may not be.
constexpr std::chrono::milliseconds kOneWait = std::chrono::hours(1);
/// One wait, from its beginning to what ends it.
class Wait {
 public:
  Wait(const KeyDesk& desk, const KeyWait& wish)
      : desk_(desk), wish_(wish), begin_(desk.clock.read().since_boot) {
    for (const auto& key : eligible_keys(desk.discovery, desk.choice))
      there_before_.insert(key.arrival);
  }

  Attempt<void> run() {
    Attendance attendance(desk_.signals, desk_.clock, desk_.terminal);
    attendance.show(sentence(), wish_.limit);
    while (!attendance.is_stopped()) {
      const auto keys = eligible_keys(desk_.discovery, desk_.choice);
      if (is_over(keys)) {
        attendance.clear();
        finish(keys);
        return {};
      }
      for (const auto& key : keys_in_order(desk_.discovery)) mention_obstacle(key, attendance);
      const auto left = time_left();
      if (left <= core::Duration::zero()) return std::unexpected(timed_out(keys));
      const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left);
      (void)desk_.discovery.wait(std::min(rounded, kOneWait), attendance.stop_token());
    }
    return std::unexpected(cancelled());
  }

 private:
  [[nodiscard]] std::string sentence() const {
    switch (wish_.awaited) {
      case Awaited::kKey:
        return "Insert a security key, or hold one to the reader …";
      case Awaited::kNewKey:
        return "Insert another security key, or hold another one to the reader …";
      case Awaited::kRemoval:
        return "Take the security key away …";
    }
    return {};  // a value outside the enumeration
  }
  [[nodiscard]] const SeenKey* awaited_key(const std::vector<SeenKey>& keys) const {
    const auto found = std::ranges::find_if(keys, [&](const SeenKey& key) {
      const bool was_there = there_before_.contains(key.arrival);
      return !key.obstacle && !(was_there && wish_.awaited == Awaited::kNewKey);
    });
    return found == keys.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool is_over(const std::vector<SeenKey>& keys) const {
    if (wish_.awaited == Awaited::kRemoval) return keys.empty();
    return awaited_key(keys) != nullptr;
  }
  void finish(const std::vector<SeenKey>& keys) const {
    if (wish_.awaited != Awaited::kRemoval) return tell(desk_.output, *awaited_key(keys));
    desk_.output.say("No key is there any more");
    desk_.output.object({{"value", json::array()}, {"obstacles", json::array()}});
  }
  void mention_obstacle(const SeenKey& key, Attendance& attendance) {
    if (!key.obstacle || wish_.awaited == Awaited::kRemoval) return;
    if (desk_.choice.only && key.path != *desk_.choice.only) return;
    if (mentioned_.insert(key.arrival).second) attendance.say(obstacle_sentence(key));
  }
  [[nodiscard]] core::Duration time_left() const {
    if (!wish_.limit) return kOneWait;
    return *wish_.limit - (desk_.clock.read().since_boot - begin_);
  }
  [[nodiscard]] Failure timed_out(const std::vector<SeenKey>& keys) const {
    if (wish_.awaited == Awaited::kRemoval) {
      return {.code = "key_present",
              .message = "a key is still there: " + keys.front().display_name,
              .exit_code = ExitCode::kNoKey};
    }
    const auto obstacle =
        std::ranges::find_if(keys, [](const SeenKey& key) { return key.obstacle.has_value(); });
    return obstacle != keys.end() ? obstructed(*obstacle) : no_key(desk_.discovery, desk_.choice);
  }

  const KeyDesk& desk_;
  const KeyWait wish_;
  const core::Duration begin_;  // since boot
  std::set<std::uint64_t> there_before_;
  std::set<std::uint64_t> mentioned_;
};

}  // namespace

Attempt<void> wait_for_key(const KeyDesk& desk, const KeyWait& wish) {
  return Wait(desk, wish).run();
}

}  // namespace firstkey::enroll
