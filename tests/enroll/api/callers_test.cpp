// Who is let in to the administrators' routes, and what is written of who is not.

#include "enroll/api/callers.h"

#include <doctest/doctest.h>

#include "core/administration/api_credential_registry.h"
#include "tests/support/administration_fixture.h"

using firstkey::core::ApiAdmission;
using firstkey::core::ApiCaller;
using firstkey::core::ApiCredentialRegistry;
using firstkey::core::CreatedApiCredential;
using firstkey::core::ErrorCode;
using firstkey::enroll::api::Caller;
using firstkey::enroll::api::Callers;
using firstkey::enroll::http::RateLimit;
using firstkey::enroll::http::Request;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

namespace {

constexpr int kRowsOfAddress = 3;

class CallersFixture : public AdministrationFixture {
 public:
  firstkey::core::Result<Caller> identify(const std::string& authorization,
                                          const std::string& peer = "192.0.2.7") {
    return callers.identify({.headers = {{"authorization", authorization}}, .peer = peer});
  }
  [[nodiscard]] std::string secret() const {
    return firstkey::core::to_string(created.secret.expose());
  }

  ApiCredentialRegistry registry{administration, random};
  CreatedApiCredential created = [this] {
    auto made = registry.create({.owner = ref(max), .name = "sync"});
    REQUIRE(made);
    return std::move(made.value());
  }();
  ApiAdmission admission{store};
  RateLimit refusals{clock, {.burst = kRowsOfAddress, .a_second = 1}};
  Callers callers{{.admission = admission, .refusals = refusals}};
};

}  // namespace

TEST_SUITE("enroll/api/callers") {
  TEST_CASE("a caller is who its bearer's credential is of") {
    CallersFixture f;
    const auto id = f.created.credential.credential.id;
    for (const auto* scheme : {"Bearer ", "bearer ", "BEARER "}) {
      CAPTURE(scheme);
      const auto caller = f.identify(scheme + f.secret());
      REQUIRE(caller);
      CHECK(caller->principal == firstkey::core::Principal(ApiCaller{id}));
      CHECK(caller->name == "api-credential " + id.text());
    }
  }

  TEST_CASE("who shows nothing is told what is needed, and no row is written") {
    CallersFixture f;
    const auto rows = f.audit_rows();
    for (const auto* shown : {"", "Bearer", "Bearer ", "Basic YTpi", "Bearerfk_api_"}) {
      CAPTURE(shown);
      CHECK(code_of(f.identify(shown)) == ErrorCode::kApiCredentialUnknown);
    }
    CHECK(f.audit_rows() == rows);
  }

  TEST_CASE("a station's bearer is no API credential's") {
    CallersFixture f;
    CHECK(code_of(f.identify("Bearer " + f.secret().substr(7))) ==
          ErrorCode::kApiCredentialUnknown);
  }

  TEST_CASE("whatever is wrong, a caller hears the same and the trail the reason") {
    CallersFixture f;
    const auto stranger = f.identify("Bearer fk_api_" + std::string(43, 'A'));
    CHECK(f.last_audit().outcome == "api_credential_unknown");
    REQUIRE(f.registry.revoke(f.created.credential.credential.id));
    const auto revoked = f.identify("Bearer " + f.secret());
    CHECK(f.last_audit().outcome == "api_credential_revoked");
    REQUIRE_FALSE(stranger);
    REQUIRE_FALSE(revoked);
    CHECK(stranger.error() == revoked.error());
  }

  TEST_CASE("an address that goes on is refused without more rows") {
    CallersFixture f;
    const auto refuse = [&](const char* peer) {
      CHECK(code_of(f.identify("Bearer fk_api_" + std::string(43, 'A'), peer)) ==
            ErrorCode::kApiCredentialUnknown);
    };
    for (int i = 0; i < kRowsOfAddress; ++i) refuse("192.0.2.7");
    const auto rows = f.audit_rows();
    refuse("192.0.2.7");
    CHECK(f.audit_rows() == rows);
    refuse("192.0.2.8");
    CHECK(f.audit_rows() == rows + 1);
    CHECK(f.identify("Bearer " + f.secret()));  // and who is known is let in all the same
  }
}
