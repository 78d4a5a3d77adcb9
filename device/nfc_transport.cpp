#include "device/nfc_transport.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "device/cbor_bounds.h"

namespace firstkey::device {

namespace {

// Source: CTAP 2.1 §11.3.3 (AID), §11.3.5, §11.3.7 (instructions and their parameters).
constexpr std::array<std::uint8_t, 8> kFidoAid{0xA0, 0x00, 0x00, 0x06, 0x47, 0x2F, 0x00, 0x01};
constexpr std::uint8_t kClassCtap = 0x80;
constexpr std::uint8_t kChainingBit = 0x10;
constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kByName = 0x04;
constexpr std::uint8_t kMessage = 0x10;
constexpr std::uint8_t kWePoll = 0x80;
constexpr std::uint8_t kGetResponse = 0x11;
constexpr std::uint8_t kStop = 0x11;
constexpr std::uint8_t kControl = 0x12;
constexpr std::uint8_t kEnd = 0x01;
constexpr std::uint8_t kGetInfo = 0x04;
constexpr std::uint8_t kStatusUserPresenceNeeded = 2;

// Source: ISO/IEC 7816-4 §5.6; 9100 is CTAP's own.
constexpr std::uint16_t kOk = 0x9000;
constexpr std::uint16_t kUpdate = 0x9100;
constexpr std::uint16_t kDeactivated = 0x6283;
constexpr std::uint16_t kWrongLength = 0x6700;
constexpr std::uint16_t kLastOfChainExpected = 0x6883;
constexpr std::uint16_t kNoChaining = 0x6884;
constexpr std::uint16_t kSecurityStatus = 0x6982;
constexpr std::uint16_t kConditions = 0x6985;
constexpr std::uint16_t kNotSupported = 0x6A81;
constexpr std::uint16_t kUnknownInstruction = 0x6D00;
constexpr std::uint16_t kUnknownClass = 0x6E00;
constexpr std::uint16_t kNoDiagnosis = 0x6F00;

/// Some readers pass 255 bytes of data, some only 250.
constexpr std::size_t kBlockSize = 240;
/// A card that is just coming into the field may not be ready at first.
constexpr int kSelectAttempts = 5;

bool is_passing(std::uint16_t status) {
  return status == kDeactivated || status == kConditions || status == kNoDiagnosis;
}

/// What a card without the applet may say for ever.
bool is_applet_unusable(std::uint16_t status) {
  return status == kDeactivated || status == kConditions;
}

bool is_chaining_refused(std::uint16_t status) {
  return status == kNoChaining || status == kLastOfChainExpected || status == kUnknownClass;
}

bool is_extended_refused(std::uint16_t status) {
  return status == kWrongLength || status == kUnknownClass || status == kUnknownInstruction;
}

std::string in_words(std::uint16_t status) {
  std::array<char, 24> text{};
  const int length = std::snprintf(text.data(), text.size(), "status word %04X", status);
  return {text.data(), static_cast<std::size_t>(length)};
}

Error refusal_of(std::uint16_t status) {
  const auto code = [status] {
    switch (status) {
      case kUnknownInstruction:
      case kUnknownClass:
      case kNotSupported:
        return ErrorCode::kUnsupportedCommand;
      case kConditions:
      case kSecurityStatus:
        return ErrorCode::kNotAllowed;
      case kWrongLength:
      case kLastOfChainExpected:
      case kNoChaining:
        return ErrorCode::kTooLarge;
      default:
        return ErrorCode::kGarbage;
    }
  }();
  return {.code = code, .detail = in_words(status)};
}

/// A card of another trade may answer 9000 to any name.
bool is_fido_version(std::string_view version) {
  return version.empty() || version.starts_with("U2F_V") || version.starts_with("FIDO_");
}

KeepAlive keep_alive_in(const ResponseApdu& update) {
  const bool is_user_awaited =
      !update.data.empty() && update.data.front() == kStatusUserPresenceNeeded;
  return is_user_awaited ? KeepAlive::kUserPresenceNeeded : KeepAlive::kProcessing;
}

}  // namespace

Result<std::string> NfcTransport::select(RunningCall& call) {
  answer_.reset();
  const CommandApdu select{
      .ins = kSelect, .p1 = kByName, .data = kFidoAid, .expected = kShortAnswer};
  auto answer = exchange_.ask(select, call);
  for (int attempt = 1; attempt < kSelectAttempts; ++attempt) {
    if (!answer || !is_passing(answer->status)) break;
    exchange_.rest(kPollInterval, call);
    answer = exchange_.ask(select, call);
  }
  if (!answer) return std::unexpected(answer.error());
  if (is_applet_unusable(answer->status)) {
    return std::unexpected(
        Error{.code = ErrorCode::kIo, .detail = "select: " + in_words(answer->status)});
  }
  std::string version(answer->data.begin(), answer->data.end());
  if (answer->status == kOk && is_fido_version(version)) return version;
  return std::unexpected(
      Error{.code = ErrorCode::kNoApplet, .detail = "select: " + in_words(answer->status)});
}

Result<void> NfcTransport::begin(BytesView request, RunningCall& call) {
  answer_.reset();
  is_told_to_stop_ = false;
  auto answer = hand_over(request, call);
  if (!answer) return std::unexpected(answer.error());
  answer_ = std::move(answer.value());
  return {};
}

Result<ResponseApdu> NfcTransport::hand_over(BytesView request, RunningCall& call) {
  const bool is_long = request.size() > kBlockSize;
  const auto longest_data = channel_.connection().longest_data;
  const bool may_be_extended =
      !is_extended_refused_ && longest_data > kShortData && request.size() <= longest_data;
  if (is_long && may_be_extended) {
    auto answer = hand_over_whole(request, call);
    // Other errors leave open what the card has done: it is not asked again.
    const bool is_refused =
        answer ? is_extended_refused(answer->status) : answer.error().code == ErrorCode::kTooLarge;
    if (!is_refused) return answer;
    is_extended_refused_ = true;
  }
  return hand_over_in_blocks(request, call);
}

Result<ResponseApdu> NfcTransport::hand_over_in_blocks(BytesView request, RunningCall& call) {
  CommandApdu block{.cla = kClassCtap | kChainingBit, .ins = kMessage, .p1 = kWePoll};
  auto rest = request;
  while (rest.size() > kBlockSize) {
    block.data = rest.first(kBlockSize);
    auto answer = exchange_.ask(block, call);
    if (!answer) return answer;
    if (is_chaining_refused(answer->status)) return hand_over_whole(request, call);
    if (answer->status != kOk) return answer;
    rest = rest.subspan(kBlockSize);
  }
  block.cla = kClassCtap;
  block.data = rest;
  block.expected = kShortAnswer;
  return exchange_.ask(block, call);
}

Result<ResponseApdu> NfcTransport::hand_over_whole(BytesView request, RunningCall& call) {
  return exchange_.ask({.cla = kClassCtap,
                        .ins = kMessage,
                        .p1 = kWePoll,
                        .data = request,
                        .expected = kExtendedAnswer},
                       call);
}

Result<Bytes> NfcTransport::finish(RunningCall& call) {
  while (answer_ && answer_->status == kUpdate) {
    if (!call.is_in_grace()) call.report(keep_alive_in(*answer_));
    exchange_.rest(kPollInterval, call);
    if (!may_wait_on(call, wake_)) return std::unexpected(call.end_reason());
    const bool is_to_stop = call.is_in_grace() && !is_told_to_stop_;
    if (auto asked = is_to_stop ? cancel(call) : ask_again(call); !asked) {
      return std::unexpected(asked.error());
    }
  }
  const auto answer = std::exchange(answer_, std::nullopt);
  if (!answer) return std::unexpected(Error{.detail = "an answer to nothing that was begun"});
  if (answer->status != kOk) return std::unexpected(refusal_of(answer->status));
  if (is_bounded_answer(answer->data)) return answer->data;
  return std::unexpected(
      Error{.code = ErrorCode::kGarbage, .detail = "an answer is not the CBOR that CTAP allows"});
}

Result<void> NfcTransport::ask_again(RunningCall& call) {
  auto answer =
      exchange_.ask({.cla = kClassCtap, .ins = kGetResponse, .expected = kShortAnswer}, call);
  if (!answer) return std::unexpected(answer.error());
  answer_ = std::move(answer.value());
  return {};
}

Result<void> NfcTransport::cancel(RunningCall& call) {
  if (!answer_ || answer_->status != kUpdate) return {};  // it is not at work
  is_told_to_stop_ = true;
  auto answer = exchange_.ask(
      {.cla = kClassCtap, .ins = kGetResponse, .p1 = kStop, .expected = kShortAnswer}, call);
  if (!answer) return std::unexpected(answer.error());
  // A card that knows no cancellation, or has nothing to say yet, is asked on.
  if (answer->status == kOk && !answer->data.empty()) answer_ = std::move(answer.value());
  return {};
}

Result<bool> NfcTransport::is_ctap2(RunningCall& call) {
  if (auto begun = begin(std::array{kGetInfo}, call); !begun) {
    return std::unexpected(begun.error());
  }
  const auto status = answer_.value().status;
  const bool is_understood = status == kOk || status == kUpdate;
  if (status == kUpdate) {
    if (auto info = finish(call); !info) return std::unexpected(info.error());
  }
  return is_understood;
}

void NfcTransport::deselect(RunningCall& call) {
  // Optional for both sides: a card that does not know it, or has left, loses nothing.
  (void)exchange_.ask({.cla = kClassCtap, .ins = kControl, .p1 = kEnd}, call);
}

}  // namespace firstkey::device
