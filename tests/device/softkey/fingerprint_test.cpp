// Built-in user verification: no finger is read, what comes of one is a setting.
#include <doctest/doctest.h>

#include "device/softkey/client_pin.h"
#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::ClientPin;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::Settings;

using Fingerprint = ClientPin::Fingerprint;

Settings with_sensor(Fingerprint fingerprint) {
  Settings settings;
  settings.pin.fingerprint = fingerprint;
  return settings;
}

/// The request for a token of who puts a finger on the key.
Map finger_request(TestKey& key) {
  return with(with(key.token_request("", kAssertPermission), 0x02, 0x06), 0x06, {});
}

Status touch(TestKey& key) {
  return key.take_token(finger_request(key));
}

Map asking_for_finger(const Map& request, int options) {
  return with(request, options, Map{{"uv", true}});
}

constexpr std::uint8_t kVerified = 0x04;  // WebAuthn L3 §6.1

std::int64_t attempts_left(TestKey& key) {
  const Answer answer = key.call(kClientPin, Map{{0x02, 0x07}});
  REQUIRE(answer.status == Status::kOk);
  return answer.get<std::int64_t>(0x05);
}

}  // namespace

TEST_SUITE("device/softkey/fingerprint") {
  TEST_CASE("getInfo tells whether there is a sensor, and a finger enrolled") {
    struct Case {
      const char* name;
      Fingerprint fingerprint;
      std::optional<bool> expected;
    };
    for (const auto& [name, fingerprint, expected] :
         {Case{"no sensor", Fingerprint::kNoSensor, std::nullopt},
          Case{"no finger", Fingerprint::kNoneEnrolled, false},
          Case{"a finger", Fingerprint::kMatches, true},
          Case{"the wrong finger", Fingerprint::kMismatches, true}}) {
      CAPTURE(name);
      TestKey key(with_sensor(fingerprint));
      CHECK(key.option("uv") == expected);
      CHECK(key.call(kGetInfo).get<std::int64_t>(0x12) == (expected ? 2 : 0));
    }
  }

  TEST_CASE("a finger is exchanged for a token, without any PIN") {
    TestKey key(with_sensor(Fingerprint::kMatches));
    CHECK(key.status_of(kMakeCredential, make_request()) == Status::kPuatRequired);
    REQUIRE(touch(key) == Status::kOk);
    CHECK(key.user.questions == 1);
    CHECK(key.status_of(kGetAssertion, key.authorised(kGetAssertion, assert_request())) ==
          Status::kNoCredentials);
  }

  TEST_CASE("the finger is waited for") {
    TestKey key(with_sensor(Fingerprint::kMatches));
    const Map request = finger_request(key);
    key.user.answer = Presence::kAwaited;
    Bytes bytes{kClientPin};
    firstkey::device::softkey::append(bytes, firstkey::device::softkey::cbor::encode(request));
    CHECK_FALSE(key.authenticator->start(bytes).has_value());
    key.user.answer = Presence::kGranted;
    CHECK(key.authenticator->poll().value_or(Bytes{}).front() == 0x00);
  }

  TEST_CASE("three wrong fingers wait for a right PIN") {
    TestKey key(with_sensor(Fingerprint::kMismatches));
    REQUIRE(key.set_pin("1234") == Status::kOk);
    CHECK(attempts_left(key) == 3);
    CHECK(touch(key) == Status::kUvInvalid);
    CHECK(touch(key) == Status::kUvInvalid);
    CHECK(attempts_left(key) == 1);
    CHECK(touch(key) == Status::kUvBlocked);
    const int questions = key.user.questions;
    CHECK(touch(key) == Status::kUvBlocked);
    CHECK(key.user.questions == questions);
    REQUIRE(key.get_token("1234", kAssertPermission) == Status::kOk);
    CHECK(attempts_left(key) == 3);
  }

  TEST_CASE("the finger that touches it verifies at once, where the option uv asks for it") {
    TestKey key(with_sensor(Fingerprint::kMatches));
    const Answer made = key.call(kMakeCredential, asking_for_finger(make_request(), 0x07));
    REQUIRE(made.status == Status::kOk);
    CHECK(key.user.questions == 1);
    const auto auth_data = read_auth_data(made.get<Bytes>(0x02));
    CHECK((auth_data.flags & kVerified) != 0);
    const Map request = with(assert_request(), 0x03, Array{descriptor(auth_data.credential_id)});
    const Answer given = key.call(kGetAssertion, asking_for_finger(request, 0x05));
    REQUIRE(given.status == Status::kOk);
    CHECK((read_auth_data(given.get<Bytes>(0x02)).flags & kVerified) != 0);
  }

  TEST_CASE("a wrong finger at the option uv sends to the PIN, or denies where there is none") {
    TestKey key(with_sensor(Fingerprint::kMismatches));
    const Map request = asking_for_finger(make_request(), 0x07);
    CHECK(key.status_of(kMakeCredential, request) == Status::kOperationDenied);
    REQUIRE(key.set_pin("1234") == Status::kOk);
    CHECK(key.status_of(kMakeCredential, request) == Status::kPuatRequired);
    CHECK(key.status_of(kMakeCredential, request) == Status::kPuatRequired);
    CHECK(attempts_left(key) == 0);
    const int questions = key.user.questions;
    CHECK(key.status_of(kMakeCredential, request) == Status::kPuatRequired);
    CHECK(key.user.questions == questions);
    TestKey empty(with_sensor(Fingerprint::kNoneEnrolled));
    CHECK(empty.status_of(kMakeCredential, request) == Status::kInvalidOption);
    CHECK(empty.status_of(kGetAssertion, asking_for_finger(assert_request(), 0x05)) ==
          Status::kInvalidOption);
  }

  TEST_CASE("without a sensor or a finger there is nothing to ask") {
    TestKey none;
    CHECK(touch(none) == Status::kInvalidSubcommand);
    CHECK(none.status_of(kClientPin, Map{{0x02, 0x07}}) == Status::kInvalidSubcommand);
    TestKey empty(with_sensor(Fingerprint::kNoneEnrolled));
    CHECK(touch(empty) == Status::kNotAllowed);
    CHECK(empty.user.questions == 0);
  }
}
