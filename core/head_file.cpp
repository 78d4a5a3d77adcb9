#include "core/head_file.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firstkey::core {

namespace {

std::unexpected<Error> failed(const std::string& path, const std::string& what) {
  const int error = errno;
  const auto code = error == ENOSPC || error == EDQUOT ? ErrorCode::kStoreFull
                    : error == EROFS                   ? ErrorCode::kStoreReadOnly
                                                       : ErrorCode::kStoreUnreachable;
  return fail(code,
              "the file of signed heads " + path + " cannot be " + what + ": " +
                  std::generic_category().message(error));
}

/// The `size` bytes before `end`.
std::optional<std::string> bytes_before(int file, off_t end, std::size_t size) {
  std::string bytes(size, '\0');
  const auto begin = end - static_cast<off_t>(size);
  std::size_t got = 0;
  while (got < size) {
    const auto count =
        ::pread(file, bytes.data() + got, size - got, begin + static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    got += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace

HeadFile::HeadFile(HeadFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      last_(std::move(other.last_)) {}

HeadFile::~HeadFile() {
  if (file_ >= 0) ::close(file_);
}

Result<HeadFile> HeadFile::open(const std::string& path) {
  HeadFile opened(
      path,
      ::open(
          path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (opened.file_ < 0) return failed(path, "opened");
  while (::flock(opened.file_, LOCK_EX) != 0) {
    if (errno != EINTR) return failed(path, "locked");
  }
  if (auto found = opened.find_last(); !found) return std::unexpected(found.error());
  return opened;
}

Result<void> HeadFile::find_last() {
  struct stat status{};
  if (::fstat(file_, &status) != 0) return failed(path_, "examined");
  const auto size = std::min(static_cast<std::size_t>(status.st_size), 2 * kMaxHeadLine);
  const auto read = bytes_before(file_, status.st_size, size);
  if (!read) return failed(path_, "read");
  auto tail = std::string_view(read.value());
  const auto end = tail.rfind('\n');
  const auto unfinished = end == std::string_view::npos ? tail.size() : tail.size() - end - 1;
  if (unfinished != 0) {
    if (::ftruncate(file_, status.st_size - static_cast<off_t>(unfinished)) != 0) {
      return failed(path_, "rid of the line that a crash left unfinished");
    }
    tail.remove_suffix(unfinished);
  }
  if (tail.empty()) return {};
  tail.remove_suffix(1);
  const auto before = tail.rfind('\n');
  if (before != std::string_view::npos) tail.remove_prefix(before + 1);
  last_ = head_from_line(tail);
  if (last_ && is_signed_by(last_->key, signed_form(last_.value()), last_->signature)) return {};
  return fail(ErrorCode::kAuditBroken,
              "the last line of " + path_ + " is no signed head, or was changed");
}

Result<void> HeadFile::append(const SignedHead& head) {
  const auto line = to_line(head) + "\n";
  // One call, so that a crash leaves either nothing or a beginning without its newline.
  const auto written = ::write(file_, line.data(), line.size());
  if (written < 0 || ::fsync(file_) != 0) return failed(path_, "written");
  if (static_cast<std::size_t>(written) != line.size()) {
    errno = ENOSPC;
    return failed(path_, "written to the end of the line");
  }
  last_ = head;
  return {};
}

Result<void> read_heads(const std::string& path,
                        const std::function<Result<void>(const SignedHead&)>& visit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, "there is no file of signed heads at " + path);
  std::string line;
  for (std::int64_t number = 1; std::getline(file, line); ++number) {
    if (file.eof()) return {};  // unfinished
    const auto head = head_from_line(line);
    if (!head) {
      return fail(ErrorCode::kAuditBroken,
                  "line " + std::to_string(number) + " of " + path + " is no signed head");
    }
    if (auto visited = visit(head.value()); !visited) return visited;
  }
  return {};
}

}  // namespace firstkey::core
