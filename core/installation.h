#pragma once
// What tells this installation of firstkey from those on other machines that share its store: an id
// in a private file, drawn by `init`. Where a store is a file, the account's number says who acts
// in process; where it is a database, accounts of other machines have numbers too, and whoever
// holds this file acts. Format: "firstkey installation 1", then the id.

#include <optional>
#include <string>

#include "core/ids.h"
#include "core/result.h"

namespace firstkey::core {

/// Nothing where there is no file. Errors: those of examine_private_file, kStoreDamaged.
[[nodiscard]] Result<std::optional<InstallationId>> installation_at(const std::string& path);

/// Draws an id and writes it into a new file. Errors: those of create_private_file.
[[nodiscard]] Result<InstallationId> begin_installation(const std::string& path, Random& random);

}  // namespace firstkey::core
