#pragma once
// A connection to a card whose calls take as long as they take: what PC/SC offers. Implemented by
// PcscCard and by scripts in tests; CardThread makes a CardChannel of it.

#include <functional>
#include <memory>
#include <stop_token>

#include "device/card_channel.h"

namespace firstkey::device {

class BlockingCard {
 public:
  virtual ~BlockingCard() = default;
  BlockingCard() = default;
  BlockingCard(const BlockingCard&) = delete;
  BlockingCard& operator=(const BlockingCard&) = delete;

  [[nodiscard]] virtual CardConnection connection() const = 0;
  /// Errors: kGone, kBusy, kNoReaderService, kIo.
  [[nodiscard]] virtual Result<Bytes> transmit(BytesView apdu) = 0;
  /// The last error came because the card had been reset, and the APDU has not reached it.
  [[nodiscard]] virtual bool was_reset() const noexcept = 0;
  /// Lets the card go. Nothing follows.
  virtual void end(CardEnding ending) noexcept = 0;
};

/// Connects, and keeps other programs from the card until its end; waits as long as another has it.
/// Gives up on a card that is not ready once nobody waits for it any more.
using OpenBlockingCard =
    std::function<Result<std::unique_ptr<BlockingCard>>(const std::stop_token& unwanted)>;

}  // namespace firstkey::device
