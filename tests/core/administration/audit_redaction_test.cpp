#include "core/administration/audit_redaction.h"

#include <doctest/doctest.h>

#include "core/administration/audit_trail.h"
#include "core/administration/user_directory.h"
#include "tests/support/administration_fixture.h"

using firstkey::core::AuditPlace;
using firstkey::core::AuditRedaction;
using firstkey::core::AuditRow;
using firstkey::core::AuditTrail;
using firstkey::core::ErrorCode;
using firstkey::core::ReadTransaction;
using firstkey::core::Role;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::ref;

namespace {

struct Fixture : AdministrationFixture {
  std::vector<AuditRow> rows() {
    return seen([](ReadTransaction& t) { return t.audit_rows({}, 10'000); });
  }
  /// How many rows have `value` in any personal field.
  std::size_t rows_with(const std::string& value) {
    std::size_t count = 0;
    for (const auto& row : rows()) {
      for (const auto& [name, field] : row.personal) count += field.value == value ? 1U : 0U;
    }
    return count;
  }
  void record(const std::map<std::string, std::string>& details,
              const std::map<std::string, std::string>& personal) {
    write([&](WriteTransaction& t) {
      t.append_audit({.action = "test", .details = details, .personal = personal});
    });
  }
  AuditPlace last_place() {
    const auto row = last_audit();
    return {.chain = row.chain, .sequence = row.sequence};
  }
  AuditRedaction redaction{administration};
};

}  // namespace

TEST_SUITE("core/administration/audit_redaction") {
  TEST_CASE("a person's names go, acted or acted on or typed, and the chain holds") {
    Fixture f;
    f.record({{"userId", f.lee.id.text()}}, {{"userName", "Lee@example.org"}});
    f.record({{"actorId", f.lee.id.text()}}, {{"actorName", "lee@example.org"}});
    f.record({}, {{"userName", "lee@example.org"}, {"station", "kiosk"}});
    const auto redacted = f.redaction.redact_user(ref(f.lee));
    REQUIRE(redacted);
    CHECK(redacted->rows == 3);
    CHECK_FALSE(redacted->left_behind);
    CHECK(f.rows_with("lee@example.org") + f.rows_with("Lee@example.org") == 0);
    CHECK(f.rows_with("kiosk") == 1);
    CHECK(AuditTrail(f.administration).verify()->redacted_rows == 3);
  }

  TEST_CASE("others keep their names") {
    Fixture f;
    f.record({{"userId", "user-kim"}}, {{"userName", "kim@example.org"}});
    f.record({{"userId", f.lee.id.text()}, {"actorId", "user-kim"}},
             {{"userName", "lee@example.org"}, {"actorName", "kim@example.org"}});
    REQUIRE(f.redaction.redact_user(ref(f.lee)));
    CHECK(f.rows_with("kim@example.org") == 2);
  }

  TEST_CASE("somebody who has left is found in the trail by id or name") {
    for (const auto* reference : {"user-kim", "KIM@example.org"}) {
      CAPTURE(reference);
      Fixture f;
      f.record({{"userId", "user-kim"}}, {{"userName", "kim@example.org"}});
      f.record({}, {{"userName", "kim@example.org"}});
      REQUIRE(f.redaction.redact_user({reference}));
      CHECK(f.rows_with("kim@example.org") == 0);
    }
  }

  TEST_CASE("a redaction is a row that names the id and not the person") {
    Fixture f;
    f.record({}, {{"userName", "lee@example.org"}});
    REQUIRE(f.redaction.redact_user(ref(f.lee)));
    const auto row = f.audit_of("audit.redact");
    CHECK(row.details.at("userId") == f.lee.id.text());
    CHECK(row.details.at("rows") == "1");
    CHECK(row.personal.size() == 1);
    CHECK(row.personal.contains("actorName"));
  }

  TEST_CASE("one row is redacted wholly, and only one that is there") {
    Fixture f;
    f.record({}, {{"userName", "7kqm3txf"}, {"station", "kiosk"}});
    const auto place = f.last_place();
    CHECK(f.redaction.redact_row(place)->rows == 1);
    CHECK(f.rows_with("7kqm3txf") + f.rows_with("kiosk") == 0);
    CHECK(f.audit_of("audit.redact").details.at("row") == "row " + std::to_string(place.sequence));
    CHECK(f.redaction.redact_row(place)->rows == 0);
    CHECK(code_of(f.redaction.redact_row({.sequence = 1'000})) == ErrorCode::kNotFound);
    CHECK(code_of(f.redaction.redact_row({.chain = 2, .sequence = 1})) == ErrorCode::kNotFound);
  }

  TEST_CASE("nobody erases their own name, by person or by row") {
    Fixture f;
    f.record({{"actorId", f.ana.text()}}, {{"actorName", "ana@example.org"}});
    const auto place = f.last_place();
    CHECK(code_of(f.redaction.redact_user({f.ana.text()})) == ErrorCode::kNotForOneself);
    CHECK(code_of(f.redaction.redact_row(place)) == ErrorCode::kNotForOneself);
    CHECK(f.rows_with("ana@example.org") >= 1);
    CHECK(f.audit_of("audit.redact").outcome == "not_for_oneself");
  }

  TEST_CASE("who may read names may not erase them") {
    Fixture f;
    f.record({}, {{"userName", "lee@example.org"}});
    f.holding({Role::kAuditor, Role::kPrivilegedAuthenticationAdministrator});
    CHECK(code_of(f.redaction.redact_user(ref(f.lee))) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.redaction.redact_row({.sequence = 1})) == ErrorCode::kRoleMissing);
    CHECK(f.rows_with("lee@example.org") >= 1);
  }
}
