#include "core/key_file_pepper.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "core/private_file.h"

namespace firstkey::core {

namespace {

constexpr std::string_view kHeader = "firstkey pepper 1\n";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxFile = 4096;
constexpr std::size_t kMaxKeyId = 16;

std::unexpected<Error> unreadable(const std::string& path, const std::string& what) {
  return fail(ErrorCode::kPepperUnreadable,
              "the pepper " + path + " " + what +
                  "; without it no pass can be verified: restore it from its own backup");
}

std::string_view text_of(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The whole file, in wiped memory. Nothing if it cannot be read or is too long.
std::optional<Secret> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return std::nullopt;
  auto buffer = Secret::of_size(kMaxFile + 1);
  std::size_t length = 0;
  while (length < buffer.size()) {
    const auto rest = buffer.expose_mutable().subspan(length);
    const auto got = ::read(file, rest.data(), rest.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  ::close(file);
  if (length > kMaxFile) return std::nullopt;
  return Secret(buffer.expose().first(length));
}

bool write_all(int file, BytesView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// "1 <64 digits>\n"
Secret key_line(std::string_view id, const Secret& key) {
  auto line = Secret::of_size(id.size() + 1 + 2 * kKeyBytes + 1);
  auto out = line.expose_mutable();
  std::ranges::copy(as_bytes(id), out.begin());
  out[id.size()] = ' ';
  // sodium_bin2hex ends with a NUL, which the line end then replaces.
  sodium_bin2hex(reinterpret_cast<char*>(out.data()) + id.size() + 1,
                 2 * kKeyBytes + 1,
                 key.expose().data(),
                 kKeyBytes);
  out.back() = '\n';
  return line;
}

std::optional<std::pair<std::string, Secret>> parse_key_line(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos || space == 0 || space > kMaxKeyId) return std::nullopt;
  const auto digits = line.substr(space + 1);
  auto key = Secret::of_size(kKeyBytes);
  std::size_t length = 0;
  if (digits.size() != 2 * kKeyBytes ||
      sodium_hex2bin(key.expose_mutable().data(),
                     kKeyBytes,
                     digits.data(),
                     digits.size(),
                     nullptr,
                     &length,
                     nullptr) != 0 ||
      length != kKeyBytes) {
    return std::nullopt;
  }
  return std::pair(std::string(line.substr(0, space)), std::move(key));
}

}  // namespace

Result<void> KeyFilePepper::create(const std::string& path, Random& random) {
  if (const auto found = examine_private_file(path); !found) return std::unexpected(found.error());
  if (auto created = create_private_file(path); !created) return created;
  const auto line = key_line("1", random.secret(kKeyBytes));
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  const bool is_written =
      file >= 0 && write_all(file, as_bytes(kHeader)) && write_all(file, line.expose());
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!is_written) {
    (void)::unlink(path.c_str());
    return fail(
        error == ENOSPC ? ErrorCode::kStoreFull : ErrorCode::kPepperUnreadable,
        "the pepper cannot be written to " + path + ": " + std::generic_category().message(error));
  }
  return sync_file(path);
}

Result<KeyFilePepper> KeyFilePepper::open(const std::string& path) {
  const auto found = examine_private_file(path);
  if (!found) return unreadable(path, "is not private (" + found.error().detail + ")");
  if (found.value() == FilePresence::kAbsent) return unreadable(path, "is not there");
  const auto content = read_file(path);
  if (!content) return unreadable(path, "cannot be read");
  auto text = text_of(content->expose());  // parsed in place
  if (!text.starts_with(kHeader)) return unreadable(path, "is not a pepper file");
  text.remove_prefix(kHeader.size());
  Keys keys;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto key = parse_key_line(text.substr(0, end));
    if (!key || end == std::string_view::npos) return unreadable(path, "is cut off or damaged");
    keys.push_back(std::move(key.value()));
    text.remove_prefix(end + 1);
  }
  if (keys.empty()) return unreadable(path, "holds no key");
  return KeyFilePepper(std::move(keys));
}

Result<Sha256> KeyFilePepper::mac(const std::string& key_id, BytesView message) const {
  const auto key = std::ranges::find(keys_, key_id, &Keys::value_type::first);
  if (key == keys_.end()) {
    return fail(ErrorCode::kPepperUnreadable,
                "the pepper '" + key_id + "' is not in the key file; restore the file it is in");
  }
  return hmac_sha256(key->second.expose(), message);  // the MAC's key
}

}  // namespace firstkey::core
