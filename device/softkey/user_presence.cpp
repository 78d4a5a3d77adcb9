#include "device/softkey/user_presence.h"

#include <charconv>

namespace firstkey::device::softkey {
namespace {

constexpr std::string_view kDelayPrefix = "delay:";
constexpr int kLongestDelay = 600'000;  // ms; far past the user action limit, for tests of it

}  // namespace

std::optional<TouchPolicy> parse_touch_policy(std::string_view text) {
  if (text == "auto") return TouchPolicy{TouchPolicy::Kind::kAuto};
  if (text == "never") return TouchPolicy{TouchPolicy::Kind::kNever};
  if (text == "signal") return TouchPolicy{TouchPolicy::Kind::kOnTouch};
  if (!text.starts_with(kDelayPrefix)) return {};
  const std::string_view number = text.substr(kDelayPrefix.size());
  int delay = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), delay);
  if (fault != std::errc{} || end != number.data() + number.size()) return {};
  if (delay < 0 || delay > kLongestDelay) return {};
  return TouchPolicy{TouchPolicy::Kind::kDelayed, Milliseconds(delay)};
}

void TouchByPolicy::ask(Instant now) {
  asked_ = now;
  is_touched_ = false;
}

Presence TouchByPolicy::poll(Instant now) {
  bool is_granted = false;
  switch (policy_.kind) {
    case TouchPolicy::Kind::kAuto:
      is_granted = true;
      break;
    case TouchPolicy::Kind::kDelayed:
      is_granted = is_touched_ || now - asked_ >= policy_.delay;
      break;
    case TouchPolicy::Kind::kNever:
      break;
    case TouchPolicy::Kind::kOnTouch:
      is_granted = is_touched_;
      break;
  }
  return is_granted ? Presence::kGranted : Presence::kAwaited;
}

void TouchByPolicy::power_cycle(Instant now) {
  ask(now);
}

Presence OncePerTap::poll(Instant now) {
  if (is_used_up_ || now - powered_up_ >= kTapLimit) return Presence::kRefused;
  const Presence presence = touch_.poll(now);
  is_used_up_ = presence == Presence::kGranted;
  return presence;
}

void OncePerTap::power_cycle(Instant now) {
  powered_up_ = now;
  is_used_up_ = false;
  touch_.power_cycle(now);
}

}  // namespace firstkey::device::softkey
