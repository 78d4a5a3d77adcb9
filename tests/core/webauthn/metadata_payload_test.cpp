#include "core/webauthn/metadata_payload.h"

#include <doctest/doctest.h>

#include "tests/support/made_metadata.h"

using firstkey::core::as_bytes;
using firstkey::core::Bytes;
using firstkey::core::from_rfc3339;
using firstkey::core::webauthn::AuthenticatorStatus;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::MetadataEntry;
using firstkey::core::webauthn::parse_metadata_payload;
using firstkey::tests::CertificateKind;
using firstkey::tests::entry_with_status;
using firstkey::tests::EntryShape;
using firstkey::tests::make_certificate;
using firstkey::tests::PayloadShape;
using firstkey::tests::to_base64;
namespace json = boost::json;

namespace {

bool is_malformed(const std::string& text) {
  const auto parsed = parse_metadata_payload(as_bytes(text));
  if (!parsed) CHECK(parsed.error().code == Code::kMetadataMalformed);
  return !parsed;
}

/// Whether a payload is refused whose one entry has `value` under `name`.
bool is_malformed_with(const char* name, const json::value& value) {
  auto payload = json::parse(PayloadShape{}.json()).as_object();
  payload["entries"].as_array()[0].as_object()[name] = value;
  return is_malformed(json::serialize(payload));
}

bool is_malformed_report(json::object report) {
  return is_malformed(PayloadShape{.entries = {entry_with_status(std::move(report))}}.json());
}

MetadataEntry parsed(const EntryShape& entry) {
  const auto payload = parse_metadata_payload(as_bytes(PayloadShape{.entries = {entry}}.json()));
  REQUIRE(payload);
  REQUIRE(payload->entries.size() == 1);
  return payload->entries.front();
}

}  // namespace

TEST_SUITE("core/webauthn/metadata_payload") {
  TEST_CASE("number, day and entries are read") {
    const auto root = make_certificate("Root", CertificateKind::kAuthority);
    const EntryShape u2f{.aaguid = "", .key_identifiers = {std::string(40, 'a')}, .roots = {root}};
    const auto text = PayloadShape{.entries = {EntryShape{.roots = {root}}, u2f}}.json();
    const auto payload = parse_metadata_payload(as_bytes(text));
    REQUIRE(payload);
    CHECK(payload->number == 7);
    CHECK(payload->next_update == from_rfc3339("2026-06-01T00:00:00Z").value());
    REQUIRE(payload->entries.size() == 2);
    CHECK(payload->entries[0].aaguid == Bytes(16, 0xA5));
    CHECK(payload->entries[0].description == "Test key");
    CHECK(payload->entries[0].authenticator_version == 5);
    CHECK(payload->entries[0].roots == std::vector<Bytes>{root});
    CHECK(payload->entries[1].aaguid.empty());
    CHECK(payload->entries[1].key_identifiers == std::vector<Bytes>{Bytes(20, 0xAA)});
  }

  TEST_CASE("what a model can do is read from its getInfo, and is nothing without one") {
    using firstkey::core::webauthn::ModelFeatures;
    const auto features = [](json::object info) {
      return parsed(EntryShape{.get_info = std::move(info)}).features;
    };
    CHECK(parsed(EntryShape{}).features == ModelFeatures{});
    CHECK(features({{"options", {{"rk", true}}}}) == ModelFeatures{.has_resident_keys = true});
    CHECK(features({{"options", {{"rk", false}}}}) == ModelFeatures{});
    for (const auto* option : {"uv", "clientPin"}) {
      for (const bool is_set_up : {false, true}) {
        CHECK(features({{"options", {{option, is_set_up}}}}) ==
              ModelFeatures{.has_user_verification = true});
      }
    }
    CHECK(features({{"extensions", {"credProtect", "hmac-secret"}}}) ==
          ModelFeatures{.has_hmac_secret = true});
    CHECK(features({{"extensions", {"hmac-secrets", "credProtect"}}}) == ModelFeatures{});
  }

  TEST_CASE("a status report is read with what it names") {
    const auto named = make_certificate("Lost", CertificateKind::kAuthority);
    const auto entry = parsed(entry_with_status({{"status", "ATTESTATION_KEY_COMPROMISE"},
                                                 {"effectiveDate", "2025-02-03"},
                                                 {"authenticatorVersion", 3},
                                                 {"certificate", to_base64(named)},
                                                 {"batchCertificate", to_base64(named)}}));
    REQUIRE(entry.reports.size() == 2);
    const auto& report = entry.reports.back();
    CHECK(report.status == AuthenticatorStatus::kAttestationKeyCompromise);
    CHECK(report.name == "ATTESTATION_KEY_COMPROMISE");
    CHECK(report.effective_date == from_rfc3339("2025-02-03T00:00:00Z"));
    CHECK(report.authenticator_version == 3);
    CHECK(report.certificates == std::vector<Bytes>{named, named});
  }

  TEST_CASE("a status nobody here knows is kept by its name and decides nothing") {
    const auto entry = parsed(entry_with_status({{"status", "SOMETHING_NEW"}}));
    CHECK(entry.reports.back().status == AuthenticatorStatus::kOther);
    CHECK(entry.reports.back().name == "SOMETHING_NEW");
    CHECK_FALSE(entry.reports.back().effective_date);
  }

  TEST_CASE("a named certificate that does not read limits nothing") {
    const auto entry = parsed(
        entry_with_status({{"status", "ATTESTATION_KEY_COMPROMISE"}, {"certificate", "AAAA"}}));
    CHECK(entry.reports.back().certificates.empty());
  }

  TEST_CASE("roots may have lines, and those that do not read are left out and counted") {
    const auto root = make_certificate("Root", CertificateKind::kAuthority);
    auto lined = to_base64(root);
    lined.insert(64, "\r\n  ");
    auto payload = json::parse(PayloadShape{}.json()).as_object();
    payload["entries"]
        .as_array()[0]
        .at("metadataStatement")
        .as_object()["attestationRootCertificates"] = {lined, "AAAA", "*", to_base64(root)};
    const auto read = parse_metadata_payload(as_bytes(json::serialize(payload)));
    REQUIRE(read);
    CHECK(read->entries[0].roots == std::vector<Bytes>{root, root});
    CHECK(read->entries[0].unreadable_roots == 2);
  }

  TEST_CASE("an entry of UAF is left out, one without a statement stays") {
    auto payload = json::parse(PayloadShape{}.json()).as_object();
    payload["entries"] = {{{"aaid", "4746#3208"}, {"statusReports", json::array()}},
                          {{"aaguid", EntryShape{}.aaguid}, {"statusReports", json::array()}}};
    const auto read = parse_metadata_payload(as_bytes(json::serialize(payload)));
    REQUIRE(read);
    REQUIRE(read->entries.size() == 1);
    CHECK(read->entries[0].roots.empty());
  }

  TEST_CASE("two entries about one authenticator are refused") {
    const EntryShape u2f{.aaguid = "", .key_identifiers = {std::string(40, 'a')}};
    CHECK(is_malformed(PayloadShape{.entries = {EntryShape{}, EntryShape{}}}.json()));
    CHECK(is_malformed(PayloadShape{.entries = {u2f, u2f}}.json()));
    CHECK_FALSE(is_malformed(PayloadShape{.entries = {EntryShape{}, u2f}}.json()));
  }

  TEST_CASE("a member of another type or form refuses the whole") {
    CHECK_FALSE(is_malformed_with("rogueListURL", 5));
    CHECK(is_malformed_with("aaguid", 5));
    CHECK(is_malformed_with("aaguid", "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"));
    CHECK(is_malformed_with("attestationCertificateKeyIdentifiers", "aa"));
    CHECK(is_malformed_with("attestationCertificateKeyIdentifiers", json::array{"aa"}));
    CHECK(is_malformed_with("attestationCertificateKeyIdentifiers", json::array{5}));
    CHECK(is_malformed_with("statusReports", nullptr));
    CHECK(is_malformed_with("statusReports", json::object()));
    CHECK(is_malformed_with("statusReports", json::array{"REVOKED"}));
    CHECK(is_malformed_with("metadataStatement", "text"));
    CHECK(is_malformed_with("metadataStatement", {{"description", 5}}));
    CHECK(is_malformed_with("metadataStatement", {{"authenticatorVersion", "5"}}));
    CHECK(is_malformed_with("metadataStatement", {{"attestationRootCertificates", "AAAA"}}));
  }

  TEST_CASE("a getInfo of another form refuses the whole") {
    for (const json::object& info : {json::object{{"options", "rk"}},
                                     json::object{{"options", {{"rk", 1}}}},
                                     json::object{{"options", {{"uv", "yes"}}}},
                                     json::object{{"extensions", "hmac-secret"}},
                                     json::object{{"extensions", {1, 2}}}}) {
      CAPTURE(json::serialize(info));
      CHECK(is_malformed(PayloadShape{.entries = {EntryShape{.get_info = info}}}.json()));
    }
  }

  TEST_CASE("a report without a status or with a broken date refuses the whole") {
    CHECK(is_malformed_report({{"effectiveDate", "2025-01-01"}}));
    CHECK(is_malformed_report({{"status", 5}}));
    CHECK(is_malformed_report({{"status", "REVOKED"}, {"effectiveDate", "2025-13-01"}}));
    CHECK(is_malformed_report({{"status", "REVOKED"}, {"effectiveDate", "1.2.2025"}}));
    CHECK(is_malformed_report({{"status", "REVOKED"}, {"effectiveDate", 5}}));
    CHECK(is_malformed_report({{"status", "REVOKED"}, {"authenticatorVersion", "5"}}));
    CHECK(is_malformed_report({{"status", "REVOKED"}, {"certificate", 5}}));
  }

  TEST_CASE("number, day and list have to be there") {
    CHECK_FALSE(is_malformed(R"({"no":1,"nextUpdate":"2026-06-01","entries":[]})"));
    for (const auto* text : {"",
                             "[]",
                             R"({"nextUpdate":"2026-06-01","entries":[]})",
                             R"({"no":0,"nextUpdate":"2026-06-01","entries":[]})",
                             R"({"no":-1,"nextUpdate":"2026-06-01","entries":[]})",
                             R"({"no":1.5,"nextUpdate":"2026-06-01","entries":[]})",
                             R"({"no":"1","nextUpdate":"2026-06-01","entries":[]})",
                             R"({"no":1,"entries":[]})",
                             R"({"no":1,"nextUpdate":"2026-06-31","entries":[]})",
                             R"({"no":1,"nextUpdate":"2026-6-1","entries":[]})",
                             R"({"no":1,"nextUpdate":"2026-06-01"})",
                             R"({"no":1,"nextUpdate":"2026-06-01","entries":{}})",
                             R"({"no":1,"nextUpdate":"2026-06-01","entries":[5]})",
                             R"({"no":1,"no":2,"nextUpdate":"2026-06-01","entries":[]})"}) {
      CAPTURE(text);
      CHECK(is_malformed(text));
    }
  }
}
