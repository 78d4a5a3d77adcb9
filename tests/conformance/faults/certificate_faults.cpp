// Attestation certificates and the way to a root: WebAuthn L3 §8.2.1, §7.1 steps 23 and 24;
// RFC 5280 §6.

#include <array>

#include "tests/conformance/faults/fault.h"

namespace firstkey::tests {

namespace {

using core::Bytes;
using core::webauthn::Code;

CertificateShape with_subject(std::vector<std::pair<std::string, std::string>> subject) {
  CertificateShape shape;
  shape.subject = std::move(subject);
  return shape;
}
CertificateShape with_aaguid(const char* extension) {
  CertificateShape shape;
  shape.aaguid_extension = extension;
  return shape;
}
/// The leaf's DER is spoilt where it is sent.
void respell_leaf(Forgery& forgery, void (*spoil)(Bytes&)) {
  forgery.certify({});
  auto der = forgery.leaf.der;
  spoil(der);
  forgery.statement = [&forgery, der](core::BytesView message) {
    return packed_statement(-7, sign_with(forgery.leaf.key.get(), message), {der});
  };
}

constexpr auto kFaults = std::to_array<Fault>({
    {"the certificate is empty",
     Code::kCertificateMalformed,
     [](Forgery& f) { respell_leaf(f, [](Bytes& der) { der.clear(); }); }},
    {"the certificate is cut off",
     Code::kCertificateMalformed,
     [](Forgery& f) { respell_leaf(f, [](Bytes& der) { der.pop_back(); }); }},
    {"a byte follows the certificate",
     Code::kCertificateMalformed,
     [](Forgery& f) { respell_leaf(f, [](Bytes& der) { der.push_back(0); }); }},
    {"the certificate's own signature is a bit off",
     Code::kAttestationNotTrusted,
     [](Forgery& f) { respell_leaf(f, [](Bytes& der) { der.back() ^= 1U; }); }},
    {"the certificate is of version 1",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       CertificateShape shape;
       shape.version = 1;
       f.certify(shape);
     }},
    {"the subject has no country",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       f.certify(with_subject({{"O", "T"}, {"OU", "Authenticator Attestation"}, {"CN", "K"}}));
     }},
    {"the subject has no organization",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       f.certify(with_subject({{"C", "XX"}, {"OU", "Authenticator Attestation"}, {"CN", "K"}}));
     }},
    {"the subject's unit is written otherwise",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       f.certify(with_subject(
           {{"C", "XX"}, {"O", "T"}, {"OU", "authenticator attestation"}, {"CN", "K"}}));
     }},
    {"the subject has two units",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       f.certify(with_subject({{"C", "XX"},
                               {"O", "T"},
                               {"OU", "Authenticator Attestation"},
                               {"OU", "Authenticator Attestation"},
                               {"CN", "K"}}));
     }},
    {"the subject has no name",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       f.certify(with_subject({{"C", "XX"}, {"O", "T"}, {"OU", "Authenticator Attestation"}}));
     }},
    {"nothing denies that it is an authority",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       CertificateShape shape;
       shape.basic_constraints.clear();
       f.certify(shape);
     }},
    {"it is an authority",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       CertificateShape shape;
       shape.basic_constraints = "critical,CA:TRUE";
       f.certify(shape);
     }},
    {"it is of another model",
     Code::kCertificateAaguidMismatch,
     [](Forgery& f) { f.certify(with_aaguid("DER:0410a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a4")); }},
    {"its AAGUID is wrapped once only",
     Code::kCertificateAaguidMismatch,
     [](Forgery& f) { f.certify(with_aaguid("DER:a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5")); }},
    {"its AAGUID is critical",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       f.certify(with_aaguid("critical,DER:0410a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"));
     }},
    {"its key did not sign the statement",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) {
       f.certify({});
       f.statement = [&f](core::BytesView message) {
         return packed_statement(-7, sign_with(f.key.get(), message), {f.leaf.der});
       };
     }},
    {"the statement is by another algorithm than its key",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) {
       f.certify({});
       f.statement = [&f](core::BytesView message) {
         return packed_statement(-257, sign_with(f.leaf.key.get(), message), {f.leaf.der});
       };
     }},
    {"U2F's key is not on P-256",
     Code::kCertificateProfileViolated,
     [](Forgery& f) {
       CertificateShape shape;
       shape.key = KeyKind::kP384;
       f.certify_u2f(shape);
     }},
    {"the root came with the message",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       const auto own = self_signed(CertificateShape::authority("Own root"));
       f.leaf = issue({}, own);
       f.attest_with(f.leaf, {own.der});
       f.expected.attestation = core::webauthn::AttestationRule::kEnforced;
     }},
    {"another root has the listed one's name",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       const auto twin = self_signed(CertificateShape::authority("Root"));
       f.leaf = issue({}, twin);
       f.attest_with(f.leaf, {twin.der});
       f.expected.attestation = core::webauthn::AttestationRule::kEnforced;
     }},
    {"the leaf signed itself",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       f.leaf = self_signed({});
       f.attest_with(f.leaf);
       f.expected.attestation = core::webauthn::AttestationRule::kEnforced;
     }},
    {"no root is listed",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       f.certify({});
       f.roots.clear();
     }},
    {"the leaf has run out",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       CertificateShape shape;
       shape.not_after = f.expected.now;
       f.certify(shape);
     }},
    {"the leaf is not valid yet",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       CertificateShape shape;
       shape.not_before = f.expected.now + std::chrono::seconds(1);
       f.certify(shape);
     }},
    {"the certificate between leaf and root is missing",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       const auto between = issue(CertificateShape::authority("Between"), f.root);
       f.leaf = issue({}, between);
       f.attest_with(f.leaf);
       f.expected.attestation = core::webauthn::AttestationRule::kEnforced;
     }},
    {"the certificate between leaf and root is no authority",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       const auto between = issue({}, f.root);
       f.leaf = issue(with_subject({{"C", "XX"},
                                    {"O", "T"},
                                    {"OU", "Authenticator Attestation"},
                                    {"CN", "Below a leaf"}}),
                      between);
       f.attest_with(f.leaf, {between.der});
       f.expected.attestation = core::webauthn::AttestationRule::kEnforced;
     }},
    {"the certificate between leaf and root has run out",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       auto shape = CertificateShape::authority("Between");
       shape.not_after = f.expected.now;
       const auto between = issue(shape, f.root);
       f.leaf = issue({}, between);
       f.attest_with(f.leaf, {between.der});
       f.expected.attestation = core::webauthn::AttestationRule::kEnforced;
     }},
    {"the leaf is signed over SHA-1",
     Code::kAttestationNotTrusted,
     [](Forgery& f) {
       CertificateShape shape;
       shape.digest = SignatureDigest::kSha1;
       f.certify(shape);
     }},
    {"self attestation poses where a root is required",
     Code::kAttestationNotTrusted,
     [](Forgery& f) { f.expected.attestation = core::webauthn::AttestationRule::kEnforced; }},
});

}  // namespace

FaultArea certificate_faults() {
  return {.name = "certificates", .faults = kFaults};
}

}  // namespace firstkey::tests
