#include "enroll/graph/policy_routes.h"

#include "tests/enroll/graph/graph_fixture.h"

using firstkey::core::AttestationEnforcement;
using firstkey::core::PassPolicy;
using firstkey::core::Role;
using firstkey::core::Target;
using firstkey::tests::GraphAnswer;
using firstkey::tests::GraphFixture;
namespace json = boost::json;

namespace {

const std::string kPasses =
    "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass";
const std::string kKeys =
    "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2";

struct Fixture : GraphFixture {
  /// Changes `members` of a policy.
  GraphAnswer change_passes(const std::string& members) {
    return patch(
        kPasses,
        R"({"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration", )" +
            members + "}");
  }
  GraphAnswer change_keys(const std::string& members) {
    return patch(kKeys,
                 R"({"@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", )" +
                     members + "}");
  }
};

}  // namespace

TEST_SUITE("enroll/graph/policy_routes") {
  TEST_CASE("the pass policy is shown with Graph's members and ours") {
    Fixture f;
    const auto shown = f.get(kPasses);
    CHECK(shown.status == 200);
    CHECK(shown.text("id") == "TemporaryAccessPass");
    CHECK(shown.at("defaultLifetimeInMinutes") == 60);
    CHECK(shown.at("maximumLifetimeInMinutes") == 480);
    CHECK_FALSE(shown.at("isUsableOnce").as_bool());
    const auto& target = shown.at("includeTargets").at(0);
    CHECK(target.at("id") == "all_users");
    CHECK_FALSE(target.at("isRegistrationRequired").as_bool());
    CHECK(shown.text("alphabet") == "crockfordBase32");
  }

  TEST_CASE("a patch changes what it names and nothing else") {
    Fixture f;
    const auto before = f.settings().pass_policy;
    const auto changed = f.change_passes(
        R"("isUsableOnce": true, "defaultLength": null, "colour": "red", "includeTargets": [
          {"targetType": "group", "id": "newcomers", "isRegistrationRequired": false, "@odata.type": "x"}])");
    CHECK(changed.status == 204);
    CHECK(changed.whole.body.empty());
    auto expected = before;
    expected.is_usable_once = true;
    expected.include_targets = {{.kind = Target::Kind::kGroup, .id = "newcomers"}};
    CHECK(f.settings().pass_policy == expected);
  }

  TEST_CASE("a policy that cannot be is refused and nothing changes") {
    Fixture f;
    const auto before = f.settings().pass_policy;
    for (const auto* members : {R"("defaultLifetimeInMinutes": 481)",
                                R"("minimumLifetimeInMinutes": 9)",
                                R"("defaultLength": 49)",
                                R"("defaultLength": "8")",
                                R"("state": "on")",
                                R"("includeTargets": "all_users")",
                                R"("includeTargets": [{"targetType": "group"}])",
                                R"("includeTargets": [7])",
                                R"("lockout": {})"}) {
      CAPTURE(members);
      const auto refused = f.change_passes(members);
      CHECK(refused.status == 400);
      CHECK(refused.reason() == "policy_invalid");
    }
    CHECK(f.settings().pass_policy == before);
  }

  TEST_CASE("a patch says which policy it means") {
    Fixture f;
    CHECK(f.patch(kPasses, R"({"isUsableOnce": true})").status == 400);
    CHECK(f.patch(kKeys,
                  R"({"@odata.type":
                      "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration"})")
              .status == 400);
    CHECK(f.patch(kPasses, R"({"@odata.type": 7})").status == 400);
  }

  TEST_CASE("deleting a policy brings back its defaults") {
    Fixture f;
    REQUIRE(f.change_passes(R"("isUsableOnce": true, "proof": "off")").status == 204);
    CHECK(f.settings().pass_policy.is_usable_once);
    CHECK(f.remove(kPasses).status == 204);
    CHECK(f.settings().pass_policy == PassPolicy{});
    REQUIRE(f.change_keys(R"("state": "disabled")").status == 204);
    CHECK(f.remove(kKeys).status == 204);
    CHECK(f.settings().key_policy == firstkey::core::KeyPolicy{});
    CHECK(f.audit_of("policy.key.set").details.at("state") == R"("disabled" -> "enabled")");
  }

  TEST_CASE("the key policy is shown with its profiles and what Graph had before them") {
    Fixture f;
    const auto shown = f.get(kKeys);
    CHECK(shown.text("id") == "Fido2");
    CHECK(shown.at("isSelfServiceRegistrationAllowed").as_bool());
    CHECK_FALSE(shown.at("isAttestationEnforced").as_bool());
    CHECK_FALSE(shown.at("keyRestrictions").at("isEnforced").as_bool());
    CHECK(shown.at("passkeyProfiles").at(0).at("passkeyTypes") == "deviceBound");
    CHECK(shown.at("includeTargets").at(0).at("allowedPasskeyProfiles").at(0) ==
          json::string_view(firstkey::core::kDefaultProfile));
  }

  TEST_CASE("members from before there were profiles are the default profile's") {
    Fixture f;
    REQUIRE(f.change_keys(R"("isAttestationEnforced": true, "keyRestrictions": {"isEnforced": true,
        "enforcementType": "allow", "aaGuids": ["de1e552d-db1d-4423-a619-566b625cdc84"], "x": 1},
        "includeTargets": [{"targetType": "group", "id": "newcomers"}])")
                .status == 204);
    const auto policy = f.settings().key_policy;
    CHECK(policy.profiles.front().attestation == AttestationEnforcement::kEnforced);
    CHECK(policy.profiles.front().restrictions.aaguids.size() == 1);
    CHECK(policy.include_targets.front().profiles ==
          std::vector<std::string>{std::string(firstkey::core::kDefaultProfile)});
    CHECK(f.get(kKeys).at("isAttestationEnforced").as_bool());
  }

  TEST_CASE("a key policy with members of wrong types is refused") {
    Fixture f;
    for (const auto* members : {R"("isAttestationEnforced": "yes")",
                                R"("keyRestrictions": [])",
                                R"("keyRestrictions": {"isEnforced": true})",
                                R"("passkeyProfiles": {})",
                                R"("passkeyProfiles": [])",
                                R"("includeTargets": [null])",
                                R"("algorithms": ["ES256"])"}) {
      CAPTURE(members);
      CHECK(f.change_keys(members).status == 400);
    }
  }

  TEST_CASE("a policy's name is taken with either first letter, and others are unknown") {
    Fixture f;
    const auto base = kKeys.substr(0, kKeys.rfind('/') + 1);
    CHECK(f.get(base + "temporaryAccessPass").status == 200);
    CHECK(f.get(base + "Fido2").status == 200);
    for (const auto& answer :
         {f.get(base + "sms"), f.remove(base + "sms"), f.patch(base + "sms", "{}")}) {
      CHECK(answer.status == 404);
    }
  }

  TEST_CASE("who may only read changes nothing") {
    Fixture f;
    f.holding({Role::kGlobalReader});
    CHECK(f.get(kPasses).status == 200);
    CHECK(f.change_passes(R"("isUsableOnce": true)").status == 403);
    CHECK(f.remove(kKeys).status == 403);
    f.holding({Role::kAuditor});
    CHECK(f.get(kPasses).status == 403);
  }
}
