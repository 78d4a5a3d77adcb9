#include "device/softkey/state_storage.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "device/softkey/file_descriptor.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kLargestState = 16UL
                                      << 20U;  // far above what any number of credentials takes
constexpr mode_t kOwnerOnly = 0600;

bool write_all(int file, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

std::optional<Bytes> read_all(int file, std::size_t size) {
  Bytes bytes(size);
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(file, bytes.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

class FileStorage final : public StateStorage {
 public:
  FileStorage(std::filesystem::path path, FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::expected<std::optional<Bytes>, StorageFault> load() override {
    const FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open() && errno == ENOENT) return std::nullopt;
    struct stat status{};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        static_cast<std::size_t>(status.st_size) > kLargestState) {
      return std::unexpected(StorageFault::kUnreadable);
    }
    auto bytes = read_all(file.get(), static_cast<std::size_t>(status.st_size));
    if (!bytes) return std::unexpected(StorageFault::kUnreadable);
    return bytes;
  }

  std::expected<void, StorageFault> save(BytesView state) override {
    const std::filesystem::path beside = path_.string() + ".new";
    {
      const FileDescriptor file(
          ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly));
      if (!file.is_open() || ::fchmod(file.get(), kOwnerOnly) != 0 ||
          !write_all(file.get(), state) || ::fsync(file.get()) != 0) {
        return std::unexpected(StorageFault::kUnwritable);
      }
    }
    if (std::rename(beside.c_str(), path_.c_str()) != 0 || !sync_folder()) {
      return std::unexpected(StorageFault::kUnwritable);
    }
    return {};
  }

 private:
  [[nodiscard]] bool sync_folder() const {
    const auto parent = path_.parent_path();
    const char* folder = parent.empty() ? "." : parent.c_str();
    const FileDescriptor file(::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return file.is_open() && ::fsync(file.get()) == 0;
  }

  std::filesystem::path path_;
  FileDescriptor lock_;  ///< held for its flock; the state file itself changes with every save
};

}  // namespace

std::expected<void, StorageFault> MemoryStorage::save(BytesView state) {
  saved_.emplace(state.begin(), state.end());
  return {};
}

std::expected<std::unique_ptr<StateStorage>, StorageFault> open_state_file(
    std::filesystem::path path) {
  const std::string lock_path = path.string() + ".lock";
  FileDescriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (!lock.is_open()) return std::unexpected(StorageFault::kUnwritable);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return std::unexpected(StorageFault::kInUse);
  return std::make_unique<FileStorage>(std::move(path), std::move(lock));
}

}  // namespace firstkey::device::softkey
