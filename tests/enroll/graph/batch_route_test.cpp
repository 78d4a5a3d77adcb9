#include "enroll/graph/batch_route.h"

#include "tests/enroll/graph/graph_fixture.h"

using firstkey::tests::GraphFixture;
namespace json = boost::json;

namespace {

struct Fixture : GraphFixture {
  /// A batch of these requests.
  firstkey::tests::GraphAnswer run(const std::string& requests) {
    return post("/$batch", R"({"requests": [)" + requests + "]}");
  }
  static int status_of(const firstkey::tests::GraphAnswer& answer, std::size_t index) {
    return static_cast<int>(answer.at("responses").at(index).at("status").as_int64());
  }
};

}  // namespace

TEST_SUITE("enroll/graph/batch_route") {
  TEST_CASE("each request of a batch is answered as if it had come alone") {
    Fixture f;
    const auto done = f.run(
        R"({"id": "1", "method": "POST", "url": "/users", "body": {"userPrincipalName": "kim"},
            "headers": {"Content-Type": "application/json"}},
           {"id": "2", "method": "GET", "url": "users/kim"},
           {"id": "3", "method": "GET", "url": "/users?$top=0"},
           {"id": "4", "method": "DELETE", "url": "/users/kim"},
           {"id": "5", "method": "GET", "url": "/nothing"},
           {"id": "6", "method": "PATCH", "url": "/users/kim"})");
    CHECK(done.status == 200);
    CHECK(f.status_of(done, 0) == 201);
    CHECK(done.at("responses").at(1).at("body").at("userPrincipalName") == "kim");
    CHECK(f.status_of(done, 2) == 400);
    CHECK(f.status_of(done, 3) == 204);
    CHECK_FALSE(done.at("responses").at(3).as_object().contains("body"));
    CHECK(f.status_of(done, 4) == 404);
    CHECK(f.status_of(done, 5) == 405);
  }

  TEST_CASE("what depends on a request that failed is not run") {
    Fixture f;
    const auto done = f.run(
        R"({"id": "a", "method": "GET", "url": "/users/nobody"},
           {"id": "b", "method": "DELETE", "url": "/users/lee@example.org", "dependsOn": ["a"]},
           {"id": "c", "method": "GET", "url": "/users", "dependsOn": ["b"]})");
    CHECK(f.status_of(done, 0) == 404);
    CHECK(f.status_of(done, 1) == 424);
    CHECK(f.status_of(done, 2) == 424);
    CHECK(f.user(f.lee.id));
  }

  TEST_CASE("a batch has 20 requests at most") {
    Fixture f;
    std::string requests;
    for (int i = 0; i < 19; ++i) {
      requests += R"({"id": ")" + std::to_string(i) + R"(", "method": "GET", "url": "/users/x"},)";
    }
    const auto last = [](const std::string& id) {
      return R"({"id": ")" + id + R"(", "method": "GET", "url": "/users/x"})";
    };
    CHECK(f.run(requests + last("19")).status == 200);
    CHECK(f.run(requests + last("19") + "," + last("20")).status == 400);
  }

  TEST_CASE("each request of a batch counts") {
    Fixture f;
    std::string requests;
    for (int i = 0; i < 20; ++i) {
      requests += std::string(i == 0 ? "" : ",") + R"({"id": ")" + std::to_string(i) +
                  R"(", "method": "GET", "url": "/users"})";
    }
    CHECK(f.status_of(f.run(requests), 19) == 200);
    const auto over = f.run(requests);  // 42 in all, of 30 at once
    CHECK(f.status_of(over, 0) == 200);
    CHECK(f.status_of(over, 19) == 429);
    CHECK(over.at("responses").at(19).at("headers").as_object().contains("Retry-After"));
  }

  TEST_CASE("a batch that is none is refused whole") {
    Fixture f;
    for (
        const auto* requests :
        {"7",
         R"({"method": "GET", "url": "/users"})",
         R"({"id": 1, "method": "GET", "url": "/users"})",
         R"({"id": "1", "method": "GET"})",
         R"({"id": "1", "method": "POST", "url": "/users", "body": "text"})",
         R"({"id": "1", "method": "POST", "url": "/$batch", "body": {"requests": []}})",
         R"({"id": "1", "method": "GET", "url": "/users", "dependsOn": ["2"]})",
         R"({"id": "1", "method": "GET", "url": "/users", "dependsOn": [2]})",
         R"({"id": "1", "method": "GET", "url": "/a"}, {"id": "1", "method": "GET", "url": "/b"})"}) {
      CAPTURE(requests);
      CHECK(f.run(requests).status == 400);
    }
    CHECK(f.post("/$batch", "{}").status == 400);
    CHECK(f.get("/$batch").status == 405);
  }

  TEST_CASE("a batch stays within its version") {
    Fixture f;
    const auto done = f.run(R"({"id": "1", "method": "GET", "url": "/../beta/users"},
                               {"id": "2", "method": "GET", "url": "/beta/users"})");
    CHECK(f.status_of(done, 0) == 404);
    CHECK(f.status_of(done, 1) == 404);
  }
}
