#include "device/pin.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include <sodium.h>
#include <utf8proc.h>

namespace firstkey::device {

namespace {

/// Normalising shrinks text at most to a third, so more bytes than this cannot end within 63.
constexpr std::size_t kMaxTypedBytes = 256;
/// Canonical decomposition makes at most four code points of one, and one is a byte or more;
/// utf8proc_reencode wants one place to spare.
using CodePoints = std::array<utf8proc_int32_t, (kMaxTypedBytes * 4) + 1>;

char* allocate() {
  static const int kReady = sodium_init();  // idempotent and thread-safe
  if (kReady < 0) throw std::bad_alloc();
  auto* memory = static_cast<char*>(sodium_malloc(kMaxPinBytes + 1));
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, kMaxPinBytes + 1);
  return memory;
}

Error refusal(ErrorCode code, const char* why) {
  return {.code = code, .detail = why};
}

/// Wipes what normalisation leaves behind, on every way out.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { sodium_memzero(points_.data(), sizeof(points_)); }

  [[nodiscard]] CodePoints& points() noexcept { return points_; }

 private:
  CodePoints points_{};
};

}  // namespace

Result<Pin> Pin::create(std::string_view text, std::size_t min_code_points) {
  if (text.size() > kMaxTypedBytes) {
    return std::unexpected(refusal(ErrorCode::kPinTooLong, "more than 63 bytes"));
  }
  if (text.contains('\0')) {
    return std::unexpected(refusal(ErrorCode::kPinNotText, "a zero byte"));
  }
  constexpr auto kDecompose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
  constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  Scratch scratch;
  auto& points = scratch.points();
  // The caller's buffer keeps utf8proc from allocating copies that nobody would wipe.
  const auto decomposed = utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()),
                                             points.data(),
                                             static_cast<utf8proc_ssize_t>(points.size() - 1),
                                             kDecompose);
  if (decomposed < 0 || std::cmp_greater(decomposed, points.size() - 1)) {
    return std::unexpected(refusal(ErrorCode::kPinNotText, "not valid UTF-8"));
  }
  const auto count = utf8proc_normalize_utf32(points.data(), decomposed, kCompose);
  if (count < 0) return std::unexpected(refusal(ErrorCode::kPinNotText, "not valid UTF-8"));
  const auto code_points = static_cast<std::size_t>(count);
  if (code_points < std::max(min_code_points, kMinPinCodePoints)) {
    return std::unexpected(refusal(ErrorCode::kPinTooShort, "fewer code points than the minimum"));
  }
  Pin pin;
  pin.text_ = allocate();
  pin.code_points_ = code_points;
  std::size_t length = 0;
  for (const auto point : std::span(points).first(code_points)) {
    std::array<utf8proc_uint8_t, 4> encoded{};
    const auto size = static_cast<std::size_t>(utf8proc_encode_char(point, encoded.data()));
    if (length + size > kMaxPinBytes) {
      return std::unexpected(refusal(ErrorCode::kPinTooLong, "more than 63 bytes"));
    }
    std::memcpy(pin.text_ + length, encoded.data(), size);
    length += size;
    sodium_memzero(encoded.data(), encoded.size());
  }
  return pin;
}

Pin::Pin(Pin&& other) noexcept
    : text_(std::exchange(other.text_, nullptr)),
      code_points_(std::exchange(other.code_points_, 0)) {}

Pin& Pin::operator=(Pin&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = std::exchange(other.text_, nullptr);
    code_points_ = std::exchange(other.code_points_, 0);
  }
  return *this;
}

Pin::~Pin() {
  wipe();
}

void Pin::wipe() noexcept {
  sodium_free(text_);  // zeroes before it releases; takes null
  text_ = nullptr;
  code_points_ = 0;
}

std::size_t Pin::bytes() const noexcept {
  return text_ == nullptr ? 0 : std::strlen(text_);
}

bool Pin::equals(const Pin& other) const noexcept {
  if (text_ == nullptr || other.text_ == nullptr) return text_ == other.text_;
  return sodium_memcmp(text_, other.text_, kMaxPinBytes + 1) == 0;
}

Pin Pin::duplicate() const {
  Pin copy;
  if (text_ == nullptr) return copy;
  copy.text_ = allocate();
  std::memcpy(copy.text_, text_, kMaxPinBytes + 1);
  copy.code_points_ = code_points_;
  return copy;
}

}  // namespace firstkey::device
