#pragma once
// Waits for what pcscd tells of readers and cards, and for pcscd itself when it is not there or has
// ended. Its thread lives as long as PC/SC keeps it, which may be longer than whoever started it:
// then it reports to nobody who matters any more. One at a time in a process: the client library
// keeps what it reads of readers in one table for all its contexts, without a lock.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "device/pcsc_handles.h"
#include "device/seen_cards.h"
#include "device/wake_event.h"

namespace firstkey::device {

class ReaderWatch : public std::enable_shared_from_this<ReaderWatch> {
 public:
  /// Takes all the readers there are, at every change. Called by the watch's thread; owns what it
  /// needs.
  using Report = std::function<void(const std::vector<ReaderState>& readers)>;

  /// How long stop() waits for a service that does not answer.
  static constexpr std::chrono::milliseconds kStopPatience{1'000};

  [[nodiscard]] static std::shared_ptr<ReaderWatch> start(Report report);

  /// Waits until the service has told of its readers, or is known to be absent. False: `patience`
  /// is over. Threads: any.
  [[nodiscard]] bool await_answer(std::chrono::milliseconds patience);
  /// Why the service does not answer, or has not yet; nothing when it does. Threads: any.
  [[nodiscard]] std::optional<Error> service_error();
  /// Ends the thread, or leaves it to a service that does not answer.
  void stop();

 private:
  /// The last state of each reader, as SCardGetStatusChange wants it back.
  using KnownStates = std::map<std::string, DWORD>;

  explicit ReaderWatch(Report report) : report_(std::move(report)) {}

  void run();
  /// Reports until the service ends or stop() is called.
  [[nodiscard]] Error follow(const PcscContext& context);
  /// One wait for news of the readers.
  [[nodiscard]] Result<void> follow_once(const PcscContext& context, KnownStates& known);
  void tell(const std::vector<ReaderState>& readers, std::optional<Error> error);
  void set_cancellable(std::optional<SCARDCONTEXT> context);
  void cancel_until_ended();

  const Report report_;
  std::atomic<bool> is_stopping_ = false;
  WakeEvent stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Error> service_error_;
  std::optional<SCARDCONTEXT> cancellable_;
  bool has_answered_ = false;
  bool has_ended_ = false;
};

}  // namespace firstkey::device
