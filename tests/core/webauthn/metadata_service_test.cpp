#include "core/webauthn/metadata_service.h"

#include <doctest/doctest.h>

#include "tests/support/made_metadata.h"

using firstkey::core::Bytes;
using firstkey::core::from_rfc3339;
using firstkey::core::webauthn::Certificate;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::MetadataRules;
using firstkey::core::webauthn::MetadataService;
using firstkey::core::webauthn::StatementFormat;
using firstkey::tests::CertificateShape;
using firstkey::tests::entry_with_status;
using firstkey::tests::EntryShape;
using firstkey::tests::issue;
using firstkey::tests::IssuedCertificate;
using firstkey::tests::kMetadataTime;
using firstkey::tests::made_metadata;
using firstkey::tests::metadata_signer;
using firstkey::tests::PayloadShape;
using firstkey::tests::self_signed;
using firstkey::tests::to_base64;

namespace {

const Bytes kAaguid(16, 0xA5);
/// A policy that refuses nothing it may take.
constexpr MetadataRules kLenient{.refuses_user_verification_bypass = false,
                                 .refuses_user_key_remote_compromise = false,
                                 .refuses_user_key_physical_compromise = false};

/// A maker's root and intermediate, and a key's leaf.
struct Maker {
  IssuedCertificate root = self_signed(CertificateShape::authority("Maker Root"));
  IssuedCertificate intermediate = issue(CertificateShape::authority("Maker Batch"), root);
  IssuedCertificate leaf = issue({}, intermediate);

  [[nodiscard]] std::vector<Certificate> path() const {
    std::vector<Certificate> path;
    for (const auto* one : {&leaf, &intermediate}) {
      path.push_back(std::move(Certificate::parse(one->der).value()));
    }
    return path;
  }
};

const Maker& maker() {
  static const Maker kMaker;
  return kMaker;
}

MetadataService with(const EntryShape& entry) {
  return made_metadata({.entries = {entry}});
}

/// What a key of `maker` is refused with after this report; nothing if it is not.
std::optional<Code> refusal(boost::json::object report, const MetadataRules& rules = {}) {
  const auto service = with(entry_with_status(std::move(report)));
  const auto checked =
      service.check_status(service.entries().front(), maker().path(), rules, kMetadataTime);
  if (checked) return std::nullopt;
  return checked.error().code;
}

std::optional<Code> compromise(const Bytes& named) {
  return refusal({{"status", "ATTESTATION_KEY_COMPROMISE"}, {"certificate", to_base64(named)}});
}

}  // namespace

TEST_SUITE("core/webauthn/metadata_service") {
  TEST_CASE("a BLOB is read as it was once verified, after its certificates are over too") {
    const auto& signer = metadata_signer();
    const auto late = from_rfc3339("2041-01-01T00:00:00Z").value();
    CHECK(MetadataService::verify(signer.blob(), signer.anchors(), late).error().code ==
          Code::kMetadataSignerNotTrusted);
    const auto read = MetadataService::read_stored(signer.blob());
    REQUIRE(read);
    CHECK(read->number() == 7);
    CHECK(read->entries() == made_metadata({}).entries());
    CHECK(MetadataService::read_stored("a.b.c").error().code == Code::kMetadataMalformed);
  }

  TEST_CASE("the number has to rise") {
    const auto service = made_metadata({});
    CHECK(service.check_newer_than(6));
    CHECK(service.check_newer_than(7).error().code == Code::kMetadataNotNewer);
    CHECK(service.check_newer_than(8).error().code == Code::kMetadataNotNewer);
  }

  TEST_CASE("it is in force through the day the next one is due and the days of grace") {
    const auto service = made_metadata({});
    const auto at = [&](const char* time, std::chrono::days grace) {
      return service.check_up_to_date(from_rfc3339(time).value(), grace).has_value();
    };
    CHECK(at("2026-06-01T23:59:59.999999Z", std::chrono::days(0)));
    CHECK_FALSE(at("2026-06-02T00:00:00Z", std::chrono::days(0)));
    CHECK(at("2026-07-01T23:59:59.999999Z", std::chrono::days(30)));
    CHECK_FALSE(at("2026-07-02T00:00:00Z", std::chrono::days(30)));
    CHECK_FALSE(at("2026-07-02T00:00:00.000001Z", std::chrono::days(30)));
  }

  TEST_CASE("a key is found by its AAGUID") {
    const auto service = with({});
    const auto* entry = &service.entries().front();
    CHECK(service.find(kAaguid) == entry);
    CHECK(service.find(StatementFormat::kPacked, kAaguid, {}) == entry);
    CHECK(service.find(StatementFormat::kNone, kAaguid, {}) == entry);
    CHECK(service.find(StatementFormat::kFidoU2f, kAaguid, maker().path()) == nullptr);
    CHECK(service.find(Bytes(16, 0)) == nullptr);
    CHECK(service.find(Bytes{}) == nullptr);
  }

  TEST_CASE("a U2F key is found by its certificate's key") {
    const auto leaf = self_signed({});
    const auto parsed = Certificate::parse(leaf.der);
    const EntryShape u2f{.aaguid = "",
                         .key_identifiers = {firstkey::tests::key_identifier_of(leaf.der)}};
    const auto service = with(u2f);
    CHECK(service.find(parsed.value()) == &service.entries().front());
    CHECK(service.find(maker().path().front()) == nullptr);
    CHECK(service.find(StatementFormat::kFidoU2f, Bytes(16, 0), maker().path()) == nullptr);
    CHECK(service.find(StatementFormat::kFidoU2f, kAaguid, {}) == nullptr);
  }

  TEST_CASE("a revoked model is refused whatever the policy says and the report names") {
    const auto other = self_signed(CertificateShape::authority("Other"));
    CHECK(refusal({{"status", "REVOKED"}}) == Code::kAuthenticatorRevoked);
    CHECK(refusal({{"status", "REVOKED"}}, kLenient) == Code::kAuthenticatorRevoked);
    CHECK(refusal({{"status", "REVOKED"}, {"certificate", to_base64(other.der)}}) ==
          Code::kAuthenticatorRevoked);
    CHECK(refusal({{"status", "REVOKED"}, {"effectiveDate", "2030-01-01"}}) ==
          Code::kAuthenticatorRevoked);
  }

  TEST_CASE("a compromised attestation key condemns the chains that lead over it") {
    CHECK(refusal({{"status", "ATTESTATION_KEY_COMPROMISE"}}, kLenient) ==
          Code::kAttestationKeyCompromised);
    CHECK(compromise(maker().leaf.der) == Code::kAttestationKeyCompromised);
    CHECK(compromise(maker().intermediate.der) == Code::kAttestationKeyCompromised);
    CHECK(compromise(maker().root.der) == Code::kAttestationKeyCompromised);
    CHECK_FALSE(compromise(issue({}, maker().intermediate).der));
    CHECK_FALSE(compromise(issue(CertificateShape::authority("Maker Batch"), maker().root).der));
    CHECK_FALSE(compromise(self_signed(CertificateShape::authority("Maker Root")).der));
  }

  TEST_CASE("what can be done to a user's key refuses by policy") {
    const struct {
      const char* name;
      bool MetadataRules::* rule;
      Code code;
    } cases[] = {{"USER_VERIFICATION_BYPASS",
                  &MetadataRules::refuses_user_verification_bypass,
                  Code::kUserVerificationBypassed},
                 {"USER_KEY_REMOTE_COMPROMISE",
                  &MetadataRules::refuses_user_key_remote_compromise,
                  Code::kUserKeyRemotelyCompromised},
                 {"USER_KEY_PHYSICAL_COMPROMISE",
                  &MetadataRules::refuses_user_key_physical_compromise,
                  Code::kUserKeyPhysicallyCompromised}};
    for (const auto& one : cases) {
      CAPTURE(one.name);
      CHECK(refusal({{"status", one.name}}) == one.code);
      MetadataRules rules = kLenient;
      CHECK_FALSE(refusal({{"status", one.name}}, rules));
      rules.*one.rule = true;
      CHECK(refusal({{"status", one.name}}, rules) == one.code);
      rules = MetadataRules{};
      rules.*one.rule = false;
      CHECK_FALSE(refusal({{"status", one.name}}, rules));
    }
  }

  TEST_CASE("no other status refuses a key") {
    for (const auto* name : {"NOT_FIDO_CERTIFIED",
                             "SELF_ASSERTION_SUBMITTED",
                             "FIDO_CERTIFIED",
                             "FIDO_CERTIFIED_L1",
                             "FIDO_CERTIFIED_L1plus",
                             "FIDO_CERTIFIED_L2",
                             "FIDO_CERTIFIED_L2plus",
                             "FIDO_CERTIFIED_L3",
                             "FIDO_CERTIFIED_L3plus",
                             "UPDATE_AVAILABLE",
                             "RETIRED",
                             "SOMETHING_NEW"}) {
      CAPTURE(name);
      CHECK_FALSE(refusal({{"status", name}}));
    }
  }

  TEST_CASE("an update that is available takes no earlier report back") {
    auto entry = entry_with_status({{"status", "USER_VERIFICATION_BYPASS"}});
    entry.reports.push_back({{"status", "UPDATE_AVAILABLE"}, {"effectiveDate", "2026-01-01"}});
    const auto service = with(entry);
    CHECK(service.check_status(service.entries().front(), {}, {}, kMetadataTime).error().code ==
          Code::kUserVerificationBypassed);
  }

  TEST_CASE("a chain leads to the roots of its own entry and of no other") {
    const auto other = self_signed(CertificateShape::authority("Other Root"));
    const auto service = made_metadata(
        {.entries = {{.roots = {maker().root.der}},
                     {.aaguid = "00000000-0000-0000-0000-000000000001", .roots = {other.der}},
                     {.aaguid = "00000000-0000-0000-0000-000000000002"}}});
    const auto root = [&](std::size_t entry) {
      return service.roots_of(service.entries()[entry]).find_root(maker().path(), kMetadataTime);
    };
    CHECK(root(0).value().subject == "CN=Maker Root");
    CHECK(root(0).value().subject == "CN=Maker Root");
    CHECK(root(1).error().code == Code::kAttestationNotTrusted);
    CHECK(root(2).error().code == Code::kAttestationNotTrusted);
  }
}
