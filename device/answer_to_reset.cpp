#include "device/answer_to_reset.h"

#include <array>

namespace firstkey::device {

namespace {

/// TS; T0 says that TD1 follows, and in its low half how many historical bytes; TD1: TD2 follows,
/// T=0; TD2: nothing follows, T=1. No contact card says both protocols and not one parameter.
constexpr std::uint8_t kDirect = 0x3B;
constexpr std::uint8_t kOnlyTd1 = 0x80;
constexpr std::uint8_t kHighHalf = 0xF0;
constexpr std::array<std::uint8_t, 2> kOnlyTd2AndEnd{0x80, 0x01};

}  // namespace

bool is_contactless(BytesView answer_to_reset) {
  if (answer_to_reset.empty()) return true;
  return answer_to_reset.size() >= 4 && answer_to_reset[0] == kDirect &&
         (answer_to_reset[1] & kHighHalf) == kOnlyTd1 && answer_to_reset[2] == kOnlyTd2AndEnd[0] &&
         answer_to_reset[3] == kOnlyTd2AndEnd[1];
}

}  // namespace firstkey::device
