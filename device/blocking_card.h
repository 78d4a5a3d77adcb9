#pragma once
// A connection to a card whose calls take as long as they take: what PC/SC offers. Implemented by
// PcscCard and by scripts in tests; CardThread makes a CardChannel of it.

#include <functional>
#include <memory>

#include "device/card_channel.h"

namespace firstkey::device {

class BlockingCard {
 public:
  virtual ~BlockingCard() = default;
  BlockingCard() = default;
  BlockingCard(const BlockingCard&) = delete;
  BlockingCard& operator=(const BlockingCard&) = delete;

  /// Errors: kGone, kBusy, kNoReaderService, kIo.
  [[nodiscard]] virtual Result<Bytes> transmit(BytesView apdu) = 0;
  /// The last error came because the card had been reset, and the APDU has not reached it.
  [[nodiscard]] virtual bool was_reset() const noexcept = 0;
  /// Lets the card go. Nothing follows.
  virtual void end(CardEnding ending) noexcept = 0;
};

using OpenBlockingCard = std::function<Result<std::unique_ptr<BlockingCard>>()>;

}  // namespace firstkey::device
