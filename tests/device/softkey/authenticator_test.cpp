#include "device/softkey/authenticator.h"

#include <doctest/doctest.h>

#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::Authenticator;
using firstkey::device::softkey::ClientPin;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::Settings;

Status status_of(const std::optional<Bytes>& answer) {
  REQUIRE(answer.has_value());
  return read_answer(*answer).status;
}

Status send(TestKey& key, const Bytes& request) {
  return status_of(key.authenticator->start(request));
}

/// A storage that can be made to fail, as a full disk does.
class FailingStorage final : public firstkey::device::softkey::StateStorage {
 public:
  explicit FailingStorage(const bool& is_full) : is_full_(is_full) {}
  std::expected<std::optional<Bytes>, firstkey::device::softkey::StorageFault> load() override {
    return std::nullopt;
  }
  std::expected<void, firstkey::device::softkey::StorageFault> save(BytesView /*state*/) override {
    if (is_full_) return std::unexpected(firstkey::device::softkey::StorageFault::kUnwritable);
    return {};
  }

 private:
  const bool& is_full_;
};

}  // namespace

TEST_SUITE("device/softkey/authenticator") {
  TEST_CASE("getInfo says what the key can do, and what it cannot it does not mention") {
    TestKey key;
    const Answer info = key.call(kGetInfo);
    REQUIRE(info.status == Status::kOk);
    const Map options = info.get<Map>(0x04);
    CHECK(*options.find("rk")->as<bool>());
    CHECK_FALSE(*options.find("clientPin")->as<bool>());
    CHECK_FALSE(*options.find("makeCredUvNotRqd")->as<bool>());
    CHECK(*options.find("credMgmt")->as<bool>());
    CHECK(*options.find("authnrCfg")->as<bool>());
    CHECK(*options.find("largeBlobs")->as<bool>());
    CHECK_FALSE(*options.find("ep")->as<bool>());
    CHECK_FALSE(*options.find("alwaysUv")->as<bool>());
    for (const char* absent : {"uv", "bioEnroll", "noMcGaPermissionsWithClientPin"}) {
      CAPTURE(absent);
      CHECK(options.find(absent) == nullptr);
    }
    CHECK(info.get<Array>(0x0A).size() == 3);
    CHECK(info.get<std::int64_t>(0x0D) == 4);
  }

  TEST_CASE("getInfo follows the PIN and the room that is left") {
    Settings settings;
    settings.maximum_discoverable = 2;
    TestKey key(settings);
    CHECK(key.call(kGetInfo).get<std::int64_t>(0x14) == 2);
    REQUIRE(!key.register_user("lee").empty());
    REQUIRE(key.set_pin("1234") == Status::kOk);
    const Answer info = key.call(kGetInfo);
    CHECK(info.get<std::int64_t>(0x14) == 1);
    CHECK(*info.get<Map>(0x04).find("clientPin")->as<bool>());
  }

  TEST_CASE("a key without a PIN or without room for accounts says so") {
    Settings settings;
    settings.pin.support = ClientPin::Support::kKeyAgreementOnly;
    settings.maximum_discoverable = 0;
    TestKey key(settings);
    const Map options = key.call(kGetInfo).get<Map>(0x04);
    CHECK(options.find("clientPin") == nullptr);
    CHECK(options.find("pinUvAuthToken") == nullptr);
    CHECK(options.find("credMgmt") == nullptr);
    CHECK(options.find("setMinPINLength") == nullptr);
    CHECK_FALSE(*options.find("rk")->as<bool>());
  }

  TEST_CASE("what is no request is refused, each in its own words") {
    struct Case {
      const char* name;
      Bytes request;
      Status expected;
    };
    Bytes largest{kMakeCredential};
    largest.resize(2048, 0x00);
    Bytes too_large = largest;
    too_large.push_back(0x00);
    const std::vector<Case> cases{
        {"nothing", {}, Status::kInvalidLength},
        {"an unknown command", {0x7E}, Status::kInvalidCommand},
        {"bio enrollment", {0x09, 0xA0}, Status::kInvalidCommand},
        {"getInfo with a parameter", {kGetInfo, 0xA0}, Status::kInvalidLength},
        {"selection with a parameter", {kSelection, 0xA0}, Status::kInvalidLength},
        {"makeCredential with nothing", {kMakeCredential}, Status::kInvalidCbor},
        {"makeCredential with no map", {kMakeCredential, 0x80}, Status::kCborUnexpectedType},
        {"makeCredential with an empty map", {kMakeCredential, 0xA0}, Status::kMissingParameter},
        {"getAssertion with an empty map", {kGetAssertion, 0xA0}, Status::kMissingParameter},
        {"clientPIN with an empty map", {kClientPin, 0xA0}, Status::kMissingParameter},
        {"a key written too long", {kClientPin, 0xA1, 0x18, 0x02, 0x01}, Status::kInvalidCbor},
        {"the largest message", largest, Status::kInvalidCbor},
        {"one byte more", too_large, Status::kRequestTooLarge},
    };
    for (const auto& [name, request, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      CHECK(send(key, request) == expected);
      CHECK(key.user.questions == 0);
    }
  }

  TEST_CASE("any request cut short is refused and changes nothing") {
    TestKey key;
    Bytes request{kMakeCredential};
    firstkey::device::softkey::append(request,
                                      firstkey::device::softkey::cbor::encode(make_request()));
    for (std::size_t size = 1; size < request.size(); ++size) {
      CAPTURE(size);
      CHECK(status_of(key.authenticator->start(BytesView(request).first(size))) ==
            Status::kInvalidCbor);
    }
    CHECK(key.store.count() == 0);
  }

  TEST_CASE("selection is a touch and no more") {
    TestKey key;
    CHECK(key.status_of(kSelection) == Status::kOk);
    CHECK(key.user.questions == 1);
  }

  TEST_CASE("the user has 30 s to touch the key") {
    struct Case {
      const char* name;
      int after;
      std::optional<Bytes> expected;
    };
    const Bytes timed_out{static_cast<std::uint8_t>(Status::kUserActionTimeout)};
    for (const auto& [name, after, expected] : {Case{"just before", 29'999, {}},
                                                Case{"at the limit", 30'000, timed_out},
                                                Case{"just after", 30'001, timed_out}}) {
      CAPTURE(name);
      TestKey key;
      key.user.answer = Presence::kAwaited;
      REQUIRE_FALSE(key.authenticator->start(Bytes{kSelection}).has_value());
      key.clock.advance(Milliseconds(after));
      CHECK(key.authenticator->poll() == expected);
      CHECK(key.authenticator->is_awaiting_user() == !expected.has_value());
    }
  }

  TEST_CASE("a touch at the last moment still counts") {
    TestKey key;
    key.user.answer = Presence::kAwaited;
    REQUIRE_FALSE(key.authenticator->start(Bytes{kSelection}).has_value());
    key.clock.advance(Authenticator::kUserActionLimit);
    key.user.answer = Presence::kGranted;
    CHECK(status_of(key.authenticator->poll()) == Status::kOk);
  }

  TEST_CASE("a card whose tap is used up says that presence is required") {
    TestKey key;
    key.user.answer = Presence::kRefused;
    CHECK(key.status_of(kSelection) == Status::kUpRequired);
    CHECK_FALSE(key.authenticator->is_awaiting_user());
  }

  TEST_CASE("a cancelled command is forgotten, touch or no touch") {
    TestKey key;
    CHECK_FALSE(key.authenticator->cancel().has_value());
    key.user.answer = Presence::kAwaited;
    Bytes request{kMakeCredential};
    firstkey::device::softkey::append(request,
                                      firstkey::device::softkey::cbor::encode(make_request()));
    REQUIRE_FALSE(key.authenticator->start(request).has_value());
    CHECK(status_of(key.authenticator->cancel()) == Status::kKeepaliveCancel);
    key.user.answer = Presence::kGranted;
    CHECK_FALSE(key.authenticator->poll().has_value());
    CHECK(key.store.count() == 0);
  }

  TEST_CASE("a request takes the place of one that waits") {
    TestKey key;
    key.user.answer = Presence::kAwaited;
    REQUIRE_FALSE(key.authenticator->start(Bytes{kReset}).has_value());
    CHECK(key.status_of(kGetInfo) == Status::kOk);
    CHECK_FALSE(key.authenticator->is_awaiting_user());
  }

  TEST_CASE("unplugging forgets the request and tells the user's port") {
    TestKey key;
    key.user.answer = Presence::kAwaited;
    REQUIRE_FALSE(key.authenticator->start(Bytes{kSelection}).has_value());
    key.authenticator->power_cycle();
    key.user.answer = Presence::kGranted;
    CHECK_FALSE(key.authenticator->poll().has_value());
    CHECK(key.user.power_cycles == 1);
  }

  TEST_CASE("reset comes within 10 s of power-up, or at any time where so set") {
    struct Case {
      const char* name;
      int after;
      Status expected;
    };
    for (const auto& [name, after, expected] : {Case{"just before", 9'999, Status::kOk},
                                                Case{"at the limit", 10'000, Status::kNotAllowed},
                                                Case{"just after", 10'001, Status::kNotAllowed}}) {
      CAPTURE(name);
      TestKey key;
      key.clock.advance(Milliseconds(60'000));
      key.authenticator->power_cycle();
      key.clock.advance(Milliseconds(after));
      CHECK(key.status_of(kReset) == expected);
    }
    Settings settings;
    settings.reset = Settings::Reset::kAnyTime;
    TestKey patient(settings);
    patient.clock.advance(Milliseconds(60'000));
    CHECK(patient.status_of(kReset) == Status::kOk);
  }

  TEST_CASE("reset forgets credentials and PIN once the key is touched, and keeps the root") {
    TestKey key;
    REQUIRE(!key.register_user("lee").empty());
    REQUIRE(key.set_pin("1234") == Status::kOk);
    const Bytes root = key.store.attestation_root()->certificate;
    key.user.answer = Presence::kAwaited;
    REQUIRE_FALSE(key.authenticator->start(Bytes{kReset}).has_value());
    CHECK(key.store.count() == 1);
    key.user.answer = Presence::kGranted;
    CHECK(status_of(key.authenticator->poll()) == Status::kOk);
    CHECK(key.store.count() == 0);
    CHECK(key.store.pin() == nullptr);
    CHECK(key.store.attestation_root()->certificate == root);
  }

  TEST_CASE("what cannot be saved fails and changes nothing") {
    bool is_full = false;
    TestKey key({}, std::make_unique<FailingStorage>(is_full));
    REQUIRE(!key.register_user("lee").empty());
    is_full = true;
    CHECK(key.status_of(kMakeCredential, make_request()) == Status::kOther);
    CHECK(key.status_of(kGetAssertion, assert_request()) == Status::kOther);
    CHECK(key.set_pin("1234") == Status::kOther);
    CHECK(key.status_of(kReset) == Status::kOther);
    CHECK(key.status_of(kConfig, Map{{0x01, 0x02}}) == Status::kOther);
    CHECK_FALSE(key.store.configuration().always_verifies_user);
    Bytes enroll{0x00, 0x01, 0x00, 0x00, 0x40};
    enroll.resize(5 + 64);
    CHECK(key.authenticator->answer_u2f(enroll) == Bytes{0x6F, 0x00});
    CHECK(key.store.count() == 1);
    CHECK(key.store.pin() == nullptr);
    is_full = false;
    const Answer answer = key.call(kGetAssertion, assert_request());
    CHECK(read_auth_data(answer.get<Bytes>(0x02)).sign_count == 1);
  }

  TEST_CASE("a PIN guess that cannot be paid for is not looked at") {
    bool is_full = false;
    TestKey key({}, std::make_unique<FailingStorage>(is_full));
    REQUIRE(key.set_pin("1234") == Status::kOk);
    is_full = true;
    CHECK(key.get_token("1234", kAssertPermission) == Status::kOther);
    CHECK(key.get_token("0000", kAssertPermission) == Status::kOther);
  }
}
