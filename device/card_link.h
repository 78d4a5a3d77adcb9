#pragma once
// The wire to a key on a card reader, as libfido2's own transport: whole messages instead of
// frames. CTAPHID_INIT, which cards do not know, is answered here. The connection to the card is
// the link's and not that of libfido2's device: one from the first call to the last, so that the
// card keeps its state within a ceremony, and is powered down after it.
// Source: libfido2 1.12 fido_dev_set_transport_functions(3); CTAP 2.1 §11.3.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "device/card_channel.h"
#include "device/link.h"
#include "device/nfc_transport.h"

namespace firstkey::device {

class CardLink final : public Link {
 public:
  /// `when_registered` is called when the link has ended over which a credential was made.
  CardLink(OpenCard open_card, std::function<void()> when_registered)
      : open_card_(std::move(open_card)), when_registered_(std::move(when_registered)) {}
  /// Deselects the applet and powers the card down, within kCancelGrace.
  ~CardLink() override;
  CardLink(const CardLink&) = delete;
  CardLink& operator=(const CardLink&) = delete;

  [[nodiscard]] bool connect() override;
  void disconnect() noexcept override;
  [[nodiscard]] int install_on(fido_dev_t& dev) override;
  [[nodiscard]] std::optional<Bytes> exchange(BytesView request) override;
  [[nodiscard]] std::optional<Bytes> exchange_vendor(std::uint8_t command,
                                                     BytesView request) override;

  /// As libfido2 asks: `command` is one of CTAPHID's, without bit 7. 0, or -1.
  [[nodiscard]] int send(std::uint8_t command, std::span<const unsigned char> message);
  /// As libfido2 asks: the length of the answer to `command`, or -1.
  [[nodiscard]] int receive(std::uint8_t command, std::span<unsigned char> out);

 private:
  using Nonce = std::array<std::uint8_t, 8>;

  [[nodiscard]] bool select();
  void part() noexcept;
  [[nodiscard]] bool begin(BytesView request);
  [[nodiscard]] std::optional<Bytes> finish();
  [[nodiscard]] int receive_init(std::span<unsigned char> out) const;
  [[nodiscard]] int receive_answer(std::span<unsigned char> out);

  OpenCard open_card_;
  std::function<void()> when_registered_;
  std::unique_ptr<CardChannel> channel_;
  std::unique_ptr<NfcTransport> transport_;  // after channel_, to which it refers
  bool is_ctap2_ = false;
  bool is_registering_ = false;  // what was begun last makes a credential
  bool has_registered_ = false;
  Nonce nonce_{};  // of the last CTAPHID_INIT
};

}  // namespace firstkey::device
