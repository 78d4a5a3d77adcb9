#pragma once
// The thread of one key: it carries out one piece of work at a time and reports. A key that ignores
// being stopped is left alone: its thread is detached and counted, and blocks nobody; what it holds
// lives until its call returns.
// Threads: one owner calls; `report` runs on the worker's own thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include "enroll/key_calls.h"

namespace firstkey::enroll {

struct KeyReport {
  KeyId key{};
  std::uint64_t work = 0;  ///< the number begin() gave
  bool was_stopped = false;
  KeyAnswer answer;
};

/// What is promised of a key that is told to stop is device::kCancelGrace; four times as much, so
/// that a busy machine is not taken for a key that hangs.
inline constexpr std::chrono::milliseconds kLeaveAloneAfter = 4 * device::kCancelGrace;

/// Threads of keys that were left alone and whose call has not returned yet, in this program. While
/// there are any, what discovery made must outlive them: leave the program without tearing it down.
[[nodiscard]] int keys_left_alone() noexcept;

class KeyWorker {
 public:
  using Report = std::function<void(KeyReport)>;

  /// `report` outlives the worker's thread, which may outlive this object.
  KeyWorker(device::KeyDiscovery& discovery, device::SeenKey key, Report report);
  KeyWorker(const KeyWorker&) = delete;
  KeyWorker& operator=(const KeyWorker&) = delete;
  /// end_within(kLeaveAloneAfter), unless the thread was dealt with already.
  ~KeyWorker();

  /// Returns the work's number. It begins when what was begun before has returned.
  std::uint64_t begin(KeyWork work, std::chrono::milliseconds time_left);
  /// After what was begun before, and not ended by stop(): it is bounded by kForRemoval.
  void remove(CredentialRemoval work);
  /// Tells everything begun so far to stop. Does not wait; the key stays open.
  void interrupt();
  /// The same, and then closes the key.
  void stop();
  /// Ends the thread as soon as it can. Does not wait.
  void end();
  /// Ends the thread; after `patience` it is left alone. No other call may follow but the
  /// destructor.
  void end_within(std::chrono::milliseconds patience);

  /// Something that was told to stop has not returned.
  [[nodiscard]] bool is_stopping() const;
  /// A credential is being removed, or was at last: what is stopped may take kForRemoval longer.
  [[nodiscard]] bool has_removed() const;
  /// Something is under way, or waits for its turn.
  [[nodiscard]] bool is_busy() const;
  [[nodiscard]] bool has_ended() const;

 private:
  struct Desk;
  static void work(Desk& desk);

  std::shared_ptr<Desk> desk_;  // shared with the thread, which may be left alone
  std::stop_source stop_;
  std::uint64_t begun_ = 0;
  std::uint64_t stopped_ = 0;  ///< everything up to this number was told to stop
  std::thread thread_;
};

}  // namespace firstkey::enroll
