#include "core/administration/audit_export.h"

#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"

using firstkey::core::AuditExport;
using firstkey::core::AuditNames;
using firstkey::core::AuditRange;
using firstkey::core::AuditRow;
using firstkey::core::ErrorCode;
using firstkey::core::Role;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::kStart;
using firstkey::tests::make_event;
using std::chrono::seconds;

namespace {

struct Fixture : AdministrationFixture {
  void happen(int rows) {
    write([&](WriteTransaction& t) {
      for (int i = 0; i < rows; ++i) t.append_audit(make_event("test"));
    });
  }
  std::vector<AuditRow> exported(const AuditRange& range) {
    std::vector<AuditRow> rows;
    REQUIRE(trail.run(range, [&](const AuditRow& row) {
      rows.push_back(row);
      return true;
    }));
    return rows;
  }
  AuditExport trail{administration};
};

}  // namespace

TEST_SUITE("core/administration/audit_export") {
  TEST_CASE("a trail over several pages is exported to its end, in order") {
    for (const int rows : {999, 1000, 1001, 2000}) {
      CAPTURE(rows);
      Fixture f;
      f.happen(rows);
      const auto found = f.exported({});
      CHECK(found.size() == f.audit_rows());
      CHECK(found.back().hash == f.last_audit().hash);
    }
  }

  TEST_CASE("rows that are written while it is read are left out") {
    Fixture f;
    f.happen(3);
    const auto before = f.audit_rows();
    std::size_t taken = 0;
    REQUIRE(f.trail.run({}, [&](const AuditRow&) {
      f.happen(1);
      ++taken;
      return true;
    }));
    CHECK(taken == before);
  }

  TEST_CASE("it ends where its reader does") {
    Fixture f;
    f.happen(5);
    int taken = 0;
    REQUIRE(f.trail.run({}, [&](const AuditRow&) { return ++taken < 2; }));
    CHECK(taken == 2);
  }

  TEST_CASE("times bound it: since the first instant, before the last") {
    Fixture f;
    f.happen(1);
    f.clock.advance(seconds(10));
    f.happen(1);
    f.clock.advance(seconds(10));
    f.happen(1);
    const auto all = f.exported({}).size();
    CHECK(f.exported({.since = kStart + seconds(10)}).size() == 2);
    CHECK(f.exported({.since = kStart + seconds(11)}).size() == 1);
    CHECK(f.exported({.until = kStart + seconds(20)}).size() == all - 1);
    CHECK(f.exported({.until = kStart + seconds(21)}).size() == all);
    CHECK(f.exported({.since = kStart + seconds(10), .until = kStart + seconds(20)}).size() == 1);
  }

  TEST_CASE("names go to who asks for them and may read them") {
    Fixture f;
    f.happen(1);
    CHECK(f.exported({}).back().personal.at("userName").value.empty());
    CHECK(f.exported({.names = AuditNames::kIncluded}).back().personal.at("userName").value ==
          "lee@example.org");
    f.holding({Role::kGlobalReader});
    CHECK(f.exported({}).size() >= 1);
    const auto refused =
        f.trail.run({.names = AuditNames::kIncluded}, [](const AuditRow&) { return true; });
    CHECK(code_of(refused) == ErrorCode::kRoleMissing);
    CHECK(f.audit_of("audit.export").outcome == "role_missing");
  }
}
