#include "core/webauthn/trust_store.h"

#include <doctest/doctest.h>

#include "tests/support/certificates.h"

using firstkey::core::Bytes;
using firstkey::core::from_rfc3339;
using firstkey::core::Instant;
using firstkey::core::webauthn::Certificate;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::TrustStore;
using firstkey::tests::CertificateShape;
using firstkey::tests::issue;
using firstkey::tests::IssuedCertificate;
using firstkey::tests::KeyKind;
using firstkey::tests::self_signed;
using firstkey::tests::SignatureDigest;

namespace {

Instant at(const char* text) {
  return from_rfc3339(text).value();
}
const Instant kNow = at("2026-05-01T12:00:00Z");

/// The subject `path` leads to when `roots` are listed; nothing when it is not trusted.
std::optional<std::string> found(const std::vector<Bytes>& roots,
                                 const std::vector<Bytes>& path,
                                 Instant now = kNow) {
  std::vector<Certificate> certificates;
  for (const auto& der : path) certificates.push_back(std::move(Certificate::parse(der).value()));
  const auto trust = TrustStore::create(roots);
  auto root = trust.value().find_root(certificates, now);
  if (root) return std::move(root->subject);
  CHECK(root.error().code == Code::kAttestationNotTrusted);
  CHECK_FALSE(root.error().detail.empty());
  return std::nullopt;
}

IssuedCertificate authority(const std::string& name) {
  return self_signed(CertificateShape::authority(name));
}

/// Root, intermediate, leaf.
struct Chain {
  IssuedCertificate root = authority("Root");
  IssuedCertificate intermediate = issue(CertificateShape::authority("Intermediate"), root);
  IssuedCertificate leaf = issue({}, intermediate);
};

}  // namespace

TEST_SUITE("core/webauthn/trust_store") {
  TEST_CASE("an empty store trusts nothing, and no path is no chain") {
    const Chain chain;
    CHECK_FALSE(found({}, {chain.leaf.der}));
    CHECK_FALSE(found({chain.root.der}, {}));
    CHECK(TrustStore().empty());
    CHECK_FALSE(TrustStore::create(std::vector<Bytes>{chain.root.der}).value().empty());
  }

  TEST_CASE("what is no certificate cannot be listed") {
    CHECK(TrustStore::create(std::vector<Bytes>{{1, 2, 3}}).error().code ==
          Code::kCertificateMalformed);
  }

  TEST_CASE("a chain over an intermediate that came along leads to its root") {
    const Chain chain;
    CHECK(found({chain.root.der}, {chain.leaf.der, chain.intermediate.der}) == "CN=Root");
    CHECK_FALSE(found({chain.root.der}, {chain.leaf.der}));
  }

  TEST_CASE("a root that came with the message proves nothing") {
    const Chain chain;
    const auto other = authority("Other");
    CHECK_FALSE(found({other.der}, {chain.leaf.der, chain.intermediate.der, chain.root.der}));
  }

  TEST_CASE("a listed intermediate ends the chain") {
    const Chain chain;
    CHECK(found({chain.intermediate.der}, {chain.leaf.der}) == "CN=Intermediate");
  }

  TEST_CASE("a listed leaf ends its own chain, and no other leaf's") {
    const Chain chain;
    const auto sibling = issue({}, chain.intermediate);
    CHECK(found({chain.leaf.der}, {chain.leaf.der}) ==
          "CN=Test key,OU=Authenticator Attestation,O=Tests,C=XX");
    CHECK_FALSE(found({chain.leaf.der}, {sibling.der}));
  }

  TEST_CASE("a self-signed leaf is trusted when it is listed and only then") {
    const auto leaf = self_signed({});
    CHECK(found({leaf.der}, {leaf.der}));
    CHECK_FALSE(found({authority("Root").der}, {leaf.der}));
  }

  TEST_CASE("a root of the same name and another key is another root") {
    const Chain chain;
    const auto twin = authority("Root");
    CHECK_FALSE(found({twin.der}, {chain.leaf.der, chain.intermediate.der}));
  }

  TEST_CASE("of two listed roots of one name the one that signed is found, in either order") {
    const auto elder = authority("Root");
    const auto younger = authority("Root");
    for (const auto* signer : {&elder, &younger}) {
      const auto leaf = issue({}, *signer);
      CHECK(found({elder.der, younger.der}, {leaf.der}) == "CN=Root");
      CHECK(found({younger.der, elder.der}, {leaf.der}) == "CN=Root");
    }
  }

  TEST_CASE("a root listed twice counts once") {
    const Chain chain;
    CHECK(found({chain.intermediate.der, chain.intermediate.der}, {chain.leaf.der}));
  }

  TEST_CASE("a certificate that may not issue ends the search") {
    const auto root = authority("Root");
    CertificateShape shape;
    shape.subject = {{"CN", "No authority"}};
    const auto no_authority = issue(shape, root);
    const auto leaf = issue({}, no_authority);
    CHECK_FALSE(found({root.der}, {leaf.der, no_authority.der}));
  }

  TEST_CASE("every certificate of the chain is valid at the time asked about") {
    auto shape = CertificateShape::authority("Root");
    shape.not_before = at("2026-01-01T00:00:00Z");
    shape.not_after = at("2026-06-01T00:00:00Z");
    const auto root = self_signed(shape);
    const auto leaf = issue({}, root);
    CHECK_FALSE(found({root.der}, {leaf.der}, at("2025-12-31T23:59:59Z")));
    CHECK(found({root.der}, {leaf.der}, at("2026-01-01T00:00:00Z")));
    CHECK(found({root.der}, {leaf.der}, at("2026-05-31T23:59:59Z")));
    CHECK_FALSE(found({root.der}, {leaf.der}, at("2026-06-01T00:00:00Z")));
  }

  TEST_CASE("an expired leaf is refused, also when it is the listed one") {
    CertificateShape shape;
    shape.not_after = kNow;  // OpenSSL counts the last second as over
    const auto root = authority("Root");
    const auto leaf = issue(shape, root);
    CHECK_FALSE(found({root.der}, {leaf.der}));
    CHECK_FALSE(found({leaf.der}, {leaf.der}));
    shape.not_after = at("2026-05-01T12:00:01Z");
    CHECK(found({root.der}, {issue(shape, root).der}));
  }

  TEST_CASE("a key below 112 bits of strength is refused anywhere in the chain") {
    auto weak = CertificateShape::authority("Root");
    weak.key = KeyKind::kRsa1024;
    const auto weak_root = self_signed(weak);
    CHECK_FALSE(found({weak_root.der}, {issue({}, weak_root).der}));
    weak.key = KeyKind::kRsa2048;
    const auto root = self_signed(weak);
    CHECK(found({root.der}, {issue({}, root).der}));
    CertificateShape weak_leaf;
    weak_leaf.key = KeyKind::kRsa1024;
    CHECK_FALSE(found({root.der}, {issue(weak_leaf, root).der}));
  }

  TEST_CASE("a link signed over SHA-1 is refused, a root's own signature is not looked at") {
    const auto root = authority("Root");
    CertificateShape shape;
    shape.digest = SignatureDigest::kSha1;
    CHECK_FALSE(found({root.der}, {issue(shape, root).der}));
    auto old = CertificateShape::authority("Old root");
    old.digest = SignatureDigest::kSha1;
    const auto old_root = self_signed(old);
    CHECK(found({old_root.der}, {issue({}, old_root).der}) == "CN=Old root");
  }

  TEST_CASE("a damaged signature in the chain is refused") {
    const Chain chain;
    auto damaged = chain.intermediate.der;
    damaged.back() ^= 1U;
    CHECK_FALSE(found({chain.root.der}, {chain.leaf.der, damaged}));
  }
}
