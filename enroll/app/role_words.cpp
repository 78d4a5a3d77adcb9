#include "enroll/app/role_words.h"

#include <fmt/format.h>

namespace firstkey::enroll {

std::vector<std::string> role_names(const std::set<core::Role>& roles) {
  std::vector<std::string> names;
  names.reserve(roles.size());
  for (const auto role : roles) names.emplace_back(core::to_string(role));
  return names;
}

core::Result<std::set<core::Role>> parse_roles(const std::vector<std::string>& names) {
  std::set<core::Role> roles;
  for (const auto& name : names) {
    const auto role = core::role_from_string(name);
    if (!role) {
      std::string known;
      for (const auto each : core::kAllRoles) {
        known += (known.empty() ? "" : ", ") + std::string(core::to_string(each));
      }
      return core::fail(core::ErrorCode::kInvalidArgument,
                        fmt::format("'{}' is no role; the roles are {}", name, known));
    }
    roles.insert(role.value());
  }
  return roles;
}

}  // namespace firstkey::enroll
