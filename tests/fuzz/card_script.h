#pragma once
// A card that answers APDUs as the fuzzer's input says: an act and its operands, one for each APDU.
//
//   00 length, that many bytes      a response, status word and all
//   01 length (2), that many bytes  a longer one
//   02                              it does not answer
//   03                              it was reset by another program
//   04                              it is lifted
//   05 length, that many bytes      this response from now on, until another connection
//   06                              the person stops the call, and it answers 9100
//
// When the script is over the card is lifted.

#include <utility>

#include "device/apdu.h"
#include "device/card_channel.h"
#include "tests/fuzz/input_script.h"
#include "tests/fuzz/timed_calls.h"
#include "tests/fuzz/virtual_time.h"

namespace firstkey::tests {

/// Whether `apdu` is a command in one of the forms of ISO/IEC 7816-4 §5.1, short or extended.
[[nodiscard]] inline bool is_command_apdu(device::BytesView apdu) {
  constexpr std::size_t kHeaderSize = 4;
  if (apdu.size() < kHeaderSize) return false;
  const auto body = apdu.subspan(kHeaderSize);
  if (body.size() <= 1) return true;  // no data; Le or not
  if (body[0] != 0) return body.size() == 1U + body[0] || body.size() == 2U + body[0];
  if (body.size() <= 3) return body.size() == 3;  // no data, an extended Le
  const auto length = static_cast<std::size_t>(body[1] << 8U | body[2]);
  return length > 0 && (body.size() == 3 + length || body.size() == 5 + length);
}

/// The card; it outlives the channels that lead to it.
class CardScript {
 public:
  using Answer = device::Result<std::optional<device::Bytes>>;

  CardScript(InputScript script, TimedCalls& calls) : script_(script), calls_(calls) {}

  void connect() { forever_.reset(); }
  void take(device::BytesView apdu) {
    demand(is_command_apdu(apdu), "what is sent is a command APDU");
    demand(is_command_apdu(device::as_carried_by_t0(apdu)), "and so is what T=0 carries of it");
    is_reset_ = false;
    answer_ = forever_ ? Answer(*forever_) : next_answer();
  }
  [[nodiscard]] Answer answer(std::chrono::milliseconds timeout) {
    const bool is_silent = answer_ && !answer_.value();
    let_pass(is_silent ? timeout : kApduTime);
    return answer_;
  }
  [[nodiscard]] bool was_reset() const { return is_reset_; }

 private:
  /// A short exchange without contact takes about as long.
  static constexpr std::chrono::milliseconds kApduTime{5};

  static Answer failed(device::ErrorCode code) {
    return std::unexpected(device::Error{.code = code});
  }
  static device::Bytes copy(device::BytesView bytes) { return {bytes.begin(), bytes.end()}; }

  [[nodiscard]] Answer next_answer() {
    if (script_.is_over()) return failed(device::ErrorCode::kGone);
    switch (script_.byte()) {
      case 0x00:
        return copy(script_.take(script_.byte()));
      case 0x01:
        return copy(script_.take(script_.word()));
      case 0x02:
        return std::nullopt;
      case 0x03:
        is_reset_ = true;
        return failed(device::ErrorCode::kIo);
      case 0x04:
        return failed(device::ErrorCode::kGone);
      case 0x05:
        forever_ = copy(script_.take(script_.byte()));
        return forever_;
      case 0x06:
        calls_.stop();
        return device::Bytes{0x91, 0x00};
      default:
        return device::Bytes{0x6F, 0x00};
    }
  }

  InputScript script_;
  TimedCalls& calls_;
  Answer answer_ = std::nullopt;
  std::optional<device::Bytes> forever_;
  bool is_reset_ = false;
};

class ScriptedCardChannel final : public device::CardChannel {
 public:
  explicit ScriptedCardChannel(CardScript& card) : card_(card) { card_.connect(); }

  void send(device::BytesView apdu) override { card_.take(apdu); }
  [[nodiscard]] CardScript::Answer receive(std::chrono::milliseconds timeout,
                                           const device::WakeEvent& /*wake*/) override {
    return card_.answer(timeout);
  }
  [[nodiscard]] bool was_reset() const noexcept override { return card_.was_reset(); }
  void rest(std::chrono::milliseconds pause, const device::WakeEvent& /*wake*/) override {
    let_pass(pause);
  }
  [[nodiscard]] device::CardConnection connection() const override { return {}; }
  void set_ending(device::CardEnding /*ending*/) override {}

 private:
  CardScript& card_;
};

}  // namespace firstkey::tests
