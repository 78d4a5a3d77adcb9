#include "device/apdu.h"

namespace firstkey::device {

namespace {

constexpr std::size_t kHeaderSize = 4;
constexpr std::size_t kStatusSize = 2;

void append_be16(Bytes& out, std::size_t number) {
  out.push_back(static_cast<std::uint8_t>(number >> 8U & 0xFFU));
  out.push_back(static_cast<std::uint8_t>(number & 0xFFU));
}

}  // namespace

Bytes to_bytes(const CommandApdu& command) {
  const auto& [cla, ins, p1, p2, data, expected] = command;
  Bytes out{cla, ins, p1, p2};
  const bool is_short = data.size() <= kShortData && expected.value_or(0) <= kShortAnswer;
  if (is_short) {
    if (!data.empty()) out.push_back(static_cast<std::uint8_t>(data.size()));
    out.insert(out.end(), data.begin(), data.end());
    // The longest length is written as zero, here and below.
    if (expected) out.push_back(static_cast<std::uint8_t>(*expected & 0xFFU));
    return out;
  }
  out.push_back(0);
  if (!data.empty()) append_be16(out, data.size());
  out.insert(out.end(), data.begin(), data.end());
  if (expected) append_be16(out, *expected);
  return out;
}

BytesView as_carried_by_t0(BytesView apdu) {
  const bool has_data_and_le = apdu.size() > kHeaderSize + 1 && apdu[kHeaderSize] != 0 &&
                               apdu.size() == kHeaderSize + 1 + apdu[kHeaderSize] + 1;
  return has_data_and_le ? apdu.first(apdu.size() - 1) : apdu;
}

std::optional<ResponseApdu> parse_response(BytesView bytes) {
  if (bytes.size() < kStatusSize) return std::nullopt;
  const auto data = bytes.first(bytes.size() - kStatusSize);
  const auto word = bytes.last(kStatusSize);
  return ResponseApdu{.data = Bytes(data.begin(), data.end()),
                      .status = static_cast<std::uint16_t>(word[0] << 8U | word[1])};
}

}  // namespace firstkey::device
