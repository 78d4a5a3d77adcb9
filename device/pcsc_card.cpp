#include "device/pcsc_card.h"

#include <chrono>
#include <thread>

#include <reader.h>

#include "device/apdu.h"

namespace firstkey::device {

namespace {

constexpr int kConnectAttempts = 3;
constexpr std::chrono::milliseconds kWarmUp{100};
constexpr std::size_t kLongestResponse = kExtendedAnswer + 2;
constexpr DWORD kUsbChannel = 0x0020;

}  // namespace

Result<std::unique_ptr<PcscCard>> PcscCard::open(const std::string& reader) {
  auto context = PcscContext::establish();
  if (!context) return std::unexpected(context.error());
  auto card = std::make_unique<PcscCard>(std::move(context.value()));
  LONG result = card->connect(reader);
  for (int attempt = 1; attempt < kConnectAttempts && is_card_warming_up(result); ++attempt) {
    std::this_thread::sleep_for(kWarmUp);  // a thread for nothing but this card
    result = card->connect(reader);
  }
  if (result != SCARD_S_SUCCESS) return std::unexpected(to_pcsc_error(result, "connect the card"));
  return card;
}

LONG PcscCard::connect(const std::string& reader) {
  connection_.disconnect(CardEnding::kLeave);
  const LONG result = connection_.connect(context_, reader.c_str());
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
  was_reset_ = result == SCARD_W_RESET_CARD;
  if (result != SCARD_S_SUCCESS) return std::unexpected(to_pcsc_error(result, "transmit"));
  response.resize(length);
  return response;
}

void PcscCard::end(CardEnding ending) noexcept {
  transaction_.end();
  connection_.disconnect(ending);
}

std::optional<UsbAddress> PcscCard::usb_address() const {
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

}  // namespace firstkey::device
