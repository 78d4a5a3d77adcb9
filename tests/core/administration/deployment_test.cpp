#include "core/administration/deployment.h"

#include <doctest/doctest.h>

#include "core/administration/user_directory.h"
#include "tests/support/administration_fixture.h"

using firstkey::core::Account;
using firstkey::core::Administration;
using firstkey::core::Deployment;
using firstkey::core::DeploymentRequest;
using firstkey::core::ErrorCode;
using firstkey::core::MemoryStore;
using firstkey::core::PassIssuer;
using firstkey::core::RelyingParty;
using firstkey::core::Role;
using firstkey::core::UserDirectory;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::FakePepper;
using firstkey::tests::make_credential;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

namespace {

const DeploymentRequest kRequest{
    .relying_party = {.id = "example.org", .name = "Example", .origins = {"https://example.org"}},
    .administrator_name = "ana@example.org",
    .administrator_display_name = "Ana Ortega"};

const firstkey::core::PassRequest kForOneself{.user = {"ana@example.org"}};

/// A store nobody has begun yet.
struct EmptyStore {
  std::string passcode_of(const firstkey::core::IssuedPass& issued) {
    return firstkey::core::to_string(issued.passcode.expose());  // a test's passcode
  }
  auto redeem(const std::string& passcode) {
    firstkey::core::PassRedeemer redeemer(store, random, pepper, hasher);
    return redeemer.redeem({.user_name = "ana@example.org",
                            .passcode = firstkey::core::Secret(firstkey::core::as_bytes(passcode)),
                            .station = firstkey::core::StationId("desk"),
                            .session_secret = random.secret(32),
                            .is_simulated = false});
  }

  firstkey::tests::FakeClock clock;
  firstkey::tests::FakeRandom random{3};
  MemoryStore store{clock, random};
  FakePepper pepper;
  firstkey::core::PassHasher hasher{pepper, firstkey::tests::kCheapHash, 1};
  Administration administration{store, Account{.uid = 1000}};
  Deployment deployment{administration, random, hasher};
  UserDirectory directory{administration, random};
  PassIssuer issuer{administration, random, pepper, hasher};
};

}  // namespace

TEST_SUITE("core/administration/deployment") {
  TEST_CASE("the first administrator holds every administrator role and is who acts") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    REQUIRE(begun);
    CHECK(begun->administrator.name == "ana@example.org");
    CHECK(begun->administrator.display_name == "Ana Ortega");
    CHECK(begun->administrator.roles == AdministrationFixture::everything());
    const auto shown = f.directory.show({"ana@example.org"});
    REQUIRE(shown);
    CHECK(shown.value() == begun->administrator);
  }

  TEST_CASE("a fresh store has the relying party asked for and the default policies") {
    EmptyStore f;
    REQUIRE(f.deployment.initialise(kRequest));
    CHECK(f.deployment.relying_party().value() == kRequest.relying_party);
    REQUIRE(f.store.read([&](auto& t) {
      const auto settings = t.settings().value();
      const firstkey::core::PassPolicy defaults;  // named: g++ 12 fails on a temporary here
      CHECK(settings.pass_policy == defaults);
      const firstkey::core::KeyPolicy key_defaults;
      CHECK(settings.key_policy == key_defaults);
      CHECK(settings.owner_uid == 1000);
      CHECK(settings.created_at == f.clock.wall());
    }));
  }

  TEST_CASE("the bootstrap pass lets the first administrator in") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    REQUIRE(begun);
    CHECK(begun->bootstrap.pass.is_bootstrap);
    CHECK(begun->bootstrap.pass.is_usable());
    CHECK(f.redeem(f.passcode_of(begun->bootstrap)).has_value());
  }

  TEST_CASE("the bootstrap pass is in the trail, by and for the first administrator") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    REQUIRE(f.store.read([&](auto& t) {
      const auto rows = t.audit_rows({}, 10);
      REQUIRE(rows.size() == 2);
      CHECK(rows[0].action == "store.init");
      CHECK(rows[0].details.at("uid") == "1000");
      CHECK(rows[1].action == "pass.issue");
      CHECK(rows[1].details.at("isBootstrap") == "true");
      CHECK(rows[1].details.at("actorId") == rows[1].details.at("userId"));
      CHECK(rows[1].correlation == begun->bootstrap.pass.correlation);
    }));
  }

  TEST_CASE("the bootstrap pass is the only one anybody gets from themselves") {
    EmptyStore f;
    REQUIRE(f.deployment.initialise(kRequest));
    CHECK(code_of(f.issuer.issue({.user = {"ana@example.org"}})) == ErrorCode::kNotForOneself);
  }

  TEST_CASE("a bootstrap pass that is over is issued anew, to the microsecond") {
    for (const auto& [after, is_renewed] :
         {std::pair{microseconds(-1), false}, {microseconds(0), true}, {microseconds(1), true}}) {
      CAPTURE(after.count());
      EmptyStore f;
      REQUIRE(f.deployment.initialise(kRequest));
      f.clock.advance(minutes(60) + after);
      CHECK(f.issuer.issue(kForOneself).has_value() == is_renewed);
    }
  }

  TEST_CASE("a renewed bootstrap pass is one, works as one, and is audited as one") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    f.clock.advance(hours(2));
    const auto renewed = f.issuer.issue(kForOneself);
    REQUIRE(renewed);
    CHECK(renewed->pass.is_bootstrap);
    CHECK(renewed->replaced == begun->bootstrap.pass.id);
    REQUIRE(f.store.read([&](auto& t) {
      const auto rows =
          t.audit_rows({.sequence = 2}, 1);  // after store.init and the first pass.issue
      REQUIRE(rows.size() == 1);
      CHECK(rows.front().action == "pass.issue");
      CHECK(rows.front().correlation == renewed->pass.correlation);
      CHECK(rows.front().details.at("isBootstrap") == "true");
    }));
    CHECK(f.redeem(f.passcode_of(renewed.value())).has_value());
    REQUIRE(f.directory.add({.name = "max", .roles = {Role::kAuditor}}));
    CHECK_FALSE(f.redeem(f.passcode_of(renewed.value())).has_value());
  }

  TEST_CASE("once a second administrator existed nothing is renewed, gone or not") {
    EmptyStore f;
    REQUIRE(f.deployment.initialise(kRequest));
    f.clock.advance(hours(2));
    REQUIRE(f.directory.add({.name = "max", .roles = {Role::kAuditor}}));
    CHECK(code_of(f.issuer.issue(kForOneself)) == ErrorCode::kNotForOneself);
    REQUIRE(f.directory.remove({"max"}));
    CHECK(code_of(f.issuer.issue(kForOneself)) == ErrorCode::kNotForOneself);
  }

  TEST_CASE("who holds a credential, or has no bootstrap pass, renews nothing") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    f.clock.advance(hours(2));
    REQUIRE(f.store.write([&](auto& t) {
      CHECK(t.insert_credential(make_credential(begun->administrator)));
      return firstkey::core::Store::Ending::kCommit;
    }));
    CHECK(code_of(f.issuer.issue(kForOneself)) == ErrorCode::kNotForOneself);
    EmptyStore other;
    REQUIRE(other.deployment.initialise(kRequest));
    REQUIRE(other.issuer.remove({"ana@example.org"}));
    CHECK(code_of(other.issuer.issue(kForOneself)) == ErrorCode::kNotForOneself);
  }

  TEST_CASE("a second administrator makes the bootstrap pass void") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    REQUIRE(f.directory.add({.name = "max", .roles = {Role::kAuditor}}));
    CHECK(code_of(f.issuer.show({"ana@example.org"})) == ErrorCode::kPassUnknown);
    CHECK_FALSE(f.redeem(f.passcode_of(begun->bootstrap)).has_value());
  }

  TEST_CASE("a member who becomes an administrator makes it void too, and ends its session") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    REQUIRE(f.directory.add({.name = "max"}));
    const auto redeemed = f.redeem(f.passcode_of(begun->bootstrap));
    REQUIRE(redeemed);
    REQUIRE(f.directory.set_roles({"max"}, {Role::kGlobalReader}));
    REQUIRE(f.store.read([&](auto& t) {
      CHECK(t.session(redeemed->snapshot().session)->state == firstkey::core::SessionState::kEnded);
      CHECK_FALSE(t.pass_of(begun->administrator.id).has_value());
    }));
  }

  TEST_CASE("it stays void when the second administrator is gone again") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    REQUIRE(f.directory.add({.name = "max", .roles = {Role::kAuditor}}));
    REQUIRE(f.directory.remove({"max"}));
    CHECK_FALSE(f.redeem(f.passcode_of(begun->bootstrap)).has_value());
  }

  TEST_CASE("members and stations leave the bootstrap pass as it is") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    REQUIRE(f.directory.add({.name = "lee"}));
    REQUIRE(f.directory.add({.name = "kiosk", .roles = {Role::kStation}}));
    CHECK(f.redeem(f.passcode_of(begun->bootstrap)).has_value());
  }

  TEST_CASE("a store is begun once") {
    EmptyStore f;
    const auto begun = f.deployment.initialise(kRequest);
    CHECK(code_of(f.deployment.initialise(kRequest)) == ErrorCode::kAlreadyInitialised);
    CHECK(f.redeem(f.passcode_of(begun->bootstrap)).has_value());
  }

  TEST_CASE("a store is not begun with a wrong relying party or name") {
    EmptyStore f;
    auto request = kRequest;
    request.relying_party.origins = {"http://example.org"};
    CHECK(code_of(f.deployment.initialise(request)) == ErrorCode::kInvalidArgument);
    request = kRequest;
    request.administrator_name = "";
    CHECK(code_of(f.deployment.initialise(request)) == ErrorCode::kInvalidArgument);
    CHECK(code_of(f.deployment.relying_party()) == ErrorCode::kNotInitialised);
    CHECK(f.deployment.initialise(kRequest).has_value());
  }

  TEST_CASE("a relying party may move while no credential exists") {
    AdministrationFixture f;
    Deployment deployment(f.administration, f.random, f.hasher);
    const RelyingParty moved{.id = "example.net", .name = "Ex", .origins = {"https://example.net"}};
    REQUIRE(deployment.set_relying_party(moved));
    CHECK(deployment.relying_party().value() == moved);
    CHECK(f.last_audit().details.at("rpId") == "example.net");
  }

  TEST_CASE("once a credential exists the id is fixed, while name and origins are not") {
    AdministrationFixture f;
    Deployment deployment(f.administration, f.random, f.hasher);
    f.write([&](WriteTransaction& t) { REQUIRE(t.insert_credential(make_credential(f.lee))); });
    const RelyingParty moved{.id = "example.net", .name = "Ex", .origins = {"https://example.net"}};
    CHECK(code_of(deployment.set_relying_party(moved)) == ErrorCode::kRelyingPartyFixed);
    auto renamed = f.settings().relying_party;
    renamed.name = "Another name";
    renamed.origins = {"https://keys.example.org"};
    REQUIRE(deployment.set_relying_party(renamed));
    CHECK(f.settings().relying_party == renamed);
  }

  TEST_CASE("a relying party is checked, and changed by privileged role administrators only") {
    AdministrationFixture f;
    Deployment deployment(f.administration, f.random, f.hasher);
    auto party = f.settings().relying_party;
    party.origins = {"https://example.net"};
    CHECK(code_of(deployment.set_relying_party(party)) == ErrorCode::kInvalidArgument);
    f.holding({Role::kAuthenticationPolicyAdministrator});
    CHECK(code_of(deployment.set_relying_party(party)) == ErrorCode::kRoleMissing);
    CHECK(deployment.relying_party().has_value());
    f.holding({Role::kAuditor});
    CHECK(code_of(deployment.relying_party()) == ErrorCode::kRoleMissing);
  }
}
