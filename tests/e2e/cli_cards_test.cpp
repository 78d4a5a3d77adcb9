// Cards from the command line: the real pcscd, with software keys and other cards in the virtual
// readers of vsmartcard.

#include <chrono>
#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/parts.h"
#include "tests/support/reader_service.h"
#include "tests/support/running_program.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/virtual_card.h"

using namespace firstkey::tests;
using namespace std::chrono_literals;

namespace {

namespace json = boost::json;

constexpr const char* kDevice = " --device 'ccid:Virtual PCD 00 00'";
constexpr auto kGenerous = 60s;  // on a machine that does much else

bool is_absent() {
  return part_is_absent("pcscd and vpcd, as root", ReaderService::is_possible());
}

/// firstkey-softkey as a card that pcscd has seen.
class SoftwareCard : public RunningProgram {
 public:
  explicit SoftwareCard(const std::string& options)
      : RunningProgram("exec '" FIRSTKEY_SOFTKEY "' --exit-with-parent --vpcd 127.0.0.1:" +
                       std::to_string(ReaderService::kFirstReader) + " " + options) {
    REQUIRE(line().starts_with("ready vpcd:"));
    REQUIRE(run("'" FIRSTKEY_PROGRAM "' key wait --timeout 20 >/dev/null 2>&1").status == 0);
  }
};

/// A desk that allows software keys, with a pass for Lee.
class Desk {
 public:
  Desk() {
    (void)answer("init --rp-id example.org --user ana@example.org");
    (void)answer("user add lee@example.org --name 'Lee Osei'");
    std::ofstream(folder_ / "policy") << R"({"allowSimulators":true})";
    (void)answer("policy set keys " + folder_ / "policy");
    const auto pass = answer("pass create lee@example.org --one-time");
    std::ofstream(folder_ / "secrets")
        << std::string(pass.at("temporaryAccessPass").as_string()) << "\n2468\n";
  }
  [[nodiscard]] Finished enroll() const {
    return run(program() + " enroll lee@example.org --passcode-fd 0 --pin-fd 0" + kDevice + " < '" +
               folder_ / "secrets" + "' 2>/dev/null");
  }

 private:
  [[nodiscard]] std::string program() const {
    return "'" FIRSTKEY_PROGRAM "' --json --store '" + folder_ / "firstkey.db" + "'";
  }
  [[nodiscard]] json::object answer(const std::string& arguments) const {
    const auto ran = run(program() + " " + arguments);
    REQUIRE_MESSAGE(ran.status == 0, ran.text);
    return json::parse(ran.text).as_object();
  }

  TemporaryFolder folder_;
};

}  // namespace

TEST_SUITE("e2e/cli_cards") {
  TEST_CASE("a script registers and proves a card that is cold, slow and particular") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card(
        "--presence always --quirk card-cold-power-up --quirk card-cold-select --quirk card-slow "
        "--quirk card-pieces --quirk card-fetch-00 --quirk card-bare-updates");
    const Desk desk;
    const auto ran = desk.enroll();
    REQUIRE_MESSAGE(ran.status == 0, ran.text);
    const auto credential = json::parse(ran.text).at("value").at(0);
    CHECK(credential.at("isProven").as_bool());
    CHECK(credential.at("isSimulated").as_bool());
  }

  TEST_CASE("a card that hangs keeps up neither a look at it nor the program's end") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card("--quirk card-hangs");
    const auto begin = std::chrono::steady_clock::now();
    // What a look needs is the last that this card answers.
    const auto ran = run("'" FIRSTKEY_PROGRAM "' --json key info" + std::string(kDevice));
    CHECK(ran.status == 0);
    const Desk desk;
    CHECK(desk.enroll().status != 0);
    CHECK(std::chrono::steady_clock::now() - begin < kGenerous);
  }

  TEST_CASE("a card without FIDO is no key, and the reason why there is none") {
    if (is_absent()) return;
    const ReaderService service;
    const VirtualCard card(ReaderService::kFirstReader,
                           [](const auto&) { return VirtualCard::Bytes{0x6A, 0x82}; });
    const auto ran = run("'" FIRSTKEY_PROGRAM "' --json key wait --timeout 2");
    CHECK(ran.status == 5);
    CHECK(json::parse(ran.text).at("error").at("code").as_string() == "no_applet");
  }
}
