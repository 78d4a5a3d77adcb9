#pragma once
// Roles of least privilege: one table of every operation and who may do it to whom. What the table
// does not list is refused. Source: Microsoft Entra's roles of the same names; design decisions in
// core/README.md.

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "core/result.h"

namespace firstkey::core {

enum class Role : std::uint8_t {
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

enum class Operation : std::uint8_t {
  kReadPolicy,  ///< policies, trust roots, metadata and the relying party
  kWritePolicy,
  kWriteTrustRoots,
  kWriteRelyingParty,
  kImportMetadata,
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
  kReadAuditNames,  ///< the personal fields of audit rows, which may hold what a stranger typed
  kRedactAudit,     ///< erasing names in audit rows
  kRenewAuditKey,
  kReadStore,  ///< what its clock says and whether it is whole
  kResetClock,
  kBackUpStore,
  kReadStations,
  kWriteStations,
  kReadApiCredentials,
  kWriteApiCredentials,  ///< making one is to let its holder act as its owner
  kRedeem,
};

inline constexpr Operation kAllOperations[] = {
    Operation::kImportMetadata,   Operation::kReadPolicy,         Operation::kWritePolicy,
    Operation::kWriteTrustRoots,  Operation::kWriteRelyingParty,  Operation::kReadUsers,
    Operation::kWriteUsers,       Operation::kAssignRoles,        Operation::kIssuePass,
    Operation::kReadPass,         Operation::kDeletePass,         Operation::kReadCredentials,
    Operation::kDeleteCredential, Operation::kExportCredentials,  Operation::kReadSessions,
    Operation::kEndSession,       Operation::kReadLockouts,       Operation::kClearLockout,
    Operation::kReadAudit,        Operation::kReadAuditNames,     Operation::kReadStore,
    Operation::kResetClock,       Operation::kBackUpStore,        Operation::kReadStations,
    Operation::kWriteStations,    Operation::kReadApiCredentials, Operation::kWriteApiCredentials,
    Operation::kRedeem,           Operation::kRedactAudit,        Operation::kRenewAuditKey,
};

/// Whom an operation is done to, as far as roles care. "Nobody" is also how a list is asked for:
/// who may not do that gets no list, and each entry is then judged by its own subject.
enum class Subject : std::uint8_t { kNobody, kOneself, kMember, kAdministrator };

/// Errors: kRoleMissing, kNotForOneself, kAdministratorsNeedPrivilegedRole.
[[nodiscard]] Result<void> authorise(const std::set<Role>& roles,
                                     Operation operation,
                                     Subject subject);

}  // namespace firstkey::core
