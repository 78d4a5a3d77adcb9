#include "enroll/graph/method_routes.h"

#include "tests/enroll/graph/graph_fixture.h"

using firstkey::core::CredentialRecord;
using firstkey::core::Role;
using firstkey::core::to_base64url;
using firstkey::core::User;
using firstkey::core::WriteTransaction;
using firstkey::tests::GraphFixture;
using firstkey::tests::make_credential;

namespace {

struct Fixture : GraphFixture {
  CredentialRecord store(const User& user, const std::string& id) {
    auto key = make_credential(user, id);
    write([&](WriteTransaction& t) { REQUIRE(t.insert_credential(key)); });
    return key;
  }
  static std::string of(const std::string& user, const std::string& rest) {
    return "/users/" + user + "@example.org/authentication/" + rest;
  }
};

}  // namespace

TEST_SUITE("enroll/graph/method_routes") {
  TEST_CASE("a key is listed and shown as Graph has it") {
    Fixture f;
    const auto key = f.store(f.lee, "one");
    const auto listed = f.get(f.of("lee", "fido2Methods"));
    REQUIRE(listed.values().size() == 1);
    const auto shown = f.get(f.of("lee", "fido2Methods/" + to_base64url(key.id)));
    CHECK(shown.status == 200);
    CHECK(shown.text("id") == to_base64url(key.id));
    CHECK(shown.text("displayName") == key.display_name);
    CHECK(shown.text("aaGuid").size() == 36);
    CHECK(shown.text("passkeyType") == "deviceBound");
    CHECK(listed.values()[0].at("id") == shown.at("id"));
  }

  TEST_CASE("a key is found, and deleted, under its own user alone") {
    Fixture f;
    const auto key = f.store(f.lee, "one");
    const auto id = to_base64url(key.id);
    CHECK(f.get(f.of("max", "fido2Methods/" + id)).reason() == "credential_unknown");
    CHECK(f.remove(f.of("max", "fido2Methods/" + id)).status == 404);
    CHECK(f.remove(f.of("lee", "fido2Methods/" + id)).status == 204);
    CHECK(f.get(f.of("lee", "fido2Methods/" + id)).status == 404);
    CHECK(f.audit_of("credential.delete").details.at("userId") == f.lee.id.text());
  }

  TEST_CASE("an id that is none is unknown") {
    Fixture f;
    for (const auto* id : {"***", "AA==", "AAAA"}) {
      CAPTURE(id);
      CHECK(f.get(f.of("lee", "fido2Methods/" + std::string(id))).status == 404);
      CHECK(f.remove(f.of("lee", "fido2Methods/" + std::string(id))).status == 404);
    }
  }

  TEST_CASE("a withdrawn key is no method") {
    Fixture f;
    auto key = f.store(f.lee, "one");
    key.withdrawn_at = f.clock.wall();
    f.write([&](WriteTransaction& t) { t.update_credential(key); });
    CHECK(f.get(f.of("lee", "fido2Methods")).values().empty());
    CHECK(f.get(f.of("lee", "fido2Methods/" + to_base64url(key.id))).status == 404);
  }

  TEST_CASE("the methods are the keys and the pass, each by its id") {
    Fixture f;
    const auto key = f.store(f.lee, "one");
    CHECK(f.get(f.of("lee", "methods")).values().size() == 1);
    const auto pass = f.post(f.of("lee", "temporaryAccessPassMethods"), "{}").text("id");
    const auto listed = f.get(f.of("lee", "methods"));
    REQUIRE(listed.values().size() == 2);
    CHECK(listed.values()[0].at("@odata.type") == "#microsoft.graph.fido2AuthenticationMethod");
    CHECK(listed.values()[1].at("temporaryAccessPass").is_null());
    CHECK(f.get(f.of("lee", "methods/" + pass)).text("id") == pass);
    CHECK(f.get(f.of("lee", "methods/" + to_base64url(key.id))).status == 200);
    CHECK(f.get(f.of("lee", "methods/other")).status == 404);
  }

  TEST_CASE("whoever may not see a user's methods is refused") {
    Fixture f;
    const auto id = to_base64url(f.store(f.lee, "one").id);
    f.holding({Role::kUserAdministrator});
    CHECK(f.get(f.of("lee", "methods")).status == 403);
    CHECK(f.get(f.of("lee", "fido2Methods")).status == 403);
    f.holding({Role::kGlobalReader});
    CHECK(f.get(f.of("lee", "fido2Methods/" + id)).status == 200);
    CHECK(f.remove(f.of("lee", "fido2Methods/" + id)).status == 403);
  }
}
