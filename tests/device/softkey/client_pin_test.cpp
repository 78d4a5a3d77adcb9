#include "device/softkey/client_pin.h"

#include <doctest/doctest.h>

#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::ClientPin;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::PinUvAuthToken;
using firstkey::device::softkey::Settings;

constexpr std::array kBothProtocols{ProtocolVersion::kOne, ProtocolVersion::kTwo};
constexpr std::uint8_t kBothPermissions = kMakePermission | kAssertPermission;

constexpr int kProtocol = 0x01;
constexpr int kSubcommand = 0x02;
constexpr int kKeyAgreement = 0x03;
constexpr int kPinUvAuthParam = 0x04;
constexpr int kPinHashEnc = 0x06;
constexpr int kPermissions = 0x09;
constexpr int kRpId = 0x0A;

struct Retries {
  std::int64_t attempts_left = -1;
  bool needs_power_cycle = false;

  friend bool operator==(const Retries&, const Retries&) = default;
};

Retries retries(TestKey& key) {
  const Answer answer = key.call(kClientPin, Map{{kSubcommand, 0x01}});
  return {answer.get<std::int64_t>(0x03), answer.get<bool>(0x04)};
}

/// Whether the token remembered last still opens getAssertion's door: with no credential to find,
/// an admitted request is told so.
Status use_for_assertion(TestKey& key, const char* rp_id = "example.org") {
  const Map request = with(assert_request(), 0x01, rp_id);
  return key.status_of(kGetAssertion, key.authorised(kGetAssertion, request));
}

}  // namespace

TEST_SUITE("device/softkey/client_pin") {
  TEST_CASE("a PIN that is set is exchanged for a token, under both protocols") {
    for (const auto version : kBothProtocols) {
      CAPTURE(static_cast<int>(version));
      TestKey key;
      CHECK(key.get_token("1234", kAssertPermission, version) == Status::kPinNotSet);
      CHECK(key.set_pin("1234", version) == Status::kOk);
      CHECK(key.get_token("1234", kAssertPermission, version) == Status::kOk);
      CHECK(use_for_assertion(key) == Status::kNoCredentials);
    }
  }

  TEST_CASE("a PIN is set once, then changed by those who know it") {
    for (const auto version : kBothProtocols) {
      CAPTURE(static_cast<int>(version));
      TestKey key;
      CHECK(key.change_pin("1234", "5678", version) == Status::kPinNotSet);
      REQUIRE(key.set_pin("1234", version) == Status::kOk);
      CHECK(key.set_pin("5678", version) == Status::kPinAuthInvalid);
      CHECK(key.change_pin("4321", "5678", version) == Status::kPinInvalid);
      CHECK(key.change_pin("1234", "5678", version) == Status::kOk);
      CHECK(key.get_token("1234", kAssertPermission, version) == Status::kPinInvalid);
      CHECK(key.get_token("5678", kAssertPermission, version) == Status::kOk);
    }
  }

  TEST_CASE("a PIN is measured in code points below and in bytes above") {
    struct Case {
      const char* name;
      std::string pin;
      Status expected;
    };
    const std::string umlaut = "\xC3\xBC";
    const std::vector<Case> cases{
        {"three characters", "123", Status::kPinPolicyViolation},
        {"three characters of two bytes", umlaut + umlaut + umlaut, Status::kPinPolicyViolation},
        {"four characters of two bytes", umlaut + umlaut + umlaut + umlaut, Status::kOk},
        {"62 bytes", std::string(62, 'p'), Status::kOk},
        {"63 bytes", std::string(63, 'p'), Status::kOk},
        {"64 bytes", std::string(64, 'p'), Status::kPinPolicyViolation},
        {"no UTF-8", "12\xFF\xFE", Status::kPinPolicyViolation},
        {"nothing", "", Status::kPinPolicyViolation},
    };
    for (const auto& [name, pin, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      CHECK(key.set_pin(pin) == expected);
    }
  }

  TEST_CASE("the least length is the key's own") {
    Settings settings;
    settings.pin.minimum_length = 6;
    TestKey key(settings);
    CHECK(key.set_pin("12345") == Status::kPinPolicyViolation);
    CHECK(key.set_pin("123456") == Status::kOk);
    CHECK(key.change_pin("123456", "12345") == Status::kPinPolicyViolation);
    CHECK(key.get_token("123456", kAssertPermission) == Status::kOk);
  }

  TEST_CASE("three wrong PINs in a row wait for a power cycle, eight for a reset") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    for (const int left_before : {8, 5}) {
      CAPTURE(left_before);
      CHECK(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
      CHECK(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
      CHECK(key.get_token("0000", kAssertPermission) == Status::kPinAuthBlocked);
      CHECK(retries(key) == Retries{left_before - 3, true});
      CHECK(key.get_token("1234", kAssertPermission) == Status::kPinAuthBlocked);
      CHECK(key.change_pin("1234", "5678") == Status::kPinAuthBlocked);
      CHECK(retries(key) == Retries{left_before - 3, true});
      key.authenticator->power_cycle();
    }
    CHECK(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
    CHECK(key.get_token("0000", kAssertPermission) == Status::kPinBlocked);
    CHECK(retries(key) == Retries{0, false});
    key.authenticator->power_cycle();
    CHECK(key.get_token("1234", kAssertPermission) == Status::kPinBlocked);
    CHECK(key.change_pin("1234", "5678") == Status::kPinBlocked);
    CHECK(key.status_of(kReset) == Status::kOk);
    CHECK(key.set_pin("1234") == Status::kOk);
  }

  TEST_CASE("a right PIN gives all attempts back") {
    TestKey key;
    CHECK(retries(key) == Retries{8, false});
    REQUIRE(key.set_pin("1234") == Status::kOk);
    CHECK(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
    CHECK(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
    CHECK(retries(key) == Retries{6, false});
    CHECK(key.get_token("1234", kAssertPermission) == Status::kOk);
    CHECK(retries(key) == Retries{8, false});
    CHECK(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
  }

  TEST_CASE("a wrong PIN makes the key agree anew") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    const Map right = key.token_request("1234", kAssertPermission);
    CHECK(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
    // The right PIN, but under the agreement that the wrong one ended.
    CHECK(key.status_of(kClientPin, right) == Status::kPinInvalid);
    CHECK(retries(key) == Retries{6, false});
  }

  TEST_CASE("a token allows what it was asked for, where it was asked for") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    REQUIRE(key.get_token("1234", kMakePermission) == Status::kOk);
    CHECK(use_for_assertion(key) == Status::kPinAuthInvalid);
    REQUIRE(key.get_token("1234", kAssertPermission) == Status::kOk);
    CHECK(use_for_assertion(key, "example.com") == Status::kPinAuthInvalid);
    CHECK(use_for_assertion(key) == Status::kNoCredentials);
    CHECK(key.status_of(kMakeCredential, key.authorised(kMakeCredential, make_request())) ==
          Status::kPinAuthInvalid);
  }

  TEST_CASE("a token of the older kind is bound by its first use") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    Map request = with(key.token_request("1234", kAssertPermission), kSubcommand, 0x05);
    request = with(with(request, kPermissions, {}), kRpId, {});
    REQUIRE(key.take_token(request) == Status::kOk);
    CHECK(use_for_assertion(key) == Status::kNoCredentials);
    CHECK(use_for_assertion(key, "example.com") == Status::kPinAuthInvalid);
    CHECK(key.status_of(kMakeCredential, key.authorised(kMakeCredential, make_request())) ==
          Status::kOk);
  }

  TEST_CASE("a touch uses a token up, a new one makes the old one void") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    REQUIRE(key.get_token("1234", kBothPermissions) == Status::kOk);
    const Map made = key.authorised(kMakeCredential, make_request());
    CHECK(key.status_of(kMakeCredential, made) == Status::kOk);
    CHECK(key.status_of(kMakeCredential, made) == Status::kPinAuthInvalid);
    REQUIRE(key.get_token("1234", kMakePermission, ProtocolVersion::kOne) == Status::kOk);
    const Map older = key.authorised(kMakeCredential, make_request());
    REQUIRE(key.get_token("1234", kMakePermission, ProtocolVersion::kTwo) == Status::kOk);
    CHECK(key.status_of(kMakeCredential, older) == Status::kPinAuthInvalid);
  }

  TEST_CASE("a token not used in time is void") {
    struct Case {
      const char* name;
      Milliseconds age;
      Status expected;
    };
    for (const auto& [name, age, expected] :
         {Case{"just before", Milliseconds(29'999), Status::kNoCredentials},
          Case{"at the limit", PinUvAuthToken::kInitialUsageLimit, Status::kPinAuthInvalid},
          Case{"just after", Milliseconds(30'001), Status::kPinAuthInvalid}}) {
      CAPTURE(name);
      TestKey key;
      REQUIRE(key.set_pin("1234") == Status::kOk);
      REQUIRE(key.get_token("1234", kAssertPermission) == Status::kOk);
      key.clock.advance(age);
      CHECK(use_for_assertion(key) == expected);
    }
  }

  TEST_CASE("a token in use is void after ten minutes") {
    struct Case {
      const char* name;
      Milliseconds age;
      Status expected;
    };
    for (const auto& [name, age, expected] :
         {Case{"just before", Milliseconds(599'999), Status::kNoCredentials},
          Case{"at the limit", PinUvAuthToken::kMaximumUsage, Status::kPinAuthInvalid},
          Case{"just after", Milliseconds(600'001), Status::kPinAuthInvalid}}) {
      CAPTURE(name);
      TestKey key;
      REQUIRE(key.set_pin("1234") == Status::kOk);
      REQUIRE(key.get_token("1234", kAssertPermission) == Status::kOk);
      REQUIRE(use_for_assertion(key) == Status::kNoCredentials);
      key.clock.advance(age);
      CHECK(use_for_assertion(key) == expected);
    }
  }

  TEST_CASE("changing the PIN and unplugging make tokens void") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    REQUIRE(key.get_token("1234", kAssertPermission) == Status::kOk);
    key.authenticator->power_cycle();
    CHECK(use_for_assertion(key) == Status::kPinAuthInvalid);
    REQUIRE(key.get_token("1234", kAssertPermission) == Status::kOk);
    const Map older = key.authorised(kGetAssertion, assert_request());
    REQUIRE(key.change_pin("1234", "5678") == Status::kOk);
    CHECK(key.status_of(kGetAssertion, older) == Status::kPinAuthInvalid);
  }

  TEST_CASE("each fault in a token request has its status, and costs no attempt") {
    struct Case {
      const char* name;
      int key;
      std::optional<Value> value;
      Status expected;
    };
    const std::vector<Case> cases{
        {"no subcommand", kSubcommand, {}, Status::kMissingParameter},
        {"a subcommand of text", kSubcommand, "nine", Status::kCborUnexpectedType},
        {"a subcommand that is not there", kSubcommand, 0x06, Status::kInvalidSubcommand},
        {"a negative subcommand", kSubcommand, -1, Status::kInvalidSubcommand},
        {"a subcommand past a byte", kSubcommand, 0x109, Status::kInvalidSubcommand},
        {"no protocol", kProtocol, {}, Status::kMissingParameter},
        {"protocol three", kProtocol, 3, Status::kInvalidParameter},
        {"no key agreement", kKeyAgreement, {}, Status::kMissingParameter},
        {"a key agreement of bytes", kKeyAgreement, Bytes(32), Status::kCborUnexpectedType},
        {"an empty key agreement", kKeyAgreement, Map{}, Status::kInvalidParameter},
        {"no PIN hash", kPinHashEnc, {}, Status::kMissingParameter},
        {"no permissions", kPermissions, {}, Status::kMissingParameter},
        {"no permission at all", kPermissions, 0, Status::kInvalidParameter},
        {"negative permissions", kPermissions, -1, Status::kInvalidParameter},
        {"bio enrollment", kPermissions, 0x0A, Status::kUnauthorizedPermission},
        {"more than a byte", kPermissions, 0x102, Status::kUnauthorizedPermission},
        {"no relying party", kRpId, {}, Status::kMissingParameter},
        {"a relying party of bytes", kRpId, Bytes{1}, Status::kCborUnexpectedType},
    };
    for (const auto& [name, member, value, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      REQUIRE(key.set_pin("1234") == Status::kOk);
      const Map request = key.token_request("1234", kAssertPermission);
      CHECK(key.take_token(with(request, member, value)) == expected);
      CHECK(retries(key) == Retries{8, false});
    }
  }

  TEST_CASE("a point that is not on the curve is no key agreement") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    const Map request = key.token_request("1234", kAssertPermission);
    const Map peer = *request.find(kKeyAgreement)->as<Map>();
    for (const auto& [member, value] : std::vector<std::pair<int, Value>>{{-2, Bytes(32, 0x01)},
                                                                          {-2, Bytes(31, 0x01)},
                                                                          {-3, Bytes(33)},
                                                                          {1, 1},
                                                                          {3, -7},
                                                                          {-1, 2}}) {
      CAPTURE(member);
      CHECK(key.take_token(with(request, kKeyAgreement, with(peer, member, value))) ==
            Status::kInvalidParameter);
    }
  }

  TEST_CASE("a PIN hash of impossible size is a wrong PIN") {
    for (const std::size_t size : {0UL, 15UL, 17UL, 64UL}) {
      CAPTURE(size);
      TestKey key;
      REQUIRE(key.set_pin("1234") == Status::kOk);
      const Map request = key.token_request("1234", kAssertPermission);
      CHECK(key.take_token(with(request, kPinHashEnc, Bytes(size))) == Status::kPinInvalid);
      CHECK(retries(key) == Retries{7, false});
    }
  }

  TEST_CASE("a PIN whose proof is missing or wrong is not stored") {
    TestKey key;
    const Map agreed = key.token_request("1234", kAssertPermission);
    const Map set_request{{kProtocol, 2},
                          {kSubcommand, 0x03},
                          {kKeyAgreement, *agreed.find(kKeyAgreement)},
                          {0x05, Bytes(80)}};
    CHECK(key.status_of(kClientPin, set_request) == Status::kMissingParameter);
    CHECK(key.status_of(kClientPin, with(set_request, kPinUvAuthParam, Bytes(32))) ==
          Status::kPinAuthInvalid);
    CHECK(key.store.pin() == nullptr);
  }

  TEST_CASE("a key without a PIN agrees on keys and on nothing else") {
    Settings settings;
    settings.pin.support = ClientPin::Support::kKeyAgreementOnly;
    TestKey key(settings);
    CHECK(key.call(kClientPin, Map{{kProtocol, 2}, {kSubcommand, 0x02}}).get<Map>(0x01).find(-3) !=
          nullptr);
    CHECK(key.status_of(kClientPin, Map{{kSubcommand, 0x01}}) == Status::kInvalidSubcommand);
    CHECK(key.set_pin("1234") == Status::kInvalidSubcommand);
  }
}
