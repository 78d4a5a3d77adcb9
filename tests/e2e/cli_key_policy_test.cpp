// The key policy from the command line, with a software key whose maker's certificate is at hand.

#include <string>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/enrollment_desk.h"

using namespace firstkey::tests;

namespace json = boost::json;

namespace {

constexpr std::size_t kSerialDigits = 16;  // 8 bytes, as the software key has it
constexpr const char* kModel = "8d6f0a5c-3f0e-4f4b-9d9e-66697273746b";  // the software key's

/// A desk with a key that has written its root beside itself.
struct KeyDesk {
  TemporaryFolder files;
  EnrollmentDesk desk{"--root-out '" + files / "root.pem" + "'"};

  /// One profile for everybody, with `restrictions` of models.
  void restrict(const std::string& type, const std::string& aaguid) const {
    desk.set_key_policy(
        R"({"passkeyProfiles":[{"id":"00000000-0000-0000-0000-000000000001","name":"Default",
            "attestationEnforcement":"disabled","keyRestrictions":{"isEnforced":true,
            "enforcementType":")" +
        type + R"(","aaGuids":[")" + aaguid + R"("]}}]})");
  }
  /// Issues a pass and spends it.
  Finished enroll() {
    desk.issue();
    desk.bring(desk.passcode, "2468");
    return desk.enroll(desk.unattended());
  }
  [[nodiscard]] std::string last_check() const {
    const auto rows = desk.answer("audit list").at("value").as_array();
    for (const auto& row : rows) {
      if (row.at("action").as_string() != "credential.register") continue;
      return std::string(row.at("details").at("check").as_string());
    }
    return {};
  }
};

}  // namespace

TEST_SUITE("e2e/cli_key_policy") {
  TEST_CASE("an allow list takes a key once its maker's root is tied to its model") {
    KeyDesk with;
    with.restrict("allow", kModel);
    const auto refused = with.enroll();
    CHECK(refused.status == 5);
    CHECK(with.last_check() == "model_not_proven");
    (void)with.desk.answer("policy trust add '" + with.files / "root.pem" + "' --aaguid " + kModel);
    const auto taken = with.enroll();
    REQUIRE_MESSAGE(taken.status == 0, taken.text);
    CHECK(json::parse(taken.text).at("value").at(0).at("attestationLevel").as_string() ==
          "attested");
  }

  TEST_CASE("a blocked model is refused, whoever vouches for it") {
    KeyDesk with;
    (void)with.desk.answer("policy trust add '" + with.files / "root.pem" + "'");
    with.restrict("block", kModel);
    CHECK(with.enroll().status == 5);
    CHECK(with.last_check() == "model_blocked");
  }

  TEST_CASE("a key is known by its serial number once it may tell it") {
    KeyDesk with;
    const auto root = with.desk.answer("policy trust add '" + with.files / "root.pem" + "'");
    // The software key's own is the beginning of its root's SHA-256, as is the root's id here.
    const auto serial = std::string(root.at("id").as_string()).substr(0, kSerialDigits);
    with.desk.set_key_policy(
        R"({"passkeyProfiles":[{"id":"00000000-0000-0000-0000-000000000001","name":"Default",
            "attestationEnforcement":"registrationOnly","keyRestrictions":{"isEnforced":false,
            "enforcementType":"block","aaGuids":[]},"enterpriseSerials":[")" +
        serial + R"("]}]})");
    CHECK(with.enroll().status == 5);
    CHECK(with.last_check() == "serial_unknown");
    const auto turned_on =
        run("echo 2468 | " + with.desk.program() +
            " --json key config enterprise-attestation --yes --pin-fd 0 " + with.desk.simulator());
    REQUIRE_MESSAGE(turned_on.status == 0, turned_on.text);
    const auto taken = with.enroll();
    CHECK_MESSAGE(taken.status == 0, taken.text);
  }

  TEST_CASE("where registering is left to administrators, a pass registers nothing") {
    KeyDesk with;
    with.desk.set_key_policy(R"({"isSelfServiceRegistrationAllowed":false})");
    const auto refused = with.enroll();
    CHECK(refused.status == 5);
    CHECK(json::parse(refused.text).at("error").at("code").as_string() == "key_not_allowed");
  }

  TEST_CASE("the policy is shown as a table, and a root with its models") {
    const KeyDesk with;
    with.restrict("allow", kModel);
    const auto shown = run(with.desk.program() + " policy show").text;
    CHECK(shown.contains(std::string("only ") + kModel));
    CHECK(shown.contains("group all_users"));
    const auto root = with.desk.answer("policy trust add --aaguid " + std::string(kModel) + " '" +
                                       with.files / "root.pem" + "'");
    CHECK(root.at("aaGuids").at(0).as_string() == kModel);
    CHECK(run(with.desk.program() + " policy trust list").text.contains(kModel));
  }
}
