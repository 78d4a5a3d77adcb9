#include "device/softkey/authenticator_config.h"

#include <doctest/doctest.h>
#include <openssl/x509v3.h>

#include "device/softkey/attestation.h"
#include "tests/device/softkey/test_key.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::AttestationKind;
using firstkey::device::softkey::CertificateHandle;
using firstkey::device::softkey::ClientPin;
using firstkey::device::softkey::ObjectHandle;
using firstkey::device::softkey::open_state_file;
using firstkey::device::softkey::serial_number;
using firstkey::device::softkey::Settings;
using firstkey::tests::TemporaryFolder;

constexpr int kEnableEnterprise = 0x01;
constexpr int kToggleAlwaysUv = 0x02;
constexpr int kSetMinimum = 0x03;

Map minimum(int length) {
  return {{0x01, length}};
}

/// Configures a key that nobody has set a PIN on: anybody may.
Status configure(TestKey& key, int subcommand, const std::optional<Map>& params = {}) {
  Map request{{0x01, subcommand}};
  if (params) request.add(0x02, *params);
  return key.status_of(kConfig, request);
}

/// A key with the PIN 123456 and a client that may configure it.
struct ConfiguredKey : TestKey {
  explicit ConfiguredKey(Settings settings = {}, ProtocolVersion version = ProtocolVersion::kTwo)
      : TestKey(std::move(settings)) {
    REQUIRE(set_pin("123456", version) == Status::kOk);
    take_config_token(version);
  }
  void take_config_token(ProtocolVersion version = ProtocolVersion::kTwo) {
    REQUIRE(get_unbound_token("123456", kConfigPermission, version) == Status::kOk);
  }
  Status configure(int subcommand, const std::optional<Map>& params = {}) {
    return status_of(kConfig, configuring(subcommand, params));
  }
};

/// The serial number in the leaf of an attestation; empty if it has none.
Bytes attested_serial(const Answer& answer) {
  const Map statement = answer.get<Map>(0x03);
  const Bytes der = *statement.find("x5c")->as<Array>()->front().as<Bytes>();
  const std::uint8_t* cursor = der.data();
  const CertificateHandle leaf(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  const ObjectHandle oid(OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.2", 1));
  const int at = X509_get_ext_by_OBJ(leaf.get(), oid.get(), -1);
  if (at < 0) return {};
  X509_EXTENSION* extension = X509_get_ext(leaf.get(), at);
  CHECK(X509_EXTENSION_get_critical(extension) == 0);
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
  const BytesView wrapped(ASN1_STRING_get0_data(value),
                          static_cast<std::size_t>(ASN1_STRING_length(value)));
  REQUIRE(wrapped[0] == 0x04);
  REQUIRE(wrapped[1] == wrapped.size() - 2);
  return {wrapped.begin() + 2, wrapped.end()};
}

}  // namespace

TEST_SUITE("device/softkey/authenticator_config") {
  TEST_CASE("what is configured shows in getInfo, under both protocols") {
    for (const auto version : {ProtocolVersion::kOne, ProtocolVersion::kTwo}) {
      CAPTURE(static_cast<int>(version));
      ConfiguredKey key({}, version);
      CHECK(key.configure(kEnableEnterprise) == Status::kOk);
      CHECK(key.option("ep") == true);
      CHECK(key.configure(kToggleAlwaysUv) == Status::kOk);
      CHECK(key.option("alwaysUv") == true);
      CHECK(key.configure(kToggleAlwaysUv) == Status::kOk);
      CHECK(key.option("alwaysUv") == false);
      CHECK(key.configure(kSetMinimum, minimum(6)) == Status::kOk);
      CHECK(key.call(kGetInfo).get<std::int64_t>(0x0D) == 6);
    }
  }

  TEST_CASE("all of it outlives a restart, and none of it a reset") {
    const TemporaryFolder folder;
    const auto open = [&] { return std::move(*open_state_file(folder / "state.key")); };
    {
      TestKey key({}, open());
      REQUIRE(configure(key, kEnableEnterprise) == Status::kOk);
      REQUIRE(configure(key, kSetMinimum, minimum(8)) == Status::kOk);
      REQUIRE(configure(key, kToggleAlwaysUv) == Status::kOk);
    }
    TestKey key({}, open());
    CHECK(key.option("ep") == true);
    CHECK(key.option("alwaysUv") == true);
    CHECK(key.call(kGetInfo).get<std::int64_t>(0x0D) == 8);
    REQUIRE(key.status_of(kReset) == Status::kOk);
    CHECK(key.option("ep") == false);
    CHECK(key.option("alwaysUv") == false);
    CHECK(key.call(kGetInfo).get<std::int64_t>(0x0D) == 4);
  }

  TEST_CASE("the minimum PIN length only rises, and not past any PIN") {
    struct Case {
      const char* name;
      int length;
      Status expected;
    };
    for (const auto& [name, length, expected] :
         {Case{"below the present one", 5, Status::kPinPolicyViolation},
          Case{"the present one", 6, Status::kOk},
          Case{"above", 7, Status::kOk},
          Case{"the longest PIN", 63, Status::kOk},
          Case{"past any PIN", 64, Status::kPinPolicyViolation}}) {
      CAPTURE(name);
      TestKey key;
      REQUIRE(configure(key, kSetMinimum, minimum(6)) == Status::kOk);
      CHECK(configure(key, kSetMinimum, minimum(length)) == expected);
    }
  }

  TEST_CASE("a minimum above the PIN there is demands a new one") {
    struct Case {
      const char* name;
      int length;
      bool is_demanded;
    };
    for (const auto& [name, length, is_demanded] : {Case{"below its length", 5, false},
                                                    Case{"its length", 6, false},
                                                    Case{"above its length", 7, true}}) {
      CAPTURE(name);
      ConfiguredKey key;
      REQUIRE(key.configure(kSetMinimum, minimum(length)) == Status::kOk);
      CHECK(key.call(kGetInfo).get<bool>(0x0C) == is_demanded);
    }
  }

  TEST_CASE("a demanded change bars every token until it has been made") {
    ConfiguredKey key;
    REQUIRE(key.configure(kSetMinimum, Map{{0x03, true}}) == Status::kOk);
    CHECK(key.call(kGetInfo).get<bool>(0x0C));
    CHECK(key.configure(kSetMinimum, minimum(7)) == Status::kPinAuthInvalid);
    CHECK(key.get_token("123456", kAssertPermission) == Status::kPinPolicyViolation);
    CHECK(key.change_pin("123456", "123456") == Status::kPinPolicyViolation);
    CHECK(key.change_pin("123456", "654321") == Status::kOk);
    CHECK_FALSE(key.call(kGetInfo).get<bool>(0x0C));
    CHECK(key.get_token("654321", kAssertPermission) == Status::kOk);
  }

  TEST_CASE("without a PIN there is nothing to be changed") {
    TestKey key;
    CHECK(configure(key, kSetMinimum, Map{{0x03, true}}) == Status::kPinNotSet);
    CHECK(configure(key, kSetMinimum, Map{{0x03, false}}) == Status::kOk);
    CHECK(configure(key, kSetMinimum, minimum(6)) == Status::kOk);
    CHECK(key.set_pin("12345") == Status::kPinPolicyViolation);
    CHECK(key.set_pin("123456") == Status::kOk);
  }

  TEST_CASE("the minimum is told to the relying parties on the list, and only when asked") {
    TestKey key;
    const auto told = [&](const char* rp_id) {
      Map request = with(make_request(), 0x02, Map{{"id", rp_id}});
      request = with(request, 0x06, Map{{"minPinLength", true}});
      const Answer answer = key.call(kMakeCredential, request);
      REQUIRE(answer.status == Status::kOk);
      return (answer.get<Bytes>(0x02)[32] & 0x80U) != 0;
    };
    CHECK_FALSE(told("example.org"));
    REQUIRE(configure(key, kSetMinimum, Map{{0x02, Array{"example.org"}}}) == Status::kOk);
    CHECK(told("example.org"));
    CHECK_FALSE(told("example.com"));
    const Answer unasked = key.call(kMakeCredential, make_request());
    CHECK((unasked.get<Bytes>(0x02)[32] & 0x80U) == 0);
  }

  TEST_CASE("the list holds eight relying parties") {
    struct Case {
      std::size_t count;
      Status expected;
    };
    for (const auto& [count, expected] :
         {Case{7, Status::kOk}, Case{8, Status::kOk}, Case{9, Status::kKeyStoreFull}}) {
      CAPTURE(count);
      TestKey key;
      CHECK(key.call(kGetInfo).get<std::int64_t>(0x10) == 8);
      CHECK(configure(key, kSetMinimum, Map{{0x02, Array(count, "example.org")}}) == expected);
    }
  }

  TEST_CASE("alwaysUv demands verification of everybody, and is the way out of itself") {
    TestKey key;
    const Bytes id = key.register_user("lee");
    REQUIRE(configure(key, kToggleAlwaysUv) == Status::kOk);
    CHECK(key.status_of(kMakeCredential, make_request()) == Status::kPuatRequired);
    CHECK(key.status_of(kGetAssertion, assert_request()) == Status::kPuatRequired);
    const Map silent = with(assert_request(), 0x05, Map{{"up", false}});
    CHECK(key.status_of(kGetAssertion, silent) == Status::kOk);
    CHECK(configure(key, kEnableEnterprise) == Status::kPuatRequired);
    CHECK(configure(key, kToggleAlwaysUv) == Status::kOk);
    CHECK(key.status_of(kGetAssertion, assert_request()) == Status::kOk);
  }

  TEST_CASE("with a PIN set only its holder configures") {
    ConfiguredKey key;
    const Map good = key.configuring(kSetMinimum, minimum(6));
    struct Case {
      const char* name;
      Map request;
      Status expected;
    };
    const std::vector<Case> cases{
        {"no proof", with(good, 0x04, {}), Status::kPuatRequired},
        {"no protocol", with(good, 0x03, {}), Status::kMissingParameter},
        {"protocol three", with(good, 0x03, 3), Status::kInvalidParameter},
        {"a proof of other words", with(good, 0x04, Bytes(32)), Status::kPinAuthInvalid},
        {"a proof for another length", with(good, 0x02, minimum(9)), Status::kPinAuthInvalid},
        {"no subcommand", with(good, 0x01, {}), Status::kMissingParameter},
        {"one that is not there", with(good, 0x01, 0x04), Status::kInvalidParameter},
        {"one past a byte", with(good, 0x01, 0x103), Status::kInvalidParameter},
        {"params of text", with(good, 0x02, "all"), Status::kCborUnexpectedType},
        {"a length of text",
         key.configuring(kSetMinimum, Map{{0x01, "8"}}),
         Status::kCborUnexpectedType},
        {"relying parties of bytes",
         key.configuring(kSetMinimum, Map{{0x02, Array{Bytes{1}}}}),
         Status::kCborUnexpectedType},
        {"a demand of number",
         key.configuring(kSetMinimum, Map{{0x03, 1}}),
         Status::kCborUnexpectedType},
    };
    for (const auto& [name, request, expected] : cases) {
      CAPTURE(name);
      CHECK(key.status_of(kConfig, request) == expected);
    }
    CHECK(key.status_of(kConfig, good) == Status::kOk);
    REQUIRE(key.get_token("123456", kAssertPermission) == Status::kOk);
    CHECK(key.configure(kToggleAlwaysUv) == Status::kPinAuthInvalid);
  }

  TEST_CASE("what the key has no use for cannot be configured") {
    Settings settings;
    settings.attestation = AttestationKind::kSelf;
    settings.pin.support = ClientPin::Support::kKeyAgreementOnly;
    TestKey key(settings);
    CHECK(configure(key, kEnableEnterprise) == Status::kInvalidParameter);
    CHECK(configure(key, kSetMinimum, minimum(6)) == Status::kInvalidParameter);
    CHECK_FALSE(key.option("ep").has_value());
  }

  TEST_CASE("an enterprise attestation names the key, any other only its model") {
    Settings settings;
    settings.enterprise_rp_ids = {"example.com"};
    TestKey key(settings);
    REQUIRE(configure(key, kEnableEnterprise) == Status::kOk);
    const Bytes serial = serial_number(*key.store.attestation_root());
    struct Case {
      const char* name;
      const char* rp_id;
      std::optional<Value> asked;
      Bytes expected;
    };
    const std::vector<Case> cases{{"not asked for", "example.com", {}, {}},
                                  {"by a vendor's relying party", "example.com", 1, serial},
                                  {"by another one", "example.org", 1, {}},
                                  {"by the platform", "example.org", 2, serial}};
    for (const auto& [name, rp_id, asked, expected] : cases) {
      CAPTURE(name);
      const Map request = with(make_request(), 0x02, Map{{"id", rp_id}});
      const Answer answer = key.call(kMakeCredential, with(request, 0x0A, asked));
      REQUIRE(answer.status == Status::kOk);
      CHECK(attested_serial(answer) == expected);
      CHECK(answer.get<bool>(0x04) == !expected.empty());
    }
    CHECK(key.status_of(kMakeCredential, with(make_request(), 0x0A, 3)) == Status::kInvalidOption);
  }

  TEST_CASE("two keys have two serial numbers, one key the same at every start") {
    const TemporaryFolder folder;
    const auto serial_in = [&](const char* name) {
      TestKey key({}, std::move(*open_state_file(folder / name)));
      return serial_number(*key.store.attestation_root());
    };
    CHECK(serial_in("one.key") == serial_in("one.key"));
    CHECK(serial_in("one.key") != serial_in("two.key"));
  }
}
