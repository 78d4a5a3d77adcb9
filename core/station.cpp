#include "core/station.h"

#include <algorithm>

namespace firstkey::core {

bool is_station_name(std::string_view name) noexcept {
  constexpr std::size_t kLongest = 64;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kLongest && name.front() != '.' &&
         std::ranges::all_of(name, is_plain);
}

}  // namespace firstkey::core
