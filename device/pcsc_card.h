#pragma once
// The card in a reader of PC/SC, shared with other programs, and held in a transaction. Used by one
// thread, which PC/SC may keep waiting for ever.

#include <optional>
#include <string>
#include <utility>

#include "device/blocking_card.h"
#include "device/pcsc_handles.h"

namespace firstkey::device {

class PcscCard final : public BlockingCard {
 public:
  /// Connects and waits for its turn among other programs. A card that is not ready is tried again
  /// for a while (see patience_for), until `unwanted`.
  /// Errors: kNoReaderService, kUnknownPath, kGone, kBusy, kNoAccess, kNoApplet (no protocol in
  /// common), kIo.
  [[nodiscard]] static Result<std::unique_ptr<BlockingCard>> open(const std::string& reader,
                                                                  const std::stop_token& unwanted);

  PcscCard(PcscContext context, std::string reader) noexcept
      : context_(std::move(context)), reader_(std::move(reader)) {}

  [[nodiscard]] CardConnection connection() const override;
  [[nodiscard]] Result<Bytes> transmit(BytesView apdu) override;
  [[nodiscard]] bool was_reset() const noexcept override { return was_reset_; }
  void end(CardEnding ending) noexcept override;

 private:
  [[nodiscard]] LONG connect();
  [[nodiscard]] std::optional<UsbAddress> usb_address() const;
  [[nodiscard]] std::size_t longest_data() const;
  /// What the driver says to `code`; empty when it does not know it.
  [[nodiscard]] Bytes ask_driver(DWORD code) const;
  /// Whether pcscd notices within a while that the card has left.
  [[nodiscard]] bool has_left();

  PcscContext context_;
  std::string reader_;
  PcscConnection connection_;
  PcscTransaction transaction_;
  bool was_reset_ = false;
};

}  // namespace firstkey::device
