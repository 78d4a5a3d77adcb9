#include "enroll/ticket_file.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/private_file.h"

namespace firstkey::enroll {

namespace {

using core::ErrorCode;

constexpr std::string_view kHeader = "firstkey ticket 1\n";
constexpr std::string_view kStation = "station ";
constexpr std::string_view kSecret = "secret ";
constexpr std::string_view kSession = "session ";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMaxFile = 4096;
constexpr std::size_t kMaxId = 256;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

std::unexpected<core::Error> failed(int error, const std::string& path) {
  const ErrorCode code = error == ENOSPC  ? ErrorCode::kStoreFull
                         : error == EROFS ? ErrorCode::kStoreReadOnly
                                          : ErrorCode::kStoreUnreachable;
  return core::fail(code, "the ticket " + path + ": " + std::generic_category().message(error));
}

std::unexpected<core::Error> damaged(const std::string& path) {
  return core::fail(ErrorCode::kStoreDamaged,
                    "the ticket " + path +
                        " is cut off or damaged; remove it and enter the passcode of a new pass");
}

bool is_line(const std::string& id) {
  return !id.empty() && id.size() <= kMaxId &&
         std::ranges::none_of(id, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

bool write_all(int file, core::BytesView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// Appends and makes durable.
core::Result<void> append(const std::string& path, core::BytesView bytes) {
  const Descriptor file(path, O_WRONLY | O_APPEND);
  if (file.get() < 0 || !write_all(file.get(), bytes)) return failed(errno, path);
  return core::sync_file(path);
}

/// The whole file, in wiped memory.
std::optional<core::Secret> read_file(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  if (file.get() < 0) return std::nullopt;
  auto buffer = core::Secret::of_size(kMaxFile);
  std::size_t length = 0;
  while (length < buffer.size()) {
    const auto rest = buffer.expose_mutable().subspan(length);
    const auto got = ::read(file.get(), rest.data(), rest.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  return core::Secret(buffer.expose().first(length));
}

/// "secret <64 digits>\n"
core::Secret secret_line(const core::Secret& secret) {
  auto line = core::Secret::of_size(kSecret.size() + 2 * kSecretBytes + 1);
  auto out = line.expose_mutable();
  std::ranges::copy(core::as_bytes(kSecret), out.begin());
  // sodium_bin2hex ends with a NUL, which the line end then replaces.
  sodium_bin2hex(reinterpret_cast<char*>(out.data()) + kSecret.size(),
                 2 * kSecretBytes + 1,
                 secret.expose().data(),  // on its way into the file that is to hold it
                 kSecretBytes);
  out.back() = '\n';
  return line;
}

std::optional<core::Secret> parse_secret(std::string_view digits) {
  auto secret = core::Secret::of_size(kSecretBytes);
  std::size_t length = 0;
  if (digits.size() != 2 * kSecretBytes ||
      sodium_hex2bin(secret.expose_mutable().data(),
                     kSecretBytes,
                     digits.data(),
                     digits.size(),
                     nullptr,
                     &length,
                     nullptr) != 0 ||
      length != kSecretBytes) {
    return std::nullopt;
  }
  return secret;
}

/// The rest of the first line that is whole and begins with `name`; `text` then begins after it.
std::optional<std::string_view> next_line(std::string_view& text, std::string_view name) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name)) return std::nullopt;
  const auto line = text.substr(name.size(), end - name.size());
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

core::Result<void> TicketFile::begin(const core::StationId& station,
                                     const core::Secret& secret) const {
  if (!is_line(station.text()) || secret.size() != kSecretBytes) {
    return core::fail(ErrorCode::kInvalidArgument,
                      "a ticket holds a station's name and a secret of 32 bytes");
  }
  if (const auto found = core::examine_private_file(path_); !found) {
    return std::unexpected(found.error());
  }
  if (auto created = core::create_private_file(path_); !created) return created;
  const std::string head = std::string(kHeader) + std::string(kStation) + station.text() + "\n";
  auto written = append(path_, core::as_bytes(head));
  if (written) {
    const auto line = secret_line(secret);
    written = append(path_, line.expose());  // the file is where it is to be
  }
  if (!written) (void)wipe();
  return written;
}

core::Result<void> TicketFile::complete(const core::SessionId& session) const {
  if (!is_line(session.text())) {
    return core::fail(ErrorCode::kInvalidArgument, "a session has an id");
  }
  // Appended: a power cut leaves begin()'s lines whole, and those are enough.
  return append(path_, core::as_bytes(std::string(kSession) + session.text() + "\n"));
}

core::Result<std::optional<TicketFile::Kept>> TicketFile::load() const {
  const auto found = core::examine_private_file(path_);
  if (!found) return std::unexpected(found.error());
  if (found.value() == core::FilePresence::kAbsent) return std::optional<Kept>();
  const auto content = read_file(path_);
  if (!content) return failed(errno, path_);
  const auto bytes = content->expose();  // parsed in place
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kHeader)) return damaged(path_);
  text.remove_prefix(kHeader.size());
  const auto station = next_line(text, kStation);
  const auto digits = station ? next_line(text, kSecret) : std::nullopt;
  auto secret = digits ? parse_secret(digits.value()) : std::nullopt;
  if (!secret || !is_line(std::string(station.value()))) return damaged(path_);
  Kept kept{.station = core::StationId(std::string(station.value())),
            .secret = std::move(secret.value()),
            .session = std::nullopt};
  if (const auto session = next_line(text, kSession)) {
    kept.session = core::SessionId(std::string(session.value()));
  }
  return std::optional<Kept>(std::move(kept));
}

core::Result<void> TicketFile::wipe() const {
  const Descriptor file(path_, O_WRONLY);
  if (file.get() < 0) {
    if (errno == ENOENT) return {};
    return failed(errno, path_);
  }
  struct stat status{};
  const bool is_overwritten =
      ::fstat(file.get(), &status) == 0 &&
      write_all(file.get(),
                core::Bytes(std::min(static_cast<std::size_t>(status.st_size), kMaxFile), 0)) &&
      ::fsync(file.get()) == 0;
  const int error = errno;
  // Removed even if it could not be overwritten: less is left.
  if (::unlink(path_.c_str()) != 0) return failed(errno, path_);
  if (!is_overwritten) return failed(error, path_);
  return {};
}

}  // namespace firstkey::enroll
