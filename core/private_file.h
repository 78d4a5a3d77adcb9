#pragma once
// Files only their owner may read: the store, the pepper. One that others can open is refused with
// what to do about it, rather than used.

#include <string>

#include "core/result.h"

namespace firstkey::core {

enum class FilePresence { kExists, kAbsent };

/// Makes sure that the folder of `path` exists with mode 0700 (creating the last component only)
/// and that `path`, if it exists, is a regular file of this account that nobody else may touch.
/// Errors: kStoreUnreachable, kStoreReadOnly, with what to do.
[[nodiscard]] Result<FilePresence> examine_private_file(const std::string& path);

/// Creates `path` with mode 0600; it must not exist.
/// Errors: kAlreadyExists, kStoreReadOnly, kStoreFull, kStoreUnreachable.
[[nodiscard]] Result<void> create_private_file(const std::string& path);

/// Makes `path` and its entry in its folder durable.
[[nodiscard]] Result<void> sync_file(const std::string& path);

}  // namespace firstkey::core
