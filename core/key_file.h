#pragma once
// Keys of 32 bytes in a file of mode 0600, the last one current. Format: a line that says what they
// are for, then a line "ID HEX" a key, 64 hexadecimal digits each; an id has 1 to 16 characters.

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/random.h"
#include "core/result.h"
#include "core/secret.h"

namespace firstkey::core {

/// Never empty, oldest first.
using NamedKeys = std::vector<std::pair<std::string, Secret>>;

/// `header` ends with its newline. What is wrong with the file, in words that follow its name: "is
/// not there".
[[nodiscard]] std::expected<NamedKeys, std::string> read_key_file(const std::string& path,
                                                                  std::string_view header);

/// Writes a new file with one key, "1". Errors: kAlreadyExists, kStoreReadOnly, kStoreFull,
/// kStoreUnreachable.
[[nodiscard]] Result<void> create_key_file(const std::string& path,
                                           std::string_view header,
                                           Random& random);

/// Puts a file in the place of the one at `path` that has one key more, all or nothing.
/// `keys`: what read_key_file gave. Errors: those of create_key_file.
[[nodiscard]] Result<void> add_key_to_file(const std::string& path,
                                           std::string_view header,
                                           const NamedKeys& keys,
                                           Random& random);

}  // namespace firstkey::core
