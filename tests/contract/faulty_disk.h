#pragma once
// A disk under SQLite that fails on request: the system's VFS, with the writing and syncing of
// every file behind two switches. Counts only for databases opened while it lives; one at a time.

#include <atomic>

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace firstkey::tests {

class FaultyDisk {
 public:
  FaultyDisk() : real_(sqlite3_vfs_find(nullptr)) {
    vfs_ = *real_;
    vfs_.zName = "firstkey-faulty";
    vfs_.pNext = nullptr;
    vfs_.xOpen = &FaultyDisk::open;
    current = this;
    REQUIRE(sqlite3_vfs_register(&vfs_, 1) == SQLITE_OK);
  }
  ~FaultyDisk() {
    CHECK_MESSAGE(faults_ > 0, "the faults asked for were never met");
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    current = nullptr;
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  void fail_writes_with(int code) { write_fault_ = code; }
  void fail_syncs_with(int code) { sync_fault_ = code; }
  void mend() { write_fault_ = sync_fault_ = SQLITE_OK; }

 private:
  /// The real file takes our methods, which call its own but for the switched ones.
  static int open(
      sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* flags_out) {
    const int opened = current->real_->xOpen(current->real_, name, file, flags, flags_out);
    if (opened != SQLITE_OK || file->pMethods == nullptr) return opened;
    if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0) return opened;
    // A table each: the log's real methods lack the locking and shared memory of the database's.
    auto& methods = (flags & SQLITE_OPEN_WAL) != 0 ? current->log_ : current->database_;
    methods = *file->pMethods;
    current->real_write_ = file->pMethods->xWrite;
    current->real_sync_ = file->pMethods->xSync;
    methods.xWrite = &FaultyDisk::write;
    methods.xSync = &FaultyDisk::sync;
    file->pMethods = &methods;
    return opened;
  }
  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    if (const int fault = current->write_fault_; fault != SQLITE_OK) return current->meet(fault);
    return current->real_write_(file, from, size, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (const int fault = current->sync_fault_; fault != SQLITE_OK) return current->meet(fault);
    return current->real_sync_(file, flags);
  }
  int meet(int fault) {
    ++faults_;
    return fault;
  }

  static inline FaultyDisk* current = nullptr;

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  sqlite3_io_methods database_{};
  sqlite3_io_methods log_{};
  int (*real_write_)(sqlite3_file*, const void*, int, sqlite3_int64) = nullptr;
  int (*real_sync_)(sqlite3_file*, int) = nullptr;
  std::atomic<int> write_fault_ = SQLITE_OK;
  std::atomic<int> sync_fault_ = SQLITE_OK;
  std::atomic<int> faults_ = 0;
};

}  // namespace firstkey::tests
