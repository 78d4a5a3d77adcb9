#pragma once
// The keys on the readers of pcscd. One thread waits for pcscd to tell of readers and cards, and
// for pcscd itself when it is not there; each card that comes is looked at once, by a thread of its
// own: a card is a key when it has the FIDO applet, and is shown with an obstacle when it has not,
// so that whoever holds a payment card to the reader is told so. A look selects the applet and
// nothing more: it uses no touch up. Source: CTAP 2.1 §11.3.3; pcsc-lite 1.9.9.

#include <memory>
#include <vector>

#include "device/key_source.h"
#include "device/reader_turns.h"
#include "device/reader_watch.h"
#include "device/seen_cards.h"

namespace firstkey::device {

class PcscSource final : public KeySource {
 public:
  PcscSource() = default;
  PcscSource(const PcscSource&) = delete;
  PcscSource& operator=(const PcscSource&) = delete;
  ~PcscSource() override;

  /// Waits for the service and then for the looks at the cards already there, 3 s at most for each;
  /// what takes longer is reported later.
  /// The sink must not call back from what it is told.
  void start(KeySink& sink) override;
  void stop() override;
  [[nodiscard]] bool owns(const KeyPath& path) const override {
    return path.transport == Transport::kReader;
  }
  /// After start(). A card on which somebody has registered opens again when it was lifted.
  /// Errors: besides, kTouchNeeded (it was not).
  [[nodiscard]] Result<std::unique_ptr<Authenticator>> open(const KeyPath& path,
                                                            const CallLimits& limits) override;
  [[nodiscard]] std::vector<Obstacle> obstacles() override;

 private:
  // Shared with threads of connections, looks and the watch, which may outlive this.
  std::shared_ptr<ReaderTurns> turns_ = std::make_shared<ReaderTurns>();
  std::shared_ptr<SeenCards> cards_;
  std::shared_ptr<ReaderWatch> watch_;
  bool is_started_ = false;
};

}  // namespace firstkey::device
