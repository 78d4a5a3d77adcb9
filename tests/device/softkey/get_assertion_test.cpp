#include "device/softkey/get_assertion.h"

#include <doctest/doctest.h>

#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::Milliseconds;

constexpr int kRpId = 0x01;
constexpr int kClientDataHash = 0x02;
constexpr int kAllowList = 0x03;
constexpr int kExtensions = 0x04;
constexpr int kOptions = 0x05;
constexpr int kPinUvAuthParam = 0x06;

constexpr std::uint8_t kUp = 0x01;
constexpr std::uint8_t kUpUv = 0x05;

AuthData given(const Answer& answer) {
  REQUIRE(answer.status == Status::kOk);
  return read_auth_data(answer.get<Bytes>(0x02));
}

std::string user_name(const Answer& answer) {
  const auto user = answer.get<Map>(0x04);
  const Value* name = user.find("name");
  return name == nullptr ? "" : *name->as<std::string>();
}

Map listing(const Bytes& id) {
  return with(assert_request(), kAllowList, Array{descriptor(id)});
}

/// A key with a PIN, a discoverable credential and a token for one assertion.
struct VerifiedKey : TestKey {
  explicit VerifiedKey(const Map& extensions = {}) {
    credential_id = register_user("lee", extensions);
    REQUIRE(set_pin("1234") == Status::kOk);
    renew();
  }
  void renew(ProtocolVersion version = ProtocolVersion::kTwo) {
    REQUIRE(get_token("1234", kAssertPermission, version) == Status::kOk);
  }
  Answer assert_verified(const Map& request) {
    return call(kGetAssertion, authorised(kGetAssertion, request));
  }

  Bytes credential_id;
};

}  // namespace

TEST_SUITE("device/softkey/get_assertion") {
  TEST_CASE("each fault in a request has its status, and no question is asked") {
    struct Case {
      const char* name;
      int key;
      std::optional<Value> value;
      Status expected;
    };
    const std::vector<Case> cases{
        {"no relying party", kRpId, {}, Status::kMissingParameter},
        {"a relying party of bytes", kRpId, Bytes{1}, Status::kCborUnexpectedType},
        {"no hash", kClientDataHash, {}, Status::kMissingParameter},
        {"a short hash", kClientDataHash, Bytes(31), Status::kInvalidLength},
        {"nine allowed", kAllowList, Array(9, descriptor(Bytes{1})), Status::kLimitExceeded},
        {"an allowed one of text", kAllowList, Array{"id"}, Status::kCborUnexpectedType},
        {"built-in verification", kOptions, Map{{"uv", true}}, Status::kInvalidOption},
        {"the option rk", kOptions, Map{{"rk", true}}, Status::kUnsupportedOption},
        {"a proof without protocol", kPinUvAuthParam, Bytes(16), Status::kMissingParameter},
        {"an unknown relying party", kRpId, "example.com", Status::kNoCredentials},
        {"an unknown credential", kAllowList, Array{descriptor(Bytes{1})}, Status::kNoCredentials},
    };
    TestKey key;
    REQUIRE(!key.register_user("lee").empty());
    key.user.questions = 0;
    for (const auto& [name, member, value, expected] : cases) {
      CAPTURE(name);
      CHECK(key.status_of(kGetAssertion, with(assert_request(), member, value)) == expected);
      CHECK(key.user.questions == 0);
    }
  }

  TEST_CASE("a touch signs, a PIN's proof says who, and every signature is counted") {
    VerifiedKey key;
    const AuthData first = given(key.call(kGetAssertion, assert_request()));
    CHECK(first.flags == kUp);
    CHECK(first.sign_count == 1);
    key.renew();
    const AuthData second = given(key.assert_verified(assert_request()));
    CHECK(second.flags == kUpUv);
    CHECK(second.sign_count == 2);
  }

  TEST_CASE("without presence nobody is asked and no flag claims it") {
    VerifiedKey key;
    const int asked = key.user.questions;
    const Map silent = with(assert_request(), kOptions, Map{{"up", false}});
    CHECK(given(key.call(kGetAssertion, silent)).flags == 0);
    CHECK(key.user.questions == asked);
  }

  TEST_CASE("credProtect hides a credential as its level says") {
    struct Case {
      int level;
      bool is_listed;
      bool is_verified;
      Status expected;
    };
    const std::vector<Case> cases{
        {1, false, false, Status::kOk},
        {1, true, false, Status::kOk},
        {1, false, true, Status::kOk},
        {1, true, true, Status::kOk},
        {2, false, false, Status::kNoCredentials},
        {2, true, false, Status::kOk},
        {2, false, true, Status::kOk},
        {2, true, true, Status::kOk},
        {3, false, false, Status::kNoCredentials},
        {3, true, false, Status::kNoCredentials},
        {3, false, true, Status::kOk},
        {3, true, true, Status::kOk},
    };
    for (const auto& [level, is_listed, is_verified, expected] : cases) {
      CAPTURE(level);
      CAPTURE(is_listed);
      CAPTURE(is_verified);
      VerifiedKey key(Map{{"credProtect", level}});
      const Map request = is_listed ? listing(key.credential_id) : assert_request();
      const Answer answer =
          is_verified ? key.assert_verified(request) : key.call(kGetAssertion, request);
      CHECK(answer.status == expected);
    }
  }

  TEST_CASE("a credential that is not discoverable is found by its id alone") {
    TestKey key;
    const Answer made = key.call(kMakeCredential, make_request());
    const Bytes id = read_auth_data(made.get<Bytes>(0x02)).credential_id;
    CHECK(key.status_of(kGetAssertion, assert_request()) == Status::kNoCredentials);
    const Answer answer = key.call(kGetAssertion, listing(id));
    CHECK(answer.status == Status::kOk);
    CHECK(answer.map.find(0x04) == nullptr);  // no user: the client knows whose id it sent
  }

  TEST_CASE("accounts come newest first and are named to a verified user only") {
    TestKey key;
    for (const char* name : {"ana", "lee", "kim"}) REQUIRE(!key.register_user(name).empty());
    const Answer unnamed = key.call(kGetAssertion, assert_request());
    CHECK(unnamed.get<std::int64_t>(0x05) == 3);
    CHECK(user_name(unnamed).empty());
    REQUIRE(key.set_pin("1234") == Status::kOk);
    REQUIRE(key.get_token("1234", kAssertPermission) == Status::kOk);
    const Answer first = key.call(kGetAssertion, key.authorised(kGetAssertion, assert_request()));
    CHECK(user_name(first) == "kim");
    const Answer second = key.call(kGetNextAssertion);
    CHECK(user_name(second) == "lee");
    CHECK(given(second).flags == kUpUv);
    CHECK(second.map.find(0x05) == nullptr);
    CHECK(user_name(key.call(kGetNextAssertion)) == "ana");
    CHECK(key.status_of(kGetNextAssertion) == Status::kNotAllowed);
  }

  TEST_CASE("one account is not counted, and has no next one") {
    VerifiedKey key;
    const Answer answer = key.assert_verified(assert_request());
    CHECK(answer.map.find(0x05) == nullptr);
    CHECK(user_name(answer).empty());
    CHECK(key.status_of(kGetNextAssertion) == Status::kNotAllowed);
  }

  TEST_CASE("the next account is given for 30 s after the last") {
    struct Case {
      const char* name;
      int after;
      Status expected;
    };
    for (const auto& [name, after, expected] : {Case{"just before", 29'999, Status::kOk},
                                                Case{"at the limit", 30'000, Status::kNotAllowed},
                                                Case{"just after", 30'001, Status::kNotAllowed}}) {
      CAPTURE(name);
      TestKey key;
      for (const char* user : {"ana", "lee", "kim"}) REQUIRE(!key.register_user(user).empty());
      REQUIRE(key.status_of(kGetAssertion, assert_request()) == Status::kOk);
      key.clock.advance(Milliseconds(29'999));
      REQUIRE(key.status_of(kGetNextAssertion) == Status::kOk);
      key.clock.advance(Milliseconds(after));
      CHECK(key.status_of(kGetNextAssertion) == expected);
    }
  }

  TEST_CASE("any other command and unplugging end the accounts") {
    for (const bool is_unplugged : {false, true}) {
      CAPTURE(is_unplugged);
      TestKey key;
      for (const char* user : {"ana", "lee"}) REQUIRE(!key.register_user(user).empty());
      REQUIRE(key.status_of(kGetAssertion, assert_request()) == Status::kOk);
      if (is_unplugged) {
        key.authenticator->power_cycle();
      } else {
        REQUIRE(key.status_of(kGetInfo) == Status::kOk);
      }
      CHECK(key.status_of(kGetNextAssertion) == Status::kNotAllowed);
    }
  }

  TEST_CASE("hmac-secret gives the same secret for the same salt, another for another user state") {
    for (const auto version : {ProtocolVersion::kOne, ProtocolVersion::kTwo}) {
      CAPTURE(static_cast<int>(version));
      VerifiedKey key(Map{{"hmac-secret", true}});
      const auto secrets = [&](const Bytes& salts, bool is_verified) {
        if (is_verified) key.renew(version);
        Map request = assert_request();
        if (is_verified) request = key.authorised(kGetAssertion, request);
        const Map input{{"hmac-secret", key.hmac_secret_input(salts, version)}};
        const AuthData auth_data =
            given(key.call(kGetAssertion, with(request, kExtensions, Value(input))));
        const Value* output = auth_data.extensions.find("hmac-secret");
        REQUIRE(output != nullptr);
        return key.decrypt(*output->as<Bytes>());
      };
      Bytes two_salts(32, 0x01);
      two_salts.resize(64, 0x02);
      const Bytes both = secrets(two_salts, true);
      REQUIRE(both.size() == 64);
      const Bytes first(both.begin(), both.begin() + 32);
      CHECK(secrets(Bytes(32, 0x01), true) == first);
      CHECK(secrets(Bytes(32, 0x02), true) == Bytes(both.begin() + 32, both.end()));
      CHECK(secrets(Bytes(32, 0x01), false) != first);
    }
  }

  TEST_CASE("a credential made without hmac-secret has none to give") {
    VerifiedKey key;
    const Map input{{"hmac-secret", key.hmac_secret_input(Bytes(32), ProtocolVersion::kTwo)}};
    const AuthData auth_data =
        given(key.call(kGetAssertion, with(assert_request(), kExtensions, Value(input))));
    CHECK(auth_data.extensions.is_empty());
  }

  TEST_CASE("each fault in the hmac-secret input has its status") {
    struct Case {
      const char* name;
      int key;
      std::optional<Value> value;
      Status expected;
    };
    const std::vector<Case> cases{
        {"no key agreement", 0x01, {}, Status::kMissingParameter},
        {"an empty key agreement", 0x01, Map{}, Status::kInvalidParameter},
        {"no salts", 0x02, {}, Status::kMissingParameter},
        {"changed salts", 0x02, Bytes(48), Status::kPinAuthInvalid},
        {"no proof", 0x03, {}, Status::kMissingParameter},
        {"another proof", 0x03, Bytes(32), Status::kPinAuthInvalid},
        {"protocol three", 0x04, 3, Status::kInvalidParameter},
    };
    VerifiedKey key(Map{{"hmac-secret", true}});
    for (const auto& [name, member, value, expected] : cases) {
      CAPTURE(name);
      const Map input = key.hmac_secret_input(Bytes(32), ProtocolVersion::kTwo);
      const Map extensions{{"hmac-secret", with(input, member, value)}};
      CHECK(key.status_of(kGetAssertion, with(assert_request(), kExtensions, Value(extensions))) ==
            expected);
    }
  }

  TEST_CASE("salts are one or two, and never opened without presence") {
    VerifiedKey key(Map{{"hmac-secret", true}});
    for (const std::size_t size : {0UL, 16UL, 48UL, 96UL}) {
      CAPTURE(size);
      const Map input{{"hmac-secret", key.hmac_secret_input(Bytes(size), ProtocolVersion::kTwo)}};
      CHECK(key.status_of(kGetAssertion, with(assert_request(), kExtensions, Value(input))) ==
            Status::kInvalidLength);
    }
    const Map input{{"hmac-secret", key.hmac_secret_input(Bytes(32), ProtocolVersion::kTwo)}};
    const Map silent =
        with(with(assert_request(), kExtensions, Value(input)), kOptions, Map{{"up", false}});
    CHECK(key.status_of(kGetAssertion, silent) == Status::kUnsupportedOption);
  }

  TEST_CASE("a proof of no bytes asks for a touch and for nothing else") {
    VerifiedKey key;
    const int asked = key.user.questions;
    CHECK(key.status_of(kGetAssertion, with(assert_request(), kPinUvAuthParam, Bytes{})) ==
          Status::kPinInvalid);
    CHECK(key.user.questions == asked + 1);
  }
}
