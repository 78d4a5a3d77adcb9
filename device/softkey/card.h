#pragma once
// What a reader has to do with: a card, powered and spoken to in APDUs. Implemented by the honest
// CardFrontend, and by the QuirkyCard that may stand before it.

#include <optional>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

class Card {
 public:
  Card() = default;
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  virtual ~Card() = default;

  /// What it says of itself at power-up.
  [[nodiscard]] virtual Bytes answer_to_reset() const = 0;
  /// It gets power, or gets it anew: to the key inside, being unplugged and plugged.
  virtual void power_up() = 0;
  /// The response, status word and all; nothing while the user is awaited by a reader that did not
  /// offer to poll.
  [[nodiscard]] virtual std::optional<Bytes> transmit(BytesView command) = 0;
  /// The response transmit() could not give yet, once there is one.
  [[nodiscard]] virtual std::optional<Bytes> tick() = 0;
  [[nodiscard]] virtual bool is_busy() const = 0;
  /// Whether it is still held to the reader; if not, nothing it is sent is answered.
  [[nodiscard]] virtual bool is_held() const = 0;
};

}  // namespace firstkey::device::softkey
