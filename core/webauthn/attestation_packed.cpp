// The packed attestation statement. WebAuthn L3 §8.2.

#include <optional>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/cbor.h"
#include "core/webauthn/signature.h"

namespace firstkey::core::webauthn {

namespace {

struct PackedStatement {
  std::optional<std::int64_t> alg;
  std::optional<BytesView> signature;
  std::optional<std::vector<Certificate>> certificates;
};

std::unexpected<Error> malformed(const char* what) {
  return fail(Code::kAttestationStatementMalformed, what);
}

Result<void> read_member(CborReader& reader, std::string_view key, PackedStatement& statement) {
  if (key == "alg") {
    const auto alg = reader.read_integer();
    if (!alg) return malformed("alg is no number");
    statement.alg = alg.value();
    return {};
  }
  if (key == "sig") {
    const auto signature = reader.read_bytes();
    if (!signature) return malformed("sig is no byte string");
    statement.signature = signature.value();
    return {};
  }
  if (key == "x5c") {
    auto certificates = read_certificates(reader);
    if (!certificates) return std::unexpected(certificates.error());
    statement.certificates = std::move(certificates.value());
    return {};
  }
  return malformed("a member that no packed statement has");
}

Result<PackedStatement> read_statement(BytesView bytes) {
  CborReader reader(bytes);
  auto map = reader.read_map();
  if (!map) return malformed("not a map");
  PackedStatement statement;
  while (true) {
    const auto key = reader.next_text_key(map.value());
    if (!key) return std::unexpected(key.error());
    if (!key.value()) break;
    if (auto read = read_member(reader, key.value().value(), statement); !read) {
      return std::unexpected(read.error());
    }
  }
  if (!statement.alg || !statement.signature) return malformed("alg or sig missing");
  return statement;
}

Bytes signed_bytes(const StatementContext& context) {
  Bytes bytes;
  bytes.reserve(context.authenticator_data.size() + context.client_data_hash.size());
  bytes.insert(bytes.end(), context.authenticator_data.begin(), context.authenticator_data.end());
  bytes.insert(bytes.end(), context.client_data_hash.begin(), context.client_data_hash.end());
  return bytes;
}

}  // namespace

Result<StatementVerdict> verify_packed(BytesView bytes, const StatementContext& context) {
  auto statement = read_statement(bytes);
  if (!statement) return std::unexpected(statement.error());
  const auto algorithm = algorithm_from_cose(statement->alg.value());
  if (!algorithm) return fail(Code::kAlgorithmUnsupported, "of the attestation statement");
  const auto message = signed_bytes(context);

  if (!statement->certificates) {  // self attestation
    if (algorithm != context.credential_key.algorithm()) {
      return fail(Code::kAttestationAlgorithmMismatch);
    }
    if (!is_signed_by(context.credential_key.key(),
                      algorithm.value(),
                      message,
                      statement->signature.value())) {
      return fail(Code::kAttestationSignatureInvalid);
    }
    return StatementVerdict{.signer = StatementSigner::kCredentialKey, .trust_path = {}};
  }

  const auto& leaf = statement->certificates->front();
  auto* key = leaf.public_key();
  if (key == nullptr ||
      !is_signed_by(key, algorithm.value(), message, statement->signature.value())) {
    return fail(Code::kAttestationSignatureInvalid);
  }
  if (auto profile = leaf.check_packed_profile(); !profile) {
    return std::unexpected(profile.error());
  }
  if (auto aaguid = leaf.check_aaguid(context.data.credential->aaguid); !aaguid) {
    return std::unexpected(aaguid.error());
  }
  return StatementVerdict{.signer = StatementSigner::kCertificate,
                          .trust_path = std::move(statement->certificates.value())};
}

}  // namespace firstkey::core::webauthn
