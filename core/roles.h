#pragma once
// Roles of least privilege: one table of every operation and who may do it to whom. What the table
// does not list is refused. Source: Microsoft Entra's roles of the same names; design decisions in
// core/README.md.

#include <optional>
#include <set>
#include <string_view>

#include "core/result.h"

namespace firstkey::core {

enum class Role {
  kAuthenticationPolicyAdministrator,
  kAuthenticationAdministrator,
  kPrivilegedAuthenticationAdministrator,
  kUserAdministrator,
  kPrivilegedRoleAdministrator,
  kGlobalReader,
  kAuditor,
  kStation,
};

inline constexpr Role kAllRoles[] = {
    Role::kAuthenticationPolicyAdministrator,
    Role::kAuthenticationAdministrator,
    Role::kPrivilegedAuthenticationAdministrator,
    Role::kUserAdministrator,
    Role::kPrivilegedRoleAdministrator,
    Role::kGlobalReader,
    Role::kAuditor,
    Role::kStation,
};

/// "AuthenticationAdministrator", as policy files, the command line and audit rows write it.
[[nodiscard]] std::string_view to_string(Role role) noexcept;
[[nodiscard]] std::optional<Role> role_from_string(std::string_view text) noexcept;

/// Holders of any role but Station count as administrators.
[[nodiscard]] bool is_administrator(const std::set<Role>& roles) noexcept;

enum class Operation {
  kReadPolicy,
  kWritePolicy,
  kWriteTrustRoots,
  kReadUsers,
  kWriteUsers,
  kAssignRoles,
  kIssuePass,
  kReadPass,
  kDeletePass,
  kReadCredentials,
  kDeleteCredential,
  kExportCredentials,
  kReadSessions,
  kEndSession,
  kReadLockouts,
  kClearLockout,
  kReadAudit,
  kResetClock,
  kBackUpStore,
  kRedeem,
};

/// Whom an operation is done to, as far as roles care.
enum class Subject { kNobody, kOneself, kMember, kAdministrator };

/// Errors: kRoleMissing, kNotForOneself, kAdministratorsNeedPrivilegedRole.
[[nodiscard]] Result<void> authorise(const std::set<Role>& roles,
                                     Operation operation,
                                     Subject subject);

}  // namespace firstkey::core
