#pragma once
// The settings as a connection last read them: they are read in every transaction, for they may be
// another program's by now, and parsed only when their text is another than the last.

#include <optional>
#include <string>
#include <string_view>

#include "core/settings.h"

namespace firstkey::core {

class ParsedSettings {
 public:
  /// What `document`, just read from the store, says. Errors: kStoreDamaged.
  [[nodiscard]] Result<Settings> of(std::string_view document);

 private:
  std::string document_;  ///< what settings_ was parsed from
  std::optional<Settings> settings_;
};

}  // namespace firstkey::core
