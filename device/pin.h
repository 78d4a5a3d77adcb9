#pragma once
// A key's PIN. Move-only, wiped when destroyed or moved from, unprintable; in memory that is locked
// where the system allows. Always normalised (NFC), valid UTF-8, without zero bytes, at most 63
// bytes, and at least as many code points as the key demands. Source: CTAP 2.1 §6.5.1.

#include <cstddef>
#include <string_view>

#include "device/error.h"

namespace firstkey::device {

/// In Unicode code points, which is how CTAP counts a minimum …
inline constexpr std::size_t kMinPinCodePoints = 4;
/// … and in bytes of UTF-8, which is how it counts the maximum.
inline constexpr std::size_t kMaxPinBytes = 63;

class Pin {
 public:
  /// Copies and normalises `text`; the caller wipes its own copy.
  /// `min_code_points` is the key's minimum (AuthenticatorFacts::min_pin_length), never taken to be
  /// below CTAP's four. For checking a PIN that is set already the key's present minimum does not
  /// count: leave it out.
  /// Errors: kPinTooShort, kPinTooLong, kPinNotText.
  [[nodiscard]] static Result<Pin> create(std::string_view text,
                                          std::size_t min_code_points = kMinPinCodePoints);

  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  Pin(Pin&& other) noexcept;
  Pin& operator=(Pin&& other) noexcept;
  ~Pin();

  [[nodiscard]] std::size_t code_points() const noexcept { return code_points_; }
  /// Of UTF-8, normalised: more than code points where it goes beyond ASCII.
  [[nodiscard]] std::size_t bytes() const noexcept;
  /// Whether it still meets a minimum learnt later (another key, a refreshed getInfo).
  [[nodiscard]] bool has_at_least(std::size_t min_code_points) const noexcept {
    return code_points_ >= min_code_points;
  }
  /// Equality whose time does not depend on the contents, for "enter it again".
  [[nodiscard]] bool equals(const Pin& other) const noexcept;
  /// The same PIN once more, for a caller that has to keep it until the proof.
  [[nodiscard]] Pin duplicate() const;

  /// NUL-terminated, valid while this object lives. Only for the call into libfido2.
  [[nodiscard]] const char* expose() const noexcept { return text_; }

 private:
  Pin() = default;
  void wipe() noexcept;

  char* text_ = nullptr;  // kMaxPinBytes + 1 bytes of sodium_malloc, or null when moved from
  std::size_t code_points_ = 0;
};

}  // namespace firstkey::device
