#include "enroll/graph/pass_routes.h"

#include "tests/enroll/graph/graph_fixture.h"

using firstkey::core::Role;
using firstkey::core::UserType;
using firstkey::tests::GraphAnswer;
using firstkey::tests::GraphFixture;

namespace {

struct Fixture : GraphFixture {
  static std::string passes_of(const std::string& user) {
    return "/users/" + user + "/authentication/temporaryAccessPassMethods";
  }
  GraphAnswer issue(const std::string& body = "{}") { return post(passes, body); }
  /// How an issue with `body` is refused: 0 if it is not.
  unsigned status_of(const std::string& body) { return issue(body).status; }

  const std::string passes = passes_of("lee@example.org");
};

}  // namespace

TEST_SUITE("enroll/graph/pass_routes") {
  TEST_CASE("an empty request issues a pass as the policy has it, with its code") {
    Fixture f;
    const auto issued = f.issue();
    CHECK(issued.status == 201);
    CHECK(issued.text("@odata.type") == "#microsoft.graph.temporaryAccessPassAuthenticationMethod");
    CHECK(issued.text("temporaryAccessPass").size() == 8);
    CHECK(issued.at("lifetimeInMinutes") == 60);
    CHECK_FALSE(issued.at("isUsableOnce").as_bool());
    CHECK(issued.at("isUsable").as_bool());
    CHECK(issued.text("methodUsabilityReason") == "EnabledByPolicy");
    CHECK(f.redeem(issued.text("temporaryAccessPass")));
  }

  TEST_CASE("a start, a lifetime and one use are as asked for") {
    Fixture f;
    const auto start = firstkey::core::to_rfc3339(f.clock.wall() + std::chrono::hours(2));
    const auto issued = f.issue(R"({"startDateTime": ")" + start +
                                R"(", "lifetimeInMinutes": 90, "isUsableOnce": true})");
    REQUIRE(issued.status == 201);
    CHECK(issued.text("startDateTime") == start);
    CHECK(issued.at("lifetimeInMinutes") == 90);
    CHECK(issued.at("isUsableOnce").as_bool());
    CHECK_FALSE(issued.at("isUsable").as_bool());
    CHECK(issued.text("methodUsabilityReason") == "NotYetValid");
  }

  TEST_CASE("the code is shown once") {
    Fixture f;
    const auto issued = f.issue();
    const auto listed = f.get(f.passes);
    REQUIRE(listed.values().size() == 1);
    CHECK(listed.values()[0].at("id") == issued.at("id"));
    CHECK(listed.values()[0].at("temporaryAccessPass").is_null());
    const auto shown = f.get(f.passes + "/" + issued.text("id"));
    CHECK(shown.status == 200);
    CHECK(shown.at("temporaryAccessPass").is_null());
  }

  TEST_CASE("a second pass takes the first one's place") {
    Fixture f;
    const auto first = f.issue().text("id");
    const auto second = f.issue();
    CHECK(second.status == 201);
    CHECK(f.get(f.passes).values().size() == 1);
    const auto gone = f.get(f.passes + "/" + first);
    CHECK(gone.status == 404);
    CHECK(gone.reason() == "pass_unknown");
    CHECK(f.remove(f.passes + "/" + first).status == 404);
    CHECK(f.remove(f.passes + "/" + second.text("id")).status == 204);
    CHECK(f.get(f.passes).values().empty());
  }

  TEST_CASE("a lifetime is taken from the policy's least to its most") {
    Fixture f;
    for (const int minutes : {59, 481}) {
      CAPTURE(minutes);
      const auto refused = f.issue(R"({"lifetimeInMinutes": )" + std::to_string(minutes) + "}");
      CHECK(refused.status == 400);
      CHECK(refused.code() == "badRequest");
      CHECK(refused.reason() == "lifetime_out_of_range");
      CHECK(refused.at("error").at("message").as_string().find("60 and 480") != std::string::npos);
    }
    for (const int minutes : {60, 61, 479, 480}) {
      CAPTURE(minutes);
      CHECK(f.issue(R"({"lifetimeInMinutes": )" + std::to_string(minutes) + "}").status == 201);
    }
  }

  TEST_CASE("what Graph's clients may get wrong is refused with 400") {
    Fixture f;
    f.edit_settings([](auto& settings) { settings.pass_policy.is_usable_once = true; });
    for (const auto* body : {R"({"isUsableOnce": false})",
                             R"({"isUsableOnce": "true"})",
                             R"({"lifetimeInMinutes": 60.5})",
                             R"({"lifetimeInMinutes": "60"})",
                             R"({"lifetimeInMinutes": 99999999999})",
                             R"({"startDateTime": "tomorrow"})",
                             R"({"startDateTime": "2001-01-01T00:00:00Z"})",
                             "[]",
                             ""}) {
      CAPTURE(body);
      CHECK(f.issue(body).status == 400);
    }
    CHECK(f.issue(R"({"temporaryAccessPass": "mine", "id": 7, "startDateTime": null})").status ==
          201);
  }

  TEST_CASE("who gets no pass is told why") {
    Fixture f;
    (void)f.add_user("ext", UserType::kExternalGuest);
    const auto guest = f.post(f.passes_of("ext@example.org"), "{}");
    CHECK(guest.status == 400);
    CHECK(guest.reason() == "external_guest");
    CHECK(f.post(f.passes_of("nobody"), "{}").status == 404);
    const auto own = f.post(f.passes_of("ana@example.org"), "{}");
    CHECK(own.status == 403);
    CHECK(own.reason() == "not_for_oneself");
    f.holding({Role::kAuthenticationAdministrator});
    CHECK(f.post(f.passes_of("max@example.org"), "{}").reason() ==
          "administrators_need_privileged_role");
    f.edit_settings([](auto& settings) {
      settings.pass_policy.state = firstkey::core::PolicyState::kDisabled;
    });
    CHECK(f.issue().reason() == "pass_disabled_by_policy");
  }

  TEST_CASE("a reader sees where a pass stands and cannot issue or delete one") {
    Fixture f;
    const auto id = f.issue().text("id");
    f.holding({Role::kGlobalReader});
    CHECK(f.get(f.passes).status == 200);
    CHECK(f.issue().status == 403);
    CHECK(f.remove(f.passes + "/" + id).status == 403);
    CHECK(f.get(f.passes + "?$filter=x").status == 400);
  }
}
