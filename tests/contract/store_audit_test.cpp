// The contract of core/store.h over every store: the audit trail.

#include <doctest/doctest.h>

#include "tests/contract/store_fixtures.h"
#include "tests/support/records.h"

using firstkey::core::AuditQuery;
using firstkey::core::AuditSubject;
using firstkey::core::CorrelationId;
using firstkey::core::ErrorCode;
using firstkey::core::ReadTransaction;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::seconds;

namespace {

/// Rows 1 to 6 of two passes' stories, one of them with refusals under two references.
template <class Fixture>
struct Trail : Fixture {
  Trail() {
    commit(this->store(), [&](WriteTransaction& t) {
      append(t, "pass.issue", "this");
      append(t, "pass.issue", "that");
      append(t, "pass.redeem", "this", "AAAAAA");
      append(t, "passage", "that");
      append(t, "pass.redeem", "this", "BBBBBB");
      append(t, "session.end", "this");
    });
  }
  static void append(WriteTransaction& t,
                     const char* action,
                     const char* correlation,
                     const std::string& reference = {}) {
    auto event = make_event(action);
    event.correlation = CorrelationId(correlation);
    if (!reference.empty()) event.details["reference"] = reference;
    t.append_audit(event);
  }
  std::vector<std::int64_t> found(const AuditQuery& query) {
    std::vector<std::int64_t> sequences;
    for (const auto& row :
         seen(this->store(), [&](ReadTransaction& t) { return t.newest_audit_rows(query); })) {
      sequences.push_back(row.sequence);
    }
    return sequences;
  }
};

using Rows = std::vector<std::int64_t>;

void append_about(WriteTransaction& t,
                  const char* correlation,
                  const std::map<std::string, std::string>& details) {
  t.append_audit({.action = "credential.register",
                  .correlation = CorrelationId(correlation),
                  .details = details,
                  .personal = {}});
}

}  // namespace

TEST_SUITE(CONTRACT_SUITE("store_audit")) {
  TEST_CASE_TEMPLATE("the audit chain grows without gaps and verifies", Fixture, STORES) {
    Fixture f;
    for (const auto* action : {"pass.issue", "pass.redeem", "credential.store"}) {
      f.clock.advance(seconds(1));
      commit(f.store(), [&](WriteTransaction& t) { t.append_audit(make_event(action)); });
    }
    const auto rows = seen(f.store(), [](ReadTransaction& t) { return t.audit_rows({}, 10); });
    REQUIRE(rows.size() == 3);
    CHECK(rows[1].sequence == 2);
    CHECK(rows[1].at == kStart + seconds(2));
    CHECK(rows[1].previous_hash == rows[0].hash);
    CHECK(rows[2].personal.at("userName").value == "lee@example.org");
    CHECK(seen(f.store(), [](ReadTransaction& t) {
            return t.audit_rows({.sequence = 1}, 1);
          }).size() == 1);
    CHECK(f.store().check());
  }

  TEST_CASE_TEMPLATE("the newest rows that match are found, in order", Fixture, STORES) {
    Trail<Fixture> f;
    CHECK(f.found({}) == Rows{1, 2, 3, 4, 5, 6});
    CHECK(f.found({.correlation = CorrelationId("this")}) == Rows{1, 3, 5, 6});
    CHECK(f.found({.reference = "AAAAAA"}) == Rows{3});
    CHECK(f.found({.action = "pass.redeem"}) == Rows{3, 5});
    CHECK(f.found({.action = "pass."}) == Rows{1, 2, 3, 5});
    CHECK(f.found({.action = "pass"}) == Rows{});
    CHECK(f.found({.correlation = CorrelationId("other")}) == Rows{});
    CHECK(f.found({.reference = "CCCCCC"}) == Rows{});
  }

  TEST_CASE_TEMPLATE("every part of a query must match", Fixture, STORES) {
    Trail<Fixture> f;
    CHECK(f.found({.correlation = CorrelationId("that"), .action = "pass."}) == Rows{2});
    CHECK(f.found({.action = "pass.redeem", .reference = "BBBBBB"}) == Rows{5});
    CHECK(f.found({.action = "pass.issue", .reference = "BBBBBB"}) == Rows{});
    CHECK(f.found({.correlation = CorrelationId("that"), .reference = "BBBBBB"}) == Rows{});
  }

  TEST_CASE_TEMPLATE("a limit counts the rows that match and keeps the newest", Fixture, STORES) {
    Trail<Fixture> f;
    CHECK(f.found({.limit = 2}) == Rows{5, 6});
    CHECK(f.found({.correlation = CorrelationId("this"), .limit = 3}) == Rows{3, 5, 6});
    CHECK(f.found({.action = "pass.", .limit = 1}) == Rows{5});
    CHECK(f.found({.limit = 0}) == Rows{});
  }

  TEST_CASE_TEMPLATE("a pass and a credential lead to the story they belong to", Fixture, STORES) {
    using Kind = AuditSubject::Kind;
    Fixture f;
    commit(f.store(), [&](WriteTransaction& t) {
      append_about(t, "", {{"passId", "pass"}});
      append_about(t, "story", {{"passId", "pass"}});
      append_about(t, "story", {{"passId", "pass"}, {"credentialId", "key"}});
      append_about(t, "later", {{"passId", "other"}, {"credentialId", "key"}});
    });
    const auto story = [&](Kind kind, const char* id) {
      return seen(f.store(), [&](ReadTransaction& t) {
        return t.story_of({.kind = kind, .id = id}).value_or(CorrelationId("none")).text();
      });
    };
    CHECK(story(Kind::kPass, "pass") == "story");
    CHECK(story(Kind::kCredential, "key") == "story");
    CHECK(story(Kind::kPass, "other") == "later");
    CHECK(story(Kind::kPass, "key") == "none");
    CHECK(story(Kind::kCredential, "") == "none");
  }

  TEST_CASE_TEMPLATE("erased personal fields leave the chain whole", Fixture, STORES) {
    Trail<Fixture> f;
    auto row = seen(f.store(), [](ReadTransaction& t) { return t.audit_rows({}, 3); }).at(2);
    row.personal.at("userName").salt.clear();
    row.personal.at("userName").value.clear();
    commit(f.store(), [&](WriteTransaction& t) { t.put_personal_fields(row); });
    CHECK(f.store().check());
    CHECK(f.store().scrub());
    const auto rows = seen(f.store(), [](ReadTransaction& t) { return t.audit_rows({}, 10); });
    CHECK(rows.at(2) == row);
    CHECK(rows.at(1).personal.at("userName").value == "lee@example.org");
    CHECK(f.found({.action = "pass.redeem"}) == Rows{3, 5});
  }

  TEST_CASE_TEMPLATE("only a row that is there has its fields replaced", Fixture, STORES) {
    Trail<Fixture> f;
    auto row = seen(f.store(), [](ReadTransaction& t) { return t.last_audit_row(); }).value();
    ++row.sequence;
    const auto done = f.store().write([&](WriteTransaction& t) {
      t.put_personal_fields(row);
      return firstkey::core::Store::Ending::kCommit;
    });
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == ErrorCode::kStoreFailed);
  }
}
