#include "core/private_file.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firstkey::core {

namespace {

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> failed(int error, const std::string& what) {
  const auto text = what + ": " + std::generic_category().message(error);
  switch (error) {
    case EROFS:
      return fail(ErrorCode::kStoreReadOnly, text);
    case ENOSPC:
    case EDQUOT:
      return fail(ErrorCode::kStoreFull, text + "; free some space and try again");
    case EEXIST:
      return fail(ErrorCode::kAlreadyExists, text + "; choose another name");
    default:
      return fail(ErrorCode::kStoreUnreachable, text);
  }
}

std::string folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? std::string(".") : folder;
}

Result<void> examine_folder(const std::string& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) {
    if (errno != ENOENT) return failed(errno, "the folder " + folder + " cannot be examined");
    if (::mkdir(folder.c_str(), S_IRWXU) != 0) {
      return failed(errno, "the folder " + folder + " cannot be created");
    }
    return {};
  }
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kStoreUnreachable, folder + " is not a folder");
  }
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorCode::kStoreUnreachable,
                "the folder " + folder + " belongs to another account; run firstkey as that one");
  }
  if ((status.st_mode & kOthers) != 0) {
    return fail(ErrorCode::kStoreUnreachable,
                "other accounts can look into " + folder + "; close it with: chmod 700 " + folder);
  }
  return {};
}

}  // namespace

Result<FilePresence> examine_private_file(const std::string& path) {
  if (auto examined = examine_folder(folder_of(path)); !examined) {
    return std::unexpected(examined.error());
  }
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return FilePresence::kAbsent;
    return failed(errno, path + " cannot be examined");
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kStoreUnreachable, path + " is not a plain file");
  }
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorCode::kStoreUnreachable,
                path + " belongs to another account; run firstkey as that one");
  }
  if ((status.st_mode & kOthers) != 0) {
    return fail(ErrorCode::kStoreUnreachable,
                "other accounts can open " + path + "; close it with: chmod 600 " + path);
  }
  return FilePresence::kExists;
}

Result<void> create_private_file(const std::string& path) {
  const Descriptor file(::open(
      path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return failed(errno, path + " cannot be created");
  return {};
}

Result<void> sync_file(const std::string& path) {
  for (const auto& name : {path, folder_of(path)}) {
    const Descriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 || ::fsync(file.get()) != 0) {
      return failed(errno, name + " cannot be made durable");
    }
  }
  return {};
}

}  // namespace firstkey::core
