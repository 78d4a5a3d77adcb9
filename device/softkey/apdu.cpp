#include "device/softkey/apdu.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kHeaderSize = 4;
constexpr std::size_t kMaximumShort = 256;
constexpr std::size_t kMaximumExtended = 65536;

/// An Le field: all zeros stand for the most it can say.
std::size_t expected_from(std::size_t field, std::size_t most) {
  return field == 0 ? most : field;
}

std::optional<CommandApdu> parse_short(CommandApdu apdu, BytesView body) {
  if (body.size() == 1) {
    apdu.expected = expected_from(body[0], kMaximumShort);
    return apdu;
  }
  const std::size_t size = body[0];
  if (body.size() != 1 + size && body.size() != 2 + size) return {};
  apdu.data = body.subspan(1, size);
  if (body.size() == 2 + size) apdu.expected = expected_from(body.back(), kMaximumShort);
  return apdu;
}

/// `body` follows the zero byte that marks extended lengths.
std::optional<CommandApdu> parse_extended(CommandApdu apdu, BytesView body) {
  if (body.size() < 2) return {};
  if (body.size() == 2) {
    apdu.expected = expected_from(read_be16(body), kMaximumExtended);
    return apdu;
  }
  const std::size_t size = read_be16(body);
  // An Lc of zero before an Le is none by ISO, but it is how python-fido2 asks for U2F's version.
  if (size == 0 && body.size() != 4) return {};
  if (body.size() != 2 + size && body.size() != 4 + size) return {};
  apdu.data = body.subspan(2, size);
  apdu.expected = kMaximumExtended;
  if (body.size() == 4 + size) {
    apdu.expected = expected_from(read_be16(body.last(2)), kMaximumExtended);
  }
  return apdu;
}

}  // namespace

std::optional<CommandApdu> parse_apdu(BytesView bytes) {
  if (bytes.size() < kHeaderSize) return {};
  const CommandApdu header{.cla = bytes[0], .ins = bytes[1], .p1 = bytes[2], .p2 = bytes[3]};
  const BytesView body = bytes.subspan(kHeaderSize);
  if (body.empty()) return header;
  const bool is_extended = body[0] == 0 && body.size() > 1;
  return is_extended ? parse_extended(header, body.subspan(1)) : parse_short(header, body);
}

}  // namespace firstkey::device::softkey
