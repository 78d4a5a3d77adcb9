#include "core/roles.h"

#include <iterator>
#include <set>
#include <string_view>

#include <doctest/doctest.h>

using firstkey::core::authorise;
using firstkey::core::ErrorCode;
using firstkey::core::is_administrator;
using firstkey::core::kAllOperations;
using firstkey::core::kAllRoles;
using firstkey::core::Operation;
using firstkey::core::Role;
using firstkey::core::role_from_string;
using firstkey::core::Subject;
using firstkey::core::to_string;

namespace {

using enum Operation;

/// Who may do it to whom: n nobody in particular, s oneself, m a member, a an administrator.
/// The columns are those of kAllRoles, then holders of no role.
struct Expectation {
  Operation operation;
  const char* name;
  std::string_view cells[9];
};

// Written from the description of the roles, not from the table under test.
// clang-format off
constexpr Expectation kExpectations[] = {
    //                                            policy  auth   priv.  user   priv.
    //                                            admin   admin  auth   admin  role    reader  auditor station none
    {kReadPolicy, "read policy",                 {"n",    "n",   "n",   "",    "n",    "n",    "",     "",     ""}},
    {kWritePolicy, "write policy",               {"n",    "",    "",    "",    "",     "",     "",     "",     ""}},
    {kWriteTrustRoots, "write trust roots",      {"n",    "",    "",    "",    "",     "",     "",     "",     ""}},
    {kWriteRelyingParty, "write relying party",  {"",     "",    "",    "",    "n",    "",     "",     "",     ""}},
    {kImportMetadata, "import metadata",         {"",     "",    "",    "",    "n",    "",     "",     "",     ""}},
    {kReadUsers, "read users",                   {"",     "nsma","nsma","nsma","nsma", "nsma", "",     "",     ""}},
    {kWriteUsers, "write users",                 {"",     "",    "",    "nm",  "nma",  "",     "",     "",     ""}},
    {kAssignRoles, "assign roles",               {"",     "",    "",    "",    "nsma", "",     "",     "",     ""}},
    {kIssuePass, "issue pass",                   {"",     "nm",  "nma", "",    "",     "",     "",     "",     ""}},
    {kReadPass, "read pass",                     {"s",    "nsm", "nsma","s",   "s",    "nsma", "s",    "s",    "s"}},
    {kDeletePass, "delete pass",                 {"s",    "nsm", "nsma","s",   "s",    "s",    "s",    "s",    "s"}},
    {kReadCredentials, "read credentials",       {"s",    "nsm", "nsma","s",   "s",    "nsma", "s",    "s",    "s"}},
    {kDeleteCredential, "delete credential",     {"",     "nm",  "nma", "",    "",     "",     "",     "",     ""}},
    {kExportCredentials, "export credentials",   {"",     "nm",  "nma", "",    "",     "nsma", "",     "",     ""}},
    {kReadSessions, "read sessions",             {"",     "nm",  "nma", "",    "",     "nsma", "",     "",     ""}},
    {kEndSession, "end session",                 {"",     "nm",  "nma", "",    "",     "",     "",     "",     ""}},
    {kReadLockouts, "read lock-outs",            {"",     "n",   "n",   "",    "",     "n",    "",     "",     ""}},
    {kClearLockout, "clear lock-out",            {"",     "nm",  "nma", "",    "",     "",     "",     "",     ""}},
    {kReadAudit, "read audit",                   {"",     "n",   "n",   "",    "",     "n",    "n",    "",     ""}},
    {kReadAuditNames, "read audit names",        {"",     "",    "",    "",    "",     "",     "n",    "",     ""}},
    {kReadStore, "read store",                   {"",     "",    "",    "",    "n",    "n",    "n",    "",     ""}},
    {kResetClock, "reset clock",                 {"",     "",    "",    "",    "n",    "",     "",     "",     ""}},
    {kBackUpStore, "back up store",              {"",     "",    "",    "",    "n",    "",     "",     "",     ""}},
    {kRedactAudit, "redact audit",               {"",     "",    "",    "",    "nma",  "",     "",     "",     ""}},
    {kRenewAuditKey, "renew audit key",          {"",     "",    "",    "",    "n",    "",     "",     "",     ""}},
    {kReadStations, "read stations",             {"",     "",    "",    "",    "n",    "n",    "",     "",     ""}},
    {kWriteStations, "write stations",           {"",     "",    "",    "",    "n",    "",     "",     "",     ""}},
    {kReadApiCredentials, "read API credentials",
                                                 {"",     "",    "",    "",    "nsma", "nsma", "",     "",     ""}},
    {kWriteApiCredentials, "write API credentials",
                                                 {"",     "",    "",    "",    "nsma", "",     "",     "",     ""}},
    {kRedeem, "redeem",                          {"",     "",    "",    "",    "",     "",     "",     "n",    ""}},
};
// clang-format on

constexpr struct {
  Subject subject;
  char letter;
} kSubjects[] = {{Subject::kNobody, 'n'},
                 {Subject::kOneself, 's'},
                 {Subject::kMember, 'm'},
                 {Subject::kAdministrator, 'a'}};

std::set<Role> holding(std::size_t column) {
  if (column == std::size(kAllRoles)) return {};
  return {kAllRoles[column]};
}

}  // namespace

TEST_SUITE("core/roles") {
  TEST_CASE("every role may do to each subject what the table of expectations says, and no more") {
    static_assert(std::size(kExpectations) == std::size(kAllOperations));
    for (const auto& row : kExpectations) {
      for (std::size_t column = 0; column < std::size(row.cells); ++column) {
        for (const auto& [subject, letter] : kSubjects) {
          CAPTURE(row.name);
          CAPTURE(column);
          CAPTURE(letter);
          CHECK(authorise(holding(column), row.operation, subject).has_value() ==
                row.cells[column].contains(letter));
        }
      }
    }
  }

  TEST_CASE("a refusal says whether the role, the person or the account is in the way") {
    const std::set<Role> issuer{Role::kAuthenticationAdministrator};
    const std::set<Role> privileged{Role::kPrivilegedAuthenticationAdministrator};
    const auto code = [](const std::set<Role>& roles, Subject subject) {
      return authorise(roles, Operation::kIssuePass, subject).error().code;
    };
    CHECK(code({Role::kAuditor}, Subject::kMember) == ErrorCode::kRoleMissing);
    CHECK(code(issuer, Subject::kOneself) == ErrorCode::kNotForOneself);
    CHECK(code(privileged, Subject::kOneself) == ErrorCode::kNotForOneself);
    CHECK(code(issuer, Subject::kAdministrator) == ErrorCode::kAdministratorsNeedPrivilegedRole);
    CHECK(authorise({Role::kStation}, Operation::kRedeem, Subject::kMember).error().code ==
          ErrorCode::kRoleMissing);
  }

  TEST_CASE("two roles reach as far as both of them") {
    const std::set<Role> both{Role::kAuthenticationAdministrator, Role::kGlobalReader};
    CHECK(authorise(both, Operation::kIssuePass, Subject::kMember).has_value());
    CHECK(authorise(both, Operation::kReadPass, Subject::kAdministrator).has_value());
    CHECK_FALSE(authorise(both, Operation::kIssuePass, Subject::kAdministrator).has_value());
  }

  TEST_CASE("holding every administrator role still does not issue a pass for oneself") {
    std::set<Role> all(std::begin(kAllRoles), std::end(kAllRoles));
    CHECK(authorise(all, Operation::kIssuePass, Subject::kOneself).error().code ==
          ErrorCode::kNotForOneself);
  }

  TEST_CASE("holders of any role but Station count as administrators") {
    CHECK_FALSE(is_administrator({}));
    for (const auto role : kAllRoles) {
      CAPTURE(to_string(role));
      CHECK(is_administrator({role}) == (role != Role::kStation));
      CHECK(is_administrator({role, Role::kStation}) == (role != Role::kStation));
    }
  }

  TEST_CASE("every role is read back from its name, and nothing else is") {
    for (const auto role : kAllRoles) CHECK(role_from_string(to_string(role)) == role);
    CHECK(to_string(Role::kGlobalReader) == "GlobalReader");
    CHECK_FALSE(role_from_string("globalreader").has_value());
    CHECK_FALSE(role_from_string("").has_value());
  }
}
