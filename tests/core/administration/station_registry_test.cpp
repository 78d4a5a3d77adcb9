// Stations: admitted, joined, recognised, removed.

#include "core/administration/station_registry.h"

#include <doctest/doctest.h>

#include "core/passcode.h"
#include "core/station_admission.h"
#include "tests/support/administration_fixture.h"

using firstkey::core::AdmittedStation;
using firstkey::core::as_bytes;
using firstkey::core::ErrorCode;
using firstkey::core::in_groups;
using firstkey::core::is_station_name;
using firstkey::core::kJoiningTime;
using firstkey::core::Role;
using firstkey::core::Secret;
using firstkey::core::StationAdmission;
using firstkey::core::StationId;
using firstkey::core::StationRegistry;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::microseconds;

namespace {

class StationFixture : public AdministrationFixture {
 public:
  AdmittedStation add(const std::string& name = "kiosk") {
    auto added = registry.add(name);
    REQUIRE(added);
    return std::move(added.value());
  }
  static Secret credential(const std::string& text = "credential") { return secret_of(text); }

  StationRegistry registry{administration, random};
  StationAdmission admission{store};
};

}  // namespace

TEST_SUITE("core/administration/station_registry") {
  TEST_CASE("a station joins with its code, typed as shown, and is known by its credential") {
    StationFixture f;
    const auto added = f.add();
    CHECK(f.admission.join(in_groups(added.code), f.credential()) == StationId("kiosk"));
    CHECK(f.admission.identify(f.credential()) == StationId("kiosk"));
    CHECK(f.registry.list()->front().joined_at == f.clock.wall());
    CHECK(f.last_audit().action == "station.join");
  }

  TEST_CASE("a code joins once; the same station is answered again") {
    StationFixture f;
    const auto added = f.add();
    REQUIRE(f.admission.join(added.code, f.credential()));
    CHECK(f.admission.join(added.code, f.credential()) == StationId("kiosk"));
    CHECK(code_of(f.admission.join(added.code, f.credential("another"))) ==
          ErrorCode::kStationUnknown);
    CHECK(code_of(f.admission.identify(f.credential("another"))) == ErrorCode::kStationUnknown);
  }

  TEST_CASE("a code is good until its time is over") {
    StationFixture f;
    const auto first = f.add("first");
    const auto second = f.add("second");
    f.clock.advance(kJoiningTime - microseconds(1));
    CHECK(f.admission.join(first.code, f.credential()));
    f.clock.advance(microseconds(1));
    CHECK(code_of(f.admission.join(second.code, f.credential("second"))) ==
          ErrorCode::kStationUnknown);
  }

  TEST_CASE("a wrong code and a wrong credential are refused, and the trail says so") {
    StationFixture f;
    (void)f.add();
    for (const auto* code : {"7KQM-3TXF", "", "#"}) {
      CAPTURE(code);
      CHECK(code_of(f.admission.join(Secret(as_bytes(code)), f.credential())) ==
            ErrorCode::kStationUnknown);
    }
    CHECK(f.last_audit().action == "station.join");
    CHECK(f.last_audit().outcome == "station_unknown");
    // Nobody joined yet, so that the empty hash is nobody's either.
    CHECK(code_of(f.admission.identify(Secret())) == ErrorCode::kStationUnknown);
    CHECK(f.last_audit().action == "station.join");  // a look writes nothing
    REQUIRE(f.admission.record_refusal("192.0.2.7"));
    CHECK(f.last_audit().action == "station.call");
    CHECK(f.last_audit().personal.at("address").value == "192.0.2.7");
    CHECK(code_of(f.admission.join(Secret(), Secret(as_bytes("short")))) ==
          ErrorCode::kInvalidArgument);
  }

  TEST_CASE("a station that is removed is unknown from then on, and its name free") {
    StationFixture f;
    const auto added = f.add();
    REQUIRE(f.admission.join(added.code, f.credential()));
    REQUIRE(f.registry.remove("kiosk"));
    CHECK(code_of(f.admission.identify(f.credential())) == ErrorCode::kStationUnknown);
    CHECK(code_of(f.registry.remove("kiosk")) == ErrorCode::kNotFound);
    CHECK(f.registry.add("kiosk"));
  }

  TEST_CASE("a name is a station's once, and is plain") {
    StationFixture f;
    (void)f.add("kiosk-2.hall_B");
    CHECK(code_of(f.registry.add("kiosk-2.hall_B")) == ErrorCode::kAlreadyExists);
    CHECK(code_of(f.registry.add("../kiosk")) == ErrorCode::kInvalidArgument);
    CHECK(is_station_name(std::string(64, 'a')));
    for (const auto& name : {std::string(65, 'a'),
                             std::string(),
                             std::string(".a"),
                             std::string("a b"),
                             std::string("a\n"),
                             std::string("\xC3\xA4")}) {
      CAPTURE(name);
      CHECK_FALSE(is_station_name(name));
    }
  }

  TEST_CASE("stations are the Privileged Role Administrator's; a reader sees them") {
    StationFixture f;
    f.holding({Role::kPrivilegedAuthenticationAdministrator});
    CHECK(code_of(f.registry.add("kiosk")) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.registry.list()) == ErrorCode::kRoleMissing);
    f.holding({Role::kGlobalReader});
    CHECK(f.registry.list());
    CHECK(code_of(f.registry.remove("kiosk")) == ErrorCode::kRoleMissing);
    CHECK(f.last_audit().action == "station.remove");
  }
}
