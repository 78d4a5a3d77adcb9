#include "core/roles.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace firstkey::core {

namespace {

constexpr std::array<std::pair<Role, std::string_view>, std::size(kAllRoles)> kNames{{
    {Role::kAuthenticationPolicyAdministrator, "AuthenticationPolicyAdministrator"},
    {Role::kAuthenticationAdministrator, "AuthenticationAdministrator"},
    {Role::kPrivilegedAuthenticationAdministrator, "PrivilegedAuthenticationAdministrator"},
    {Role::kUserAdministrator, "UserAdministrator"},
    {Role::kPrivilegedRoleAdministrator, "PrivilegedRoleAdministrator"},
    {Role::kGlobalReader, "GlobalReader"},
    {Role::kAuditor, "Auditor"},
    {Role::kStation, "Station"},
}};

/// To whom a role may do an operation.
struct Reach {
  bool nobody = false;  ///< the operation has no person as its object
  bool oneself = false;
  bool member = false;
  bool administrator = false;

  [[nodiscard]] constexpr bool covers(Subject subject) const {
    switch (subject) {
      case Subject::kNobody:
        return nobody;
      case Subject::kOneself:
        return oneself;
      case Subject::kMember:
        return member;
      case Subject::kAdministrator:
        return administrator;
    }
    return false;
  }
};

constexpr Reach kSystem{.nobody = true};
constexpr Reach kMembers{.nobody = true, .member = true};
constexpr Reach kOthers{.nobody = true, .member = true, .administrator = true};
constexpr Reach kEverybody{.nobody = true, .oneself = true, .member = true, .administrator = true};

struct Grant {
  Operation operation{};
  Role role{};
  Reach reach;
};

using enum Operation;
using enum Role;

/// The whole table; what is not here is refused. Told in words in core/README.md, "Roles".
constexpr Grant kGrants[] = {
    {kReadPolicy, kAuthenticationPolicyAdministrator, kSystem},
    {kReadPolicy, kAuthenticationAdministrator, kSystem},
    {kReadPolicy, kPrivilegedAuthenticationAdministrator, kSystem},
    {kReadPolicy, kPrivilegedRoleAdministrator, kSystem},
    {kReadPolicy, kGlobalReader, kSystem},
    {kWritePolicy, kAuthenticationPolicyAdministrator, kSystem},
    {kWriteTrustRoots, kAuthenticationPolicyAdministrator, kSystem},
    {kWriteRelyingParty, kPrivilegedRoleAdministrator, kSystem},
    {kImportMetadata, kPrivilegedRoleAdministrator, kSystem},
    {kReadUsers, kAuthenticationAdministrator, kEverybody},
    {kReadUsers, kPrivilegedAuthenticationAdministrator, kEverybody},
    {kReadUsers, kUserAdministrator, kEverybody},
    {kReadUsers, kPrivilegedRoleAdministrator, kEverybody},
    {kReadUsers, kGlobalReader, kEverybody},
    {kWriteUsers, kUserAdministrator, kMembers},
    {kWriteUsers, kPrivilegedRoleAdministrator, kOthers},
    {kAssignRoles, kPrivilegedRoleAdministrator, kEverybody},
    {kIssuePass, kAuthenticationAdministrator, kMembers},
    {kIssuePass, kPrivilegedAuthenticationAdministrator, kOthers},
    {kReadPass, kAuthenticationAdministrator, kMembers},
    {kReadPass, kPrivilegedAuthenticationAdministrator, kOthers},
    {kReadPass, kGlobalReader, kEverybody},
    {kDeletePass, kAuthenticationAdministrator, kMembers},
    {kDeletePass, kPrivilegedAuthenticationAdministrator, kOthers},
    {kReadCredentials, kAuthenticationAdministrator, kMembers},
    {kReadCredentials, kPrivilegedAuthenticationAdministrator, kOthers},
    {kReadCredentials, kGlobalReader, kEverybody},
    {kDeleteCredential, kAuthenticationAdministrator, kMembers},
    {kDeleteCredential, kPrivilegedAuthenticationAdministrator, kOthers},
    {kExportCredentials, kAuthenticationAdministrator, kMembers},
    {kExportCredentials, kPrivilegedAuthenticationAdministrator, kOthers},
    {kExportCredentials, kGlobalReader, kEverybody},
    {kReadSessions, kAuthenticationAdministrator, kMembers},
    {kReadSessions, kPrivilegedAuthenticationAdministrator, kOthers},
    {kReadSessions, kGlobalReader, kEverybody},
    {kEndSession, kAuthenticationAdministrator, kMembers},
    {kEndSession, kPrivilegedAuthenticationAdministrator, kOthers},
    {kReadLockouts, kAuthenticationAdministrator, kSystem},
    {kReadLockouts, kPrivilegedAuthenticationAdministrator, kSystem},
    {kReadLockouts, kGlobalReader, kSystem},
    {kClearLockout, kAuthenticationAdministrator, kMembers},
    {kClearLockout, kPrivilegedAuthenticationAdministrator, kOthers},
    {kReadAudit, kAuthenticationAdministrator, kSystem},
    {kReadAudit, kPrivilegedAuthenticationAdministrator, kSystem},
    {kReadAudit, kGlobalReader, kSystem},
    {kReadAudit, kAuditor, kSystem},
    {kReadAuditNames, kAuditor, kSystem},
    {kRedactAudit, kPrivilegedRoleAdministrator, kOthers},
    {kRenewAuditKey, kPrivilegedRoleAdministrator, kSystem},
    {kReadStore, kPrivilegedRoleAdministrator, kSystem},
    {kReadStore, kGlobalReader, kSystem},
    {kReadStore, kAuditor, kSystem},
    {kResetClock, kPrivilegedRoleAdministrator, kSystem},
    {kBackUpStore, kPrivilegedRoleAdministrator, kSystem},
    {kReadStations, kPrivilegedRoleAdministrator, kSystem},
    {kReadStations, kGlobalReader, kSystem},
    {kWriteStations, kPrivilegedRoleAdministrator, kSystem},
    {kReadApiCredentials, kPrivilegedRoleAdministrator, kEverybody},
    {kReadApiCredentials, kGlobalReader, kEverybody},
    {kWriteApiCredentials, kPrivilegedRoleAdministrator, kEverybody},
    {kRedeem, kStation, kSystem},
};

/// What everybody may do to themselves, holding a role or not: see the state of their own pass and
/// credentials, and give the pass back.
bool is_own_right(Operation operation) {
  return operation == kReadPass || operation == kDeletePass || operation == kReadCredentials;
}

}  // namespace

std::string_view to_string(Role role) noexcept {
  for (const auto& [known, name] : kNames) {
    if (known == role) return name;
  }
  return "";
}

std::optional<Role> role_from_string(std::string_view text) noexcept {
  for (const auto& [role, name] : kNames) {
    if (name == text) return role;
  }
  return std::nullopt;
}

bool is_administrator(const std::set<Role>& roles) noexcept {
  return std::ranges::any_of(roles, [](Role role) { return role != Role::kStation; });
}

Result<void> authorise(const std::set<Role>& roles, Operation operation, Subject subject) {
  if (subject == Subject::kOneself && is_own_right(operation)) return {};
  bool holds_grant = false;
  bool may_to_members = false;
  for (const auto& grant : kGrants) {
    if (grant.operation != operation || !roles.contains(grant.role)) continue;
    if (grant.reach.covers(subject)) return {};
    holds_grant = true;
    may_to_members = may_to_members || grant.reach.member;
  }
  if (!holds_grant) {
    return fail(ErrorCode::kRoleMissing, "none of your roles allows this; ask somebody whose does");
  }
  if (subject == Subject::kOneself) {
    return fail(ErrorCode::kNotForOneself,
                "nobody may do this for their own account; ask another administrator");
  }
  if (subject == Subject::kAdministrator && may_to_members) {
    return fail(ErrorCode::kAdministratorsNeedPrivilegedRole,
                "this account holds an administrator role; only a privileged administrator may "
                "do this to it");
  }
  return fail(ErrorCode::kRoleMissing, "your roles do not reach this account");
}

}  // namespace firstkey::core
