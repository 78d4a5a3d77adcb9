#include "device/pcsc_card.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <reader.h>

#include "device/reader_features.h"

namespace firstkey::device {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenAttempts{100};
/// pcscd looks at its readers every 400 ms (PCSCLITE_STATUS_POLL_RATE), unless they tell by
/// themselves.
constexpr std::chrono::milliseconds kUntilRemovalIsKnown{1'000};
constexpr std::size_t kLongestResponse = kExtendedAnswer + 2;
constexpr std::size_t kLongestDriverAnswer = 256;
constexpr DWORD kUsbChannel = 0x0020;

/// False: nobody wants what the pause is made for.
bool pause(const std::stop_token& unwanted) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never_notified;
  (void)never_notified.wait_for(lock, unwanted, kBetweenAttempts, [] { return false; });
  return !unwanted.stop_requested();
}

}  // namespace

Result<std::unique_ptr<BlockingCard>> PcscCard::open(const std::string& reader,
                                                     const std::stop_token& unwanted) {
  auto context = PcscContext::establish();
  if (!context) return std::unexpected(context.error());
  auto card = std::make_unique<PcscCard>(std::move(context.value()), reader);
  const auto begin = Clock::now();
  LONG result = card->connect();
  while (result != SCARD_S_SUCCESS && Clock::now() - begin < patience_for(result) &&
         pause(unwanted)) {
    result = card->connect();
  }
  if (result != SCARD_S_SUCCESS) return std::unexpected(to_pcsc_error(result, "connect the card"));
  return card;
}

LONG PcscCard::connect() {
  connection_.disconnect(CardEnding::kLeave);
  const LONG result = connection_.connect(context_, reader_.c_str());
  return result == SCARD_S_SUCCESS ? transaction_.begin(connection_) : result;
}

Result<Bytes> PcscCard::transmit(BytesView apdu) {
  const bool is_t0 = connection_.protocol() == SCARD_PROTOCOL_T0;
  const BytesView carried = is_t0 ? as_carried_by_t0(apdu) : apdu;
  Bytes response(kLongestResponse);
  DWORD length = response.size();
  const LONG result = SCardTransmit(connection_.get(),
                                    is_t0 ? SCARD_PCI_T0 : SCARD_PCI_T1,
                                    carried.data(),
                                    carried.size(),
                                    nullptr,
                                    response.data(),
                                    &length);
  was_reset_ = result == SCARD_W_RESET_CARD || result == SCARD_W_UNPOWERED_CARD;
  if (result == SCARD_E_NOT_TRANSACTED && !has_left()) {
    return std::unexpected(Error{.code = ErrorCode::kIo, .detail = "the card did not answer"});
  }
  if (result != SCARD_S_SUCCESS) return std::unexpected(to_pcsc_error(result, "transmit"));
  response.resize(length);
  return response;
}

bool PcscCard::has_left() {
  // Not by SCardGetStatusChange or SCardStatus: they share a table with the watch's thread, without
  // a lock.
  for (const auto begin = Clock::now(); Clock::now() - begin < kUntilRemovalIsKnown;) {
    if (connection_.refresh() != SCARD_S_SUCCESS) return true;
    (void)pause({});
  }
  return false;
}

void PcscCard::end(CardEnding ending) noexcept {
  transaction_.end();
  connection_.disconnect(ending);
}

CardConnection PcscCard::connection() const {
  return {.longest_data = longest_data(), .usb = usb_address()};
}

std::optional<UsbAddress> PcscCard::usb_address() const {
  // Source: PC/SC part 3 §3.1.1 (channel 0x0020DDDD); libccid 1.5 (DDDD: bus, then address).
  std::uint32_t channel = 0;
  DWORD length = sizeof(channel);
  const LONG result = SCardGetAttrib(connection_.get(),
                                     SCARD_ATTR_CHANNEL_ID,
                                     reinterpret_cast<unsigned char*>(&channel),
                                     &length);
  if (result != SCARD_S_SUCCESS || length != sizeof(channel)) return std::nullopt;
  if (channel >> 16U != kUsbChannel) return std::nullopt;
  return UsbAddress{.bus = static_cast<int>(channel >> 8U & 0xFFU),
                    .device = static_cast<int>(channel & 0xFFU)};
}

std::size_t PcscCard::longest_data() const {
  // T=0 carries extended length in envelopes only, which cards rarely know.
  if (connection_.protocol() == SCARD_PROTOCOL_T0) return kShortData;
  const auto code = code_for_properties(ask_driver(CM_IOCTL_GET_FEATURE_REQUEST));
  return code ? longest_apdu_data(ask_driver(*code)) : kShortData;
}

Bytes PcscCard::ask_driver(DWORD code) const {
  Bytes answer(kLongestDriverAnswer);
  DWORD length = 0;
  const LONG result =
      SCardControl(connection_.get(), code, nullptr, 0, answer.data(), answer.size(), &length);
  answer.resize(result == SCARD_S_SUCCESS ? length : 0);
  return answer;
}

}  // namespace firstkey::device
