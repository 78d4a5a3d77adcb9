// The attestation statement of U2F keys. WebAuthn L3 §8.6. The AAGUID is not checked: U2F keys have
// none, it should be zero, and the standard's own test vector has another.

#include <openssl/evp.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/cbor.h"
#include "core/webauthn/signature.h"

namespace firstkey::core::webauthn {

namespace {

struct U2fStatement {
  BytesView signature;
  std::vector<Certificate> certificates;
};

std::unexpected<Error> malformed(const char* what) {
  return fail(Code::kAttestationStatementMalformed, what);
}

/// Exactly "sig" and "x5c", in that order, the only canonical one.
Result<U2fStatement> read_statement(BytesView bytes) {
  CborReader reader(bytes);
  auto map = reader.read_map();
  if (!map || map->entries_left() != 2) return malformed("not exactly sig and x5c");
  U2fStatement statement;
  const auto first = reader.next_text_key(map.value());
  if (!first || first.value() != "sig") return malformed("sig missing");
  const auto signature = reader.read_bytes();
  if (!signature) return malformed("sig is no byte string");
  statement.signature = signature.value();
  const auto second = reader.next_text_key(map.value());
  if (!second || second.value() != "x5c") return malformed("x5c missing");
  auto certificates = read_certificates(reader);
  if (!certificates) return std::unexpected(certificates.error());
  if (certificates->size() != 1) return malformed("x5c has more than one certificate");
  statement.certificates = std::move(certificates.value());
  return statement;
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

}  // namespace

Result<StatementVerdict> verify_fido_u2f(BytesView bytes, const StatementContext& context) {
  auto statement = read_statement(bytes);
  if (!statement) return std::unexpected(statement.error());
  auto* key = statement->certificates.front().public_key();
  if (!is_on_p256(key)) {
    return fail(Code::kCertificateProfileViolated, "its key is not on P-256");
  }
  if (context.credential_key.algorithm() != Algorithm::kEs256) {
    return fail(Code::kAttestationAlgorithmMismatch, "U2F keys make ES256 credentials only");
  }
  if (!is_signed_by(key, Algorithm::kEs256, signed_bytes(context), statement->signature)) {
    return fail(Code::kAttestationSignatureInvalid);
  }
  return StatementVerdict{.signer = StatementSigner::kCertificate,
                          .trust_path = std::move(statement->certificates)};
}

}  // namespace firstkey::core::webauthn
