#pragma once
// A line as it is being typed, byte by byte, in wiped memory: what a terminal in canonical mode
// would do, done here so that a secret passes through no buffer but ours and stars can be shown.

#include <cstddef>
#include <cstdint>

#include "core/secret.h"

namespace firstkey::enroll {

/// More than the longest passcode (48 symbols), PIN (63 bytes) and domain (253 bytes): what does
/// not fit is too long for any of them, cut or not.
inline constexpr std::size_t kLongestLine = 320;

class LineEditor {
 public:
  enum class Progress {
    kTyping,
    kEntered,   ///< Enter
    kDeclined,  ///< ^D on an empty line
  };

  LineEditor() : line_(core::Secret::of_size(kLongestLine)) {}

  [[nodiscard]] Progress type(std::uint8_t byte);
  /// Code points typed and not erased, which is how many stars are shown.
  [[nodiscard]] std::size_t code_points() const noexcept;
  /// What is typed so far; for lines that are no secret.
  [[nodiscard]] core::BytesView typed() const noexcept;
  /// The line; the next one begins empty.
  [[nodiscard]] core::Secret take();

 private:
  enum class Escape { kNone, kBegun, kSequence };

  void erase_last();
  [[nodiscard]] bool swallows(std::uint8_t byte);

  core::Secret line_;
  std::size_t size_ = 0;
  Escape escape_ = Escape::kNone;
};

}  // namespace firstkey::enroll
