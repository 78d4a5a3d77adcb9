#include "enroll/party/secret_text.h"

#include <algorithm>
#include <array>

#include <sodium.h>

namespace firstkey::enroll {

namespace {

constexpr std::size_t kHalf = 32;
/// 32 bytes in base64url without padding.
constexpr std::size_t kEncodedHalf = 43;

/// Writes base64url into `out` and wipes what it went through: core/bytes returns a string that
/// nobody would wipe.
void encode(core::BytesView half, std::span<std::uint8_t> out) {
  std::array<char, kEncodedHalf + 1> text{};  // sodium ends it with a zero
  ::sodium_bin2base64(
      text.data(), text.size(), half.data(), half.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  std::copy_n(text.begin(), kEncodedHalf, out.begin());
  ::sodium_memzero(text.data(), text.size());
}

}  // namespace

std::string SecretText::mark(const PrfResults& secret, Half half) {
  auto mark = "@secret " + std::to_string(parts_.size()) + "@";
  parts_.push_back({.mark = mark, .secret = secret, .offset = half == Half::kFirst ? 0 : kHalf});
  return mark;
}

core::Secret SecretText::fill(std::string_view text) const {
  auto size = text.size();
  for (const auto& part : parts_) size += kEncodedHalf - part.mark.size();
  auto filled = core::Secret::of_size(size);
  auto out = filled.expose_mutable();  // what is written here stays here
  for (const auto& part : parts_) {
    const auto at = text.find(part.mark);
    std::ranges::copy(text.substr(0, at), out.begin());
    out = out.subspan(at);
    // What was asked for is handed on, from one wiped place into another.
    encode(part.secret->expose().subspan(part.offset, kHalf), out.first(kEncodedHalf));
    out = out.subspan(kEncodedHalf);
    text.remove_prefix(at + part.mark.size());
  }
  std::ranges::copy(text, out.begin());
  return filled;
}

}  // namespace firstkey::enroll
