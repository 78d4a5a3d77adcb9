// The real libfido2 over our own I/O, against a key in miniature that says what the test wants.

#include "device/fido2_authenticator.h"

#include <chrono>

#include <doctest/doctest.h>

#include "device/hid_link.h"
#include "tests/device/scripted_channel.h"

using namespace std::chrono_literals;
using firstkey::device::Authenticator;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::ErrorCode;
using firstkey::device::Fido2Authenticator;
using firstkey::device::HidFrame;
using firstkey::device::HidLink;
using firstkey::device::KeepAlive;
using firstkey::device::Option;
using firstkey::device::Pin;
using firstkey::tests::ScriptedHidKey;

namespace {

constexpr std::uint8_t kMakeCredential = 0x01;
constexpr std::uint8_t kGetAssertion = 0x02;
constexpr std::uint8_t kClientPin = 0x06;
const CallLimits kPlenty{.time_left = 10s};

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes text(std::string_view letters) {
  Bytes cbor{static_cast<std::uint8_t>(0x60 + letters.size())};
  cbor.insert(cbor.end(), letters.begin(), letters.end());
  return cbor;
}

const Bytes kTrue{0xF5};
const Bytes kFalse{0xF4};

/// {1: ["FIDO_2_0"], 2: ["credProtect"], 3: aaguid 0…15, 4: {rk: true, clientPin: false},
///  5: 1200, 6: [1], 7: 8, 8: 128, 0x0D: 6, 0x0E: 5, 0x13: {"FIDO": 2}, 0x14: 25}
Bytes info() {
  Bytes aaguid{0x50};
  for (std::uint8_t i = 0; i < 16; ++i) aaguid.push_back(i);
  return Bytes{0x00, 0xAC, 0x01, 0x81} + text("FIDO_2_0") + Bytes{0x02, 0x81} +
         text("credProtect") + Bytes{0x03} + aaguid + Bytes{0x04, 0xA2} + text("rk") + kTrue +
         text("clientPin") + kFalse +
         Bytes{0x05,
               0x19,
               0x04,
               0xB0,
               0x06,
               0x81,
               0x01,
               0x07,
               0x08,
               0x08,
               0x18,
               0x80,
               0x0D,
               0x06,
               0x0E,
               0x05} +
         Bytes{0x13, 0xA1} + text("FIDO") + Bytes{0x02} + Bytes{0x14, 0x18, 0x19};
}

firstkey::device::Result<std::unique_ptr<Authenticator>> open(ScriptedHidKey& key,
                                                              const CallLimits& limits = kPlenty) {
  return Fido2Authenticator::open(
      std::make_unique<HidLink>(key.opener()), {.path = "/dev/hidraw7"}, limits);
}

firstkey::device::CredentialRequest request() {
  return {.rp_id = "example.org",
          .rp_name = "Example",
          .user_id = {1, 2, 3},
          .user_name = "lee@example.org",
          .user_display_name = "Lee Osei",
          .algorithms = {firstkey::device::kEs384, firstkey::device::kEs256}};
}

/// A credential's answer as a key would give it, attestation "none"; the public key is the
/// generator of P-256, since libfido2 takes no point off the curve for a key.
Bytes credential_answer() {
  Bytes auth_data(32, 0xAA);
  auth_data = auth_data + Bytes{0x41, 0, 0, 0, 1} + Bytes(16, 0) + Bytes{0, 4, 9, 8, 7, 6} +
              Bytes{0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20} +
              Bytes{0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6,
                    0xE5, 0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB,
                    0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96} +
              Bytes{0x22, 0x58, 0x20} +
              Bytes{0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB,
                    0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33, 0x57, 0x6B, 0x31,
                    0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5};
  return Bytes{0x00, 0xA3, 0x01} + text("none") +
         Bytes{0x02, 0x58, static_cast<std::uint8_t>(auth_data.size())} + auth_data +
         Bytes{0x03, 0xA0};
}

Bytes assertion_answer(std::uint8_t id) {
  return Bytes{0x00, 0xA3, 0x01, 0xA2} + text("id") + Bytes{0x41, id} + text("type") +
         text("public-key") + Bytes{0x02, 0x58, 0x25} + Bytes(32, 0xAA) + Bytes{0x00, 0, 0, 0, 1} +
         Bytes{0x03, 0x42, 0x30, 0x00};
}

}  // namespace

TEST_SUITE("device/fido2_authenticator") {
  TEST_CASE("what a key says of itself becomes its facts") {
    ScriptedHidKey key(info());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    const auto& facts = opened.value()->facts();
    CHECK(facts.is_fido2);
    CHECK(facts.versions == std::vector<std::string>{"FIDO_2_0"});
    CHECK(facts.has_extension("credProtect"));
    CHECK(facts.aaguid[15] == 15);
    CHECK(facts.options.rk == Option::kTrue);
    CHECK(facts.options.client_pin == Option::kFalse);
    CHECK(facts.options.always_uv == Option::kAbsent);
    CHECK(facts.max_message_size == 1200);
    CHECK(facts.max_credentials_in_list == 8);
    CHECK(facts.max_credential_id_length == 128);
    CHECK(facts.min_pin_length == 6);
    CHECK(facts.firmware_version == 5);
    CHECK(facts.remaining_discoverable_credentials == 25);
    CHECK(facts.certifications ==
          std::vector<firstkey::device::Certification>{{.name = "FIDO", .level = 2}});
    CHECK(facts.algorithms == std::vector{firstkey::device::kEs256});
  }

  TEST_CASE("a key that never claimed CTAP 2 opens as U2F only and refuses what that lacks") {
    ScriptedHidKey key(info());
    key.capabilities = 0;
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    CHECK_FALSE(opened.value()->facts().is_fido2);
    auto resident = request();
    resident.is_resident_key_wanted = true;
    CHECK(opened.value()->make_credential(resident, nullptr, kPlenty).error().code ==
          ErrorCode::kU2fOnly);
    CHECK(opened.value()->pin_retries(kPlenty).error().code == ErrorCode::kU2fOnly);
    CHECK(key.requests.empty());
  }

  TEST_CASE("a getInfo that cannot be read is an error, never U2F") {
    const struct {
      std::string name;
      Bytes answer;
      ErrorCode code;
    } answers[] = {
        {"nothing but a status", {0x00}, ErrorCode::kGarbage},
        {"no CBOR", {0x00, 0xFF, 0xFF}, ErrorCode::kGarbage},
        {"cut off", {0x00, 0xA1, 0x01, 0x81}, ErrorCode::kGarbage},
        {"not a map", {0x00, 0x01}, ErrorCode::kGarbage},
        {"a map of 2^28 members in six bytes",
         {0x00, 0xBA, 0x10, 0x00, 0x00, 0x00},
         ErrorCode::kGarbage},
        {"an error status", {0x01}, ErrorCode::kUnsupportedCommand},
        {"an empty message", {}, ErrorCode::kGarbage},
        {"more after the map", {0x00, 0xA0, 0x00}, ErrorCode::kGarbage},
        {"a longer message than any", Bytes(7610, 0x00), ErrorCode::kTooLarge},
    };
    for (const auto& [name, answer, code] : answers) {
      CAPTURE(name);
      ScriptedHidKey key(answer);
      const auto opened = open(key);
      REQUIRE_FALSE(opened.has_value());
      CHECK(opened.error().code == code);
    }
  }

  TEST_CASE("a credential comes back whole, with a canonical attestation object") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, credential_answer());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    const auto made = opened.value()->make_credential(request(), nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK(made->format == "none");
    CHECK(made->algorithm == firstkey::device::kEs256);  // ES384 was dearer; the key lacks it
    CHECK(made->credential_id == Bytes{9, 8, 7, 6});
    CHECK(made->attestation_statement == Bytes{0xA0});
    const Bytes head = Bytes{0xA3} + text("fmt") + text("none") + text("attStmt") + Bytes{0xA0} +
                       text("authData") +
                       Bytes{0x58, static_cast<std::uint8_t>(made->authenticator_data.size())};
    CHECK(made->attestation_object == head + made->authenticator_data);
  }

  TEST_CASE("keep-alives are told once for each change, before the answer") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, [](ScriptedHidKey& self) {
      for (const auto status : Bytes{1, 1, 2, 2, 2, 9, 1}) self.say_keep_alive(status);
      self.say(ScriptedHidKey::kCbor, credential_answer());
    });
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    std::vector<KeepAlive> heard;
    const CallLimits limits{.time_left = 10s,
                            .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    CHECK(opened.value()->make_credential(request(), nullptr, limits).has_value());
    CHECK(heard == std::vector{KeepAlive::kProcessing,
                               KeepAlive::kUserPresenceNeeded,
                               KeepAlive::kProcessing});
  }

  TEST_CASE("a stop tells the key and ends the call; the key is usable afterwards") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, [](ScriptedHidKey& self) { self.say_keep_alive(2); });
    key.expect(kMakeCredential, credential_answer());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    std::stop_source stop;
    key.when_idle = [&] { stop.request_stop(); };
    const auto stopped = opened.value()->make_credential(
        request(), nullptr, {.time_left = 10s, .stop = stop.get_token()});
    CHECK(stopped.error().code == ErrorCode::kCancelled);
    CHECK(stopped.error().fido_status == 0x2D);
    CHECK_FALSE(stopped.error().is_unanswered);
    CHECK(key.cancels == 1);
    CHECK(opened.value()->make_credential(request(), nullptr, kPlenty).has_value());
    CHECK(key.opened == 1);
  }

  TEST_CASE("a stop before the call begins reaches no key") {
    ScriptedHidKey key(info());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    const auto asked = key.requests.size();
    std::stop_source stop;
    stop.request_stop();
    CHECK(opened.value()
              ->make_credential(request(), nullptr, {.time_left = 10s, .stop = stop.get_token()})
              .error()
              .code == ErrorCode::kCancelled);
    CHECK(key.requests.size() == asked);
  }

  TEST_CASE("when the time is used up the key is told to stop, and it is no cancellation") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, [](ScriptedHidKey& self) { self.say_keep_alive(2); });
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    CHECK(opened.value()->make_credential(request(), nullptr, {.time_left = 20ms}).error().code ==
          ErrorCode::kTimeout);
    CHECK(key.cancels == 1);
  }

  TEST_CASE("a key that ignores the cancellation is left within the grace and opened anew") {
    ScriptedHidKey key(info());
    key.status_after_cancel = 0;
    key.expect(kMakeCredential, [](ScriptedHidKey& self) { self.say_keep_alive(2); });
    key.expect(kMakeCredential, credential_answer());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    const auto begin = std::chrono::steady_clock::now();
    const auto left = opened.value()->make_credential(request(), nullptr, {.time_left = 20ms});
    CHECK(left.error().code == ErrorCode::kTimeout);
    CHECK(left.error().is_unanswered);
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
    CHECK_FALSE(opened.value()->is_gone());
    CHECK(opened.value()->make_credential(request(), nullptr, kPlenty).has_value());
    CHECK(key.opened == 2);
  }

  TEST_CASE("a key pulled in the middle is gone, and stays gone") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, [](ScriptedHidKey& self) { self.pull(); });
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    CHECK(opened.value()->make_credential(request(), nullptr, kPlenty).error().code ==
          ErrorCode::kGone);
    CHECK(opened.value()->is_gone());
    CHECK(opened.value()->refresh(kPlenty).error().code == ErrorCode::kGone);
  }

  TEST_CASE("an error of the wire is told by name, and the next call begins on a new channel") {
    const struct {
      std::string name;
      std::uint8_t said;
      ErrorCode code;
    } errors[] = {
        {"another program holds the key", 0x06, ErrorCode::kBusy},
        {"locked by another program", 0x0A, ErrorCode::kBusy},
        {"it has forgotten the channel", 0x0B, ErrorCode::kIo},
        {"frames came too slowly", 0x05, ErrorCode::kIo},
        {"no such command", 0x01, ErrorCode::kUnsupportedCommand},
    };
    for (const auto& [name, said, code] : errors) {
      CAPTURE(name);
      ScriptedHidKey key(info());
      key.expect(kMakeCredential, [said = said](ScriptedHidKey& self) {
        self.say(ScriptedHidKey::kError, Bytes{said});
      });
      key.expect(kMakeCredential, credential_answer());
      const auto opened = open(key);
      REQUIRE(opened.has_value());
      const auto refused = opened.value()->make_credential(request(), nullptr, kPlenty);
      CHECK(refused.error().code == code);
      CHECK(refused.error().fido_status == said);
      CHECK(opened.value()->make_credential(request(), nullptr, kPlenty).has_value());
      CHECK(key.opened == 2);
    }
  }

  TEST_CASE("frames of other programs' channels are not taken for ours") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, [](ScriptedHidKey& self) {
      self.say_on(0x00000077, ScriptedHidKey::kCbor, Bytes{0x27});
      self.say_on(0xFFFFFFFF, ScriptedHidKey::kInit, Bytes(17, 0x55));
      self.say_on(0x00000077, ScriptedHidKey::kKeepAlive, Bytes{2});
      self.say(ScriptedHidKey::kCbor, credential_answer());
    });
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    bool has_heard = false;
    const CallLimits limits{.time_left = 10s,
                            .on_keep_alive = [&](KeepAlive) { has_heard = true; }};
    CHECK(opened.value()->make_credential(request(), nullptr, limits).has_value());
    CHECK_FALSE(has_heard);
  }

  TEST_CASE("garbage for a credential is told as garbage") {
    const struct {
      std::string name;
      Bytes answer;
      ErrorCode code;
    } answers[] = {
        {"nothing but a status", {0x00}, ErrorCode::kGarbage},
        {"an empty map", {0x00, 0xA0}, ErrorCode::kGarbage},
        {"no CBOR", {0x00, 0xFF}, ErrorCode::kGarbage},
        {"an unknown format", Bytes{0x00, 0xA1, 0x01} + text("madeup"), ErrorCode::kGarbage},
        {"excluded", {0x19}, ErrorCode::kCredentialExcluded},
        {"a PIN is required", {0x36}, ErrorCode::kPinRequired},
        {"a status in no list", {0x5A}, ErrorCode::kInternal},
    };
    for (const auto& [name, answer, code] : answers) {
      CAPTURE(name);
      ScriptedHidKey key(info());
      key.expect(kMakeCredential, answer);
      const auto opened = open(key);
      REQUIRE(opened.has_value());
      CHECK(opened.value()->make_credential(request(), nullptr, kPlenty).error().code == code);
    }
  }

  TEST_CASE("a credential is refused before the key is asked when it cannot do what is wanted") {
    ScriptedHidKey key(info());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    auto foreign = request();
    foreign.algorithms = {firstkey::device::kRs256};
    CHECK(opened.value()->make_credential(foreign, nullptr, kPlenty).error().code ==
          ErrorCode::kUnsupportedAlgorithm);
    auto verified = request();
    verified.is_user_verification_required = true;
    CHECK(opened.value()->make_credential(verified, nullptr, kPlenty).error().code ==
          ErrorCode::kPinNotSet);
    CHECK(key.requests.size() == 2);  // both were getInfo, at the opening
  }

  TEST_CASE("an exclude list within the limits goes along as it is") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, credential_answer());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    auto excluding = request();
    for (std::uint8_t i = 0; i < 8; ++i) excluding.excluded_credentials.push_back({i});
    CHECK(opened.value()->make_credential(excluding, nullptr, kPlenty).has_value());
  }

  TEST_CASE("a longer exclude list is looked through silently, and only the id found is sent") {
    ScriptedHidKey key(info());
    key.expect(kGetAssertion, Bytes{0x2E});
    key.expect(kGetAssertion, assertion_answer(9));
    key.expect(kMakeCredential, Bytes{0x19});
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    auto excluding = request();
    for (std::uint8_t i = 0; i < 20; ++i) excluding.excluded_credentials.push_back({i});
    CHECK(opened.value()->make_credential(excluding, nullptr, kPlenty).error().code ==
          ErrorCode::kCredentialExcluded);
    const Bytes only_found = text("id") + Bytes{0x41, 9};
    const auto& sent = key.requests.back();
    CHECK(std::ranges::search(sent, only_found).size() == only_found.size());
    const Bytes any_other = text("id") + Bytes{0x41, 8};
    CHECK(std::ranges::search(sent, any_other).empty());
    const Bytes without_touch = text("up") + kFalse;
    CHECK(std::ranges::search(key.requests[2], without_touch).size() == without_touch.size());
  }

  TEST_CASE("an assertion's authenticator data is unwrapped, its missing id filled in") {
    ScriptedHidKey key(info());
    key.expect(kGetAssertion,
               Bytes{0x00, 0xA2, 0x02, 0x58, 0x25} + Bytes(32, 0xAA) +
                   Bytes{0x01, 0, 0, 0, 7, 0x03, 0x42, 0x30, 0x00});
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    const auto answer = opened.value()->get_assertion(
        {.rp_id = "example.org", .allowed_credentials = {{4, 2}}}, nullptr, kPlenty);
    REQUIRE_MESSAGE(answer.has_value(), answer.error().detail);
    CHECK(answer->authenticator_data == Bytes(32, 0xAA) + Bytes{0x01, 0, 0, 0, 7});
    CHECK(answer->signature == Bytes{0x30, 0x00});
    CHECK(answer->credential_id == Bytes{4, 2});
  }

  TEST_CASE("when the key can hold none of the allowed ids it is not asked for any other") {
    ScriptedHidKey key(info());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    const firstkey::device::AssertionRequest asked{.rp_id = "example.org",
                                                   .allowed_credentials = {Bytes(129, 1)}};
    CHECK(opened.value()->get_assertion(asked, nullptr, kPlenty).error().code ==
          ErrorCode::kNoCredentials);
  }

  TEST_CASE("a PIN shorter than the key's own minimum is refused before it is sent") {
    ScriptedHidKey key(info());
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    const auto pin = Pin::create("12345");
    REQUIRE(pin.has_value());
    CHECK(opened.value()->set_pin(*pin, kPlenty).error().code == ErrorCode::kPinTooShort);
    CHECK(opened.value()->change_pin(*pin, *pin, kPlenty).error().code == ErrorCode::kPinNotSet);
  }

  TEST_CASE("PIN attempts left are read") {
    ScriptedHidKey key(info());
    key.expect(kClientPin, Bytes{0x00, 0xA1, 0x03, 0x05});
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    CHECK(opened.value()->pin_retries(kPlenty) == 5);
    CHECK(opened.value()->uv_retries(kPlenty).error().code == ErrorCode::kUnsupportedOption);
  }

  TEST_CASE("a touch selects the key, and a stop ends the blinking") {
    ScriptedHidKey key(info());
    key.expect(kMakeCredential, Bytes{0x31});
    key.expect(kMakeCredential, [](ScriptedHidKey& self) { self.say_keep_alive(2); });
    const auto opened = open(key);
    REQUIRE(opened.has_value());
    CHECK(opened.value()->wait_for_touch(kPlenty).has_value());
    std::stop_source stop;
    key.when_idle = [&] { stop.request_stop(); };
    CHECK(
        opened.value()->wait_for_touch({.time_left = 10s, .stop = stop.get_token()}).error().code ==
        ErrorCode::kCancelled);
    CHECK(key.cancels == 1);
  }
}
