#pragma once
// Stands between an honest card and its reader and plays the quirks of cards: what goes wrong with
// APDUs and with power. What is wrong with the key inside is quirky_key's.

#include "device/softkey/apdu.h"
#include "device/softkey/card.h"
#include "device/softkey/ports.h"
#include "device/softkey/quirks.h"

namespace firstkey::device::softkey {

class QuirkyCard final : public Card {
 public:
  /// How often a cold card fails before it is warm: power-ups, or selections.
  static constexpr int kColdAttempts = 2;
  /// The most of an answer that a card in need of many pieces gives at once.
  static constexpr std::size_t kPiece = 100;
  /// How long a slow card works at every command.
  static constexpr Milliseconds kSlowness{700};

  /// Keeps references to `honest` and `clock`.
  QuirkyCard(Card& honest, Quirks quirks, const Clock& clock)
      : honest_(honest), quirks_(std::move(quirks)), clock_(clock) {}

  [[nodiscard]] Bytes answer_to_reset() const override;
  void power_up() override;
  [[nodiscard]] std::optional<Bytes> transmit(BytesView command) override;
  [[nodiscard]] std::optional<Bytes> tick() override;
  [[nodiscard]] bool is_busy() const override { return honest_.is_busy(); }
  [[nodiscard]] bool is_held() const override { return honest_.is_held(); }

 private:
  /// An answer that is ready before it may be given.
  struct Early {
    Bytes answer;
    Instant due;
  };
  /// A command that was not answered because its Le was wrong, and what it gets with the right one.
  struct Misjudged {
    Bytes command;  ///< with the right Le
    Bytes answer;
  };

  [[nodiscard]] std::optional<Bytes> refusal(const CommandApdu& apdu, BytesView command);
  [[nodiscard]] std::optional<Bytes> pass(const CommandApdu& apdu, BytesView command);
  /// What honest_ cut in pieces, put together again.
  [[nodiscard]] Bytes whole(Bytes answer);
  [[nodiscard]] Bytes spoil(const CommandApdu& apdu, BytesView command, Bytes answer);
  [[nodiscard]] Bytes demand_length(BytesView command, Bytes answer);
  /// `answer` as far as `most` goes; the rest is kept for GET RESPONSE.
  [[nodiscard]] Bytes cut(Bytes answer, std::size_t most);

  Card& honest_;
  Quirks quirks_;
  const Clock& clock_;
  int power_ups_ = 0;
  int selections_ = 0;
  Bytes under_way_;  ///< the command tick() will answer
  Bytes kept_;       ///< what is left of an answer in pieces, status word and all
  std::optional<Early> early_;
  std::optional<Misjudged> misjudged_;
};

}  // namespace firstkey::device::softkey
