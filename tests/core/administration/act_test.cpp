#include "core/administration/act.h"

#include <doctest/doctest.h>

#include "core/administration/user_directory.h"
#include "tests/support/administration_fixture.h"

using firstkey::core::Account;
using firstkey::core::Administration;
using firstkey::core::ErrorCode;
using firstkey::core::MemoryStore;
using firstkey::core::Role;
using firstkey::core::User;
using firstkey::core::UserDirectory;
using firstkey::core::UserReference;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::ref;

namespace {

struct Fixture : AdministrationFixture {
  UserDirectory directory{administration, random};
};

}  // namespace

TEST_SUITE("core/administration/act") {
  TEST_CASE("an act leaves one audit row that names who acted and on whom") {
    Fixture f;
    const auto before = f.audit_rows();
    REQUIRE(f.directory.disable(ref(f.lee)));
    CHECK(f.audit_rows() == before + 1);
    const auto row = f.last_audit();
    CHECK(row.action == "user.disable");
    CHECK(row.outcome == "success");
    CHECK(row.details.at("actorId") == "user-ana");
    CHECK(row.details.at("userId") == f.lee.id.text());
    CHECK(row.personal.at("actorName").value == "ana@example.org");
    CHECK(row.personal.at("userName").value == "lee@example.org");
  }

  TEST_CASE("a refused act changes nothing but the audit trail, which tells the reason") {
    Fixture f;
    f.holding({Role::kAuditor});
    const auto before = f.audit_rows();
    CHECK(code_of(f.directory.disable(ref(f.lee))) == ErrorCode::kRoleMissing);
    CHECK(f.user(f.lee.id)->is_enabled);
    CHECK(f.audit_rows() == before + 1);
    CHECK(f.last_audit().action == "user.disable");
    CHECK(f.last_audit().outcome == "role_missing");
  }

  TEST_CASE("looking leaves no row; looking without being allowed to leaves one") {
    Fixture f;
    const auto before = f.audit_rows();
    REQUIRE(f.directory.show(ref(f.lee)));
    CHECK(code_of(f.directory.show({"nobody@example.org"})) == ErrorCode::kUserUnknown);
    CHECK(f.audit_rows() == before);
    f.holding({Role::kAuditor});
    CHECK(code_of(f.directory.show(ref(f.lee))) == ErrorCode::kRoleMissing);
    CHECK(f.audit_rows() == before + 1);
    CHECK(f.last_audit().outcome == "role_missing");
  }

  TEST_CASE("a role that was taken away counts at the very next act") {
    Fixture f;
    REQUIRE(f.directory.disable(ref(f.lee)));
    f.holding({});
    CHECK(code_of(f.directory.enable(ref(f.lee))) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("another operating-system account is refused, and the trail has its number") {
    Fixture f;
    Administration other(f.store, Account{.uid = 1001});
    UserDirectory directory(other, f.random);
    CHECK(code_of(directory.disable(ref(f.lee))) == ErrorCode::kAccountNotBound);
    CHECK(f.last_audit().outcome == "account_not_bound");
    CHECK(f.last_audit().details.at("uid") == "1001");
    CHECK(code_of(directory.show(ref(f.lee))) == ErrorCode::kAccountNotBound);
    CHECK(f.last_audit().action == "user.show");
  }

  TEST_CASE("where machines share a store, the installation that began it acts, not a number") {
    using firstkey::core::InstallationId;
    Fixture f;
    f.write([](WriteTransaction& t) {
      auto settings = t.settings().value();
      settings.owner_installation = InstallationId("here");
      t.put_settings(settings);
    });
    const auto disabled_by = [&](const Account& account) {
      Administration acting(f.store, account);
      return UserDirectory(acting, f.random).disable(ref(f.lee));
    };
    CHECK(disabled_by({.uid = 4711, .installation = InstallationId("here")}));
    CHECK(code_of(disabled_by({.uid = 1000, .installation = InstallationId("there")})) ==
          ErrorCode::kAccountNotBound);
    CHECK(code_of(disabled_by({.uid = 1000})) == ErrorCode::kAccountNotBound);
  }

  TEST_CASE("root is no exception") {
    Fixture f;
    Administration root(f.store, Account{.uid = 0});
    CHECK(code_of(UserDirectory(root, f.random).show(ref(f.lee))) == ErrorCode::kAccountNotBound);
  }

  TEST_CASE("an account whose directory user is disabled or gone can do nothing") {
    Fixture f;
    f.edit(f.ana, [](User& user) { user.is_enabled = false; });
    CHECK(code_of(f.directory.show(ref(f.lee))) == ErrorCode::kUserDisabled);
    f.write([&](WriteTransaction& t) { t.delete_user(f.ana); });
    CHECK(code_of(f.directory.disable(ref(f.lee))) == ErrorCode::kPrincipalUnknown);
    CHECK(f.last_audit().outcome == "principal_unknown");
  }

  TEST_CASE("a store that was never initialised refuses everything, without a row") {
    Fixture f;
    MemoryStore empty(f.clock, f.random);
    Administration administration(empty, Account{.uid = 1000});
    UserDirectory directory(administration, f.random);
    CHECK(code_of(directory.show(ref(f.lee))) == ErrorCode::kNotInitialised);
    CHECK(code_of(directory.disable(ref(f.lee))) == ErrorCode::kNotInitialised);
    REQUIRE(empty.read([](auto& t) { CHECK_FALSE(t.last_audit_row().has_value()); }));
  }

  TEST_CASE("a person is found by id and by name in any case") {
    Fixture f;
    for (const char* text :
         {"user-lee", "lee@example.org", "LEE@Example.ORG", " lee@example.org "}) {
      CAPTURE(text);
      const auto found = f.directory.show({text});
      REQUIRE(found);
      CHECK(found->id == f.lee.id);
    }
    CHECK(code_of(f.directory.show({""})) == ErrorCode::kUserUnknown);
    CHECK(code_of(f.directory.show({std::string(100'000, 'x')})) == ErrorCode::kUserUnknown);
  }

  TEST_CASE("a name that is another's id finds the one of that id") {
    Fixture f;
    auto impostor = firstkey::tests::make_user("impostor");
    impostor.name = "user-lee";
    f.write([&](WriteTransaction& t) { REQUIRE(t.insert_user(impostor)); });
    CHECK(f.directory.show({"user-lee"})->id == f.lee.id);
  }

  TEST_CASE("who may not look learns nothing of who exists") {
    Fixture f;
    f.holding({Role::kAuditor});
    CHECK(code_of(f.directory.show({"nobody@example.org"})) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.directory.show(ref(f.lee))) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("what an act does and its audit row come together or not at all") {
    Fixture f;
    const auto before = f.audit_rows();
    const auto outcome = f.administration.act<int>(
        "test.break",
        [](firstkey::core::Act&) -> firstkey::core::Result<firstkey::core::Effect<int>> {
          return [](WriteTransaction&) -> int {
            throw firstkey::core::StoreAbort{{.code = ErrorCode::kStoreFull, .detail = "full"}};
          };
        });
    CHECK(code_of(outcome) == ErrorCode::kStoreFull);
    CHECK(f.audit_rows() == before);
  }
}
