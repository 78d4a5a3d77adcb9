#include "core/webauthn/metadata_entry.h"

#include <doctest/doctest.h>

using firstkey::core::from_rfc3339;
using firstkey::core::Instant;
using firstkey::core::webauthn::AuthenticatorStatus;
using firstkey::core::webauthn::certification_at;
using firstkey::core::webauthn::MetadataEntry;
using firstkey::core::webauthn::status_from_string;
using firstkey::core::webauthn::StatusReport;
using firstkey::core::webauthn::to_string;
using enum firstkey::core::webauthn::AuthenticatorStatus;

namespace {

Instant day(const std::string& date) {
  return from_rfc3339(date + "T00:00:00Z").value();
}

StatusReport report(AuthenticatorStatus status, const std::string& date) {
  return {.status = status, .name = {}, .effective_date = day(date)};
}

}  // namespace

TEST_SUITE("core/webauthn/metadata_entry") {
  TEST_CASE("the standard's names are read back, and others decide nothing") {
    for (const auto status : {kNotFidoCertified,
                              kSelfAssertionSubmitted,
                              kFidoCertified,
                              kFidoCertifiedL1,
                              kFidoCertifiedL1Plus,
                              kFidoCertifiedL2,
                              kFidoCertifiedL2Plus,
                              kFidoCertifiedL3,
                              kFidoCertifiedL3Plus,
                              kUserVerificationBypass,
                              kAttestationKeyCompromise,
                              kUserKeyRemoteCompromise,
                              kUserKeyPhysicalCompromise,
                              kRevoked}) {
      CHECK(status_from_string(to_string(status)) == status);
    }
    for (const auto* name :
         {"UPDATE_AVAILABLE", "RETIRED", "FIPS140_CERTIFIED_L2", "revoked", "", "OTHER"}) {
      CHECK(status_from_string(name) == kOther);
    }
  }

  TEST_CASE("a certificate counts from its day on") {
    const MetadataEntry entry{.reports = {report(kFidoCertifiedL2, "2026-05-01")}};
    CHECK_FALSE(certification_at(entry, day("2026-05-01") - std::chrono::microseconds(1)));
    CHECK(certification_at(entry, day("2026-05-01")) == kFidoCertifiedL2);
    CHECK(certification_at(entry, day("2026-05-02")) == kFidoCertifiedL2);
  }

  TEST_CASE("the latest report tells the level, in whatever order they are published") {
    const MetadataEntry entry{.reports = {report(kFidoCertifiedL2, "2021-03-05"),
                                          report(kFidoCertifiedL1, "2019-12-04")}};
    CHECK(certification_at(entry, day("2020-01-01")) == kFidoCertifiedL1);
    CHECK(certification_at(entry, day("2022-01-01")) == kFidoCertifiedL2);
  }

  TEST_CASE("a later report that takes a certificate back counts") {
    const MetadataEntry entry{.reports = {report(kFidoCertifiedL3, "2021-01-01"),
                                          report(kNotFidoCertified, "2022-01-01")}};
    CHECK(certification_at(entry, day("2022-01-01")) == kNotFidoCertified);
  }

  TEST_CASE("of two reports of one day the stricter one counts, and one without a date is oldest") {
    MetadataEntry entry{
        .reports = {report(kFidoCertifiedL1, "2021-01-01"), report(kFidoCertified, "2021-01-01")}};
    CHECK(certification_at(entry, day("2022-01-01")) == kFidoCertifiedL1);
    entry.reports = {{.status = kFidoCertifiedL3, .name = {}, .effective_date = {}}};
    CHECK(certification_at(entry, day("2022-01-01")) == kFidoCertifiedL3);
    entry.reports.push_back(report(kFidoCertifiedL2, "2021-01-01"));
    CHECK(certification_at(entry, day("2022-01-01")) == kFidoCertifiedL2);
  }

  TEST_CASE("what is no certification says nothing of it") {
    const MetadataEntry entry{.reports = {report(kRevoked, "2021-01-01"),
                                          report(kOther, "2021-01-01"),
                                          report(kUserVerificationBypass, "2021-01-01")}};
    CHECK_FALSE(certification_at(entry, day("2022-01-01")));
    CHECK_FALSE(certification_at({}, day("2022-01-01")));
  }
}
