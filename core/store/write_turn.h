#pragma once
// Whose turn it is to write, among the processes that share one database file. SQLite alone lets
// whoever asks at the right moment win, and was seen to leave a process waiting for two seconds;
// here the kernel queues them: a System V semaphore hands itself to the longest waiter, and is
// given back by the kernel when its holder dies.
//
// Fairness only: SQLite's own lock still guards the data. A turn that cannot be had (no semaphores
// here, a holder that was stopped) is done without.

#include <chrono>
#include <cstdint>

namespace firstkey::core {

class WriteTurn {
 public:
  /// Processes that open the same file (`device`, `inode`) share one queue.
  WriteTurn(std::uint64_t device, std::uint64_t inode);

  /// Waits for the turn, `patience` at the most. Not recursive; one thread at a time.
  void take(std::chrono::milliseconds patience);
  /// Passes it on; nothing if it was not had.
  void pass_on();

 private:
  int semaphore_ = -1;
  bool is_held_ = false;
};

}  // namespace firstkey::core
