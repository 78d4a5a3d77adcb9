#include "enroll/app/key_listing.h"

#include <array>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "enroll/app/key_facts.h"
#include "tests/enroll/app/key_desk_fixture.h"

namespace firstkey::enroll::tests {

namespace {

using firstkey::tests::fails;
using firstkey::tests::FakeKey;
using firstkey::tests::fido2_facts;

/// The words beside `label`.
std::string words(const KeyReading& reading, const std::string& label) {
  for (const auto& [name, text] : to_lines(reading)) {
    if (name == label) return text;
  }
  return "no such line";
}

}  // namespace

TEST_SUITE("enroll/app/key_listing") {
  TEST_CASE("without a key there is nothing to list, and the reasons are told") {
    KeyDeskFixture f;
    f.discovery.report({.code = device::ErrorCode::kNoReaderService,
                        .reason = "pcscd does not run",
                        .remedy = "start it"});
    const auto listed = list_keys(f.desk());
    REQUIRE_FALSE(listed.has_value());
    CHECK(listed.error().code == "no_key");
    CHECK(listed.error().exit_code == ExitCode::kNoKey);
    CHECK(listed.error().message.find("pcscd does not run: start it") != std::string::npos);
  }

  TEST_CASE("a key without access is found and listed, with what to do") {
    FakeKey key({.obstacle = no_permission()});
    KeyDeskFixture f;
    f.discovery.insert(key);
    CHECK(code_of(list_keys(f.desk())) == "done");
    const auto seen = f.discovery.keys().front();
    CHECK(state_of(seen) == "no access");
    CHECK(obstacle_sentence(seen) == "key found, no access: no permission; join the group");
    CHECK(to_json(seen).at("obstacle").at("remedy").as_string() == "join the group");
    const auto described = describe_key(f.desk());
    CHECK(code_of(described) == "no_access");
    CHECK(described.error().message == obstacle_sentence(seen));
  }

  TEST_CASE("keys are listed in an order that stays, whatever order they came in") {
    FakeKey card({.path = key_path("ccid:Reader 00 00")});
    FakeKey tenth({.path = key_path("/dev/hidraw10")});
    FakeKey ninth({.path = key_path("/dev/hidraw9")});
    FakeKey software({.path = key_path("udp:127.0.0.1:1:2")});
    KeyDeskFixture f;
    for (auto* key : {&card, &tenth, &software, &ninth}) f.discovery.insert(*key);
    std::string order;
    for (const auto& key : keys_in_order(f.discovery)) order += key.path.text + " ";
    CHECK(order == "/dev/hidraw9 /dev/hidraw10 ccid:Reader 00 00 udp:127.0.0.1:1:2 ");
  }

  TEST_CASE("of several keys the command line has to say which") {
    FakeKey one({.path = key_path("/dev/hidraw1")});
    FakeKey two({.path = key_path("/dev/hidraw2")});
    KeyDeskFixture f;
    CHECK(code_of(describe_key(f.desk())) == "no_key");
    f.discovery.insert(one);
    CHECK(code_of(describe_key(f.desk())) == "done");
    f.discovery.insert(two);
    const auto undecided = the_key(f.discovery, {});
    REQUIRE_FALSE(undecided.has_value());
    CHECK(undecided.error().code == "several_keys");
    CHECK(undecided.error().exit_code == ExitCode::kUsage);
    CHECK(undecided.error().message.find("--device '/dev/hidraw2'") != std::string::npos);
    CHECK(the_key(f.discovery, {.only = key_path("/dev/hidraw2")})->path.text == "/dev/hidraw2");
    CHECK(the_key(f.discovery, {.only = key_path("/dev/hidraw3")}).error().code == "no_key");
  }

  TEST_CASE("a card that is no key stands in nobody's way, and is told when it is alone") {
    FakeKey payment({.path = key_path("ccid:Reader 00 00"),
                     .obstacle = device::Obstacle{.code = device::ErrorCode::kNoApplet,
                                                  .reason = "this card is no key",
                                                  .remedy = "hold a key there"}});
    FakeKey key({.path = key_path("/dev/hidraw1")});
    KeyDeskFixture f;
    f.discovery.insert(payment);
    CHECK(the_key(f.discovery, {}).error().code == "no_applet");
    f.discovery.insert(key);
    CHECK(the_key(f.discovery, {})->path.text == "/dev/hidraw1");
  }

  TEST_CASE("a key with a PIN tells how often it can be tried") {
    auto facts = fido2_facts();
    facts.options.client_pin = device::Option::kTrue;
    FakeKey key({.facts = facts});
    key.expect_pin_retries(8);
    KeyDeskFixture f;
    f.discovery.insert(key);
    CHECK(code_of(describe_key(f.desk())) == "done");
    const KeyReading reading{.key = {}, .facts = facts, .pin_attempts_left = 8};
    CHECK(words(reading, "PIN") == "set, 8 attempts left; at least 4 characters");
    CHECK(to_json(reading).at("pin").at("attemptsLeft").as_int64() == 8);
  }

  TEST_CASE("a key that will not tell is described all the same") {
    auto facts = fido2_facts();
    facts.options.client_pin = device::Option::kTrue;
    FakeKey key({.facts = facts});
    key.expect_pin_retries(fails(device::ErrorCode::kGarbage));
    KeyDeskFixture f;
    f.discovery.insert(key);
    CHECK(code_of(describe_key(f.desk())) == "done");
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
    CHECK(parse({.device = "/dev/hidraw3"})->only == key_path("/dev/hidraw3"));
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
