#pragma once
// The key as a card: APDUs in, response APDUs out. Pure: no sockets, no threads; the caller brings
// each APDU to transmit() and, while a reader that does not poll is left waiting, calls tick().
// Source: CTAP 2.1 §11.3; U2F NFC protocol §4; ISO/IEC 7816-4 for chaining and GET RESPONSE.

#include <optional>

#include "device/softkey/apdu.h"
#include "device/softkey/card.h"
#include "device/softkey/ctap_key.h"

namespace firstkey::device::softkey {

class CardFrontend final : public Card {
 public:
  /// Keeps a reference to `key`.
  explicit CardFrontend(CtapKey& key) : key_(key) {}

  [[nodiscard]] Bytes answer_to_reset() const override;
  void power_up() override;
  [[nodiscard]] std::optional<Bytes> transmit(BytesView command) override;
  [[nodiscard]] std::optional<Bytes> tick() override;
  [[nodiscard]] bool is_busy() const override { return withheld_.has_value(); }
  [[nodiscard]] bool is_held() const override { return key_.is_attached(); }

 private:
  [[nodiscard]] Bytes select(const CommandApdu& apdu);
  [[nodiscard]] Bytes u2f_message(const CommandApdu& apdu, BytesView command);
  [[nodiscard]] std::optional<Bytes> ctap_message(const CommandApdu& apdu);
  [[nodiscard]] Bytes ctap_get_response(const CommandApdu& apdu);
  [[nodiscard]] Bytes ctap_control(const CommandApdu& apdu);
  [[nodiscard]] Bytes get_response(const CommandApdu& apdu);
  [[nodiscard]] Bytes deliver(Bytes response, std::size_t expected);
  void forget_command();

  CtapKey& key_;
  bool is_selected_ = false;
  Bytes chain_;        ///< the command so far, from APDUs that said more will follow
  Bytes undelivered_;  ///< the response the reader has yet to ask for
  /// The size a withheld response may have.
  std::optional<std::size_t> withheld_;
};

}  // namespace firstkey::device::softkey
