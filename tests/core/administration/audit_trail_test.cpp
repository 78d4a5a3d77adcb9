#include "core/administration/audit_trail.h"

#include <memory>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "core/store/sqlite_store.h"
#include "tests/support/administration_fixture.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::Administration;
using firstkey::core::AuditQuery;
using firstkey::core::AuditTrail;
using firstkey::core::CorrelationId;
using firstkey::core::ErrorCode;
using firstkey::core::Role;
using firstkey::core::SqliteStore;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::make_event;

namespace {

struct Fixture : AdministrationFixture {
  void happen(const std::string& action, const std::string& correlation = "c") {
    auto event = make_event(action);
    event.correlation = CorrelationId(correlation);
    write([&](WriteTransaction& t) { t.append_audit(event); });
  }
  std::vector<std::string> actions(const AuditQuery& query) {
    std::vector<std::string> found;
    const auto rows = trail.list(query).value();
    for (const auto& row : rows) found.push_back(row.action);
    return found;
  }
  AuditTrail trail{administration};
};

/// A chain of `rows` in a file, which somebody with another program can get at.
class ChainInFile {
 public:
  explicit ChainInFile(int rows) {
    REQUIRE(store_->write([&](WriteTransaction& t) {
      auto ana = firstkey::tests::make_user("ana");
      ana.roles = {Role::kAuditor};
      t.put_settings(firstkey::tests::make_settings());
      REQUIRE(t.insert_user(ana));
      for (int i = 0; i < rows; ++i) t.append_audit(make_event("pass.issue"));
      return firstkey::core::Store::Ending::kCommit;
    }));
  }
  void tamper(const std::string& sql) {
    SQLite::Database file(folder_ / "firstkey.db", SQLite::OPEN_READWRITE);
    REQUIRE(file.exec(sql) == 1);
  }
  auto verify() { return AuditTrail(administration_).verify(); }

 private:
  firstkey::tests::TemporaryFolder folder_;
  firstkey::tests::FakeClock clock_;
  firstkey::tests::FakeRandom random_{5};
  std::unique_ptr<SqliteStore> store_ =
      SqliteStore::open(
          folder_ / "firstkey.db", SqliteStore::Presence::kMayBeCreated, clock_, random_)
          .value();
  Administration administration_{*store_, firstkey::core::Account{.uid = 1000}};
};

}  // namespace

TEST_SUITE("core/administration/audit_trail") {
  TEST_CASE("the newest rows that match are listed, oldest first") {
    Fixture f;
    for (const auto* action : {"one", "two", "three"}) f.happen(action);
    CHECK(f.actions({.limit = 2}) == std::vector<std::string>{"two", "three"});
    CHECK(f.actions({.action = "one", .limit = 2}) == std::vector<std::string>{"one"});
    CHECK(f.actions({.action = "four"}).empty());
  }

  TEST_CASE("without a filter the newest rows are read from the end of a long trail") {
    Fixture f;
    f.write([](WriteTransaction& t) {
      for (int i = 0; i < 1500; ++i) t.append_audit(make_event("old"));
    });
    f.happen("new");
    CHECK(f.actions({.limit = 2}) == std::vector<std::string>{"old", "new"});
    CHECK(f.actions({.action = "old", .limit = 1000}).size() == 1000);
    CHECK(f.actions({.limit = 1000}).size() == 1000);
  }

  TEST_CASE("one pass's story is found by its correlation") {
    Fixture f;
    f.happen("pass.issue", "this");
    f.happen("pass.issue", "that");
    f.happen("pass.redeem", "this");
    CHECK(f.actions({.correlation = CorrelationId("this")}) ==
          std::vector<std::string>{"pass.issue", "pass.redeem"});
  }

  TEST_CASE("a pass and its credential have one story, also once they are gone") {
    using Kind = firstkey::core::AuditSubject::Kind;
    Fixture f;
    auto event = make_event("credential.register");
    event.correlation = CorrelationId("story");
    event.details = {{"passId", "gone"}, {"credentialId", "a2V5"}};
    f.write([&](WriteTransaction& t) { t.append_audit(event); });
    f.happen("session.complete", "story");
    for (const auto& subject : {firstkey::core::AuditSubject{.kind = Kind::kPass, .id = "gone"},
                                {.kind = Kind::kCredential, .id = "a2V5"}}) {
      const auto rows = f.trail.story(subject, 10).value();
      REQUIRE(rows.size() == 2);
      CHECK(rows[1].action == "session.complete");
    }
    CHECK(f.trail.story({.kind = Kind::kPass, .id = "other"}, 10)->empty());
    CHECK(code_of(f.trail.story({.kind = Kind::kPass, .id = "gone"}, 0)) ==
          ErrorCode::kInvalidArgument);
    f.holding({Role::kUserAdministrator});
    CHECK(code_of(f.trail.story({.kind = Kind::kPass, .id = "gone"}, 10)) ==
          ErrorCode::kRoleMissing);
  }

  TEST_CASE("an action with a dot at its end stands for its family") {
    Fixture f;
    for (const auto* action : {"pass.issue", "passage", "pass.redeem", "session.end"}) {
      f.happen(action);
    }
    CHECK(f.actions({.action = "pass."}) == std::vector<std::string>{"pass.issue", "pass.redeem"});
    CHECK(f.actions({.action = "pass"}).empty());
  }

  TEST_CASE("staff find the true reason under the reference a refused person was told") {
    Fixture f;
    f.issue_one_time();
    const auto refused = f.redeem("00000000");
    REQUIRE_FALSE(refused.has_value());
    const auto& told = refused.error().detail;
    const auto reference = told.substr(told.rfind(' ') + 1);
    f.holding({Role::kAuthenticationAdministrator});
    const auto rows = f.trail.list({.reference = reference});
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    CHECK(rows->front().outcome == "pass_wrong");
    CHECK(f.actions({.reference = "nothing"}).empty());
  }

  TEST_CASE("names are for auditors; what a stranger typed may be a passcode") {
    Fixture f;
    CHECK_FALSE(f.redeem_as("7KQM3TXF", "lee@example.org").has_value());
    for (const auto role : {Role::kGlobalReader,
                            Role::kAuthenticationAdministrator,
                            Role::kPrivilegedAuthenticationAdministrator}) {
      CAPTURE(to_string(role));
      f.holding({role});
      const auto row = f.trail.list({.action = "pass.redeem"}).value().front();
      CHECK(row.personal.at("userName").value.empty());
      CHECK(row.personal.at("userName").salt.empty());
      CHECK(row.personal.at("userName").commitment != firstkey::core::Sha256{});
    }
    f.holding({Role::kAuditor});
    const auto row = f.trail.list({.action = "pass.redeem"}).value().front();
    CHECK(row.personal.at("userName").value == "7kqm3txf");
  }

  TEST_CASE("a list has 1 to 1000 rows") {
    Fixture f;
    f.happen("one");
    CHECK(code_of(f.trail.list({.limit = 0})) == ErrorCode::kInvalidArgument);
    CHECK(f.trail.list({.limit = 1})->size() == 1);
    CHECK(f.trail.list({.limit = 1000}).has_value());
    CHECK(code_of(f.trail.list({.limit = 1001})) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("the trail is not for everybody") {
    Fixture f;
    f.holding({Role::kUserAdministrator, Role::kAuthenticationPolicyAdministrator});
    CHECK(code_of(f.trail.list({})) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.trail.verify()) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("an unbroken chain is summed up by its length and last hash") {
    Fixture f;
    f.happen("one");
    f.happen("two");
    const auto summary = f.trail.verify();
    REQUIRE(summary);
    CHECK(summary->rows == static_cast<std::int64_t>(f.audit_rows()));
    CHECK(summary->heads == std::vector{head_at(f.last_audit())});
  }

  TEST_CASE("a chain over several pages is verified to its end") {
    for (const int rows : {999, 1000, 1001, 2000}) {
      CAPTURE(rows);
      ChainInFile chain(rows);
      CHECK(chain.verify()->rows == rows);
    }
  }

  TEST_CASE("whatever is changed in the trail breaks the chain there") {
    const struct {
      const char* name;
      int rows;
      const char* sql;
    } cases[] = {
        {"an outcome", 5, "UPDATE audit SET outcome = 'refused' WHERE sequence = 3"},
        {"a time", 5, "UPDATE audit SET at = at + 1 WHERE sequence = 3"},
        {"an id",
         5,
         "UPDATE audit SET details = replace(details, '\"p\"', '\"q\"') WHERE sequence = 3"},
        {"a name",
         5,
         "UPDATE audit SET personal = replace(personal, 'lee', 'kim') WHERE sequence = 3"},
        {"a correlation", 5, "UPDATE audit SET correlation = 'x' WHERE sequence = 3"},
        {"a row taken out", 5, "DELETE FROM audit WHERE sequence = 3"},
        {"the first row taken out", 5, "DELETE FROM audit WHERE sequence = 1"},
        {"a row on the second page", 1001, "UPDATE audit SET action = 'x' WHERE sequence = 1001"},
    };
    for (const auto& one : cases) {
      CAPTURE(one.name);
      ChainInFile chain(one.rows);
      chain.tamper(one.sql);
      CHECK(code_of(chain.verify()) == ErrorCode::kAuditBroken);
    }
  }

  TEST_CASE("rows cut off the end show against a summary kept elsewhere") {
    ChainInFile chain(10);
    const auto kept = chain.verify();
    chain.tamper("DELETE FROM audit WHERE sequence = 10");
    const auto now = chain.verify();
    REQUIRE(now);
    CHECK(now->rows == kept->rows - 1);
    CHECK(now->heads != kept->heads);
  }
}
