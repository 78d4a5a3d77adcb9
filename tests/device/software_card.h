#pragma once
// The software key as a card behind the CardChannel port, in this process and without a reader: it
// misbehaves as it is told, and a rest moves its clock instead of taking time.

#include <memory>
#include <optional>
#include <utility>

#include "device/card_channel.h"
#include "device/softkey/card_frontend.h"
#include "device/softkey/quirky_card.h"
#include "tests/device/softkey/test_key.h"

namespace firstkey::tests {

/// It outlives the channels that lead to it.
class SoftwareCard {
 public:
  explicit SoftwareCard(std::initializer_list<device::softkey::CardQuirk> quirks = {})
      : card_(honest_, to_quirks(quirks), key.clock) {}

  [[nodiscard]] device::OpenCard opener() {
    return [this](device::RunningCall& /*call*/, device::WakeEvent& /*wake*/)
               -> device::Result<std::unique_ptr<device::CardChannel>> {
      card_.power_up();
      return std::make_unique<Channel>(*this);
    };
  }

  softkey::TestKey key;
  device::CardConnection connection;
  std::function<void()> when_waiting;  ///< run at each rest, and at each wait for an answer

 private:
  class Channel final : public device::CardChannel {
   public:
    explicit Channel(SoftwareCard& owner) : owner_(owner) {}
    ~Channel() override {
      if (ending_ == device::CardEnding::kPowerDown) owner_.card_.power_up();
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    void send(device::BytesView apdu) override { answer_ = owner_.card_.transmit(apdu); }
    [[nodiscard]] device::Result<std::optional<device::Bytes>> receive(
        std::chrono::milliseconds /*timeout*/, const device::WakeEvent& /*wake*/) override {
      if (!answer_) owner_.let_pass(std::chrono::milliseconds(0));
      if (!answer_) answer_ = owner_.card_.tick();
      return std::exchange(answer_, std::nullopt);
    }
    [[nodiscard]] bool was_reset() const noexcept override { return false; }
    void rest(std::chrono::milliseconds pause, const device::WakeEvent& /*wake*/) override {
      owner_.let_pass(pause);
    }
    [[nodiscard]] device::CardConnection connection() const override { return owner_.connection; }
    void set_ending(device::CardEnding ending) override { ending_ = ending; }

   private:
    SoftwareCard& owner_;
    std::optional<device::Bytes> answer_;
    device::CardEnding ending_ = device::CardEnding::kLeave;
  };

  static device::softkey::Quirks to_quirks(
      std::initializer_list<device::softkey::CardQuirk> wanted) {
    device::softkey::Quirks quirks;
    for (const auto quirk : wanted) quirks.add(quirk);
    return quirks;
  }
  void let_pass(std::chrono::milliseconds time) {
    key.clock.advance(time);
    if (when_waiting) when_waiting();
  }

  device::softkey::CardFrontend honest_{*key.authenticator};
  device::softkey::QuirkyCard card_;
};

}  // namespace firstkey::tests
