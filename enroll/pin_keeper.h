#pragma once
// The PINs of one ceremony: the one place that holds them, and only while the machine says so. Who
// asks for one is remembered here too, so that a PIN nobody asked for, or one that answers an
// earlier question, is wiped unseen.
// Threads: the machine's alone.

#include <optional>

#include "core/clock.h"
#include "device/pin.h"
#include "enroll/commands.h"
#include "enroll/inputs.h"

namespace firstkey::enroll {

class PinKeeper {
 public:
  // The machine's commands.
  void ask(const AskPin& request);
  void ask(const AskNewPin& request);
  void withdraw_request() noexcept { asked_.reset(); }
  void forget() noexcept;

  /// Of the question asked last; each has a number of its own.
  [[nodiscard]] PinRequestId request() const noexcept { return last_; }

  /// The person's answers. Nothing unless `request` is what is being asked.
  [[nodiscard]] std::optional<Input> enter(PinRequestId request, device::Pin pin);
  [[nodiscard]] std::optional<Input> decline(PinRequestId request);

  /// The new PIN is the key's from now on.
  void adopt_new() noexcept;

  /// The key's PIN, once more for one call; nothing when none is held.
  [[nodiscard]] std::optional<device::Pin> current() const;
  [[nodiscard]] std::optional<device::Pin> next() const;

  // The time a PIN is kept for a key that has to be presented again, on the station's boot clock.
  // Asked for again meanwhile, it is kept no longer for that.
  void keep_until(core::Duration uptime) noexcept {
    if (!kept_until_) kept_until_ = uptime;
  }
  void keep_without_limit() noexcept { kept_until_.reset(); }
  [[nodiscard]] std::optional<core::Duration> kept_until() const noexcept { return kept_until_; }

 private:
  enum class Kind { kCurrent, kNew };
  struct Request {
    KeyId key{};
    Kind kind = Kind::kCurrent;
  };

  void ask(Request request);
  /// The request that `answered` is to, which is then asked no more.
  [[nodiscard]] std::optional<Request> take(PinRequestId answered);

  PinRequestId last_{};
  std::optional<Request> asked_;
  std::optional<device::Pin> current_;
  std::optional<device::Pin> next_;
  std::optional<core::Duration> kept_until_;
};

}  // namespace firstkey::enroll
