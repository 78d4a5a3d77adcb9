#include "enroll/graph/reception.h"

#include "tests/enroll/graph/graph_fixture.h"

using firstkey::tests::GraphFixture;

TEST_SUITE("enroll/graph/reception") {
  TEST_CASE("nobody is answered without a credential") {
    GraphFixture f;
    f.credential = "a stranger's";
    const auto refused = f.get("/users");
    CHECK(refused.status == 401);
    CHECK(refused.code() == "unauthenticated");
    CHECK(refused.whole.headers.front().name == "WWW-Authenticate");
  }

  TEST_CASE("a refusal tells Graph's code, ours, the time and both names of the request") {
    GraphFixture f;
    const auto refused = f.ask(
        {.method = "GET", .path = "/users/nobody", .headers = {{"client-request-id", "mine-7"}}});
    const auto& inner = refused.at("error").at("innerError");
    CHECK(refused.code() == "itemNotFound");
    CHECK(inner.at("code") == "user_unknown");
    CHECK(inner.at("request-id") == "request-1");
    CHECK(inner.at("client-request-id") == "mine-7");
    CHECK(inner.at("date").as_string().ends_with("Z"));
  }

  TEST_CASE("a caller over the limit is told when to come back") {
    GraphFixture f;
    for (int i = 0; i < 30; ++i) REQUIRE(f.get("/users").status == 200);
    const auto refused = f.get("/users");
    CHECK(refused.status == 429);
    CHECK(refused.whole.headers.front().name == "Retry-After");
    f.clock.advance(std::chrono::seconds(1));
    CHECK(f.get("/users").status == 200);
  }

  TEST_CASE("a body of another media type is refused with 415") {
    GraphFixture f;
    const std::string kim = R"({"userPrincipalName": "kim"})";
    for (const auto* type : {"", "text/plain", "application/jsonish", "application/xml"}) {
      CAPTURE(type);
      f.media_type = type;
      CHECK(f.post("/users", kim).status == 415);
    }
    f.media_type = "application/json;odata.metadata=minimal";
    CHECK(f.post("/users", kim).status == 201);
  }

  TEST_CASE("a body that is not one strict JSON object is refused with 400") {
    GraphFixture f;
    for (const auto* body : {"{",
                             "[]",
                             "7",
                             "{} {}",
                             R"({"userPrincipalName": "a", "userPrincipalName": "b"})",
                             "{\"userPrincipalName\": \"\xFF\"}"}) {
      CAPTURE(body);
      const auto refused = f.post("/users", body);
      CHECK(refused.status == 400);
      CHECK(refused.reason() == "invalid_argument");
    }
    CHECK(f.post("/users", "").status == 400);
  }

  TEST_CASE("a path that tries to leave its place leads nowhere") {
    GraphFixture f;
    for (const auto* path :
         {"/users/../users", "/users//", "/users/%2e%2e", "/users/%00", "/users/%zz", "/Users"}) {
      CAPTURE(path);
      CHECK(f.get(path).status == 404);
    }
    CHECK(f.get("/users/a%2Fb").status == 404);
    CHECK(f.patch("/users", "{}").status == 405);
  }
}
