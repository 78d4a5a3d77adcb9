#include "enroll/graph/audit_routes.h"

#include "tests/enroll/graph/graph_fixture.h"

using firstkey::core::Role;
using firstkey::tests::GraphFixture;

namespace {

constexpr const char* kAudits = "/auditLogs/directoryAudits";
constexpr const char* kPasses = "/users/lee@example.org/authentication/temporaryAccessPassMethods";

}  // namespace

TEST_SUITE("enroll/graph/audit_routes") {
  TEST_CASE("what was done is told with who did it, to whom and how it ended, newest first") {
    GraphFixture f;
    REQUIRE(f.post(kPasses, "{}").status == 201);
    REQUIRE(f.post(kPasses, R"({"lifetimeInMinutes": 1})").status == 400);
    const auto listed = f.get(kAudits);
    REQUIRE(listed.values().size() == 2);
    const auto& refused = listed.values()[0];
    const auto& issued = listed.values()[1];
    CHECK(refused.at("result") == "failure");
    CHECK(refused.at("resultReason") == "lifetime_out_of_range");
    CHECK(issued.at("result") == "success");
    CHECK(issued.at("activityDisplayName") == "pass.issue");
    CHECK(issued.at("category") == "pass");
    CHECK(issued.at("initiatedBy").at("user").at("userPrincipalName") == "ana@example.org");
    CHECK(issued.at("targetResources").at(0).at("id") == f.lee.id.text().c_str());
    CHECK(issued.at("id") == "1-1");
  }

  TEST_CASE("the trail is filtered by action and by correlation, and cut to what is asked for") {
    GraphFixture f;
    REQUIRE(f.post(kPasses, "{}").status == 201);
    REQUIRE(f.remove("/users/max@example.org").status == 204);
    const auto listed = [&](const std::string& query) {
      return f.get(std::string(kAudits) + query).values().size();
    };
    CHECK(listed("?$filter=activityDisplayName%20eq%20'pass.issue'") == 1);
    const auto correlation = f.audit_of("pass.issue").correlation.text();
    CHECK(listed("?$filter=correlationId%20eq%20'" + correlation + "'") == 1);
    CHECK(listed("?$filter=correlationId%20eq%20'another'") == 0);
    CHECK(listed("?$top=1") == 1);
    CHECK(f.get(std::string(kAudits) + "?$filter=result%20eq%20'success'").status == 400);
  }

  TEST_CASE("names are for auditors, and the trail is not for everybody") {
    GraphFixture f;
    REQUIRE(f.post(kPasses, "{}").status == 201);
    f.holding({Role::kGlobalReader});
    CHECK(
        f.get(kAudits).values()[0].at("initiatedBy").at("user").at("userPrincipalName").is_null());
    f.holding({Role::kUserAdministrator});
    CHECK(f.get(kAudits).status == 403);
  }
}
