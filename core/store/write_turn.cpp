#include "core/store/write_turn.h"

#include <array>
#include <cerrno>

#include <sys/ipc.h>
#include <sys/sem.h>

namespace firstkey::core {

namespace {

/// One key a file. Two files that fall on one key would share a queue, which is slower, not wrong.
key_t key_of(std::uint64_t device, std::uint64_t inode) {
  std::uint64_t mixed = inode * 0x9E3779B97F4A7C15ULL ^ device * 0xC2B2AE3D27D4EB4FULL;
  mixed ^= mixed >> 32U;
  const auto key = static_cast<key_t>(mixed & 0x7FFFFFFFU);
  return key == IPC_PRIVATE ? 1 : key;
}

}  // namespace

WriteTurn::WriteTurn(std::uint64_t device, std::uint64_t inode)
    : semaphore_(semget(key_of(device, inode), 1, IPC_CREAT | 0600)) {}

void WriteTurn::take(std::chrono::milliseconds patience) {
  if (semaphore_ < 0) return;
  // Zero is free, so a new semaphore needs no initial value and no race over setting one. Both
  // steps are one atomic operation; the kernel tries its waiters in the order they came.
  std::array<sembuf, 2> operations{{{.sem_num = 0, .sem_op = 0, .sem_flg = 0},
                                    {.sem_num = 0, .sem_op = 1, .sem_flg = SEM_UNDO}}};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
  const timespec limit{.tv_sec = seconds.count(),
                       .tv_nsec = std::chrono::nanoseconds(patience - seconds).count()};
  int done = -1;
  do {
    done = semtimedop(semaphore_, operations.data(), operations.size(), &limit);
  } while (done != 0 && errno == EINTR);
  is_held_ = done == 0;
}

void WriteTurn::pass_on() {
  if (!is_held_) return;
  is_held_ = false;
  sembuf operation{.sem_num = 0, .sem_op = -1, .sem_flg = SEM_UNDO | IPC_NOWAIT};
  // A failure leaves the turn to the kernel, which returns it when this process ends.
  (void)semop(semaphore_, &operation, 1);
}

}  // namespace firstkey::core
