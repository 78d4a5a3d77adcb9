#include "core/usability.h"

#include <doctest/doctest.h>

#include "tests/support/records.h"

using firstkey::core::ErrorCode;
using firstkey::core::forbidden_by_policy;
using firstkey::core::is_in_scope;
using firstkey::core::Pass;
using firstkey::core::PassPolicy;
using firstkey::core::PolicyState;
using firstkey::core::Target;
using firstkey::core::usability_at;
using firstkey::core::UsabilityContext;
using firstkey::core::UsabilityReason;
using firstkey::core::User;
using firstkey::tests::kStart;
using firstkey::tests::make_pass;
using firstkey::tests::make_user;
using std::chrono::microseconds;
using std::chrono::minutes;

namespace {

struct Fixture {
  [[nodiscard]] UsabilityReason reason(firstkey::core::Duration after = {}) const {
    return usability_at(pass, context(), kStart + after);
  }
  [[nodiscard]] UsabilityContext context() const {
    return {.policy = policy, .user = user, .administrators = administrators};
  }
  PassPolicy policy;
  User user = make_user("lee");
  Pass pass = make_pass(user);
  std::size_t administrators = 1;
};

Target group(const std::string& name) {
  return {.kind = Target::Kind::kGroup, .id = name};
}
Target person(const std::string& id) {
  return {.kind = Target::Kind::kUser, .id = id};
}

}  // namespace

TEST_SUITE("core/usability") {
  TEST_CASE_FIXTURE(Fixture, "a pass is valid from its start until just before its end") {
    CHECK(reason(-microseconds(1)) == UsabilityReason::kNotYetValid);
    CHECK(reason() == UsabilityReason::kEnabledByPolicy);
    CHECK(reason(microseconds(1)) == UsabilityReason::kEnabledByPolicy);
    CHECK(reason(minutes(60) - microseconds(1)) == UsabilityReason::kEnabledByPolicy);
    CHECK(reason(minutes(60)) == UsabilityReason::kExpired);
    CHECK(reason(minutes(60) + microseconds(1)) == UsabilityReason::kExpired);
  }

  TEST_CASE_FIXTURE(Fixture, "a one-time pass is used up, a multi-use pass is not") {
    pass.redeemed_at = kStart;
    CHECK(reason() == UsabilityReason::kOneTimeUsed);
    CHECK(reason(minutes(60)) == UsabilityReason::kOneTimeUsed);
    pass.is_one_time = false;
    CHECK(reason() == UsabilityReason::kEnabledByPolicy);
  }

  TEST_CASE_FIXTURE(Fixture, "each thing the policies forbid has its code") {
    struct Case {
      const char* name;
      void (*arrange)(Fixture&);
      ErrorCode code;
    };
    for (const auto& [name, arrange, code] : {
             Case{"policy disabled",
                  [](Fixture& f) { f.policy.state = PolicyState::kDisabled; },
                  ErrorCode::kPassDisabledByPolicy},
             Case{"user disabled",
                  [](Fixture& f) { f.user.is_enabled = false; },
                  ErrorCode::kUserDisabled},
             Case{"user in no target",
                  [](Fixture& f) { f.policy.include_targets.clear(); },
                  ErrorCode::kUserOutOfScope},
             Case{"multi-use under a one-time policy",
                  [](Fixture& f) {
                    f.policy.is_usable_once = true;
                    f.pass.is_one_time = false;
                  },
                  ErrorCode::kPassDisabledByPolicy},
             Case{"a bootstrap pass beside a second administrator",
                  [](Fixture& f) {
                    f.pass.is_bootstrap = true;
                    f.administrators = 2;
                  },
                  ErrorCode::kPassDisabledByPolicy},
         }) {
      CAPTURE(name);
      Fixture f;
      arrange(f);
      CHECK(forbidden_by_policy(f.pass, f.context()) == code);
      f.pass.redeemed_at = kStart;
      CHECK(f.reason() == UsabilityReason::kDisabledByPolicy);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "what the policies allow has no code") {
    CHECK_FALSE(forbidden_by_policy(pass, context()));
    policy.is_usable_once = true;
    CHECK_FALSE(forbidden_by_policy(pass, context()));
    pass.is_bootstrap = true;
    CHECK_FALSE(forbidden_by_policy(pass, context()));
  }

  TEST_CASE_FIXTURE(Fixture, "users are included by id, group or all, and excluding wins") {
    policy.include_targets = {person("somebody"), group("elsewhere")};
    CHECK_FALSE(is_in_scope(user, policy));
    policy.include_targets = {person(user.id.text())};
    CHECK(is_in_scope(user, policy));
    policy.include_targets = {group("berlin")};
    CHECK(is_in_scope(user, policy));
    policy.exclude_targets = {group("newcomers")};
    CHECK_FALSE(is_in_scope(user, policy));
    policy.exclude_targets = {group("all_users")};
    CHECK_FALSE(is_in_scope(user, policy));
    policy.exclude_targets = {person("berlin")};
    CHECK(is_in_scope(user, policy));
  }
}
