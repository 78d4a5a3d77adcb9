// What libfido2 1.12 cannot ask of a key, asked of the real firstkey-softkey by our own message.

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/device/open_softkey.h"

using namespace std::chrono_literals;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::CredentialProtection;
using firstkey::device::CredentialRequest;
using firstkey::device::EnterpriseAttestation;
using firstkey::device::ErrorCode;
using firstkey::device::KeepAlive;
using firstkey::tests::kPlenty;
using firstkey::tests::OpenSoftkey;
using firstkey::tests::pin;
using firstkey::tests::registration;

namespace {

constexpr auto kVendor = EnterpriseAttestation::kVendorFacilitated;
constexpr auto kPlatform = EnterpriseAttestation::kPlatformManaged;

CredentialRequest for_enterprise(EnterpriseAttestation kind) {
  auto wanted = registration();
  wanted.enterprise_attestation = kind;
  return wanted;
}

/// A key where enterprise attestation has been enabled before anything else.
class EnterpriseKey : public OpenSoftkey {
 public:
  explicit EnterpriseKey(const std::string& options = "") : OpenSoftkey(options) {
    REQUIRE(configuration().enable_enterprise_attestation(nullptr, kPlenty).has_value());
  }
};

/// The extension of the attestation certificate that holds this key's serial number.
/// Source: 1.3.6.1.4.1.45724.1.1.2.
bool names_one_key(const Bytes& attestation) {
  const Bytes oid{0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0xE5, 0x1C, 0x01, 0x01, 0x02};
  return !std::ranges::search(attestation, oid).empty();
}

}  // namespace

TEST_SUITE("device/enterprise_attestation_over_udp") {
  TEST_CASE("a platform-managed one names the key, whoever the relying party is") {
    EnterpriseKey key;
    const auto made = key->make_credential(for_enterprise(kPlatform), nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK(made->is_enterprise_attested);
    CHECK(made->format == "packed");
    CHECK(names_one_key(made->attestation_statement));
    CHECK(names_one_key(made->attestation_object));
    CHECK(made->transports == std::vector<std::string>{"usb"});
  }

  TEST_CASE("a vendor-facilitated one names the key to the relying parties in it alone") {
    EnterpriseKey stranger;
    const auto plain = stranger->make_credential(for_enterprise(kVendor), nullptr, kPlenty);
    REQUIRE_MESSAGE(plain.has_value(), plain.error().detail);
    CHECK_FALSE(plain->is_enterprise_attested);
    CHECK_FALSE(names_one_key(plain->attestation_statement));
    EnterpriseKey key("--enterprise-rp example.org");
    const auto made = key->make_credential(for_enterprise(kVendor), nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK(made->is_enterprise_attested);
    CHECK(names_one_key(made->attestation_statement));
  }

  TEST_CASE("a key where it is not enabled is not asked") {
    OpenSoftkey key("--touch never");
    CHECK(key->make_credential(for_enterprise(kPlatform), nullptr, kPlenty).error().code ==
          ErrorCode::kUnsupportedOption);
  }

  TEST_CASE("the PIN, extensions and an exclude list go along") {
    EnterpriseKey key;
    const auto secret = pin("2468");
    REQUIRE(key->set_pin(secret, kPlenty).has_value());
    auto wanted = for_enterprise(kPlatform);
    wanted.is_resident_key_wanted = true;
    wanted.is_user_verification_required = true;
    wanted.credential_protection = CredentialProtection::kUvRequired;
    wanted.is_hmac_secret_wanted = true;
    wanted.excluded_credentials = std::vector<Bytes>(20, Bytes(32, 7));
    const auto made = key->make_credential(wanted, &secret, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    constexpr std::uint8_t kPresentVerifiedAttestedExtended = 0x01 | 0x04 | 0x40 | 0x80;
    CHECK(made->authenticator_data.at(32) == kPresentVerifiedAttestedExtended);
    const auto stored = key.configuration().credentials(&secret, kPlenty);
    CHECK(stored->front().id == made->credential_id);
    CHECK(stored->front().protection == CredentialProtection::kUvRequired);
    wanted.excluded_credentials.push_back(made->credential_id);
    CHECK(key->make_credential(wanted, &secret, kPlenty).error().code ==
          ErrorCode::kCredentialExcluded);
  }

  TEST_CASE("a missing or a wrong PIN is told as for any other credential") {
    EnterpriseKey key;
    REQUIRE(key->set_pin(pin("2468"), kPlenty).has_value());
    auto wanted = for_enterprise(kPlatform);
    wanted.is_user_verification_required = true;
    CHECK(key->make_credential(wanted, nullptr, kPlenty).error().code == ErrorCode::kPinRequired);
    const auto wrong = pin("9999");
    CHECK(key->make_credential(wanted, &wrong, kPlenty).error().code == ErrorCode::kPinInvalid);
    CHECK(key->pin_retries(kPlenty) == 7);
  }

  TEST_CASE("a finger verifies where the key has a sensor") {
    OpenSoftkey key("--fingerprint match");
    const auto secret = pin("2468");
    REQUIRE(key->set_pin(secret, kPlenty).has_value());
    REQUIRE(key.configuration().enable_enterprise_attestation(&secret, kPlenty).has_value());
    auto wanted = for_enterprise(kPlatform);
    wanted.is_user_verification_required = true;
    const auto made = key->make_credential(wanted, nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK((made->authenticator_data.at(32) & 0x04U) != 0);
  }

  TEST_CASE("the wait for its touch is told, and ends at the deadline") {
    EnterpriseKey key("--touch never");
    std::vector<KeepAlive> heard;
    const CallLimits brief{.time_left = 500ms,
                           .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    CHECK(key->make_credential(for_enterprise(kPlatform), nullptr, brief).error().code ==
          ErrorCode::kTimeout);
    CHECK(heard == std::vector{KeepAlive::kUserPresenceNeeded});
    CHECK(key->pin_retries(kPlenty) == 8);
  }

  TEST_CASE("an answer that is no CBOR is garbage") {
    for (const std::string quirk : {"garbage-answer", "truncated-answer", "huge-count"}) {
      CAPTURE(quirk);
      EnterpriseKey key("--quirk " + quirk);
      CHECK(key->make_credential(for_enterprise(kPlatform), nullptr, kPlenty).error().code ==
            ErrorCode::kGarbage);
      CHECK(key->pin_retries(kPlenty) == 8);
    }
  }
}
