#include "core/administration/pass_issuer.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "core/administration/deployment.h"
#include "core/administration/user_directory.h"
#include "core/store/sqlite_store.h"
#include "tests/support/administration_fixture.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::Alphabet;
using firstkey::core::Duration;
using firstkey::core::ErrorCode;
using firstkey::core::PassIssuer;
using firstkey::core::PassPolicy;
using firstkey::core::PassRequest;
using firstkey::core::PolicyState;
using firstkey::core::Role;
using firstkey::core::Secret;
using firstkey::core::SessionState;
using firstkey::core::Settings;
using firstkey::core::Target;
using firstkey::core::UsabilityReason;
using firstkey::core::User;
using firstkey::core::UserType;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::ref;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// The plain text of a passcode, as the person it is handed to types it.
std::string typed(const Secret& passcode) {
  return firstkey::core::to_string(passcode.expose());
}

struct Fixture : AdministrationFixture {
  auto issue_for(const User& user) { return issuer.issue({.user = ref(user)}); }
  auto issue_for_lee() { return issue_for(lee); }
  template <class Edit>
  void edit_policy(const Edit& edit) {
    edit_settings([&](Settings& settings) { edit(settings.pass_policy); });
  }
  PassIssuer issuer{administration, random, pepper, hasher};
};

}  // namespace

TEST_SUITE("core/administration/pass_issuer") {
  TEST_CASE("an issued pass is redeemed with the passcode that came with it") {
    Fixture f;
    const auto issued = f.issue_for_lee();
    REQUIRE(issued);
    CHECK(f.redeem(typed(issued->passcode)).has_value());
  }

  TEST_CASE("a pass asked for without wishes is as the policy has it") {
    Fixture f;
    const auto issued = f.issue_for_lee();
    REQUIRE(issued);
    CHECK(issued->passcode.size() == 8);
    CHECK(issued->pass.start_at == f.clock.wall());
    CHECK(issued->pass.lifetime == minutes(60));
    CHECK(issued->pass.end_at == f.clock.wall() + minutes(60));
    CHECK_FALSE(issued->pass.is_one_time);
    CHECK_FALSE(issued->pass.is_bootstrap);
    CHECK(issued->pass.user_name == "lee@example.org");
    CHECK(issued->pass.created_by == f.ana);
    CHECK(issued->pass.is_usable());
    CHECK(issued->warnings.empty());
    CHECK_FALSE(issued->replaced.has_value());
  }

  TEST_CASE("a pass is issued with the wishes it was asked for with") {
    Fixture f;
    const auto issued = f.issuer.issue({.user = ref(f.lee),
                                        .start_at = f.clock.wall() + minutes(30),
                                        .lifetime = minutes(90),
                                        .is_one_time = true});
    REQUIRE(issued);
    CHECK(issued->pass.start_at == f.clock.wall() + minutes(30));
    CHECK(issued->pass.lifetime == minutes(90));
    CHECK(issued->pass.is_one_time);
    CHECK(issued->pass.reason == UsabilityReason::kNotYetValid);
    CHECK(f.pass_of(f.lee.id)->end() == f.clock.wall() + minutes(120));
  }

  TEST_CASE("length and alphabet are the policy's, and the pass remembers the alphabet") {
    Fixture f;
    f.edit_policy([](PassPolicy& policy) {
      policy.default_length = 12;
      policy.alphabet = Alphabet::kDigits;
    });
    const auto issued = f.issue_for_lee();
    REQUIRE(issued);
    CHECK(typed(issued->passcode).size() == 12);
    CHECK(typed(issued->passcode).find_first_not_of("0123456789") == std::string::npos);
    CHECK(f.pass_of(f.lee.id)->alphabet == Alphabet::kDigits);
  }

  TEST_CASE("the lifetime lies within the policy's range") {
    Fixture f;
    for (const auto& [lifetime, is_allowed] : {std::pair{minutes(59), false},
                                               {minutes(60), true},
                                               {minutes(61), true},
                                               {minutes(479), true},
                                               {minutes(480), true},
                                               {minutes(481), false},
                                               {minutes(-60), false},
                                               {minutes::max(), false}}) {
      CAPTURE(lifetime.count());
      const auto issued = f.issuer.issue({.user = ref(f.lee), .lifetime = lifetime});
      CHECK(issued.has_value() == is_allowed);
      if (!is_allowed) CHECK(code_of(issued) == ErrorCode::kLifetimeOutOfRange);
    }
  }

  TEST_CASE("the refusal of a lifetime names the policy's range") {
    Fixture f;
    f.edit_policy([](PassPolicy& policy) { policy.maximum_lifetime = minutes(120); });
    const auto refused = f.issuer.issue({.user = ref(f.lee), .lifetime = minutes(121)});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().detail.contains("between 60 and 120"));
  }

  TEST_CASE("a start up to a minute ago means now; an earlier one is refused") {
    Fixture f;
    for (const auto& [ago, is_allowed] : {std::pair{Duration(seconds(61)), false},
                                          {Duration(seconds(60) + microseconds(1)), false},
                                          {Duration(seconds(60)), true},
                                          {Duration(seconds(59)), true}}) {
      CAPTURE(ago.count());
      const auto issued = f.issuer.issue({.user = ref(f.lee), .start_at = f.clock.wall() - ago});
      REQUIRE(issued.has_value() == is_allowed);
      if (is_allowed) CHECK(issued->pass.start_at == f.clock.wall());
      if (!is_allowed) CHECK(code_of(issued) == ErrorCode::kStartTimeInPast);
    }
  }

  TEST_CASE("a pass starts a year ahead at most") {
    Fixture f;
    constexpr std::chrono::days kYear{366};
    for (const auto& [ahead, is_allowed] : {std::pair{Duration(kYear) - microseconds(1), true},
                                            {Duration(kYear), true},
                                            {Duration(kYear) + microseconds(1), false}}) {
      CAPTURE(ahead.count());
      const auto issued = f.issuer.issue({.user = ref(f.lee), .start_at = f.clock.wall() + ahead});
      CHECK(issued.has_value() == is_allowed);
    }
    const auto never =
        f.issuer.issue({.user = ref(f.lee), .start_at = firstkey::core::Instant::max()});
    CHECK(code_of(never) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("under a one-time policy every pass is one-time") {
    Fixture f;
    f.edit_policy([](PassPolicy& policy) { policy.is_usable_once = true; });
    CHECK(f.issue_for_lee()->pass.is_one_time);
    CHECK(code_of(f.issuer.issue({.user = ref(f.lee), .is_one_time = false})) ==
          ErrorCode::kMultiUseForbidden);
  }

  TEST_CASE("an external guest gets no pass; an internal one does") {
    Fixture f;
    CHECK(code_of(f.issue_for(f.add_user("eve", UserType::kExternalGuest))) ==
          ErrorCode::kExternalGuest);
    CHECK(f.issue_for(f.add_user("ivy", UserType::kInternalGuest)).has_value());
  }

  TEST_CASE("no pass is issued while the policy has them turned off") {
    Fixture f;
    f.edit_policy([](PassPolicy& policy) { policy.state = PolicyState::kDisabled; });
    CHECK(code_of(f.issue_for_lee()) == ErrorCode::kPassDisabledByPolicy);
    CHECK_FALSE(f.pass_of(f.lee.id).has_value());
  }

  TEST_CASE("a pass for somebody out of scope is issued with a warning, and not redeemed") {
    Fixture f;
    f.edit_policy([](PassPolicy& policy) {
      policy.include_targets = {{.kind = Target::Kind::kGroup, .id = "oslo"}};
    });
    const auto issued = f.issue_for_lee();
    REQUIRE(issued);
    CHECK(issued->warnings == std::vector{ErrorCode::kUserOutOfScope});
    CHECK(issued->pass.reason == UsabilityReason::kDisabledByPolicy);
    CHECK_FALSE(f.redeem(typed(issued->passcode)).has_value());
  }

  TEST_CASE("a pass for somebody disabled is issued with a warning") {
    Fixture f;
    f.edit_lee([](User& user) { user.is_enabled = false; });
    CHECK(f.issue_for_lee()->warnings == std::vector{ErrorCode::kUserDisabled});
  }

  TEST_CASE("a second pass takes the place of the first, whose passcode is void") {
    Fixture f;
    const auto first = f.issue_for_lee();
    const auto second = f.issue_for_lee();
    REQUIRE(second);
    CHECK(second->replaced == first->pass.id);
    CHECK(f.pass_of(f.lee.id)->id == second->pass.id);
    CHECK_FALSE(f.redeem(typed(first->passcode)).has_value());
    CHECK(f.redeem(typed(second->passcode)).has_value());
  }

  TEST_CASE("a second pass ends the session of the first") {
    Fixture f;
    const auto session = f.open_session();
    const auto first = f.pass_of(f.lee.id);
    REQUIRE(f.issue_for_lee());
    CHECK(f.session(session).state == SessionState::kEnded);
    CHECK(f.session(session).ended_reason == "pass_unknown");
    const auto row = f.audit_of("pass.end");
    CHECK(row.details.at("reason") == "replaced");
    CHECK(row.correlation == first->correlation);
  }

  TEST_CASE("a refused second pass leaves the first and its session alone") {
    Fixture f;
    const auto session = f.open_session();
    const auto first = f.pass_of(f.lee.id);
    CHECK_FALSE(f.issuer.issue({.user = ref(f.lee), .lifetime = minutes(1)}).has_value());
    CHECK(f.pass_of(f.lee.id) == first);
    CHECK(f.session(session).state == SessionState::kOpen);
  }

  TEST_CASE("guesses at a name are counted anew from each pass on") {
    Fixture f;
    REQUIRE(f.issue_for_lee());
    f.edit_policy([](PassPolicy& policy) { policy.lockout.attempts_per_name = 5; });
    for (int i = 0; i < 5; ++i) CHECK_FALSE(f.redeem("00000000").has_value());
    CHECK(code_of(f.redeem("00000000", "elsewhere")) == ErrorCode::kLockedOut);
    const auto issued = f.issue_for_lee();
    CHECK(f.redeem(typed(issued->passcode), "elsewhere").has_value());
  }

  TEST_CASE("the trail has the pass's terms under its own correlation, and no passcode") {
    Fixture f;
    const auto issued = f.issuer.issue({.user = ref(f.lee), .is_one_time = true});
    const auto row = f.audit_of("pass.issue");
    CHECK(row.correlation == issued->pass.correlation);
    CHECK(row.details.at("passId") == issued->pass.id.text());
    CHECK(row.details.at("lifetimeInMinutes") == "60");
    CHECK(row.details.at("isUsableOnce") == "true");
    CHECK(row.details.at("startDateTime") == "2026-05-01T12:00:00Z");
  }

  TEST_CASE("each pass has a correlation of its own") {
    Fixture f;
    CHECK(f.issue_for_lee()->pass.correlation != f.issue_for_lee()->pass.correlation);
  }

  TEST_CASE("the files of a store do not hold the passcode") {
    Fixture f;
    firstkey::tests::TemporaryFolder folder;
    const auto store =
        firstkey::core::SqliteStore::open(folder / "firstkey.db",
                                          firstkey::core::SqliteStore::Presence::kMayBeCreated,
                                          f.clock,
                                          f.random);
    REQUIRE(store);
    firstkey::core::Administration administration(*store.value(),
                                                  firstkey::core::Account{.uid = 1000});
    firstkey::core::Deployment deployment(administration, f.random, f.hasher);
    const auto begun = deployment.initialise(
        {.relying_party = f.settings().relying_party, .administrator_name = "ana@example.org"});
    REQUIRE(begun);
    REQUIRE(firstkey::core::UserDirectory(administration, f.random).add({.name = "lee"}));
    const auto issued =
        PassIssuer(administration, f.random, f.pepper, f.hasher).issue({.user = {"lee"}});
    REQUIRE(issued);
    std::string everything;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "")) {
      std::ostringstream content;
      content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      everything += content.str();
    }
    REQUIRE(everything.contains(issued->pass.id.text()));
    for (const auto* secret : {&begun->bootstrap.passcode, &issued->passcode}) {
      const auto passcode = typed(*secret);
      CHECK_FALSE(everything.contains(passcode));
      CHECK_FALSE(everything.contains(passcode.substr(0, 4) + "-" + passcode.substr(4)));
    }
  }

  TEST_CASE("nobody issues a pass for themselves") {
    Fixture f;
    CHECK(code_of(f.issuer.issue({.user = {"ana@example.org"}})) == ErrorCode::kNotForOneself);
    CHECK(f.last_audit().outcome == "not_for_oneself");
    CHECK_FALSE(f.pass_of(f.ana).has_value());
  }

  TEST_CASE("administrators get passes from the privileged role only") {
    Fixture f;
    f.holding({Role::kAuthenticationAdministrator});
    CHECK(f.issue_for_lee().has_value());
    CHECK(code_of(f.issue_for(f.max)) == ErrorCode::kAdministratorsNeedPrivilegedRole);
    f.holding({Role::kPrivilegedAuthenticationAdministrator});
    CHECK(f.issue_for(f.max).has_value());
  }

  TEST_CASE("a policy administrator issues, sees and deletes no passes") {
    Fixture f;
    REQUIRE(f.issue_for_lee());
    f.holding({Role::kAuthenticationPolicyAdministrator});
    CHECK(code_of(f.issue_for_lee()) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.issuer.show(ref(f.lee))) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.issuer.list({}, 10)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.issuer.remove(ref(f.lee))) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("a pass for somebody who does not exist is refused") {
    Fixture f;
    CHECK(code_of(f.issuer.issue({.user = {"nobody@example.org"}})) == ErrorCode::kUserUnknown);
    CHECK(f.last_audit().outcome == "user_unknown");
  }

  TEST_CASE("how a pass stands is told as of now") {
    Fixture f;
    const auto reason = [&] { return f.issuer.show(ref(f.lee))->reason; };
    REQUIRE(f.issuer.issue({.user = ref(f.lee), .start_at = f.clock.wall() + minutes(5)}));
    CHECK(reason() == UsabilityReason::kNotYetValid);
    f.clock.advance(minutes(5));
    CHECK(reason() == UsabilityReason::kEnabledByPolicy);
    f.edit_policy([](PassPolicy& policy) { policy.is_usable_once = true; });
    CHECK(reason() == UsabilityReason::kDisabledByPolicy);
    f.edit_policy([](PassPolicy& policy) { policy.is_usable_once = false; });
    f.clock.advance(minutes(60));
    CHECK(reason() == UsabilityReason::kExpired);
  }

  TEST_CASE("a used one-time pass is shown as used") {
    Fixture f;
    const auto issued = f.issuer.issue({.user = ref(f.lee), .is_one_time = true});
    REQUIRE(f.redeem(typed(issued->passcode)));
    const auto shown = f.issuer.show(ref(f.lee));
    CHECK(shown->reason == UsabilityReason::kOneTimeUsed);
    CHECK_FALSE(shown->is_usable());
    CHECK(shown->redeemed_at == f.clock.wall());
  }

  TEST_CASE("a deleted pass is void, and its session ends") {
    Fixture f;
    const auto session = f.open_session();
    REQUIRE(f.issuer.remove(ref(f.lee)));
    CHECK_FALSE(f.pass_of(f.lee.id).has_value());
    CHECK(f.session(session).state == SessionState::kEnded);
    CHECK(f.audit_of("pass.end").details.at("reason") == "deleted");
    CHECK(code_of(f.issuer.remove(ref(f.lee))) == ErrorCode::kPassUnknown);
    CHECK(code_of(f.issuer.show(ref(f.lee))) == ErrorCode::kPassUnknown);
  }

  TEST_CASE("a pass asked for by its id is that one or none") {
    Fixture f;
    const auto first = f.issuer.issue({.user = ref(f.lee)});
    const auto second = f.issuer.issue({.user = ref(f.lee)});
    REQUIRE(first);
    REQUIRE(second);
    CHECK(code_of(f.issuer.show(ref(f.lee), first->pass.id)) == ErrorCode::kPassUnknown);
    CHECK(code_of(f.issuer.remove(ref(f.lee), first->pass.id)) == ErrorCode::kPassUnknown);
    CHECK(f.issuer.show(ref(f.lee), second->pass.id)->id == second->pass.id);
    CHECK(f.issuer.remove(ref(f.lee), second->pass.id).has_value());
    CHECK_FALSE(f.pass_of(f.lee.id));
  }

  TEST_CASE("a user without a role sees and deletes their own pass, and no other") {
    Fixture f;
    REQUIRE(f.issue_for_lee());
    f.edit_settings([&](Settings& settings) { settings.owner = f.lee.id; });
    CHECK(f.issuer.show(ref(f.lee)).has_value());
    CHECK(code_of(f.issuer.show(ref(f.max))) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.issuer.list({}, 10)) == ErrorCode::kRoleMissing);
    CHECK(f.issuer.remove(ref(f.lee)).has_value());
    CHECK_FALSE(f.pass_of(f.lee.id).has_value());
  }

  TEST_CASE("passes are listed a page at a time") {
    Fixture f;
    for (const auto* name : {"one", "two", "three"}) REQUIRE(f.issue_for(f.add_user(name)));
    const auto first = f.issuer.list({}, 2);
    REQUIRE(first);
    REQUIRE(first->size() == 2);
    const auto second = f.issuer.list(first->back().id, 2);
    REQUIRE(second);
    REQUIRE(second->size() == 1);
    CHECK(first->front().id < first->back().id);
    CHECK(first->back().id < second->front().id);
    CHECK(code_of(f.issuer.list({}, 0)) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("a list holds the passes of those the actor may see, and fills its pages with them") {
    Fixture f;
    REQUIRE(f.issue_for(f.max));
    REQUIRE(f.issue_for_lee());
    REQUIRE(f.issue_for(f.add_user("kim")));
    f.holding({Role::kAuthenticationAdministrator});
    const auto members = f.issuer.list({}, 2);
    REQUIRE(members);
    CHECK(members->size() == 2);
    for (const auto& view : members.value()) CHECK(view.user != f.max.id);
    f.holding({Role::kGlobalReader});
    CHECK(f.issuer.list({}, 10)->size() == 3);
  }

  TEST_CASE("nothing is issued without the pepper") {
    struct NoPepper final : firstkey::core::Pepper {
      [[nodiscard]] std::string current_key_id() const override { return "1"; }
      [[nodiscard]] firstkey::core::Result<firstkey::core::Sha256> mac(
          const std::string& /*key_id*/, firstkey::core::BytesView /*message*/) const override {
        return firstkey::core::fail(ErrorCode::kPepperUnreadable, "gone");
      }
    };
    Fixture f;
    const NoPepper gone;
    firstkey::core::PassHasher hasher(gone, firstkey::tests::kCheapHash, 1);
    PassIssuer unpeppered(f.administration, f.random, gone, hasher);
    CHECK(code_of(unpeppered.issue({.user = ref(f.lee)})) == ErrorCode::kPepperUnreadable);
    PassIssuer half(f.administration, f.random, gone, f.hasher);
    CHECK(code_of(half.issue({.user = ref(f.lee)})) == ErrorCode::kPepperUnreadable);
    CHECK_FALSE(f.pass_of(f.lee.id).has_value());
  }
}
