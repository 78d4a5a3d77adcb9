#include "core/key_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "core/private_file.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxFile = 4096;
constexpr std::size_t kMaxKeyId = 16;

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

/// Writes `keys` into the empty file at `path`, and takes it away again if it cannot.
Result<void> fill(const std::string& path, std::string_view header, const NamedKeys& keys) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  bool is_written = file >= 0 && write_all(file, as_bytes(header));
  for (const auto& [id, key] : keys) {
    is_written = is_written && write_all(file, key_line(id, key).expose());  // the file of keys
  }
  const int error = errno;
  if (file >= 0) ::close(file);
  if (is_written) return sync_file(path);
  (void)::unlink(path.c_str());
  return fail(error == ENOSPC ? ErrorCode::kStoreFull : ErrorCode::kStoreUnreachable,
              path + " cannot be written: " + std::generic_category().message(error));
}

}  // namespace

std::expected<NamedKeys, std::string> read_key_file(const std::string& path,
                                                    std::string_view header) {
  const auto found = examine_private_file(path);
  if (!found) return std::unexpected("is not private (" + found.error().detail + ")");
  if (found.value() == FilePresence::kAbsent) return std::unexpected("is not there");
  const auto content = read_file(path);
  if (!content) return std::unexpected("cannot be read");
  auto text = text_of(content->expose());  // parsed in place
  if (!text.starts_with(header)) return std::unexpected("is not a file of this kind");
  text.remove_prefix(header.size());
  NamedKeys keys;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto key = parse_key_line(text.substr(0, end));
    if (!key || end == std::string_view::npos) return std::unexpected("is cut off or damaged");
    keys.push_back(std::move(key.value()));
    text.remove_prefix(end + 1);
  }
  if (keys.empty()) return std::unexpected("holds no key");
  return keys;
}

Result<void> create_key_file(const std::string& path, std::string_view header, Random& random) {
  if (const auto found = examine_private_file(path); !found) return std::unexpected(found.error());
  if (auto created = create_private_file(path); !created) return created;
  NamedKeys keys;
  keys.emplace_back("1", random.secret(kKeyBytes));
  return fill(path, header, keys);
}

Result<void> add_key_to_file(const std::string& path,
                             std::string_view header,
                             const NamedKeys& keys,
                             Random& random) {
  NamedKeys more;
  for (const auto& [id, key] : keys) more.emplace_back(id, Secret(key.expose()));  // another file
  more.emplace_back(std::to_string(keys.size() + 1), random.secret(kKeyBytes));
  const auto next = path + ".new";
  (void)::unlink(next.c_str());  // left by a crash; it was never the file
  if (auto created = create_private_file(next); !created) return created;
  if (auto filled = fill(next, header, more); !filled) return filled;
  if (std::rename(next.c_str(), path.c_str()) == 0) return sync_file(path);
  const auto reason = std::generic_category().message(errno);
  (void)::unlink(next.c_str());
  return fail(ErrorCode::kStoreUnreachable, path + " cannot be replaced: " + reason);
}

}  // namespace firstkey::core
