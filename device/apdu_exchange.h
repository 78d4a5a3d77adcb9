#pragma once
// One command APDU and its whole answer: what a card splits over several responses is put together,
// what it wants asked with another length is asked again, and every wait is bounded by the running
// call. Source: ISO/IEC 7816-4 §5.6 (61xx, 6Cxx); CTAP 2.1 §11.3.6.

#include "device/apdu.h"
#include "device/card_channel.h"

namespace firstkey::device {

/// Beyond the longest message that libfido2 takes (FIDO_MAXMSG_CRED, 4096) nothing is put together.
inline constexpr std::size_t kLongestCardAnswer = 4096;

class ApduExchange {
 public:
  /// Keeps references to both.
  ApduExchange(CardChannel& channel, WakeEvent& wake) noexcept : channel_(channel), wake_(wake) {}

  /// The status is never 61xx. When the call ends meanwhile, the card still has kCancelGrace to
  /// answer this one APDU.
  /// Errors: those of the channel; kTimeout, kCancelled (the card did not answer); kTooLarge,
  /// kGarbage.
  [[nodiscard]] Result<ResponseApdu> ask(CommandApdu command, RunningCall& call);

  /// Lets `pause` go by, or less when the call is stopped.
  void rest(std::chrono::milliseconds pause, RunningCall& call);

 private:
  [[nodiscard]] Result<ResponseApdu> transmit(const CommandApdu& command, RunningCall& call);
  /// Adds to `answer` what its 61xx promises.
  [[nodiscard]] Result<ResponseApdu> fetch_rest(ResponseApdu answer,
                                                std::uint8_t cla,
                                                RunningCall& call);

  CardChannel& channel_;
  WakeEvent& wake_;
  std::uint8_t fetch_class_flip_ = 0;  // what a card wants changed in the class of GET RESPONSE
};

/// The call is over: begins its grace, once.
/// False: the grace is over too.
[[nodiscard]] bool may_wait_on(RunningCall& call, WakeEvent& wake);

}  // namespace firstkey::device
