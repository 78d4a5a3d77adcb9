#include "enroll/app/key_commands.h"

#include <array>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "enroll/app/key_facts.h"
#include "tests/support/fake_authenticator.h"

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;
using firstkey::tests::fails;
using firstkey::tests::FakeKey;
using firstkey::tests::FakeKeyDiscovery;
using firstkey::tests::fido2_facts;

constexpr auto kNoPatience = 0ms;

device::KeyPath path(const std::string& text) {
  return device::KeyPath::parse(text).value();
}

/// Discards what is printed: the tests are about results.
const Output kQuiet(OutputForm::kText);

std::string code_of(const Attempt<void>& attempt) {
  return attempt ? "done" : attempt.error().code;
}

/// The words beside `label`.
std::string words(const KeyReading& reading, const std::string& label) {
  for (const auto& [name, text] : to_lines(reading)) {
    if (name == label) return text;
  }
  return "no such line";
}

}  // namespace

TEST_SUITE("enroll/app/key_commands") {
  TEST_CASE("without a key there is nothing to list, and the reasons are told") {
    FakeKeyDiscovery discovery;
    discovery.report({.code = device::ErrorCode::kNoReaderService,
                      .reason = "pcscd does not run",
                      .remedy = "start it"});
    const auto listed = list_keys(discovery, kNoPatience, kQuiet);
    REQUIRE_FALSE(listed.has_value());
    CHECK(listed.error().code == "no_key");
    CHECK(listed.error().exit_code == ExitCode::kNoKey);
    CHECK(listed.error().message.find("pcscd does not run: start it") != std::string::npos);
  }

  TEST_CASE("a key that cannot be opened is listed with what to do") {
    FakeKey key({.obstacle = device::Obstacle{.code = device::ErrorCode::kNoAccess,
                                              .reason = "no permission",
                                              .remedy = "join the group"}});
    FakeKeyDiscovery discovery;
    discovery.insert(key);
    CHECK(list_keys(discovery, kNoPatience, kQuiet).has_value());
    const auto object = to_json(discovery.keys().front());
    CHECK(object.at("path").as_string() == "/dev/hidraw0");
    CHECK(object.at("obstacle").at("remedy").as_string() == "join the group");
    CHECK(code_of(describe_key(discovery, {}, kNoPatience, kQuiet)) == "no_access");
  }

  TEST_CASE("of several keys the command line has to say which") {
    FakeKey one({.path = path("/dev/hidraw1")});
    FakeKey two({.path = path("/dev/hidraw2")});
    FakeKeyDiscovery discovery;
    CHECK(code_of(describe_key(discovery, {}, kNoPatience, kQuiet)) == "no_key");
    discovery.insert(one);
    CHECK(code_of(describe_key(discovery, {}, kNoPatience, kQuiet)) == "done");
    discovery.insert(two);
    const auto undecided = the_key(discovery.keys(), {});
    REQUIRE_FALSE(undecided.has_value());
    CHECK(undecided.error().exit_code == ExitCode::kUsage);
    CHECK(undecided.error().message.find("--device '/dev/hidraw2'") != std::string::npos);
    CHECK(the_key(discovery.keys(), {.only = path("/dev/hidraw2")})->path.text == "/dev/hidraw2");
    CHECK(the_key(discovery.keys(), {.only = path("/dev/hidraw3")}).error().code == "no_key");
  }

  TEST_CASE("a key with a PIN tells how often it can be tried") {
    auto facts = fido2_facts();
    facts.options.client_pin = device::Option::kTrue;
    FakeKey key({.facts = facts});
    key.expect_pin_retries(8);
    FakeKeyDiscovery discovery;
    discovery.insert(key);
    CHECK(code_of(describe_key(discovery, {}, kNoPatience, kQuiet)) == "done");
    const KeyReading reading{.key = {}, .facts = facts, .pin_attempts_left = 8};
    CHECK(words(reading, "PIN") == "set, 8 attempts left; at least 4 characters");
    CHECK(to_json(reading).at("pin").at("attemptsLeft").as_int64() == 8);
  }

  TEST_CASE("a key that will not tell is described all the same") {
    auto facts = fido2_facts();
    facts.options.client_pin = device::Option::kTrue;
    FakeKey key({.facts = facts});
    key.expect_pin_retries(fails(device::ErrorCode::kGarbage));
    FakeKeyDiscovery discovery;
    discovery.insert(key);
    CHECK(code_of(describe_key(discovery, {}, kNoPatience, kQuiet)) == "done");
    CHECK(words({.key = {}, .facts = facts}, "PIN") == "set; at least 4 characters");
  }

  TEST_CASE("what a key lacks is said, not left out") {
    auto facts = fido2_facts();
    CHECK(words({.key = {}, .facts = facts}, "PIN") == "not set yet; at least 4 characters");
    facts.options.client_pin = device::Option::kAbsent;
    facts.remaining_discoverable_credentials.reset();
    CHECK(words({.key = {}, .facts = facts}, "PIN") == "this key has none");
    CHECK(words({.key = {}, .facts = facts}, "Room") == "not told");
    CHECK_FALSE(to_json(KeyReading{.facts = facts}).contains("remainingDiscoverableCredentials"));
    facts.is_fido2 = false;
    CHECK(words({.key = {}, .facts = facts}, "Speaks").find("U2F") != std::string::npos);
  }

  TEST_CASE("a simulated key is called one, whoever says so") {
    auto facts = fido2_facts();
    facts.is_simulated = true;
    CHECK(to_json(KeyReading{.facts = facts}).at("isSimulated").as_bool());
    CHECK(to_json(KeyReading{.key = {.is_simulated = true}}).at("isSimulated").as_bool());
    CHECK(words({.key = {}, .facts = facts}, "Careful").find("software") != std::string::npos);
  }

  TEST_CASE("an option that is absent is no option that is off") {
    const auto options = to_json(KeyReading{.facts = fido2_facts()}).at("options").as_object();
    CHECK_FALSE(options.at("clientPin").as_bool());
    CHECK(options.at("credMgmt").as_bool());
    CHECK_FALSE(options.contains("uv"));
  }

  TEST_CASE("paths and addresses are taken as they are printed, and nothing else is") {
    CHECK(parse({.device = "/dev/hidraw3"})->only == path("/dev/hidraw3"));
    const auto choice = parse({.simulators = {"udp:127.0.0.1:8111:7112", "udp:127.0.0.1:1:2"}});
    REQUIRE(choice.has_value());
    CHECK(choice->simulators.size() == 2);
    for (const auto* device : {"hidraw3", "/dev/null", "/dev/hidraw3\n", "udp:10.0.0.1:1:2"}) {
      CAPTURE(device);
      CHECK(parse({.device = device}).error().exit_code == ExitCode::kUsage);
    }
    for (const auto* simulator :
         {"", "127.0.0.1:1:2", "udp:10.0.0.1:1:2", "udp:127.0.0.1:1:70000"}) {
      CAPTURE(simulator);
      CHECK(parse({.simulators = {simulator}}).error().exit_code == ExitCode::kUsage);
    }
  }
}

}  // namespace firstkey::enroll::tests
