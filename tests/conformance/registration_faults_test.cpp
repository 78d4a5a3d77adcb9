// Registrations with one thing wrong, each refused with the code it deserves. Where others let one
// pass, the standard decides: no padding in base64url, no BS without BE, no byte after anything, no
// point off its curve, no chain to a root that came with the message.

#include <set>

#include <doctest/doctest.h>

#include "core/webauthn/error.h"
#include "tests/conformance/faults/fault.h"

using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::to_string;
using firstkey::tests::FaultArea;
using firstkey::tests::Forgery;

namespace {

std::vector<FaultArea> areas() {
  return {firstkey::tests::client_data_faults(),
          firstkey::tests::authenticator_data_faults(),
          firstkey::tests::cose_key_faults(),
          firstkey::tests::statement_faults(),
          firstkey::tests::certificate_faults(),
          firstkey::tests::json_faults()};
}

std::string name_of(std::optional<Code> code) {
  return code ? std::string(to_string(code.value())) : "accepted";
}

}  // namespace

TEST_SUITE("conformance/registration_faults") {
  TEST_CASE("without a fault it is accepted, in every format") {
    const Forgery self;
    CHECK(name_of(self.judged()) == "accepted");
    Forgery packed;
    packed.certify({});
    CHECK(name_of(packed.judged()) == "accepted");
    Forgery u2f;
    u2f.certify_u2f({});
    CHECK(name_of(u2f.judged()) == "accepted");
    Forgery none;
    none.format = "none";
    none.statement = [](firstkey::core::BytesView) { return firstkey::core::Bytes{0xA0}; };
    CHECK(name_of(none.judged()) == "accepted");
  }

  TEST_CASE("every fault is refused with its code") {
    for (const auto& area : areas()) {
      CAPTURE(area.name);
      for (const auto& fault : area.faults) {
        CAPTURE(fault.name);
        Forgery forgery;
        fault.spoil(forgery);
        CHECK(name_of(forgery.judged()) == to_string(fault.code));
      }
    }
  }

  TEST_CASE("there are many of them, no two alike") {
    std::set<std::string> names;
    std::size_t count = 0;
    for (const auto& area : areas()) {
      CAPTURE(area.name);
      CHECK(area.faults.size() >= 20);
      for (const auto& fault : area.faults) {
        names.insert(std::string(area.name) + ": " + fault.name);
        ++count;
      }
    }
    CHECK(names.size() == count);
  }
}
