#include "enroll/app/key_settings.h"

#include <doctest/doctest.h>

#include "tests/enroll/app/key_desk_fixture.h"
#include "tests/enroll/app/pipe.h"

namespace firstkey::enroll::tests {

namespace {

using device::AlwaysUv;
using device::Option;
using firstkey::tests::FakeKey;

/// A desk with one key that has both settings, off, and a script's right PIN.
struct SettingsFixture : KeyDeskFixture {
  SettingsFixture() : pipe(pipe_with("1234\n")) {
    key.facts().options.client_pin = Option::kTrue;
    key.facts().options.always_uv = Option::kFalse;
    key.facts().options.ep = Option::kFalse;
    key.configuration().pin = "1234";
    discovery.insert(key);
  }
  [[nodiscard]] PinOptions pins() const { return {.pin_fd = pipe.get()}; }
  void expect_change() {
    key.expect_pin_retries(8);
    key.expect_pin_retries(8);
  }

  FakeKey key;
  device::FileDescriptor pipe;
};

}  // namespace

TEST_SUITE("enroll/app/key_settings") {
  TEST_CASE("always-uv is turned on with the PIN") {
    SettingsFixture f;
    f.expect_change();
    CHECK(code_of(set_always_uv(f.desk(), f.pins(), AlwaysUv::kOn)) == "done");
    CHECK(f.key.facts().options.always_uv == Option::kTrue);
  }

  TEST_CASE("what is so already takes no PIN") {
    SettingsFixture f;
    f.key.facts().options.ep = Option::kTrue;
    f.key.expect_pin_retries(8);
    CHECK(code_of(set_always_uv(f.desk(), {}, AlwaysUv::kOff)) == "done");
    f.key.expect_pin_retries(8);
    CHECK(code_of(enable_enterprise_attestation(f.desk(), {}, Consent::kToAsk)) == "done");
  }

  TEST_CASE("enterprise attestation is turned on only with consent") {
    SettingsFixture f;
    CHECK(code_of(enable_enterprise_attestation(f.desk(), f.pins(), Consent::kToAsk)) ==
          "invalid_argument");
    CHECK(f.key.facts().options.ep == Option::kFalse);
    f.expect_change();
    CHECK(code_of(enable_enterprise_attestation(f.desk(), f.pins(), Consent::kGiven)) == "done");
    CHECK(f.key.facts().options.ep == Option::kTrue);
  }

  TEST_CASE("a key that has no such setting says so") {
    SettingsFixture f;
    f.key.facts().options.always_uv = Option::kAbsent;
    f.key.facts().options.ep = Option::kAbsent;
    CHECK(code_of(set_always_uv(f.desk(), f.pins(), AlwaysUv::kOn)) == "unsupported_option");
    CHECK(code_of(enable_enterprise_attestation(f.desk(), f.pins(), Consent::kGiven)) ==
          "unsupported_option");
  }

  TEST_CASE("a key without a PIN is told how to get one") {
    SettingsFixture f;
    f.key.facts().options.client_pin = Option::kFalse;
    const auto set = set_always_uv(f.desk(), f.pins(), AlwaysUv::kOn);
    CHECK(code_of(set) == "pin_not_set");
    CHECK(set.error().message.find("firstkey key pin set") != std::string::npos);
  }

  TEST_CASE("with nobody there and no PIN given a key that knows its user asks for the finger") {
    SettingsFixture f;
    f.key.facts().options.uv = Option::kTrue;
    // The fake takes no finger: that it was asked without a PIN is what shows.
    CHECK(code_of(set_always_uv(f.desk(), {}, AlwaysUv::kOn)) == "pin_required");
  }
}

}  // namespace firstkey::enroll::tests
