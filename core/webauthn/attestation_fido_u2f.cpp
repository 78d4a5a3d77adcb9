// The attestation statement of U2F keys. WebAuthn L3 §8.6. The AAGUID is not checked: U2F keys have
// none, it should be zero, and the standard's own test vector has another.

#include "core/webauthn/cbor.h"
#include "core/webauthn/signature.h"
#include "core/webauthn/statement.h"

namespace firstkey::core::webauthn {

namespace {

std::unexpected<Error> malformed(const char* what) {
  return fail(Code::kAttestationStatementMalformed, what);
}

/// Exactly "sig" and "x5c", in that order, the only canonical one.
Result<Statement> read(BytesView bytes) {
  CborReader reader(bytes);
  auto map = reader.read_map();
  if (!map || map->entries_left() != 2) return malformed("not exactly sig and x5c");
  const auto first = reader.next_text_key(map.value());
  if (!first || first.value() != "sig") return malformed("sig missing");
  const auto signature = reader.read_bytes();
  if (!signature) return malformed("sig is no byte string");
  const auto second = reader.next_text_key(map.value());
  if (!second || second.value() != "x5c") return malformed("x5c missing");
  const auto x5c = reader.read_any(1);
  if (!x5c) return malformed("x5c does not read");
  return Statement{.signer = StatementSigner::kCertificate,
                   .algorithm = to_cose(Algorithm::kEs256),
                   .signature = signature.value(),
                   .x5c = x5c.value(),
                   .known = nullptr};
}

Result<Algorithm> algorithm(const Statement& statement, const CoseKey& credential_key) {
  if (!is_on_p256(statement.path().front().public_key())) {
    return fail(Code::kCertificateProfileViolated, "its key is not on P-256");
  }
  if (credential_key.algorithm() != Algorithm::kEs256) {
    return fail(Code::kAttestationAlgorithmMismatch, "U2F keys make ES256 credentials only");
  }
  return Algorithm::kEs256;
}

/// 0x00 || rpIdHash || clientDataHash || credentialId || 0x04 || x || y
Bytes signed_bytes(const StatementContext& context) {
  Bytes bytes{0x00};
  for (const BytesView part : {context.data.rp_id_hash,
                               context.client_data_hash,
                               context.data.credential->id,
                               BytesView(context.credential_key.encoded_point())}) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

/// §8.6 asks nothing of it beyond its key.
Result<CheckOutcome> certificate(const Statement& /*statement*/, BytesView /*aaguid*/) {
  return CheckOutcome::kNotAsked;
}

}  // namespace

constinit const StatementRules kFidoU2fRules{
    .most_certificates = 1,
    .read = read,
    .algorithm = algorithm,
    .signed_bytes = signed_bytes,
    .certificate = certificate,
};

}  // namespace firstkey::core::webauthn
