#include "core/installation.h"

#include <fstream>
#include <string_view>

#include <unistd.h>

#include "core/private_file.h"

namespace firstkey::core {

namespace {

constexpr std::string_view kHeader = "firstkey installation 1";

}  // namespace

Result<std::optional<InstallationId>> installation_at(const std::string& path) {
  const auto found = examine_private_file(path);
  if (!found) return std::unexpected(found.error());
  if (found.value() == FilePresence::kAbsent) return std::optional<InstallationId>();
  std::ifstream file(path);
  std::string header;
  std::string id;
  if (!std::getline(file, header) || header != kHeader || !std::getline(file, id) || !is_uuid(id)) {
    return fail(ErrorCode::kStoreDamaged,
                path + " is cut off or damaged; restore it from a backup");
  }
  return std::optional(InstallationId(std::move(id)));
}

Result<InstallationId> begin_installation(const std::string& path, Random& random) {
  if (const auto found = examine_private_file(path); !found) return std::unexpected(found.error());
  if (auto created = create_private_file(path); !created) return std::unexpected(created.error());
  auto id = make_id<InstallationId>(random);
  std::ofstream file(path);
  file << kHeader << '\n' << id.text() << '\n' << std::flush;
  auto kept = file ? sync_file(path)
                   : Result<void>(fail(ErrorCode::kStoreFull, path + " could not be written"));
  if (kept) return id;
  (void)::unlink(path.c_str());
  return std::unexpected(kept.error());
}

}  // namespace firstkey::core
