#include "device/softkey/quirky_key.h"

#include <doctest/doctest.h>

#include "device/softkey/hid_frontend.h"
#include "tests/device/softkey/misbehaving.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::CryptoQuirk;
using firstkey::device::softkey::HidFrontend;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::PinQuirk;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::ProtocolQuirk;
using firstkey::device::softkey::QuirkyKey;
using firstkey::device::softkey::RemovalQuirk;
using firstkey::device::softkey::TimingQuirk;

constexpr int kSetPin = 0x03;
constexpr int kChangePin = 0x04;
const Map kGetPinRetries{{0x01, 2}, {0x02, 0x01}};

Map set_pin_request(int subcommand) {
  return {{0x01, 2}, {0x02, subcommand}, {0x03, Map{}}, {0x04, Bytes(32)}, {0x05, Bytes(80)}};
}

}  // namespace

TEST_SUITE("device/softkey/quirky_key") {
  TEST_CASE("an assertion names another credential, or another user, by one bit") {
    Misbehaving key(CryptoQuirk::kWrongCredentialId);
    key.register_user();
    const Bytes right =
        *key.honest.call(kGetAssertion, assert_request()).get<Map>(0x01).find("id")->as<Bytes>();
    Bytes wrong = *key.call(kGetAssertion, assert_request()).get<Map>(0x01).find("id")->as<Bytes>();
    CHECK(wrong != right);
    wrong.back() ^= 0x01U;
    CHECK(wrong == right);
    Misbehaving other(CryptoQuirk::kWrongUserHandle);
    other.register_user();
    CHECK(
        *other.call(kGetAssertion, assert_request()).get<Map>(0x04).find("id")->as<Bytes>() !=
        *other.honest.call(kGetAssertion, assert_request()).get<Map>(0x04).find("id")->as<Bytes>());
  }

  TEST_CASE("a map is followed by a byte, or has no count, and is no CBOR of CTAP's") {
    for (const auto quirk : {ProtocolQuirk::kTrailingBytes, ProtocolQuirk::kIndefiniteLength}) {
      CAPTURE(static_cast<int>(quirk));
      Misbehaving key(quirk);
      const Bytes answer = key.send(kMakeCredential, make_request());
      REQUIRE(answer.size() > 100);
      CHECK(answer.front() == 0x00);
      CHECK_FALSE(firstkey::device::softkey::cbor::decode(BytesView(answer).subspan(1)));
    }
  }

  TEST_CASE("a statement is of an unknown format, or longer than a client takes") {
    Misbehaving stranger(ProtocolQuirk::kUnknownFormat);
    CHECK(stranger.call(kMakeCredential, make_request()).get<std::string>(0x01) == "acme");
    Misbehaving verbose(ProtocolQuirk::kLongAnswer);
    CHECK(verbose.send(kMakeCredential, make_request()).size() > 4096);
  }

  TEST_CASE("a credential is refused with a maker's own status, or denied, and nothing is made") {
    Misbehaving strange(ProtocolQuirk::kUnknownStatus);
    CHECK(strange.send(kMakeCredential, make_request()) == Bytes{0xF2});
    Misbehaving stubborn(ProtocolQuirk::kDenies);
    CHECK(stubborn.send(kMakeCredential, make_request()) == Bytes{0x27});
    CHECK(stubborn.honest.user.questions == 0);
    CHECK(stubborn.honest.store.count() == 0);
    CHECK(stubborn.call(kGetInfo).status == Status::kOk);
  }

  TEST_CASE("getInfo says more than CTAP 2.1 knows, or not how much room there is") {
    Misbehaving later(ProtocolQuirk::kLaterInfo);
    const Answer info = later.call(kGetInfo);
    CHECK(*info.get<Array>(0x01).back().as<std::string>() == "FIDO_2_3");
    CHECK(info.map.find(0x1D) != nullptr);
    CHECK(info.get<Map>(0x04).find("perCredMgmtRO") != nullptr);
    Misbehaving silent(ProtocolQuirk::kRoomUntold);
    CHECK(silent.call(kGetInfo).map.find(0x14) == nullptr);
    CHECK(silent.honest.call(kGetInfo).map.find(0x14) != nullptr);
  }

  TEST_CASE("the first token is refused as expired, and the next is taken") {
    Misbehaving key(PinQuirk::kTokenExpires);
    CHECK(key.send(kMakeCredential, make_request()) == Bytes{0x38});
    CHECK(key.call(kMakeCredential, make_request()).status == Status::kOk);
    CHECK(key.honest.store.count() == 1);
  }

  TEST_CASE("no PIN is good enough, and none is set") {
    Misbehaving key(PinQuirk::kSetRefused);
    CHECK(key.send(kClientPin, set_pin_request(kSetPin)) == Bytes{0x37});
    CHECK(key.send(kClientPin, set_pin_request(kChangePin)) == Bytes{0x37});
    CHECK(key.call(kClientPin, kGetPinRetries).status == Status::kOk);
  }

  TEST_CASE("no attempts are left, as it says") {
    Misbehaving key(PinQuirk::kNoAttempts);
    REQUIRE(key.honest.set_pin("1234") == Status::kOk);
    CHECK(key.call(kClientPin, kGetPinRetries).get<std::int64_t>(0x03) == 0);
    CHECK(key.honest.get_token("1234", kMakePermission) == Status::kOk);
  }

  TEST_CASE("an impatient key waits half a second the first time, and as it should the next") {
    Misbehaving key(TimingQuirk::kImpatient);
    key.begin_waiting();
    key.honest.clock.advance(QuirkyKey::kPatience - Milliseconds(1));
    CHECK_FALSE(key.quirky.poll().has_value());
    key.honest.clock.advance(Milliseconds(1));
    CHECK(key.quirky.poll() == Bytes{0x2F});
    key.begin_waiting();
    key.honest.clock.advance(QuirkyKey::kPatience);
    CHECK_FALSE(key.quirky.poll().has_value());
  }

  TEST_CASE("a key that hangs waits for ever, hears no cancel, and is itself once re-plugged") {
    Misbehaving key(TimingQuirk::kNeverAnswers);
    CHECK(key.send(kMakeCredential, make_request()).empty());
    CHECK(key.honest.store.count() == 1);
    CHECK(key.quirky.is_awaiting_user());
    CHECK_FALSE(key.quirky.cancel().has_value());
    CHECK(key.send(kGetInfo).empty());
    key.honest.clock.advance(std::chrono::minutes(10));
    CHECK_FALSE(key.quirky.poll().has_value());
    key.quirky.power_cycle();
    CHECK(key.call(kGetInfo).status == Status::kOk);
  }

  TEST_CASE("pulled out when it is opened, or before the proof, and once only") {
    Misbehaving opening(RemovalQuirk::kWhileOpening);
    CHECK(opening.send(kGetInfo).empty());
    CHECK_FALSE(opening.quirky.is_attached());
    opening.quirky.power_cycle();
    CHECK(opening.call(kGetInfo).status == Status::kOk);
    Misbehaving proving(RemovalQuirk::kBeforeProof);
    proving.register_user();
    const Map look = with(assert_request(), 0x05, Map{{"up", false}});
    CHECK(proving.call(kGetAssertion, look).status == Status::kOk);
    CHECK(proving.send(kGetAssertion, assert_request()).empty());
    CHECK_FALSE(proving.quirky.is_attached());
    proving.quirky.power_cycle();
    CHECK(proving.call(kGetAssertion, assert_request()).status == Status::kOk);
  }
}
