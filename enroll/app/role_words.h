#pragma once
// Roles as people write and read them.

#include <set>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/roles.h"

namespace firstkey::enroll {

[[nodiscard]] std::vector<std::string> role_names(const std::set<core::Role>& roles);
/// Errors: kInvalidArgument, naming the roles there are.
[[nodiscard]] core::Result<std::set<core::Role>> parse_roles(const std::vector<std::string>& names);

}  // namespace firstkey::enroll
