#include "core/audit.h"

#include <chrono>
#include <functional>

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"
#include "tests/support/records.h"

using firstkey::core::audit_hash;
using firstkey::core::AuditRow;
using firstkey::core::ChainHead;
using firstkey::core::CorrelationId;
using firstkey::core::ErrorCode;
using firstkey::core::make_audit_row;
using firstkey::core::Sha256;
using firstkey::core::to_hex;
using firstkey::core::verify_audit_row;
using firstkey::tests::bytes_of;
using firstkey::tests::FakeRandom;
using firstkey::tests::kStart;
using firstkey::tests::make_event;
using std::chrono::seconds;

namespace {

/// The second row of a trail, and the hash of the first.
struct Fixture {
  FakeRandom random{1};
  AuditRow first = make_audit_row(make_event("pass.issue"), ChainHead{}, kStart, random);
  AuditRow row = make_audit_row(make_event("pass.redeem"), head_at(first), kStart, random);

  /// That `row` is found out.
  void check_broken() const {
    const auto verified = verify_audit_row(row, head_at(first));
    REQUIRE_FALSE(verified);
    CHECK(verified.error().code == ErrorCode::kAuditBroken);
    CHECK(verified.error().detail.contains("row "));
  }
};

struct Edit {
  const char* name;
  std::function<void(AuditRow&)> edit;
};

const Edit kEdits[] = {
    {"chain", [](AuditRow& row) { row.chain = 2; }},
    {"number", [](AuditRow& row) { row.sequence = 3; }},
    {"instant", [](AuditRow& row) { row.at += std::chrono::microseconds(1); }},
    {"action", [](AuditRow& row) { row.action = "pass.delete"; }},
    {"outcome", [](AuditRow& row) { row.outcome = "pass_wrong"; }},
    {"a letter moved from one field to the next",
     [](AuditRow& row) {
       row.outcome = row.action.back() + row.outcome;
       row.action.pop_back();
     }},
    {"correlation", [](AuditRow& row) { row.correlation = CorrelationId("another"); }},
    {"detail changed", [](AuditRow& row) { row.details["passId"] = "q"; }},
    {"detail added", [](AuditRow& row) { row.details["reason"] = "none"; }},
    {"detail removed", [](AuditRow& row) { row.details.clear(); }},
    {"personal value", [](AuditRow& row) { row.personal["userName"].value = "kim@example.org"; }},
    {"personal salt", [](AuditRow& row) { row.personal["userName"].salt[0] ^= 1U; }},
    {"personal value, its salt taken away",
     [](AuditRow& row) {
       row.personal["userName"].salt.clear();
       row.personal["userName"].value = "kim@example.org";
     }},
    {"commitment", [](AuditRow& row) { row.personal["userName"].commitment[31] ^= 1U; }},
    {"personal field removed", [](AuditRow& row) { row.personal.clear(); }},
    {"previous hash", [](AuditRow& row) { row.previous_hash[0] ^= 1U; }},
    {"hash", [](AuditRow& row) { row.hash[0] ^= 1U; }},
};

}  // namespace

TEST_SUITE("core/audit") {
  TEST_CASE_FIXTURE(Fixture, "a row says what happened, when, and after which row") {
    CHECK(row.sequence == 2);
    CHECK(row.at == kStart);
    CHECK(row.action == "pass.redeem");
    CHECK(row.previous_hash == first.hash);
    CHECK(row.personal.at("userName").value == "lee@example.org");
    CHECK(row.personal.at("userName").salt.size() == 16);
    CHECK(verify_audit_row(first, ChainHead{}));
    CHECK(verify_audit_row(row, head_at(first)));
  }

  TEST_CASE("whatever is edited in a row is found") {
    for (const auto& [name, edit] : kEdits) {
      CAPTURE(name);
      Fixture f;
      edit(f.row);
      f.check_broken();
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a row that was edited and hashed anew no longer fits the next one") {
    first.outcome = "pass_wrong";
    first.hash = audit_hash(first);
    CHECK(verify_audit_row(first, ChainHead{}));
    check_broken();
  }

  TEST_CASE_FIXTURE(Fixture, "a row that is missing, doubled or out of place is found") {
    for (const int before : {0, 2}) {
      CAPTURE(before);
      CHECK_FALSE(verify_audit_row(row, {.sequence = before, .hash = first.hash}));
    }
  }

  TEST_CASE("a row of another chain than the first is hashed with its number") {
    FakeRandom random{1};
    auto row = make_audit_row(make_event("pass.issue"), {.chain = 2}, kStart, random);
    CHECK(verify_audit_row(row, {.chain = 2}));
    row.chain = 3;
    const auto verified = verify_audit_row(row, {.chain = 3});
    REQUIRE_FALSE(verified);
    CHECK(verified.error().detail.starts_with("row 1 of chain 3"));
    row.hash = audit_hash(row);
    CHECK(verify_audit_row(row, {.chain = 3}));
  }

  TEST_CASE_FIXTURE(Fixture, "what is personal can be erased and the trail stays whole") {
    auto& field = row.personal["userName"];
    field.salt.clear();
    field.value.clear();
    CHECK(verify_audit_row(row, head_at(first)));
  }

  TEST_CASE_FIXTURE(Fixture, "the same name twice cannot be told from its commitments") {
    CHECK(row.personal["userName"].value == first.personal["userName"].value);
    CHECK(row.personal["userName"].commitment != first.personal["userName"].commitment);
  }

  // Stores hold rows hashed in this form: it may not change. The digest was computed apart from
  // this code, from the description in core/store/README.md.
  TEST_CASE("the hashed form is the one written down") {
    const AuditRow row{
        .sequence = 2,
        .at = kStart + seconds(1),
        .action = "pass.redeem",
        .outcome = "success",
        .correlation = CorrelationId("c"),
        .details = {{"passId", "p"}, {"sessionId", "s"}},
        .personal = {{"userName", {.commitment = Sha256{1}, .salt = {}, .value = {}}}},
        .previous_hash = Sha256{2},
        .hash = {}};
    CHECK(to_hex(audit_hash(row)) ==
          "ed727300de01f3bc8a2fecccd4e896e0dde7e24a2ea66aaa444716eb5674757d");
  }
}
