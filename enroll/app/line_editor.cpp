#include "enroll/app/line_editor.h"

#include <algorithm>

namespace firstkey::enroll {

namespace {

// Source: ASCII, and the defaults of VEOF, VERASE and VKILL in termios(3).
constexpr std::uint8_t kEndOfInput = 0x04;
constexpr std::uint8_t kBackspace = 0x08;
constexpr std::uint8_t kKillLine = 0x15;
constexpr std::uint8_t kEscape = 0x1B;
constexpr std::uint8_t kDelete = 0x7F;

bool begins_code_point(std::uint8_t byte) {
  return (byte & 0xC0U) != 0x80U;
}

}  // namespace

LineEditor::Progress LineEditor::type(std::uint8_t byte) {
  if (swallows(byte)) return Progress::kTyping;
  if (byte == '\n' || byte == '\r') return Progress::kEntered;
  if (byte == kEndOfInput && size_ == 0) return Progress::kDeclined;
  if (byte == kBackspace || byte == kDelete) {
    erase_last();
  } else if (byte == kKillLine) {
    size_ = 0;
  } else if (byte >= 0x20 && size_ < line_.size()) {
    line_.expose_mutable()[size_++] =
        byte;  // into the wiped buffer, which is all this class is for
  }
  return Progress::kTyping;
}

std::size_t LineEditor::code_points() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(typed(), begins_code_point));
}

core::BytesView LineEditor::typed() const noexcept {
  return line_.expose().first(size_);  // a view for the terminal of a line that is no secret
}

core::Secret LineEditor::take() {
  core::Secret taken(typed());
  line_ = core::Secret::of_size(kLongestLine);
  size_ = 0;
  return taken;
}

void LineEditor::erase_last() {
  while (size_ > 0) {
    --size_;
    if (begins_code_point(line_.expose()[size_])) return;  // where the last character begins
  }
}

bool LineEditor::swallows(std::uint8_t byte) {
  switch (escape_) {
    case Escape::kNone:
      if (byte != kEscape) return false;
      escape_ = Escape::kBegun;
      return true;
    case Escape::kBegun:
      escape_ = byte == '[' || byte == 'O' ? Escape::kSequence : Escape::kNone;
      return escape_ == Escape::kSequence;
    case Escape::kSequence:  // an arrow or function key ends with a byte of 0x40..0x7E (ECMA-48)
      if (byte >= 0x40 && byte <= 0x7E) escape_ = Escape::kNone;
      return true;
  }
  return false;
}

}  // namespace firstkey::enroll
