#pragma once
// A person of the directory.

#include <set>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/roles.h"

namespace firstkey::core {

enum class UserType { kMember, kInternalGuest, kExternalGuest };

struct User {
  UserId id;
  std::string name;  ///< user principal name as entered: "lee@example.org"
  std::string display_name;
  UserType type = UserType::kMember;
  std::vector<std::string> groups;
  std::set<Role> roles;
  bool is_enabled = true;
  Bytes handle;  ///< 32 random bytes, never reused. Source: WebAuthn L3 §14.6.1 (user handles)
  Instant created_at;

  friend bool operator==(const User&, const User&) = default;
};

/// The form under which names are unique and looked up: trimmed, in NFC, Unicode's full case
/// folding. Empty if `name` is not valid UTF-8, holds a control character, is empty, or is longer
/// than 256 bytes.
[[nodiscard]] std::string normalised_name(std::string_view name);

}  // namespace firstkey::core
