#include "device/apdu_exchange.h"

#include <algorithm>
#include <utility>

namespace firstkey::device {

namespace {

constexpr std::uint8_t kGetResponse = 0xC0;
constexpr std::uint8_t kProprietaryBit = 0x80;
constexpr std::uint16_t kUnknownInstruction = 0x6D00;
constexpr std::uint16_t kUnknownClass = 0x6E00;

bool says_more(std::uint16_t status) {
  return (status & 0xFF00U) == 0x6100U;
}

bool says_wrong_length(std::uint16_t status) {
  return (status & 0xFF00U) == 0x6C00U;
}

/// The length in the second byte of a status word: 00 stands for 256, or more.
std::size_t length_in(std::uint16_t status) {
  const std::size_t length = status & 0xFFU;
  return length == 0 ? kShortAnswer : length;
}

std::unexpected<Error> refuse(ErrorCode code, const char* why) {
  return std::unexpected(Error{.code = code, .detail = why});
}

}  // namespace

bool may_wait_on(RunningCall& call, WakeEvent& wake) {
  if (!call.is_over()) return true;
  if (!call.is_in_grace()) {
    call.begin_grace();
    wake.clear();  // it has been heard; the grace is waited for in peace
  }
  return !call.is_grace_over();
}

Result<ResponseApdu> ApduExchange::ask(CommandApdu command, RunningCall& call) {
  auto answer = transmit(command, call);
  if (answer && says_wrong_length(answer->status)) {
    command.expected = length_in(answer->status);
    answer = transmit(command, call);
  }
  if (!answer) return answer;
  if (says_more(answer->status)) {
    const auto cla = static_cast<std::uint8_t>(command.cla & kProprietaryBit);
    return fetch_rest(std::move(answer.value()), cla, call);
  }
  if (answer->data.size() > kLongestCardAnswer) {
    return refuse(ErrorCode::kTooLarge, "an answer beyond the longest message");
  }
  return answer;
}

Result<ResponseApdu> ApduExchange::fetch_rest(ResponseApdu answer,
                                              std::uint8_t cla,
                                              RunningCall& call) {
  bool is_flipped = false;
  while (says_more(answer.status)) {
    const CommandApdu fetch{.cla = static_cast<std::uint8_t>(cla ^ fetch_class_flip_),
                            .ins = kGetResponse,
                            .expected = length_in(answer.status)};
    auto more = transmit(fetch, call);
    if (!more) return more;
    // Cards differ in the class they want here; what one wants it wants the next time too.
    const bool is_class_refused =
        more->status == kUnknownClass || more->status == kUnknownInstruction;
    if (is_class_refused && !std::exchange(is_flipped, true)) {
      fetch_class_flip_ ^= kProprietaryBit;
      continue;
    }
    if (says_wrong_length(more->status)) {
      auto again = fetch;
      again.expected = length_in(more->status);
      more = transmit(again, call);
      if (!more) return more;
    }
    if (more->data.empty()) return refuse(ErrorCode::kGarbage, "a promised answer did not come");
    answer.data.insert(answer.data.end(), more->data.begin(), more->data.end());
    answer.status = more->status;
    if (answer.data.size() > kLongestCardAnswer) {
      return refuse(ErrorCode::kTooLarge, "an answer beyond the longest message");
    }
  }
  return answer;
}

Result<ResponseApdu> ApduExchange::transmit(const CommandApdu& command, RunningCall& call) {
  channel_.send(to_bytes(command));
  while (may_wait_on(call, wake_)) {
    const auto bytes = channel_.receive(call.patience(), wake_);
    if (!bytes) return std::unexpected(bytes.error());
    if (!bytes.value()) continue;
    auto answer = parse_response(*bytes.value());
    if (!answer) return refuse(ErrorCode::kGarbage, "an answer without a status word");
    return std::move(*answer);
  }
  return std::unexpected(call.end_reason());
}

void ApduExchange::rest(std::chrono::milliseconds pause, RunningCall& call) {
  channel_.rest(std::min(pause, call.patience()), wake_);
}

}  // namespace firstkey::device
