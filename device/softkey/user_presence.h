#pragma once
// Who touches a software key: a policy given at its start, and, for a card, the one tap that
// holding it to the reader is. Source: CTAP 2.1 §6.5.2.1 and §11.3 for what a tap is worth.

#include <optional>
#include <string_view>

#include "device/softkey/ports.h"

namespace firstkey::device::softkey {

struct TouchPolicy {
  enum class Kind : std::uint8_t {
    kAuto,     ///< touched as soon as asked
    kDelayed,  ///< touched `delay` after being asked, or before by touch()
    kNever,    ///< nobody is there
    kOnTouch,  ///< touched by touch(), after being asked
  };
  Kind kind = Kind::kAuto;
  Milliseconds delay{};

  friend bool operator==(const TouchPolicy&, const TouchPolicy&) = default;
};

/// "auto", "delay:MS", "never" or "signal"; nothing for any other text.
[[nodiscard]] std::optional<TouchPolicy> parse_touch_policy(std::string_view text);

class TouchByPolicy final : public UserPresence {
 public:
  explicit TouchByPolicy(TouchPolicy policy) : policy_(policy) {}

  void ask(Instant now) override;
  [[nodiscard]] Presence poll(Instant now) override;
  void power_cycle(Instant now) override;
  /// A finger on the key: a signal or a keystroke. Counts for the open question only.
  void touch() { is_touched_ = true; }

 private:
  TouchPolicy policy_;
  Instant asked_;
  bool is_touched_ = false;
};

/// A card grants presence once each time it is held to the reader, soon after, and refuses until it
/// has been lifted. What `touch` says still has to happen first.
class OncePerTap final : public UserPresence {
 public:
  /// How long after power-up a tap still counts as the user's. Source: CTAP 2.1 §5.
  static constexpr Milliseconds kTapLimit{120'000};

  /// Keeps a reference to `touch`.
  OncePerTap(UserPresence& touch, Instant powered_up) : touch_(touch), powered_up_(powered_up) {}

  void ask(Instant now) override { touch_.ask(now); }
  [[nodiscard]] Presence poll(Instant now) override;
  void power_cycle(Instant now) override;

 private:
  UserPresence& touch_;
  Instant powered_up_;
  bool is_used_up_ = false;
};

}  // namespace firstkey::device::softkey
