#pragma once
// A way for APDUs to one card and back: a reader of PC/SC, or a script in tests. One APDU is under
// way at a time.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "device/apdu.h"
#include "device/error.h"
#include "device/key_discovery.h"
#include "device/running_call.h"
#include "device/types.h"
#include "device/wake_event.h"

namespace firstkey::device {

/// What becomes of the card when its connection ends.
enum class CardEnding {
  kLeave,      ///< powered: what it remembers outlives the connection
  kPowerDown,  ///< nothing does: no selected applet, no PIN, no touch of whoever held it
};

/// What is known of a connection once it stands.
struct CardConnection {
  /// Bytes of data that one command APDU may carry through the reader.
  std::size_t longest_data = kShortData;
  /// Where on the bus its reader hangs; nothing when the reader's driver does not say so.
  std::optional<UsbAddress> usb;
};

class CardChannel {
 public:
  virtual ~CardChannel() = default;
  CardChannel() = default;
  CardChannel(const CardChannel&) = delete;
  CardChannel& operator=(const CardChannel&) = delete;

  /// Hands `apdu` to the card; the answer to the one before has been received.
  virtual void send(BytesView apdu) = 0;
  /// Waits for the answer to what was sent; nothing when `timeout` is over or `wake` is signalled,
  /// and then it may be asked for again.
  /// Errors: kGone, kBusy, kNoReaderService, kIo.
  [[nodiscard]] virtual Result<std::optional<Bytes>> receive(std::chrono::milliseconds timeout,
                                                             const WakeEvent& wake) = 0;
  /// The last error came because the card had been reset, and the APDU has not reached it.
  [[nodiscard]] virtual bool was_reset() const noexcept = 0;
  /// Lets `pause` go by, or less when `wake` is signalled.
  virtual void rest(std::chrono::milliseconds pause, const WakeEvent& wake) = 0;
  [[nodiscard]] virtual CardConnection connection() const = 0;
  /// Without it the card is left as it is.
  virtual void set_ending(CardEnding ending) = 0;
};

/// Connects within what is left of `call`, whose stop signals `wake`.
using OpenCard =
    std::function<Result<std::unique_ptr<CardChannel>>(RunningCall& call, WakeEvent& wake)>;

}  // namespace firstkey::device
