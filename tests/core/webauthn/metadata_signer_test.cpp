#include "core/webauthn/metadata_signer.h"

#include <doctest/doctest.h>

#include "tests/support/made_metadata.h"

using firstkey::core::Bytes;
using firstkey::core::from_rfc3339;
using firstkey::core::Instant;
using firstkey::core::webauthn::Certificate;
using firstkey::core::webauthn::check_metadata_signer;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::MetadataAnchors;
using firstkey::tests::CertificateShape;
using firstkey::tests::issue;
using firstkey::tests::IssuedCertificate;
using firstkey::tests::kMetadataTime;
using firstkey::tests::make_crl;
using firstkey::tests::metadata_signer;
using firstkey::tests::MetadataSigner;
using firstkey::tests::RevocationListShape;
using firstkey::tests::self_signed;

namespace {

/// What `path` is refused with; nothing when it may sign.
std::optional<Code> refusal(const std::vector<Bytes>& path,
                            const MetadataAnchors& anchors,
                            Instant now = kMetadataTime) {
  std::vector<Certificate> certificates;
  for (const auto& der : path) certificates.push_back(std::move(Certificate::parse(der).value()));
  const auto checked = check_metadata_signer(certificates, anchors, now);
  if (checked) return std::nullopt;
  return checked.error().code;
}

std::vector<Bytes> path_of(const MetadataSigner& signer) {
  return {signer.leaf.der, signer.intermediate.der};
}

/// Refusal of the good signer with these lists of its intermediate's and its root's.
std::optional<Code> refusal_with(const RevocationListShape& of_leaf,
                                 const RevocationListShape& of_intermediate,
                                 Instant now = kMetadataTime) {
  const auto& signer = metadata_signer();
  auto anchors = signer.anchors();
  anchors.crls = {make_crl(of_leaf, signer.intermediate), make_crl(of_intermediate, signer.root)};
  return refusal(path_of(signer), anchors, now);
}

}  // namespace

TEST_SUITE("core/webauthn/metadata_signer") {
  TEST_CASE("a chain from FIDO's name to a configured root may sign") {
    CHECK_FALSE(refusal(path_of(metadata_signer()), metadata_signer().anchors()));
  }

  TEST_CASE("without a configured root, with another or with one of the same name nobody may") {
    const auto path = path_of(metadata_signer());
    const MetadataSigner other;
    CHECK(refusal(path, {}) == Code::kMetadataSignerNotTrusted);
    CHECK(refusal(path, other.anchors()) == Code::kMetadataSignerNotTrusted);
    CHECK(refusal({path[0], path[1], metadata_signer().root.der}, other.anchors()) ==
          Code::kMetadataSignerNotTrusted);
  }

  TEST_CASE("a missing intermediate is fetched from nowhere") {
    CHECK(refusal({metadata_signer().leaf.der}, metadata_signer().anchors()) ==
          Code::kMetadataSignerNotTrusted);
  }

  TEST_CASE("a root that is no certificate trusts nothing") {
    CHECK(refusal(path_of(metadata_signer()), {.roots = {{1, 2, 3}}}) ==
          Code::kMetadataSignerNotTrusted);
  }

  TEST_CASE("only a certificate of FIDO's very name may sign") {
    for (const auto* name : {"DNS:example.org",
                             "DNS:*.fidoalliance.org",
                             "DNS:evil.mds.fidoalliance.org",
                             "DNS:mds.fidoalliance.org.example",
                             "email:mds@fidoalliance.org"}) {
      CAPTURE(name);
      const MetadataSigner signer(name);
      CHECK(refusal(path_of(signer), signer.anchors()) == Code::kMetadataSignerNameMismatch);
    }
    const MetadataSigner loud("DNS:example.org,DNS:MDS.FIDOALLIANCE.ORG");
    CHECK_FALSE(refusal(path_of(loud), loud.anchors()));
  }

  TEST_CASE("without alternative names the common name counts, which FIDO's has too") {
    const auto& signer = metadata_signer();
    CertificateShape shape;
    shape.subject = {{"CN", firstkey::tests::kMetadataSignerName}};
    CHECK_FALSE(refusal({issue(shape, signer.root).der}, signer.anchors()));
    shape.subject_alternative_name = "DNS:example.org";
    CHECK(refusal({issue(shape, signer.root).der}, signer.anchors()) ==
          Code::kMetadataSignerNameMismatch);
  }

  TEST_CASE("every certificate of the chain is valid at the time asked about") {
    const auto path = path_of(metadata_signer());
    const auto anchors = metadata_signer().anchors();
    const auto at = [&](const char* time) {
      return refusal(path, anchors, from_rfc3339(time).value());
    };
    CHECK(at("2019-12-31T23:59:59Z") == Code::kMetadataSignerNotTrusted);
    CHECK_FALSE(at("2020-01-01T00:00:00Z"));
    CHECK_FALSE(at("2039-12-31T23:59:59Z"));
    CHECK(at("2040-01-01T00:00:00Z") == Code::kMetadataSignerNotTrusted);
  }

  TEST_CASE("revocation lists that name nobody of the chain leave it be") {
    CHECK_FALSE(refusal_with({}, {}));
    CHECK_FALSE(refusal_with({.serials = {2, 4}}, {.serials = {3, 5}}));
  }

  TEST_CASE("a revoked leaf and a revoked intermediate are refused as such") {
    CHECK(refusal_with({.serials = {3}}, {}) == Code::kMetadataSignerRevoked);
    CHECK(refusal_with({}, {.serials = {2}}) == Code::kMetadataSignerRevoked);
  }

  TEST_CASE("revocation lists cover the whole chain or are not enough") {
    const auto& signer = metadata_signer();
    auto anchors = signer.anchors();
    anchors.crls = {make_crl({}, signer.intermediate)};
    CHECK(refusal(path_of(signer), anchors) == Code::kMetadataSignerNotTrusted);
    anchors.crls = {make_crl({}, signer.root)};
    CHECK(refusal(path_of(signer), anchors) == Code::kMetadataSignerNotTrusted);
  }

  TEST_CASE("a revocation list counts from its update to the next") {
    const RevocationListShape shape{.serials = {},
                                    .last_update = from_rfc3339("2026-01-01T00:00:00Z").value(),
                                    .next_update = from_rfc3339("2026-02-01T00:00:00Z").value()};
    const auto at = [&](const char* time) {
      return refusal_with(shape, {}, from_rfc3339(time).value());
    };
    CHECK(at("2025-12-31T23:59:59Z") == Code::kMetadataSignerNotTrusted);
    CHECK_FALSE(at("2026-01-01T00:00:00Z"));
    CHECK_FALSE(at("2026-01-31T23:59:59Z"));
    CHECK(at("2026-02-01T00:00:00Z") == Code::kMetadataSignerNotTrusted);
  }

  TEST_CASE("a revocation list of somebody else, damaged or of other bytes is not taken") {
    const auto& signer = metadata_signer();
    auto anchors = signer.anchors();
    const MetadataSigner other;
    const auto of_root = make_crl({}, signer.root);
    auto damaged = make_crl({}, signer.intermediate);
    damaged.back() ^= 1U;
    auto longer = make_crl({}, signer.intermediate);
    longer.push_back(0);
    for (const auto& crl : {make_crl({}, other.intermediate), damaged, longer, Bytes{1, 2, 3}}) {
      anchors.crls = {crl, of_root};
      CHECK(refusal(path_of(signer), anchors) == Code::kMetadataSignerNotTrusted);
    }
  }
}
