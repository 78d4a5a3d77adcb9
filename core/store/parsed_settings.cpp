#include "core/store/parsed_settings.h"

#include <utility>

namespace firstkey::core {

Result<Settings> ParsedSettings::of(std::string_view document) {
  if (!settings_ || document != document_) {
    auto parsed = settings_from_json(document);
    if (!parsed) return parsed;
    document_ = document;
    settings_ = std::move(parsed.value());
  }
  return settings_.value();
}

}  // namespace firstkey::core
