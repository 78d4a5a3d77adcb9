#pragma once
// The card in a reader of PC/SC, held in a transaction. Used by one thread, which PC/SC may keep
// waiting for ever.

#include <optional>
#include <string>

#include "device/blocking_card.h"
#include "device/key_discovery.h"
#include "device/pcsc_handles.h"

namespace firstkey::device {

class PcscCard final : public BlockingCard {
 public:
  /// Connects and waits for its turn among other programs.
  /// Errors: kNoReaderService, kUnknownPath, kGone, kBusy, kNoAccess, kNoApplet (no protocol in
  /// common), kIo.
  [[nodiscard]] static Result<std::unique_ptr<PcscCard>> open(const std::string& reader);

  explicit PcscCard(PcscContext context) noexcept : context_(std::move(context)) {}

  [[nodiscard]] Result<Bytes> transmit(BytesView apdu) override;
  [[nodiscard]] bool was_reset() const noexcept override { return was_reset_; }
  void end(CardEnding ending) noexcept override;
  /// Where on the USB bus its reader hangs; nothing when the reader's driver does not say so.
  /// Source: PC/SC part 3 §3.1.1 (channel 0x0020DDDD); libccid 1.5 (DDDD: bus, then address).
  [[nodiscard]] std::optional<UsbAddress> usb_address() const;

 private:
  [[nodiscard]] LONG connect(const std::string& reader);

  PcscContext context_;
  PcscConnection connection_;
  PcscTransaction transaction_;
  bool was_reset_ = false;
};

}  // namespace firstkey::device
