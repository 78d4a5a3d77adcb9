#include "enroll/graph/user_routes.h"

#include "tests/enroll/graph/graph_fixture.h"

using firstkey::core::UserType;
using firstkey::tests::GraphFixture;
namespace json = boost::json;

namespace {

constexpr const char* kKim = R"({"userPrincipalName": "kim@example.org", "displayName": "Kim",
  "accountEnabled": true, "mailNickname": "kim", "passwordProfile": {"password": "unwanted"}})";

}  // namespace

TEST_SUITE("enroll/graph/user_routes") {
  TEST_CASE("a user is created, told with 201 and found again by id and by name") {
    GraphFixture f;
    const auto created = f.post("/users", kKim);
    CHECK(created.status == 201);
    CHECK(created.text("@odata.context") ==
          "https://graph.example.org/v1.0/$metadata#users/$entity");
    CHECK(created.text("userType") == "Member");
    CHECK(created.at("accountEnabled").as_bool());
    for (const auto& name : {created.text("id"), std::string("KIM%40example.org")}) {
      CAPTURE(name);
      CHECK(f.get("/users/" + name).text("userPrincipalName") == "kim@example.org");
      CHECK(f.get("/beta/users/" + name).status == 200);
    }
  }

  TEST_CASE("a guest and a disabled account are created as asked for") {
    GraphFixture f;
    const auto created = f.post(
        "/users",
        R"({"userPrincipalName": "g", "userType": "Guest", "accountEnabled": false, "displayName": null})");
    REQUIRE(created.status == 201);
    CHECK(created.text("displayName") == "g");
    const auto user = f.user(firstkey::core::UserId(created.text("id"))).value();
    CHECK(user.type == UserType::kInternalGuest);
    CHECK_FALSE(user.is_enabled);
  }

  TEST_CASE("a user that cannot be is refused with 400, and a name that is taken with 409") {
    GraphFixture f;
    for (const auto* body : {"{}",
                             R"({"userPrincipalName": 7})",
                             R"({"userPrincipalName": ""})",
                             R"({"userPrincipalName": "a\nb"})",
                             R"({"userPrincipalName": "a", "accountEnabled": "yes"})",
                             R"({"userPrincipalName": "a", "userType": "Robot"})"}) {
      CAPTURE(body);
      const auto refused = f.post("/users", body);
      CHECK(refused.status == 400);
      CHECK(refused.code() == "badRequest");
    }
    CHECK(f.post("/users", R"({"userPrincipalName": ")" + std::string(257, 'x') + "\"}").status ==
          400);
    const auto taken = f.post("/users", R"({"userPrincipalName": "LEE@example.org"})");
    CHECK(taken.status == 409);
    CHECK(taken.reason() == "already_exists");
  }

  TEST_CASE("the list comes in pages whose links lead through all of it") {
    GraphFixture f;
    const auto first = f.get("/users?$top=2");
    REQUIRE(first.values().size() == 2);
    CHECK(first.values()[0].at("userPrincipalName") == "ana@example.org");
    const auto link = first.text("@odata.nextLink");
    const std::string base = "https://graph.example.org/v1.0";
    REQUIRE(link.starts_with(base));
    const auto last = f.get(link.substr(base.size()));
    REQUIRE(last.values().size() == 1);
    CHECK(last.values()[0].at("userPrincipalName") == "max@example.org");
    CHECK_FALSE(last.body.as_object().contains("@odata.nextLink"));
  }

  TEST_CASE("a filter on the name finds that user alone, by name and not by id") {
    GraphFixture f;
    const auto named = [&](const std::string& value) {
      return f.get("/users?$filter=userPrincipalName%20eq%20'" + value + "'").values().size();
    };
    CHECK(named("lee@example.org") == 1);
    CHECK(named(f.lee.id.text()) == 0);
    CHECK(named("nobody@example.org") == 0);
    REQUIRE(f.post("/users", R"({"userPrincipalName": "o'hara@example.org"})").status == 201);
    CHECK(named("o''hara@example.org") == 1);
  }

  TEST_CASE("query options that are wrong or not taken are refused") {
    GraphFixture f;
    for (const auto* query : {"$top=0",
                              "$top=1000",
                              "$top=ten",
                              "$top=1&$top=2",
                              "$skiptoken=***",
                              "$skip=3",
                              "$orderby=displayName",
                              "$filter=displayName%20eq%20'Lee'",
                              "$filter=userPrincipalName%20ne%20'a'",
                              "$filter=userPrincipalName%20eq%20'a'%20or%20true",
                              "$filter=userPrincipalName%20eq%20a",
                              "$top=%zz"}) {
      CAPTURE(query);
      CHECK(f.get("/users?" + std::string(query)).status == 400);
    }
    CHECK(f.get("/users?custom=1&$top=1").status == 200);
    CHECK(f.get("/users?$top=999").status == 200);
  }

  TEST_CASE("a user is deleted, and unknown from then on") {
    GraphFixture f;
    const auto removed = f.remove("/users/lee@example.org");
    CHECK(removed.status == 204);
    CHECK(removed.whole.body.empty());
    const auto again = f.get("/users/lee@example.org");
    CHECK(again.status == 404);
    CHECK(again.code() == "itemNotFound");
    CHECK(again.reason() == "user_unknown");
  }

  TEST_CASE("whoever lacks the role is refused") {
    GraphFixture f;
    f.holding({firstkey::core::Role::kAuditor});
    for (const auto& refused : {f.get("/users"), f.post("/users", kKim), f.remove("/users/lee")}) {
      CHECK(refused.status == 403);
      CHECK(refused.code() == "accessDenied");
      CHECK(refused.reason() == "role_missing");
    }
  }
}
