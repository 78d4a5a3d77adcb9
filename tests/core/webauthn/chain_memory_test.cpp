#include "core/webauthn/chain_memory.h"

#include <doctest/doctest.h>

#include "core/webauthn/registration_verifier.h"
#include "tests/conformance/faults/fault.h"

using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::Instant;
using firstkey::core::webauthn::AttestationRule;
using firstkey::core::webauthn::ChainMemory;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::KnownChain;
using firstkey::core::webauthn::RegistrationVerifier;
using firstkey::core::webauthn::TrustStore;
using firstkey::tests::CertificateShape;
using firstkey::tests::Forgery;
using firstkey::tests::packed_statement;
using firstkey::tests::sign_with;

namespace {

std::shared_ptr<const KnownChain> chain_to(const std::string& subject) {
  return std::make_shared<const KnownChain>(
      KnownChain{.chain = nullptr, .trusted_by = 1, .root = {.subject = subject, .validity = {}}});
}
std::string recalled(ChainMemory& memory, const Bytes& x5c) {
  const auto known = memory.recall(x5c);
  return known ? known->root.subject : "";
}

/// Verifies again and again with one trust store.
struct Verifier {
  explicit Verifier(const Bytes& root)
      : trust(std::move(TrustStore::create(std::vector<Bytes>{root}).value())) {}

  TrustStore trust;

  [[nodiscard]] std::optional<Code> refusal(const Forgery& forgery) const {
    auto expected = forgery.expected;
    expected.trust_store = &trust;
    const auto verified = RegistrationVerifier::verify(forgery.response(), expected);
    if (verified) return std::nullopt;
    return verified.error().code;
  }
};

}  // namespace

TEST_SUITE("core/webauthn/chain_memory") {
  TEST_CASE("what is remembered is recalled by the very bytes it came with") {
    ChainMemory memory;
    memory.remember(Bytes{1, 2}, chain_to("a"));
    CHECK(recalled(memory, {1, 2}) == "a");
    CHECK(recalled(memory, {1, 2, 0}).empty());
    CHECK(recalled(memory, {1}).empty());
    memory.remember(Bytes{1, 2}, chain_to("b"));
    CHECK(recalled(memory, {1, 2}) == "b");
    CHECK(memory.size() == 1);
  }

  TEST_CASE("the one not asked for longest goes first") {
    ChainMemory memory(2);
    memory.remember(Bytes{1}, chain_to("a"));
    memory.remember(Bytes{2}, chain_to("b"));
    CHECK(recalled(memory, {1}) == "a");
    memory.remember(Bytes{3}, chain_to("c"));
    CHECK(memory.size() == 2);
    CHECK(recalled(memory, {2}).empty());
    CHECK(recalled(memory, {1}) == "a");
    CHECK(recalled(memory, {3}) == "c");
  }

  TEST_CASE("it never holds more than it may") {
    ChainMemory memory(3);
    for (std::uint8_t i = 0; i < 100; ++i) {
      memory.remember(Bytes{i}, chain_to("x"));
      CHECK(memory.size() <= 3);
    }
  }

  TEST_CASE("a chain that led to a root is remembered, and its registrations verify as before") {
    Forgery forgery;
    forgery.certify({});
    const Verifier verifier(forgery.root.der);
    CHECK_FALSE(verifier.refusal(forgery));
    CHECK(verifier.trust.memory()->size() == 1);
    CHECK_FALSE(verifier.refusal(forgery));
    CHECK(verifier.trust.memory()->size() == 1);
  }

  TEST_CASE("each registration's own signature is checked however well its chain is known") {
    Forgery forgery;
    forgery.certify({});
    const Verifier verifier(forgery.root.der);
    CHECK_FALSE(verifier.refusal(forgery));
    forgery.statement = [&forgery](BytesView message) {
      return packed_statement(-7, sign_with(forgery.key.get(), message), {forgery.leaf.der});
    };
    CHECK(verifier.refusal(forgery) == Code::kAttestationSignatureInvalid);
  }

  TEST_CASE("each registration's own AAGUID is held against the known certificate's") {
    Forgery forgery;
    CertificateShape shape;
    shape.aaguid_extension = "DER:0410a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";
    forgery.certify(shape);
    const Verifier verifier(forgery.root.der);
    CHECK_FALSE(verifier.refusal(forgery));
    forgery.data.aaguid.back() ^= 1U;
    CHECK(verifier.refusal(forgery) == Code::kCertificateAaguidMismatch);
  }

  TEST_CASE("a known chain is trusted within its time and at no other, in threes") {
    Forgery forgery;
    CertificateShape shape;
    shape.not_before = forgery.expected.now - std::chrono::hours(1);
    shape.not_after = forgery.expected.now + std::chrono::hours(1);
    forgery.certify(shape);
    const Verifier verifier(forgery.root.der);
    CHECK_FALSE(verifier.refusal(forgery));
    const auto refusal_at = [&](Instant now) {
      forgery.expected.now = now;
      return verifier.refusal(forgery);
    };
    constexpr std::chrono::microseconds kTick(1);
    CHECK_FALSE(refusal_at(shape.not_after - kTick));
    CHECK(refusal_at(shape.not_after) == Code::kAttestationNotTrusted);
    CHECK(refusal_at(shape.not_after + kTick) == Code::kAttestationNotTrusted);
    CHECK(refusal_at(shape.not_before - kTick) == Code::kAttestationNotTrusted);
    CHECK_FALSE(refusal_at(shape.not_before));
    CHECK_FALSE(refusal_at(shape.not_before + kTick));
  }

  TEST_CASE("the chain runs out with the first of its certificates") {
    Forgery forgery;
    auto shape = CertificateShape::authority("Short root");
    shape.not_after = forgery.expected.now + std::chrono::hours(1);
    forgery.root = firstkey::tests::self_signed(shape);
    forgery.certify({});
    const Verifier verifier(forgery.root.der);
    CHECK_FALSE(verifier.refusal(forgery));
    forgery.expected.now = shape.not_after;
    CHECK(verifier.refusal(forgery) == Code::kAttestationNotTrusted);
  }

  TEST_CASE("what one trust store found counts for no other") {
    Forgery forgery;
    forgery.certify({});
    const Verifier trusting(forgery.root.der);
    CHECK_FALSE(trusting.refusal(forgery));
    const Verifier other(
        firstkey::tests::self_signed(CertificateShape::authority("Another root")).der);
    CHECK(other.trust.id() != trusting.trust.id());
    CHECK(other.refusal(forgery) == Code::kAttestationNotTrusted);
    CHECK(other.trust.memory()->size() == 0);
  }

  TEST_CASE("a chain to no root is not remembered, so that nobody can fill the memory with them") {
    Forgery forgery;
    forgery.certify({});
    forgery.expected.attestation = AttestationRule::kNotEnforced;
    const Verifier verifier(
        firstkey::tests::self_signed(CertificateShape::authority("Another root")).der);
    CHECK_FALSE(verifier.refusal(forgery));
    CHECK(verifier.trust.memory()->size() == 0);
  }

  TEST_CASE("a certificate known from U2F has still to fit packed attestation") {
    Forgery forgery;
    CertificateShape bare;
    bare.subject = {{"CN", "U2F key"}};
    forgery.certify_u2f(bare);
    const Verifier verifier(forgery.root.der);
    CHECK_FALSE(verifier.refusal(forgery));
    CHECK(verifier.trust.memory()->size() == 1);
    forgery.format = "packed";
    forgery.attest_with(forgery.leaf);
    CHECK(verifier.refusal(forgery) == Code::kCertificateProfileViolated);
  }

  TEST_CASE("a known x5c of two certificates is still one too many for U2F") {
    Forgery forgery;
    forgery.certify({}, {forgery.root.der});
    const Verifier verifier(forgery.root.der);
    CHECK_FALSE(verifier.refusal(forgery));
    forgery.format = "fido-u2f";
    forgery.statement = [&forgery](BytesView message) {
      return firstkey::tests::u2f_statement(
          sign_with(forgery.leaf.key.get(), forgery.u2f_message(message)),
          {forgery.leaf.der, forgery.root.der});
    };
    CHECK(verifier.refusal(forgery) == Code::kAttestationStatementMalformed);
  }
}
