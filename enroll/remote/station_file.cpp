#include "enroll/remote/station_file.h"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>

#include <sodium.h>
#include <unistd.h>

#include "core/private_file.h"

namespace firstkey::enroll::remote {

namespace {

using core::ErrorCode;

constexpr std::string_view kHeader = "firstkey station 1";
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

std::unexpected<core::Error> failed(const std::string& path) {
  return core::fail(errno == ENOSPC ? ErrorCode::kStoreFull : ErrorCode::kStoreUnreachable,
                    path + ": " + std::generic_category().message(errno));
}

std::unexpected<core::Error> damaged(const std::string& path) {
  return core::fail(ErrorCode::kStoreDamaged,
                    path + " is cut off or damaged; remove it and join the station anew");
}

/// The rest of the next line of `file` if it begins with `name` and a space.
std::optional<std::string> line_of(std::istream& file, std::string_view name) {
  std::string line;
  if (!std::getline(file, line) || file.eof()) return std::nullopt;
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') {
    return std::nullopt;
  }
  return line.substr(name.size() + 1);
}

}  // namespace

core::Result<void> StationFile::append(core::BytesView bytes) const {
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path_.c_str(), "ae"),
                                                                std::fclose);
  if (!file) return failed(path_);
  // No buffer that nobody would wipe.
  if (std::setvbuf(file.get(), nullptr, _IONBF, 0) != 0) return failed(path_);
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) return failed(path_);
  return core::sync_file(path_);
}

core::Result<void> StationFile::begin(const StationRecord& record) const {
  if (const auto found = core::examine_private_file(path_); !found) {
    return std::unexpected(found.error());
  }
  if (auto created = core::create_private_file(path_); !created) return created;
  auto text = std::string(kHeader) + "\nverifier " + record.verifier + "\ncredential " +
              core::to_base64url(record.credential.expose()) +  // the file is where it is to be
              "\ntrust " + core::to_base64url(core::as_bytes(record.trust)) + "\n";
  const auto lines = core::Secret::take(text);
  auto written = append(lines.expose());
  if (!written) (void)remove();
  return written;
}

core::Result<void> StationFile::complete(const core::StationId& name) const {
  return append(core::as_bytes("name " + name.text() + "\n"));
}

core::Result<std::optional<StationRecord>> StationFile::load() const {
  const auto found = core::examine_private_file(path_);
  if (!found) return std::unexpected(found.error());
  if (found.value() == core::FilePresence::kAbsent) return std::optional<StationRecord>();
  std::ifstream file(path_);
  std::string header;
  if (!std::getline(file, header) || header != kHeader) return damaged(path_);
  auto verifier = line_of(file, "verifier");
  auto credential = line_of(file, "credential");
  const auto trust = line_of(file, "trust");
  auto bytes = credential ? core::from_base64url(*credential) : std::nullopt;
  const auto pem =
      trust && trust->size() <= kMostBytes ? core::from_base64url(*trust) : std::nullopt;
  if (!verifier || !bytes || !pem) return damaged(path_);
  StationRecord record{.verifier = std::move(*verifier),
                       .credential = core::Secret(core::BytesView(*bytes)),
                       .trust = core::to_string(core::BytesView(*pem)),
                       .name = std::nullopt};
  ::sodium_memzero(bytes->data(), bytes->size());
  ::sodium_memzero(credential->data(), credential->size());
  if (auto name = line_of(file, "name")) record.name = core::StationId(std::move(*name));
  return std::optional<StationRecord>(std::move(record));
}

core::Result<void> StationFile::remove() const {
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return failed(path_);
  return {};
}

}  // namespace firstkey::enroll::remote
