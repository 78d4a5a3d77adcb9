#pragma once
// The keys on the readers of pcscd. One thread waits for pcscd to tell of readers and cards, and
// for pcscd itself when it is not there; each card that comes is looked at once, by a thread of its
// own: a card is a key when it has the FIDO applet, and is shown with an obstacle when it has not,
// so that whoever holds a payment card to the reader is told so. A look selects the applet and
// nothing more: it uses no touch up. Source: CTAP 2.1 §11.3.3; pcsc-lite 1.9.9.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "device/key_source.h"
#include "device/pcsc_handles.h"
#include "device/reader_turns.h"
#include "device/seen_cards.h"

namespace firstkey::device {

class PcscSource final : public KeySource {
 public:
  static constexpr const char* kSocket = "/run/pcscd/pcscd.comm";

  PcscSource() = default;
  PcscSource(const PcscSource&) = delete;
  PcscSource& operator=(const PcscSource&) = delete;
  ~PcscSource() override;

  /// Waits up to kFirstLooks for the cards already there; what takes longer is reported later.
  void start(KeySink& sink) override;
  void stop() override;
  [[nodiscard]] bool owns(const KeyPath& path) const override {
    return path.transport == Transport::kReader;
  }
  [[nodiscard]] Result<std::unique_ptr<Authenticator>> open(const KeyPath& path,
                                                            const CallLimits& limits) override;
  [[nodiscard]] std::vector<Obstacle> obstacles() override;

 private:
  /// The last state of each reader, as SCardGetStatusChange wants it back.
  using KnownStates = std::map<std::string, DWORD>;

  void watch();
  /// Reports until the service ends or stop() is called.
  [[nodiscard]] Error follow(const PcscContext& context);
  /// One wait for news of the readers.
  [[nodiscard]] Result<void> follow_once(const PcscContext& context, KnownStates& known);
  /// `error` is why the service does not answer; nothing when it does.
  void update(const std::vector<ReaderState>& readers, std::optional<Error> error);
  void set_cancellable(std::optional<SCARDCONTEXT> context);

  // Shared with the threads of looks and of connections, which may outlive this.
  std::shared_ptr<ReaderTurns> turns_ = std::make_shared<ReaderTurns>();
  std::shared_ptr<SeenCards> cards_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Error> service_error_;
  std::optional<SCARDCONTEXT> cancellable_;
  bool has_answered_ = false;  // the service, with its readers or its absence
  bool has_ended_ = false;
  std::atomic<bool> is_stopping_ = false;
  WakeEvent stop_;
  std::thread thread_;
};

}  // namespace firstkey::device
