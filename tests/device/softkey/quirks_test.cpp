#include "device/softkey/quirks.h"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "device/softkey/answer_quirks.h"
#include "device/softkey/hid_frontend.h"
#include "device/softkey/quirky_key.h"
#include "tests/device/softkey/misbehaving.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::CryptoQuirk;
using firstkey::device::softkey::HidFrontend;
using firstkey::device::softkey::keep_alives_of;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::parse_quirk;
using firstkey::device::softkey::PinQuirk;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::ProtocolQuirk;
using firstkey::device::softkey::Quirk;
using firstkey::device::softkey::quirk_names;
using firstkey::device::softkey::Quirks;
using firstkey::device::softkey::QuirkyKey;
using firstkey::device::softkey::RemovalQuirk;
using firstkey::device::softkey::TimingQuirk;

Bytes honest_info() {
  TestKey key;
  return *key.authenticator->start(Bytes{kGetInfo});
}

}  // namespace

TEST_SUITE("device/softkey/quirks") {
  TEST_CASE("every quirk has a name and a line in the README") {
    std::ostringstream text;
    text << std::ifstream(FIRSTKEY_SOURCE_DIR "/device/softkey/README.md").rdbuf();
    for (const auto& [name, quirk] : quirk_names()) {
      CAPTURE(name);
      CHECK(parse_quirk(name) == quirk);
      CHECK(text.str().find("| `" + std::string(name) + "` |") != std::string::npos);
    }
    CHECK_FALSE(parse_quirk("well-behaved").has_value());
  }

  TEST_CASE("a key without quirks is itself") {
    TestKey key;
    QuirkyKey plain(*key.authenticator, key.authenticator->parts(), {});
    CHECK(plain.start(Bytes{kGetInfo}) == honest_info());
    key.user.answer = Presence::kAwaited;
    REQUIRE_FALSE(plain.start(Bytes{kSelection}).has_value());
    CHECK(plain.is_awaiting_user());
    CHECK(plain.cancel() == Bytes{0x2D});
    CHECK(plain.protocols().has_u2f);
    CHECK(plain.answer_u2f(Bytes{0x00, 0x03, 0x00, 0x00}).size() == 8);
  }

  TEST_CASE("a bad signature is one bit off, in both commands") {
    Misbehaving key(CryptoQuirk::kBadSignature);
    const Answer made = key.call(kMakeCredential, with(make_request(), 0x07, Map{{"rk", true}}));
    CHECK(made.get<Map>(0x03).find("x5c") != nullptr);
    const Answer given = key.call(kGetAssertion, assert_request());
    CHECK(given.status == Status::kOk);
    CHECK(given.get<Bytes>(0x03).size() > 60);
    // The same answer without and with the bit: nothing else of it is touched.
    const Bytes answer = *key.honest.authenticator->start(encoded(kGetAssertion, assert_request()));
    const Map honest = read_answer(answer).map;
    const Map spoiled =
        read_answer(firstkey::device::softkey::spoil(only(CryptoQuirk::kBadSignature),
                                                     key.honest.authenticator->parts(),
                                                     encoded(kGetAssertion, assert_request()),
                                                     answer))
            .map;
    Bytes expected = *honest.find(0x03)->as<Bytes>();
    expected.back() ^= 0x01U;
    CHECK(*spoiled.find(0x03)->as<Bytes>() == expected);
    CHECK(*spoiled.find(0x02)->as<Bytes>() == *honest.find(0x02)->as<Bytes>());
  }

  TEST_CASE("authenticator data is for another relying party, or of an unverified user") {
    Misbehaving stranger(CryptoQuirk::kWrongRpIdHash);
    TestKey honest;
    const Bytes right = honest.call(kMakeCredential, make_request()).get<Bytes>(0x02);
    const Bytes wrong = stranger.call(kMakeCredential, make_request()).get<Bytes>(0x02);
    CHECK(wrong[0] == (right[0] ^ 0x01U));
    CHECK(wrong[1] == right[1]);
    Misbehaving careless(CryptoQuirk::kUvDropped);
    REQUIRE(careless.honest.set_pin("1234") == Status::kOk);
    REQUIRE(careless.honest.get_token("1234", kMakePermission) == Status::kOk);
    const Answer made =
        careless.call(kMakeCredential, careless.honest.authorised(kMakeCredential, make_request()));
    CHECK(read_auth_data(made.get<Bytes>(0x02)).flags == 0x41);
  }

  TEST_CASE("getInfo lacks its message size, is out of order, denies presence or is garbage") {
    Misbehaving sizeless(ProtocolQuirk::kNoMaximumMessageSize);
    const Answer info = sizeless.call(kGetInfo);
    CHECK(info.map.find(0x05) == nullptr);
    CHECK(info.map.find(0x04) != nullptr);
    Misbehaving unsorted(ProtocolQuirk::kUnsortedInfo);
    const Bytes shuffled = unsorted.send(kGetInfo);
    CHECK(shuffled.size() == honest_info().size());
    CHECK(shuffled != honest_info());
    CHECK_FALSE(firstkey::device::softkey::cbor::decode(BytesView(shuffled).subspan(1)));
    Misbehaving shy(ProtocolQuirk::kPresenceDenied);
    CHECK_FALSE(*shy.call(kGetInfo).get<Map>(0x04).find("up")->as<bool>());
    Misbehaving garbage(ProtocolQuirk::kGarbageInfo);
    CHECK(garbage.send(kGetInfo) == Bytes{0x00, 0xFF, 0xFF, 0xFF});
  }

  TEST_CASE("credentials come as garbage, cut in half, or claiming 2^28 members") {
    Misbehaving garbage(ProtocolQuirk::kGarbageAnswer);
    CHECK(garbage.send(kMakeCredential, make_request())[1] == 0xFF);
    Misbehaving truncated(ProtocolQuirk::kTruncatedAnswer);
    const Bytes half = truncated.send(kMakeCredential, make_request());
    CHECK(half.size() > 100);
    CHECK_FALSE(firstkey::device::softkey::cbor::decode(BytesView(half).subspan(1)));
    Misbehaving huge(ProtocolQuirk::kHugeCount);
    CHECK(huge.send(kMakeCredential, make_request()) ==
          Bytes{0x00, 0xBB, 0, 0, 0, 0, 0x10, 0, 0, 0});
    CHECK(huge.call(kGetInfo).status == Status::kOk);
  }

  TEST_CASE("a cancel is not heard, or answered as a refusal") {
    Misbehaving deaf(ProtocolQuirk::kCancelIgnored);
    deaf.begin_waiting();
    CHECK_FALSE(deaf.quirky.cancel().has_value());
    deaf.honest.user.answer = Presence::kGranted;
    CHECK(deaf.quirky.poll().has_value());
    Misbehaving confused(ProtocolQuirk::kCancelMisnamed);
    CHECK_FALSE(confused.quirky.cancel().has_value());
    confused.begin_waiting();
    CHECK(confused.quirky.cancel() == Bytes{0x27});
  }

  TEST_CASE("credential management claimed under two numbers is known under one") {
    Misbehaving key(ProtocolQuirk::kManagementMisnumbered);
    const auto options = key.call(kGetInfo).get<Map>(0x04);
    CHECK(*options.find("credMgmt")->as<bool>());
    CHECK(*options.find("credentialMgmtPreview")->as<bool>());
    REQUIRE(key.honest.set_pin("1234") == Status::kOk);
    REQUIRE(key.honest.get_unbound_token("1234", kManagePermission) == Status::kOk);
    const auto metadata = key.honest.managing(0x01);
    CHECK(key.call(kManagement, metadata).status == Status::kInvalidCommand);
    CHECK(key.call(0x41, metadata).status == Status::kOk);
  }

  TEST_CASE("a PIN set twice is refused in four other ways") {
    struct Case {
      PinQuirk quirk;
      Status expected;
    };
    for (const auto& [quirk, expected] :
         {Case{PinQuirk::kSetTwiceNotAllowed, Status::kNotAllowed},
          Case{PinQuirk::kSetTwicePinInvalid, Status::kPinInvalid},
          Case{PinQuirk::kSetTwiceInvalidParameter, Status::kInvalidParameter},
          Case{PinQuirk::kSetTwicePolicyViolation, Status::kPinPolicyViolation}}) {
      CAPTURE(static_cast<int>(expected));
      Misbehaving key(quirk);
      REQUIRE(key.honest.set_pin("1234") == Status::kOk);
      const Map request{
          {0x01, 2}, {0x02, 0x03}, {0x03, Map{}}, {0x04, Bytes(32)}, {0x05, Bytes(80)}};
      CHECK(key.call(kClientPin, request).status == expected);
      CHECK(key.honest.status_of(kClientPin, request) == Status::kPinAuthInvalid);
    }
  }

  TEST_CASE("getInfo changes once a PIN is set: always UV, and U2F gone") {
    Misbehaving key(PinQuirk::kAlwaysUvAfterPin);
    CHECK(key.send(kGetInfo) == honest_info());
    REQUIRE(key.honest.set_pin("1234") == Status::kOk);
    const Answer info = key.call(kGetInfo);
    CHECK(*info.get<Map>(0x04).find("alwaysUv")->as<bool>());
    CHECK(*info.get<Array>(0x01).front().as<std::string>() == "FIDO_2_0");
  }

  TEST_CASE("a late answer comes six seconds after the touch, cancelled or not") {
    Misbehaving key(TimingQuirk::kLateAnswer);
    CHECK(key.send(kMakeCredential, make_request()).empty());
    CHECK(key.honest.store.count() == 1);
    CHECK(key.quirky.is_awaiting_user());
    CHECK_FALSE(key.quirky.cancel().has_value());
    key.honest.clock.advance(Milliseconds(5'999));
    CHECK_FALSE(key.quirky.poll().has_value());
    key.honest.clock.advance(Milliseconds(1));
    CHECK(key.quirky.poll().value_or(Bytes{0xFF}).front() == 0x00);
    CHECK_FALSE(key.quirky.is_awaiting_user());
    CHECK(key.send(kGetInfo) == honest_info());
  }

  TEST_CASE("keep-alives come always, once, or never") {
    struct Case {
      const char* name;
      Quirks quirks;
      int expected;
    };
    const std::array cases{Case{"as they should", {}, 4},
                           Case{"on change", only(TimingQuirk::kKeepAliveOnChange), 1},
                           Case{"never", only(TimingQuirk::kNoKeepAlive), 0}};
    for (const auto& [name, quirks, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      HidFrontend hid(*key.authenticator, key.clock, key.random, keep_alives_of(quirks));
      const auto init = firstkey::device::softkey::fragment(0xFFFFFFFF, 0x86, Bytes(8));
      const auto channel =
          firstkey::device::softkey::read_be32(BytesView(hid.receive(init[0])[0]).subspan(15));
      key.user.answer = Presence::kAwaited;
      const auto selection = firstkey::device::softkey::fragment(channel, 0x90, Bytes{kSelection});
      int heard = static_cast<int>(hid.receive(selection[0]).size());
      for (int i = 0; i < 3; ++i) {
        key.clock.advance(HidFrontend::kKeepAliveInterval);
        heard += static_cast<int>(hid.tick().size());
      }
      CHECK(heard == expected);
    }
  }

  TEST_CASE("pulled out while it waits, the key says nothing until it is plugged in again") {
    Misbehaving key(RemovalQuirk::kWhileWaiting);
    key.begin_waiting();
    key.honest.clock.advance(Milliseconds(299));
    CHECK_FALSE(key.quirky.poll().has_value());
    CHECK(key.quirky.is_attached());
    key.honest.clock.advance(Milliseconds(1));
    CHECK_FALSE(key.quirky.poll().has_value());
    CHECK_FALSE(key.quirky.is_attached());
    HidFrontend hid(key.quirky, key.honest.clock, key.honest.random);
    const auto init = firstkey::device::softkey::fragment(0xFFFFFFFF, 0x86, Bytes(8));
    CHECK(hid.receive(init[0]).empty());
    hid.power_cycle();
    CHECK(hid.receive(init[0]).size() == 1);
  }

  TEST_CASE("pulled out, the key has nothing to do any more") {
    Misbehaving key(RemovalQuirk::kWhileWaiting);
    HidFrontend hid(key.quirky, key.honest.clock, key.honest.random);
    const auto init = firstkey::device::softkey::fragment(0xFFFFFFFF, 0x86, Bytes(8));
    const auto channel =
        firstkey::device::softkey::read_be32(BytesView(hid.receive(init[0])[0]).subspan(15));
    key.honest.user.answer = Presence::kAwaited;
    const auto selection = firstkey::device::softkey::fragment(channel, 0x90, Bytes{kSelection});
    REQUIRE(hid.receive(selection[0]).size() == 1);
    CHECK(hid.is_busy());
    key.honest.clock.advance(QuirkyKey::kRemovedAfter);
    CHECK(hid.tick().empty());
    CHECK_FALSE(hid.is_busy());
  }

  TEST_CASE("pulled out before it answers, the key has made the credential all the same") {
    Misbehaving key(RemovalQuirk::kBeforeAnswer);
    CHECK(key.send(kMakeCredential, make_request()).empty());
    CHECK_FALSE(key.quirky.is_attached());
    CHECK(key.honest.store.count() == 1);
  }
}
