#pragma once
// What the software key needs from outside: time, randomness, and somebody who touches it. The
// authenticator and both frame machines see the world through these alone, so tests own it whole.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

using Milliseconds = std::chrono::milliseconds;
/// A point on a clock that only rises; its zero means nothing.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Milliseconds>;

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const = 0;
};

/// Randomness for identifiers, secrets and initialisation vectors. Key pairs come from OpenSSL's
/// own generator, which takes no other.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  virtual void fill(std::span<std::uint8_t> out) = 0;
  [[nodiscard]] Bytes bytes(std::size_t count);
};

enum class Presence : std::uint8_t {
  kAwaited,  ///< nobody has touched the key yet
  kGranted,
  kRefused,  ///< nobody will: a card whose one tap is used up
};

/// Who touches the key. ask() opens a question at `now`; poll() answers the open one.
class UserPresence {
 public:
  UserPresence() = default;
  UserPresence(const UserPresence&) = delete;
  UserPresence& operator=(const UserPresence&) = delete;
  virtual ~UserPresence() = default;

  virtual void ask(Instant now) = 0;
  [[nodiscard]] virtual Presence poll(Instant now) = 0;
  /// The key was unplugged and plugged, or the card lifted and held again.
  virtual void power_cycle(Instant now) = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

/// OpenSSL's CSPRNG. A source that cannot ends the program: a key with predictable secrets is
/// worse.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace firstkey::device::softkey
