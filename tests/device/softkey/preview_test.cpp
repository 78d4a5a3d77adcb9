// A key of FIDO_2_1_PRE, as makers shipped it before CTAP 2.1 was final.

#include <doctest/doctest.h>

#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::Settings;

constexpr std::uint8_t kManagementPreview = 0x41;
constexpr int kMetadata = 0x01;
constexpr int kUpdateUser = 0x07;

Settings preview() {
  Settings settings;
  settings.edition = Settings::Edition::kPreview;
  return settings;
}

/// With a PIN and a token of the one kind there was.
struct PreviewKey : TestKey {
  PreviewKey() : TestKey(preview()) {
    REQUIRE(set_pin("1234", ProtocolVersion::kOne) == Status::kOk);
    Map request = token_request("1234", kManagePermission, ProtocolVersion::kOne);
    request = with(with(with(request, 0x02, 0x05), 0x09, {}), 0x0A, {});
    REQUIRE(take_token(request) == Status::kOk);
  }
};

}  // namespace

TEST_SUITE("device/softkey/preview") {
  TEST_CASE("it says what it is and claims nothing newer") {
    TestKey key(preview());
    const Answer info = key.call(kGetInfo);
    const auto versions = info.get<Array>(0x01);
    CHECK(*versions.back().as<std::string>() == "FIDO_2_1_PRE");
    CHECK(key.option("credentialMgmtPreview") == true);
    for (const char* option : {"credMgmt", "pinUvAuthToken", "authnrCfg", "alwaysUv", "ep"}) {
      CAPTURE(option);
      CHECK_FALSE(key.option(option).has_value());
    }
    CHECK(info.map.find(0x14) == nullptr);
    CHECK(info.get<Array>(0x06).size() == 1);
  }

  TEST_CASE("credentials are managed under the old number, with a token that opens all") {
    PreviewKey key;
    CHECK(key.status_of(kManagement, key.managing(kMetadata)) == Status::kInvalidCommand);
    const Answer counts = key.call(kManagementPreview, key.managing(kMetadata));
    REQUIRE(counts.status == Status::kOk);
    CHECK(counts.get<std::int64_t>(0x02) == 100);
  }

  TEST_CASE("what came with CTAP 2.1 is not there") {
    PreviewKey key;
    for (const std::uint8_t command : {kSelection, kLargeBlobs, kConfig}) {
      CAPTURE(static_cast<int>(command));
      CHECK(key.status_of(command, Map{}) == Status::kInvalidCommand);
    }
    CHECK(key.status_of(kManagementPreview, key.managing(kUpdateUser, Map{{0x03, Map{}}})) ==
          Status::kInvalidSubcommand);
    CHECK(key.get_unbound_token("1234", kManagePermission, ProtocolVersion::kOne) ==
          Status::kInvalidSubcommand);
  }

  TEST_CASE("a key of CTAP 2.1 does not know the old number") {
    TestKey key;
    CHECK(key.status_of(kManagementPreview, Map{{0x01, kMetadata}}) == Status::kInvalidCommand);
  }
}
