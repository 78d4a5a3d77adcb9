#include "core/administration/policy_editor.h"

#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"

using firstkey::core::Alphabet;
using firstkey::core::ErrorCode;
using firstkey::core::fail;
using firstkey::core::KeyPolicy;
using firstkey::core::PassPolicy;
using firstkey::core::PolicyEditor;
using firstkey::core::Result;
using firstkey::core::Role;
using firstkey::core::Target;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using std::chrono::minutes;

namespace {

struct Fixture : AdministrationFixture {
  PolicyEditor editor{administration};
};

Result<PassPolicy> with_length_ten(PassPolicy policy) {
  policy.default_length = 10;
  return policy;
}

Result<KeyPolicy> with_simulators(KeyPolicy policy) {
  policy.allows_simulators = true;
  return policy;
}

}  // namespace

TEST_SUITE("core/administration/policy_editor") {
  TEST_CASE("an edited policy is the store's from then on") {
    Fixture f;
    const auto edited = f.editor.edit_pass_policy(with_length_ten);
    REQUIRE(edited);
    CHECK(edited->default_length == 10);
    CHECK(f.settings().pass_policy == edited.value());
    CHECK(f.editor.pass_policy().value() == edited.value());
    REQUIRE(f.editor.edit_key_policy(with_simulators));
    CHECK(f.settings().key_policy.allows_simulators);
    CHECK(f.editor.key_policy()->allows_simulators);
  }

  TEST_CASE("edits of two fields do not undo each other") {
    Fixture f;
    REQUIRE(f.editor.edit_pass_policy(with_length_ten));
    REQUIRE(f.editor.edit_pass_policy([](PassPolicy policy) -> Result<PassPolicy> {
      policy.alphabet = Alphabet::kDigits;
      return policy;
    }));
    CHECK(f.settings().pass_policy.default_length == 10);
    CHECK(f.settings().pass_policy.alphabet == Alphabet::kDigits);
  }

  TEST_CASE("the trail has the old and the new value of each field that changed, and of no other") {
    Fixture f;
    REQUIRE(f.editor.edit_pass_policy([](PassPolicy policy) -> Result<PassPolicy> {
      policy.default_length = 10;
      policy.maximum_lifetime = minutes(600);
      return policy;
    }));
    auto details = f.last_audit().details;
    CHECK(details.at("defaultLength") == "8 -> 10");
    CHECK(details.at("maximumLifetimeInMinutes") == "480 -> 600");
    details.erase("actorId");
    CHECK(details.size() == 2);
    REQUIRE(f.editor.edit_key_policy(with_simulators));
    CHECK(f.last_audit().details.at("allowSimulators") == "false -> true");
  }

  TEST_CASE("a list of many targets is in the trail by its hash") {
    Fixture f;
    REQUIRE(f.editor.edit_pass_policy([](PassPolicy policy) -> Result<PassPolicy> {
      for (int i = 0; i < 1000; ++i) {
        policy.exclude_targets.push_back(
            {.kind = Target::Kind::kGroup, .id = "group " + std::to_string(i)});
      }
      return policy;
    }));
    const auto change = f.last_audit().details.at("excludeTargets");
    CHECK(change.starts_with("[] -> "));
    CHECK(change.contains("SHA-256"));
    CHECK(change.size() < 200);
  }

  TEST_CASE("an invalid policy is refused, and the one before stays") {
    Fixture f;
    const auto before = f.settings();
    const auto refused = f.editor.edit_pass_policy([](PassPolicy policy) -> Result<PassPolicy> {
      policy.default_length = 7;
      return policy;
    });
    CHECK(code_of(refused) == ErrorCode::kPolicyInvalid);
    CHECK(code_of(f.editor.edit_key_policy([](KeyPolicy policy) -> Result<KeyPolicy> {
            policy.algorithms.clear();
            return policy;
          })) == ErrorCode::kPolicyInvalid);
    CHECK(f.settings() == before);
    CHECK(f.last_audit().outcome == "policy_invalid");
  }

  TEST_CASE("an edit that fails ends with its own error") {
    Fixture f;
    CHECK(code_of(f.editor.edit_pass_policy([](PassPolicy) -> Result<PassPolicy> {
            return fail(ErrorCode::kInvalidArgument, "no such field");
          })) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("a policy that is reset is a fresh store's, and the trail has what that changed") {
    Fixture f;
    f.edit_settings([](auto& settings) {
      settings.pass_policy.default_length = 12;
      settings.key_policy.allows_simulators = true;
    });
    CHECK(f.editor.reset_pass_policy() == PassPolicy{});
    CHECK(f.audit_of("policy.pass.set").details.at("defaultLength") == "12 -> 8");
    CHECK(f.editor.reset_key_policy() == KeyPolicy{});
    CHECK(f.settings().key_policy == KeyPolicy{});
    f.holding({Role::kAuthenticationAdministrator});
    CHECK(code_of(f.editor.reset_pass_policy()) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("policies are edited by policy administrators only") {
    Fixture f;
    f.holding({Role::kPrivilegedAuthenticationAdministrator, Role::kPrivilegedRoleAdministrator});
    CHECK(code_of(f.editor.edit_pass_policy(with_length_ten)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.editor.edit_key_policy(with_simulators)) == ErrorCode::kRoleMissing);
    CHECK(f.editor.pass_policy().has_value());
    f.holding({Role::kAuthenticationPolicyAdministrator});
    CHECK(f.editor.edit_pass_policy(with_length_ten).has_value());
  }

  TEST_CASE("policies are not for auditors to read") {
    Fixture f;
    f.holding({Role::kAuditor});
    CHECK(code_of(f.editor.pass_policy()) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.editor.key_policy()) == ErrorCode::kRoleMissing);
  }
}
