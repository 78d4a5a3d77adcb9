#pragma once
// CTAP over APDUs: selecting the applet, handing requests over in blocks, asking again while the
// key is busy or waits for its user, telling it to stop. Knows nothing of libfido2 and of readers.
// Source: CTAP 2.1 §11.3.

#include <optional>
#include <string>

#include "device/apdu_exchange.h"

namespace firstkey::device {

/// How often a busy card is asked. Source: CTAP 2.1 §11.3.7.2 leaves it open; keys over USB say so
/// every 100 ms.
inline constexpr std::chrono::milliseconds kPollInterval{100};

class NfcTransport {
 public:
  /// Keeps references to both.
  NfcTransport(CardChannel& channel, WakeEvent& wake) noexcept
      : channel_(channel), exchange_(channel, wake), wake_(wake) {}

  /// What the applet calls its version: "U2F_V2", "FIDO_2_0", … or nothing.
  /// Errors: kNoApplet; kIo (it cannot be used now); those of ApduExchange::ask.
  [[nodiscard]] Result<std::string> select(RunningCall& call);

  /// Hands one CTAP request over. The answer, or the news that it takes time, is kept.
  /// Errors: those of ApduExchange::ask; kTooLarge when the card takes it in no form.
  [[nodiscard]] Result<void> begin(BytesView request, RunningCall& call);
  /// Waits for the answer, a CTAP status and CBOR that is_bounded_answer() has passed. Keep-alives
  /// go to `call`; once that is over the card is told to stop.
  /// Errors: those of ApduExchange::ask; kNotAllowed, kUnsupportedCommand (by its status word).
  [[nodiscard]] Result<Bytes> finish(RunningCall& call);
  /// Tells the card to stop working at what was begun.
  [[nodiscard]] Result<void> cancel(RunningCall& call);
  /// Whether the applet answers CTAP 2 at all, by asking getInfo.
  [[nodiscard]] Result<bool> is_ctap2(RunningCall& call);
  /// Lets the applet go.
  void deselect(RunningCall& call);

 private:
  [[nodiscard]] Result<ResponseApdu> hand_over(BytesView request, RunningCall& call);
  [[nodiscard]] Result<ResponseApdu> hand_over_in_blocks(BytesView request, RunningCall& call);
  [[nodiscard]] Result<ResponseApdu> hand_over_whole(BytesView request, RunningCall& call);
  [[nodiscard]] Result<void> ask_again(RunningCall& call);

  CardChannel& channel_;
  ApduExchange exchange_;
  WakeEvent& wake_;
  std::optional<ResponseApdu> answer_;  // to what was begun; 9100 while there is more to come
  bool is_told_to_stop_ = false;
  bool is_extended_refused_ = false;  // by this card, or by a reader that promised it
};

}  // namespace firstkey::device
