#include "device/softkey/card_frontend.h"

#include <algorithm>
#include <utility>

#include "device/softkey/request.h"
#include "device/softkey/status_word.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::array<std::uint8_t, 8> kFidoAid{0xA0, 0x00, 0x00, 0x06, 0x47, 0x2F, 0x00, 0x01};
// §11.3.3: what a card with U2F answers SELECT with, whatever else it speaks, and one without.
constexpr std::string_view kVersionWithU2f = "U2F_V2";
constexpr std::string_view kVersionWithoutU2f = "FIDO_2_0";

constexpr std::uint8_t kClassPlain = 0x00;
constexpr std::uint8_t kClassCtap = 0x80;
constexpr std::uint8_t kChainingBit = 0x10;

constexpr std::uint8_t kU2fRegister = 0x01;
constexpr std::uint8_t kU2fVersion = 0x03;
constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kGetResponse = 0xC0;
constexpr std::uint8_t kCtapMessage = 0x10;
constexpr std::uint8_t kCtapGetResponse = 0x11;
constexpr std::uint8_t kCtapControl = 0x12;

constexpr std::uint8_t kByName = 0x04;           // SELECT P1
constexpr std::uint8_t kClientPolls = 0x80;      // NFCCTAP_MSG P1: it knows NFCCTAP_GETRESPONSE
constexpr std::uint8_t kCancel = 0x11;           // NFCCTAP_GETRESPONSE P1
constexpr std::uint8_t kEnd = 0x01;              // NFCCTAP_CONTROL P1
constexpr std::uint8_t kUserPresenceNeeded = 2;  // keep-alive status, as in CTAPHID

}  // namespace

Bytes CardFrontend::answer_to_reset() const {
  return {0x3B, 0x80, 0x80, 0x01, 0x01};  // PC/SC part 3: a contactless card, no historical bytes
}

void CardFrontend::power_up() {
  is_selected_ = false;
  forget_command();
  key_.power_cycle();
}

std::optional<Bytes> CardFrontend::transmit(BytesView command) {
  if (!is_held()) return {};
  const auto apdu = parse_apdu(command);
  if (!apdu) return refuse(StatusWord::kWrongLength);
  const bool is_ours = (apdu->cla & ~kChainingBit) == kClassCtap;
  if (!is_ours && apdu->cla != kClassPlain) return refuse(StatusWord::kUnknownClass);
  // Readers differ in the class they put on GET RESPONSE: both are meant.
  if (apdu->ins == kGetResponse) return get_response(*apdu);
  undelivered_.clear();
  withheld_.reset();
  if (apdu->ins != kCtapMessage) chain_.clear();
  if (apdu->cla == kClassPlain && apdu->ins == kSelect) return select(*apdu);
  if (!is_ours) return u2f_message(*apdu, command);
  if (!is_selected_) return refuse(StatusWord::kConditionsNotSatisfied);
  if (!key_.protocols().has_ctap2) return refuse(StatusWord::kUnknownInstruction);
  switch (apdu->ins) {
    case kCtapMessage:
      return ctap_message(*apdu);
    case kCtapGetResponse:
      return ctap_get_response(*apdu);
    case kCtapControl:
      return ctap_control(*apdu);
    default:
      return refuse(StatusWord::kUnknownInstruction);
  }
}

std::optional<Bytes> CardFrontend::tick() {
  if (!withheld_) return {};
  auto answer = key_.poll();
  if (!answer) return {};
  const std::size_t expected = *withheld_;
  withheld_.reset();
  return deliver(std::move(*answer), expected);
}

Bytes CardFrontend::select(const CommandApdu& apdu) {
  if (apdu.p1 != kByName) return refuse(StatusWord::kWrongParameters);
  is_selected_ = std::ranges::equal(apdu.data, kFidoAid);
  if (!is_selected_) return refuse(StatusWord::kNotFound);
  (void)key_.cancel();  // whoever was waiting has let go of the card
  const auto version = key_.protocols().has_u2f ? kVersionWithU2f : kVersionWithoutU2f;
  return deliver(Bytes(version.begin(), version.end()), apdu.expected);
}

Bytes CardFrontend::u2f_message(const CommandApdu& apdu, BytesView command) {
  const bool is_u2f = apdu.ins >= kU2fRegister && apdu.ins <= kU2fVersion;
  if (!is_u2f || !key_.protocols().has_u2f) return refuse(StatusWord::kUnknownInstruction);
  if (!is_selected_) return refuse(StatusWord::kConditionsNotSatisfied);
  Bytes whole = key_.answer_u2f(command);
  // The status word is the last APDU's own; a response cut into pieces gets another at each cut.
  const std::size_t body_size = whole.size() - 2;
  if (body_size <= apdu.expected) return whole;
  whole.resize(body_size);
  return deliver(std::move(whole), apdu.expected);
}

std::optional<Bytes> CardFrontend::ctap_message(const CommandApdu& apdu) {
  if ((apdu.p1 & ~kClientPolls) != 0 || apdu.p2 != 0) {
    chain_.clear();
    return refuse(StatusWord::kWrongParameters);
  }
  if (chain_.size() + apdu.data.size() > kMaximumMessageSize) {
    chain_.clear();
    return refuse(StatusWord::kWrongLength);
  }
  append(chain_, apdu.data);
  if ((apdu.cla & kChainingBit) != 0) return refuse(StatusWord::kOk);
  const Bytes request = std::exchange(chain_, {});
  if (auto answer = key_.start(request)) return deliver(std::move(*answer), apdu.expected);
  if ((apdu.p1 & kClientPolls) != 0) {
    return response(std::array{kUserPresenceNeeded}, StatusWord::kUpdate);
  }
  withheld_ = apdu.expected;
  return {};
}

Bytes CardFrontend::ctap_get_response(const CommandApdu& apdu) {
  if (apdu.p1 != 0 && apdu.p1 != kCancel) return refuse(StatusWord::kWrongParameters);
  if (!key_.is_awaiting_user()) return refuse(StatusWord::kConditionsNotSatisfied);
  auto answer = apdu.p1 == kCancel ? key_.cancel() : key_.poll();
  if (answer) return deliver(std::move(*answer), apdu.expected);
  return response(std::array{kUserPresenceNeeded}, StatusWord::kUpdate);
}

Bytes CardFrontend::ctap_control(const CommandApdu& apdu) {
  if (apdu.p1 != kEnd || apdu.p2 != 0) return refuse(StatusWord::kWrongParameters);
  is_selected_ = false;
  (void)key_.cancel();  // the client has said it is done
  return refuse(StatusWord::kOk);
}

Bytes CardFrontend::get_response(const CommandApdu& apdu) {
  if (undelivered_.empty()) return refuse(StatusWord::kConditionsNotSatisfied);
  return deliver(std::exchange(undelivered_, {}), apdu.expected);
}

Bytes CardFrontend::deliver(Bytes whole, std::size_t expected) {
  if (whole.size() <= expected) return response(whole, StatusWord::kOk);
  undelivered_.assign(whole.begin() + static_cast<std::ptrdiff_t>(expected), whole.end());
  whole.resize(expected);
  const std::size_t left = undelivered_.size();
  whole.push_back(0x61);  // ISO/IEC 7816-4 §5.6: more is there; 00 stands for 256 or more
  whole.push_back(left > 0xFF ? std::uint8_t{0} : static_cast<std::uint8_t>(left));
  return whole;
}

void CardFrontend::forget_command() {
  chain_.clear();
  undelivered_.clear();
  withheld_.reset();
}

}  // namespace firstkey::device::softkey
