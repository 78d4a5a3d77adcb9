// API credentials: made, shown once, recognised, and what their holders may do.

#include "core/administration/api_credential_registry.h"

#include <doctest/doctest.h>

#include "core/administration/user_directory.h"
#include "core/api_admission.h"
#include "tests/support/administration_fixture.h"

using firstkey::core::Administration;
using firstkey::core::ApiAdmission;
using firstkey::core::ApiCaller;
using firstkey::core::ApiCredentialId;
using firstkey::core::ApiCredentialRegistry;
using firstkey::core::ApiCredentialRequest;
using firstkey::core::ApiCredentialState;
using firstkey::core::as_bytes;
using firstkey::core::CreatedApiCredential;
using firstkey::core::ErrorCode;
using firstkey::core::kApiCredentialLife;
using firstkey::core::kUseGrain;
using firstkey::core::Role;
using firstkey::core::Secret;
using firstkey::core::User;
using firstkey::core::UserDirectory;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::days;
using std::chrono::microseconds;

namespace {

class CredentialFixture : public AdministrationFixture {
 public:
  /// One of Max's, who administers users besides.
  CreatedApiCredential create(std::optional<std::set<Role>> roles = std::nullopt) {
    edit(max.id, [](User& user) { user.roles.insert(Role::kUserAdministrator); });
    auto created = registry.create({.owner = ref(max), .name = "sync", .roles = std::move(roles)});
    REQUIRE(created);
    return std::move(created.value());
  }
  ErrorCode refusal(ApiCredentialRequest request) { return code_of(registry.create(request)); }
  /// Whether its holder may disable Lee; then she is enabled again.
  firstkey::core::Result<User> disable_lee(const ApiCredentialId& credential) {
    Administration caller(store, ApiCaller{credential});
    auto done = UserDirectory(caller, random).disable(ref(lee));
    if (done) edit(lee.id, [](User& user) { user.is_enabled = true; });
    return done;
  }

  ApiCredentialRegistry registry{administration, random};
  ApiAdmission admission{store};
};

Secret shown(const char* text) {
  return Secret(as_bytes(text));
}

}  // namespace

TEST_SUITE("core/administration/api_credential_registry") {
  TEST_CASE("a credential is known by the secret that was shown once") {
    CredentialFixture f;
    const auto created = f.create();
    const auto text = firstkey::core::to_string(created.secret.expose());
    CHECK(text.starts_with("fk_api_"));
    CHECK(text.size() == 50);
    CHECK(f.admission.identify(created.secret) == created.credential.credential.id);
    CHECK(f.audit_of("api_credential.create").details.at("userId") == "user-max");
  }

  TEST_CASE("what it does is its owner's doing, and the trail names both") {
    CredentialFixture f;
    const auto created = f.create();
    const auto id = created.credential.credential.id;
    REQUIRE(f.disable_lee(id));
    const auto row = f.audit_of("user.disable");
    CHECK(row.details.at("actorId") == "user-max");
    CHECK(row.details.at("apiCredentialId") == id.text());
  }

  TEST_CASE("it carries no role that it was not given, and none its owner lost") {
    CredentialFixture f;
    const auto reader = f.create(std::set{Role::kPrivilegedAuthenticationAdministrator});
    CHECK(code_of(f.disable_lee(reader.credential.credential.id)) == ErrorCode::kRoleMissing);
    const auto whole = f.create();
    REQUIRE(f.disable_lee(whole.credential.credential.id));
    f.edit(f.max.id, [](User& user) { user.roles = {Role::kAuditor}; });
    CHECK(code_of(f.disable_lee(whole.credential.credential.id)) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("a role that its owner gains later is not its own") {
    CredentialFixture f;
    const auto created = f.create(std::set<Role>{});
    f.edit(f.max.id, [&](User& user) { user.roles = f.everything(); });
    CHECK(code_of(f.disable_lee(created.credential.credential.id)) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("it is its owner to whom nobody may do for themselves what another must") {
    CredentialFixture f;
    const auto created = f.create();
    Administration caller(f.store, ApiCaller{created.credential.credential.id});
    const auto found = caller.look<User>("test.look", [&](firstkey::core::Act& act) {
      return act.find_user(firstkey::core::Operation::kIssuePass, ref(f.max));
    });
    CHECK(code_of(found) == ErrorCode::kNotForOneself);
  }

  TEST_CASE("it is good until its time is over") {
    CredentialFixture f;
    const auto created = f.create();
    f.clock.advance(kApiCredentialLife - microseconds(1));
    CHECK(f.admission.identify(created.secret));
    f.clock.advance(microseconds(1));
    CHECK(code_of(f.admission.identify(created.secret)) == ErrorCode::kApiCredentialExpired);
    CHECK(code_of(f.disable_lee(created.credential.credential.id)) ==
          ErrorCode::kApiCredentialExpired);
    CHECK(f.last_audit().outcome == "api_credential_expired");
  }

  TEST_CASE("one that was revoked is refused from then on, also in an act that had begun with it") {
    CredentialFixture f;
    const auto created = f.create();
    const auto id = created.credential.credential.id;
    REQUIRE(f.registry.revoke(id));
    CHECK(code_of(f.admission.identify(created.secret)) == ErrorCode::kApiCredentialRevoked);
    CHECK(code_of(f.disable_lee(id)) == ErrorCode::kApiCredentialRevoked);
    CHECK(f.registry.revoke(id)->state == ApiCredentialState::kRevoked);
    CHECK(code_of(f.registry.revoke(ApiCredentialId("none"))) == ErrorCode::kApiCredentialUnknown);
  }

  TEST_CASE("a store of another epoch knows it no more") {
    CredentialFixture f;
    const auto created = f.create();
    f.write([&](firstkey::core::WriteTransaction& t) {
      auto settings = t.settings().value();
      ++settings.epoch;
      t.put_settings(settings);
    });
    CHECK(code_of(f.admission.identify(created.secret)) == ErrorCode::kApiCredentialRevoked);
    CHECK(f.registry.list({}, 9)->front().state == ApiCredentialState::kRevoked);
  }

  TEST_CASE("a user who is disabled loses theirs, also once enabled again; one deleted too") {
    CredentialFixture f;
    auto created = f.registry.create({.owner = ref(f.lee), .name = "own"});
    REQUIRE(created);
    UserDirectory directory(f.administration, f.random);
    REQUIRE(directory.disable(ref(f.lee)));
    CHECK(f.last_audit().action == "api_credential.revoke");
    CHECK(f.refusal({.owner = ref(f.lee), .name = "own"}) == ErrorCode::kUserDisabled);
    REQUIRE(directory.enable(ref(f.lee)));
    CHECK(code_of(f.admission.identify(created->secret)) == ErrorCode::kApiCredentialRevoked);
    created = f.registry.create({.owner = ref(f.lee), .name = "another"});
    REQUIRE(created);
    REQUIRE(directory.remove(ref(f.lee)));
    CHECK(f.last_audit().action == "api_credential.revoke");
    CHECK(code_of(f.admission.identify(created->secret)) == ErrorCode::kApiCredentialUnknown);
  }

  TEST_CASE("why a caller was refused is in the trail and nowhere else") {
    CredentialFixture f;
    const auto created = f.create();
    REQUIRE(f.registry.revoke(created.credential.credential.id));
    const auto revoked = f.admission.identify(created.secret);
    const auto stranger = shown("fk_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    const auto unknown = f.admission.identify(stranger);
    CHECK(code_of(revoked) == ErrorCode::kApiCredentialRevoked);
    CHECK(code_of(unknown) == ErrorCode::kApiCredentialUnknown);
    CHECK(revoked.error().detail == unknown.error().detail);
    REQUIRE(f.admission.record_refusal(created.secret, "192.0.2.7"));
    const auto row = f.last_audit();
    CHECK(row.action == "api_credential.call");
    CHECK(row.outcome == "api_credential_revoked");
    CHECK(row.details.at("apiCredentialId") == created.credential.credential.id.text());
    CHECK(row.personal.at("address").value == "192.0.2.7");
    REQUIRE(f.admission.record_refusal(stranger, "192.0.2.7"));
    CHECK(f.last_audit().outcome == "api_credential_unknown");
  }

  TEST_CASE("its last use is told to the hour, with one write") {
    CredentialFixture f;
    const auto created = f.create();
    const auto last_used = [&] { return f.registry.list({}, 9)->front().credential.last_used_at; };
    CHECK_FALSE(last_used());
    REQUIRE(f.admission.identify(created.secret));
    const auto first = f.clock.wall();
    CHECK(last_used() == first);
    f.clock.advance(kUseGrain - microseconds(1));
    REQUIRE(f.admission.identify(created.secret));
    CHECK(last_used() == first);
    f.clock.advance(microseconds(1));
    REQUIRE(f.admission.identify(created.secret));
    CHECK(last_used() == first + kUseGrain);
  }

  TEST_CASE("what nobody could have is not made") {
    CredentialFixture f;
    const auto max = ref(f.max);
    CHECK(f.refusal({.owner = {"nobody"}, .name = "sync"}) == ErrorCode::kUserUnknown);
    CHECK(f.refusal({.owner = max, .name = ""}) == ErrorCode::kInvalidArgument);
    CHECK(f.refusal({.owner = max, .name = "a\nb"}) == ErrorCode::kInvalidArgument);
    CHECK(f.refusal({.owner = max, .name = "sync", .roles = std::set{Role::kAuditor}}) ==
          ErrorCode::kInvalidArgument);
    CHECK(f.refusal({.owner = max, .name = "sync", .life = days(0)}) ==
          ErrorCode::kInvalidArgument);
    CHECK(f.refusal({.owner = max, .name = "sync", .life = days(366)}) ==
          ErrorCode::kInvalidArgument);
    CHECK(f.registry.create({.owner = max, .name = "sync", .life = days(365)}));
    CHECK(f.registry.create({.owner = max, .name = "sync", .life = days(1)}));
  }

  TEST_CASE("no API credential is a station's") {
    CredentialFixture f;
    f.edit(f.lee.id, [](User& user) { user.roles = {Role::kStation}; });
    CHECK(f.refusal({.owner = ref(f.lee), .name = "kiosk", .roles = std::set{Role::kStation}}) ==
          ErrorCode::kInvalidArgument);
    const auto created = f.registry.create({.owner = ref(f.lee), .name = "kiosk"});
    REQUIRE(created);
    CHECK(created->credential.credential.roles.empty());
  }

  TEST_CASE("a user has a hundred usable ones at most") {
    CredentialFixture f;
    for (int count = 0; count < 100; ++count) {
      REQUIRE(f.registry.create({.owner = ref(f.lee), .name = "one"}));
    }
    CHECK(f.refusal({.owner = ref(f.lee), .name = "one"}) == ErrorCode::kInvalidArgument);
    REQUIRE(f.registry.revoke(f.registry.list({}, 1)->front().credential.id));
    CHECK(f.registry.create({.owner = ref(f.lee), .name = "one"}));
  }

  TEST_CASE("what is listed has no hash, and a page is bounded") {
    CredentialFixture f;
    (void)f.create();
    const auto listed = f.registry.list({}, 1);
    REQUIRE(listed);
    CHECK(listed->front().owner_name == "max@example.org");
    CHECK(listed->front().credential.secret_hash == firstkey::core::Sha256{});
    CHECK(f.registry.list(listed->front().credential.id, 1)->empty());
    CHECK(code_of(f.registry.list({}, 0)) == ErrorCode::kInvalidArgument);
    CHECK(code_of(f.registry.list({}, 1001)) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("only the secret's one spelling is read") {
    CredentialFixture f;
    const auto created = f.create();
    const auto text = firstkey::core::to_string(created.secret.expose());
    for (const auto& other : {text.substr(7),
                              text + "=",
                              text + "A",
                              " " + text,
                              text.substr(0, 49),
                              "FK_API_" + text.substr(7),
                              std::string("fk_api_"),
                              std::string()}) {
      CAPTURE(other);
      CHECK(code_of(f.admission.identify(Secret(as_bytes(other)))) ==
            ErrorCode::kApiCredentialUnknown);
    }
  }

  TEST_CASE("API credentials are the Privileged Role Administrator's; a reader sees them") {
    CredentialFixture f;
    const auto id = f.create().credential.credential.id;
    f.holding({Role::kUserAdministrator, Role::kPrivilegedAuthenticationAdministrator});
    CHECK(f.refusal({.owner = ref(f.lee), .name = "sync"}) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.registry.list({}, 9)) == ErrorCode::kRoleMissing);
    f.holding({Role::kGlobalReader});
    CHECK(f.registry.list({}, 9)->size() == 1);
    CHECK(code_of(f.registry.revoke(id)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.registry.revoke(ApiCredentialId("none"))) == ErrorCode::kRoleMissing);
    CHECK(f.last_audit().action == "api_credential.revoke");
    f.holding({Role::kPrivilegedRoleAdministrator});
    CHECK(f.registry.revoke(id));
  }
}
