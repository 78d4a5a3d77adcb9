#include "core/administration/user_directory.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/administration/api_credential_registry.h"
#include "core/administration/listing.h"
#include "core/administration/pass_ending.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kMaxGroups = 100;
constexpr std::size_t kHandleBytes = 32;  // WebAuthn L3 §14.6.1 asks for 64 at most

/// What each privileged role keeps possible.
constexpr Role kNeverVacant[] = {Role::kPrivilegedRoleAdministrator,
                                 Role::kPrivilegedAuthenticationAdministrator};

/// 1 to 256 bytes of UTF-8 without control characters.
bool is_name(const std::string& text) {
  return !normalised_name(text).empty();
}

Result<void> check_groups(const std::vector<std::string>& groups) {
  if (groups.size() > kMaxGroups) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a user is in at most {} groups", kMaxGroups));
  }
  for (const auto& group : groups) {
    if (!is_name(group)) {
      return fail(ErrorCode::kInvalidArgument,
                  "a group has a name of 1 to 256 bytes without control characters");
    }
    if (group == kAllUsers) {
      return fail(ErrorCode::kInvalidArgument,
                  "everybody is in the group all_users already; nobody is put into it");
    }
    if (std::ranges::count(groups, group) > 1) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("the group '{}' is named twice", group));
    }
  }
  return {};
}

std::string joined(const std::set<Role>& roles) {
  std::vector<std::string_view> names;
  names.reserve(roles.size());
  for (const auto role : roles) names.push_back(to_string(role));
  return fmt::format("{}", fmt::join(names, " "));
}

bool is_enabled_holder(const User& user, Role role) {
  return user.is_enabled && user.roles.contains(role);
}

bool has_other_holder(ReadTransaction& view, Role role, const UserId& but) {
  return any_user(
      view, [&](const User& user) { return user.id != but && is_enabled_holder(user, role); });
}

/// Refuses to turn `before` into `after` (nothing: into no user) if that leaves a privileged role
/// without an enabled holder.
Result<void> check_not_last(ReadTransaction& view,
                            const User& before,
                            const std::optional<User>& after) {
  for (const auto role : kNeverVacant) {
    const bool stays = after && is_enabled_holder(after.value(), role);
    if (!is_enabled_holder(before, role) || stays) continue;
    if (!has_other_holder(view, role, before.id)) {
      return fail(ErrorCode::kLastAdministrator,
                  fmt::format("this is the last enabled holder of {}; give that role to somebody "
                              "else first",
                              to_string(role)));
    }
  }
  return {};
}

/// Once there is a second administrator, the bootstrap pass of the first is void for good, even
/// should there be one alone again later.
void settle_bootstrap(WriteTransaction& transaction, const UserId& first, Instant now) {
  const auto pass = transaction.pass_of(first);
  if (pass && pass->is_bootstrap && transaction.count_administrators() > 1) {
    end_pass(transaction, pass.value(), PassEnding::kBootstrapOver, now);
  }
}

}  // namespace

Result<User> make_user(const UserRequest& request, Random& random, Instant now) {
  if (!is_name(request.name)) {
    return fail(ErrorCode::kInvalidArgument,
                "a user has a name of 1 to 256 bytes of UTF-8 without control characters");
  }
  if (!request.display_name.empty() && !is_name(request.display_name)) {
    return fail(ErrorCode::kInvalidArgument,
                "a display name has 1 to 256 bytes of UTF-8 without control characters");
  }
  if (auto checked = check_groups(request.groups); !checked) {
    return std::unexpected(checked.error());
  }
  return User{.id = make_id<UserId>(random),
              .name = request.name,
              .display_name = request.display_name.empty() ? request.name : request.display_name,
              .type = request.type,
              .groups = request.groups,
              .roles = request.roles,
              .is_enabled = request.is_enabled,
              .handle = random.bytes(kHandleBytes),
              .created_at = now};
}

Result<User> UserDirectory::add(const UserRequest& request) {
  return administration_.act<User>("user.add", [&](Act& act) -> Result<Effect<User>> {
    auto user = make_user(request, random_, act.now());
    // Whoever is new is a member yet: what makes an administrator is the assignment of a role.
    const User newcomer{.id = user ? user->id : UserId()};
    auto allowed = act.authorise(Operation::kWriteUsers, newcomer);
    if (allowed && !request.roles.empty()) {
      allowed = act.authorise(Operation::kAssignRoles, newcomer);
    }
    if (!allowed) return std::unexpected(allowed.error());
    if (!user) return std::unexpected(user.error());
    act.note_user(user.value());
    act.note("roles", joined(request.roles));
    if (act.view().user_by_name(normalised_name(request.name))) {
      return fail(ErrorCode::kAlreadyExists, "there is a user of this name already");
    }
    return [added = std::move(user.value()), owner = act.settings().owner, now = act.now()](
               WriteTransaction& transaction) {
      if (!transaction.insert_user(added)) {
        // The name was looked up above: the random source repeated a user handle.
        throw StoreAbort{{.code = ErrorCode::kStoreFailed, .detail = "a user handle repeats"}};
      }
      settle_bootstrap(transaction, owner, now);
      return added;
    };
  });
}

Result<std::vector<User>> UserDirectory::list(const std::string& after, std::size_t limit) {
  return administration_.look<std::vector<User>>(
      "user.list", [&](Act& act) -> Result<std::vector<User>> {
        if (auto allowed = act.authorise(Operation::kReadUsers); !allowed) {
          return std::unexpected(allowed.error());
        }
        if (auto checked = check_limit(limit); !checked) return std::unexpected(checked.error());
        return act.view().users(normalised_name(after), limit);
      });
}

Result<User> UserDirectory::show(const UserReference& reference) {
  return administration_.look<User>(
      "user.show", [&](Act& act) { return act.find_user(Operation::kReadUsers, reference); });
}

Result<User> UserDirectory::disable(const UserReference& reference) {
  return administration_.act<User>("user.disable", [&](Act& act) -> Result<Effect<User>> {
    const auto user = act.find_user(Operation::kWriteUsers, reference);
    if (!user) return std::unexpected(user.error());
    auto disabled = user.value();
    disabled.is_enabled = false;
    if (auto checked = check_not_last(act.view(), user.value(), disabled); !checked) {
      return std::unexpected(checked.error());
    }
    return [disabled, now = act.now()](WriteTransaction& transaction) {
      transaction.update_user(disabled);
      end_sessions_of(transaction, disabled.id, ErrorCode::kUserDisabled, now);
      revoke_api_credentials_of(transaction, disabled.id, now);
      return disabled;
    };
  });
}

Result<User> UserDirectory::enable(const UserReference& reference) {
  return administration_.act<User>("user.enable", [&](Act& act) -> Result<Effect<User>> {
    auto user = act.find_user(Operation::kWriteUsers, reference);
    if (!user) return std::unexpected(user.error());
    user->is_enabled = true;
    return [enabled = std::move(user.value())](WriteTransaction& transaction) {
      transaction.update_user(enabled);
      return enabled;
    };
  });
}

Result<User> UserDirectory::set_groups(const UserReference& reference,
                                       const std::vector<std::string>& groups) {
  return administration_.act<User>("user.groups", [&](Act& act) -> Result<Effect<User>> {
    auto user = act.find_user(Operation::kWriteUsers, reference);
    if (!user) return std::unexpected(user.error());
    if (auto checked = check_groups(groups); !checked) return std::unexpected(checked.error());
    user->groups = groups;
    act.note("groups", std::to_string(groups.size()));
    return [changed = std::move(user.value())](WriteTransaction& transaction) {
      transaction.update_user(changed);
      return changed;
    };
  });
}

Result<User> UserDirectory::set_roles(const UserReference& reference, const std::set<Role>& roles) {
  return administration_.act<User>("user.roles", [&](Act& act) -> Result<Effect<User>> {
    const auto user = act.find_user(Operation::kAssignRoles, reference);
    if (!user) return std::unexpected(user.error());
    act.note("roles", joined(user->roles) + " -> " + joined(roles));
    auto changed = user.value();
    changed.roles = roles;
    if (auto checked = check_not_last(act.view(), user.value(), changed); !checked) {
      return std::unexpected(checked.error());
    }
    return [changed, owner = act.settings().owner, now = act.now()](WriteTransaction& transaction) {
      transaction.update_user(changed);
      settle_bootstrap(transaction, owner, now);
      return changed;
    };
  });
}

Result<void> UserDirectory::remove(const UserReference& reference) {
  return administration_.act<void>("user.delete", [&](Act& act) -> Result<Effect<void>> {
    const auto user = act.find_user(Operation::kWriteUsers, reference);
    if (!user) return std::unexpected(user.error());
    if (auto checked = check_not_last(act.view(), user.value(), std::nullopt); !checked) {
      return std::unexpected(checked.error());
    }
    act.note("credentials", std::to_string(act.view().credentials_of(user->id).size()));
    return [id = user->id, now = act.now()](WriteTransaction& transaction) {
      // Ended and deleted one by one first, so that each of them has the end of its story.
      end_sessions_of(transaction, id, ErrorCode::kUserUnknown, now);
      if (const auto pass = transaction.pass_of(id)) {
        end_pass(transaction, pass.value(), PassEnding::kUserDeleted, now);
      }
      revoke_api_credentials_of(transaction, id, now);
      transaction.delete_user(id);
    };
  });
}

}  // namespace firstkey::core
