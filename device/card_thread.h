#pragma once
// A CardChannel over a card whose calls cannot be interrupted: they are made by a thread of its
// own, and whoever waits for them may leave. A thread that is left in the middle of a call keeps
// its reader until that returns, and then ends; it keeps nothing else up, not even the end of the
// program.

#include <memory>

#include "device/blocking_card.h"
#include "device/reader_turns.h"

namespace firstkey::device {

class CardThread final : public CardChannel {
 public:
  /// More than a cold card takes. What takes longer waits for another program, whose transaction
  /// PC/SC shows to nobody.
  static constexpr std::chrono::milliseconds kOpeningPatience{2'500};

  /// Takes a turn at `reader` and opens the card within what is left of `call`.
  /// Errors: kBusy (the reader is in use, or was never given back; another program has held the
  /// card for longer than kOpeningPatience); kTimeout, kCancelled; those of `open_card`.
  [[nodiscard]] static Result<std::unique_ptr<CardChannel>> open(ReaderTurns& turns,
                                                                 const std::string& reader,
                                                                 OpenBlockingCard open_card,
                                                                 RunningCall& call,
                                                                 WakeEvent& wake);

  CardThread(ReaderTurns::Turn turn, OpenBlockingCard open_card);
  /// Waits for the card to be let go, within kCancelGrace; not for an answer.
  ~CardThread() override;
  CardThread(const CardThread&) = delete;
  CardThread& operator=(const CardThread&) = delete;

  void send(BytesView apdu) override;
  [[nodiscard]] Result<std::optional<Bytes>> receive(std::chrono::milliseconds timeout,
                                                     const WakeEvent& wake) override;
  [[nodiscard]] bool was_reset() const noexcept override { return was_reset_; }
  void rest(std::chrono::milliseconds pause, const WakeEvent& wake) override;
  [[nodiscard]] CardConnection connection() const override;
  void set_ending(CardEnding ending) override;

 private:
  class Desk;

  /// Waits until the card is held.
  [[nodiscard]] Result<void> await_opening(RunningCall& call, const WakeEvent& wake);

  // Shared with the thread, which may outlive this.
  std::shared_ptr<Desk> desk_;
  bool was_reset_ = false;
};

}  // namespace firstkey::device
