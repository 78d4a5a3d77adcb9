#include "core/key_facts.h"

#include <doctest/doctest.h>

#include "core/aaguid.h"
#include "tests/support/made_metadata.h"

using firstkey::core::AttestationLevel;
using firstkey::core::Bytes;
using firstkey::core::Certification;
using firstkey::core::facts_of;
using firstkey::core::KeyFacts;
using firstkey::core::KeyFeature;
using firstkey::core::MetadataInUse;
using firstkey::core::webauthn::AttestationType;
using firstkey::core::webauthn::MetadataService;
using firstkey::core::webauthn::RegisteredCredential;
using firstkey::tests::EntryShape;
using firstkey::tests::kMetadataTime;
using firstkey::tests::made_metadata;
namespace json = boost::json;

namespace {

using Features = std::vector<KeyFeature>;

/// Of the model of EntryShape, which a chain has proven.
RegisteredCredential proven_key() {
  RegisteredCredential key;
  key.aaguid = Bytes(16, 0xA5);
  key.attestation.type = AttestationType::kCertified;
  key.attestation.level = AttestationLevel::kAttested;
  key.attestation.is_model_proven = true;
  return key;
}

const MetadataService& capable() {
  static const auto kService = made_metadata(
      {.entries = {EntryShape{.get_info = {{"extensions", {"hmac-secret"}},
                                           {"options", {{"rk", true}, {"clientPin", false}}}}}}});
  return kService;
}

KeyFacts facts(const RegisteredCredential& key, const MetadataService* service = nullptr) {
  return facts_of(key, {.service = service, .now = kMetadataTime});
}

std::optional<Certification> certification(const json::array& reports) {
  const auto service = made_metadata({.entries = {EntryShape{.reports = reports}}});
  return facts(proven_key(), &service).certification;
}

}  // namespace

TEST_SUITE("core/key_facts") {
  TEST_CASE("a proven model can do what its metadata says, and is certified as it says") {
    const auto known = facts(proven_key(), &capable());
    CHECK(known.features == Features{KeyFeature::kResidentKey,
                                     KeyFeature::kUserVerification,
                                     KeyFeature::kHmacSecret});
    CHECK(known.certification == Certification::kL1);
    CHECK(known.is_attested);
    CHECK(known.model.is_proven);
  }

  TEST_CASE("a model that is only claimed can do nothing and is not certified") {
    auto key = proven_key();
    key.attestation.is_model_proven = false;
    const auto known = facts(key, &capable());
    CHECK(known.features.empty());
    CHECK_FALSE(known.certification);
    CHECK_FALSE(known.model.is_proven);
  }

  TEST_CASE("what a key signs at its registration counts, and not what nobody signed") {
    auto key = proven_key();
    key.is_user_verified = true;
    key.extensions.hmac_secret = true;
    const Features shown{KeyFeature::kUserVerification, KeyFeature::kHmacSecret};
    for (const auto type : {AttestationType::kCertified, AttestationType::kSelf}) {
      key.attestation.type = type;
      CHECK(facts(key).features == shown);
    }
    key.attestation.type = AttestationType::kNone;
    CHECK(facts(key).features.empty());
  }

  TEST_CASE("what the client says of a resident key shows nothing") {
    auto key = proven_key();
    key.extensions.cred_props_rk = true;
    key.extensions.hmac_secret = false;
    CHECK(facts(key).features.empty());
  }

  TEST_CASE("metadata that is out of date says of no model what it can do") {
    const MetadataInUse in_force{
        .service = &capable(),
        .grace = std::chrono::days(1),
        .now = capable().in_force_until(std::chrono::days(1)) - std::chrono::microseconds(1)};
    CHECK(facts_of(proven_key(), in_force).certification);
    auto over = in_force;
    over.now += std::chrono::microseconds(1);
    CHECK_FALSE(facts_of(proven_key(), over).certification);
    CHECK(facts_of(proven_key(), over).features.empty());
  }

  TEST_CASE("each level of certification is told from the others") {
    for (const auto& [status, level] :
         {std::pair{"FIDO_CERTIFIED", std::optional(Certification::kAny)},
          {"FIDO_CERTIFIED_L1", Certification::kL1},
          {"FIDO_CERTIFIED_L1plus", Certification::kL1Plus},
          {"FIDO_CERTIFIED_L2", Certification::kL2},
          {"FIDO_CERTIFIED_L2plus", Certification::kL2Plus},
          {"FIDO_CERTIFIED_L3", Certification::kL3},
          {"FIDO_CERTIFIED_L3plus", Certification::kL3Plus},
          {"NOT_FIDO_CERTIFIED", std::nullopt},
          {"SELF_ASSERTION_SUBMITTED", std::nullopt},
          {"UPDATE_AVAILABLE", std::nullopt}}) {
      CAPTURE(status);
      CHECK(certification({{{"status", status}}}) == level);
    }
  }

  TEST_CASE("a certification counts from its day on") {
    const json::array reports{{{"status", "FIDO_CERTIFIED_L1"}, {"effectiveDate", "2025-01-01"}},
                              {{"status", "FIDO_CERTIFIED_L2"}, {"effectiveDate", "2026-05-02"}}};
    CHECK(certification(reports) == Certification::kL1);
  }

  TEST_CASE("firmware and serial number are the attestation certificate's") {
    auto key = proven_key();
    CHECK_FALSE(facts(key).firmware);
    CHECK_FALSE(facts(key).serial);
    key.attestation.firmware = 0x050403;
    key.attestation.serial = Bytes{1, 2};
    CHECK(facts(key).firmware == 0x050403);
    CHECK(facts(key).serial == Bytes{1, 2});
  }
}
