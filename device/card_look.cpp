#include "device/card_look.h"

#include <thread>

#include "device/nfc_transport.h"
#include "device/pcsc_card.h"

namespace firstkey::device {

namespace {

constexpr std::chrono::milliseconds kLookTime{10'000};

/// A BlockingCard on the thread that has nothing else to do.
class DirectChannel final : public CardChannel {
 public:
  explicit DirectChannel(BlockingCard& card) : card_(card) {}
  void send(BytesView apdu) override { answer_ = card_.transmit(apdu); }
  [[nodiscard]] Result<std::optional<Bytes>> receive(std::chrono::milliseconds /*timeout*/,
                                                     const WakeEvent& /*wake*/) override {
    if (!answer_) return std::unexpected(answer_.error());
    return std::move(answer_.value());
  }
  [[nodiscard]] bool was_reset() const noexcept override { return card_.was_reset(); }
  void rest(std::chrono::milliseconds pause, const WakeEvent& /*wake*/) override {
    std::this_thread::sleep_for(pause);
  }
  void set_ending(CardEnding /*ending*/) override {}

 private:
  BlockingCard& card_;
  Result<Bytes> answer_;
};

}  // namespace

CardLook look_at_card(const std::string& reader) {
  const auto card = PcscCard::open(reader);
  if (!card) return std::unexpected(card.error());
  DirectChannel channel(**card);
  WakeEvent wake;
  const CallLimits limits{.time_left = kLookTime};
  RunningCall call(limits, wake);
  const auto version = NfcTransport(channel, wake).select(call);
  if (!version) return std::unexpected(version.error());
  return card.value()->usb_address();
}

}  // namespace firstkey::device
