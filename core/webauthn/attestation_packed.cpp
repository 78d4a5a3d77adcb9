// The packed attestation statement. WebAuthn L3 §8.2.

#include <optional>

#include "core/webauthn/cbor.h"
#include "core/webauthn/statement.h"

namespace firstkey::core::webauthn {

namespace {

std::unexpected<Error> malformed(const char* what) {
  return fail(Code::kAttestationStatementMalformed, what);
}

/// "alg", "sig" and "x5c", the first two in any statement.
struct PackedMembers {
  std::optional<std::int64_t> alg;
  std::optional<BytesView> signature;
  std::optional<BytesView> x5c;
};

Result<void> read_member(CborReader& reader, std::string_view key, PackedMembers& members) {
  if (key == "alg") {
    const auto alg = reader.read_integer();
    if (!alg) return malformed("alg is no number");
    members.alg = alg.value();
    return {};
  }
  if (key == "sig") {
    const auto signature = reader.read_bytes();
    if (!signature) return malformed("sig is no byte string");
    members.signature = signature.value();
    return {};
  }
  if (key == "x5c") {
    const auto x5c = reader.read_any(1);
    if (!x5c) return malformed("x5c does not read");
    members.x5c = x5c.value();
    return {};
  }
  return malformed("a member that no packed statement has");
}

Result<Statement> read(BytesView bytes) {
  CborReader reader(bytes);
  auto map = reader.read_map();
  if (!map) return malformed("not a map");
  PackedMembers members;
  while (true) {
    const auto key = reader.next_text_key(map.value());
    if (!key) return std::unexpected(key.error());
    if (!key.value()) break;
    if (auto read = read_member(reader, key.value().value(), members); !read) {
      return std::unexpected(read.error());
    }
  }
  if (!members.alg || !members.signature) return malformed("alg or sig missing");
  return Statement{
      .signer = members.x5c ? StatementSigner::kCertificate : StatementSigner::kCredentialKey,
      .algorithm = members.alg.value(),
      .signature = members.signature.value(),
      .x5c = members.x5c.value_or(BytesView()),
      .known = nullptr};
}

Result<Algorithm> algorithm(const Statement& statement, const CoseKey& credential_key) {
  const auto algorithm = algorithm_from_cose(statement.algorithm);
  if (!algorithm) return fail(Code::kAlgorithmUnsupported, "of the attestation statement");
  if (statement.signer == StatementSigner::kCredentialKey &&
      algorithm != credential_key.algorithm()) {
    return fail(Code::kAttestationAlgorithmMismatch);
  }
  return algorithm.value();
}

Bytes signed_bytes(const StatementContext& context) {
  Bytes bytes;
  bytes.reserve(context.authenticator_data.size() + context.client_data_hash.size());
  bytes.insert(bytes.end(), context.authenticator_data.begin(), context.authenticator_data.end());
  bytes.insert(bytes.end(), context.client_data_hash.begin(), context.client_data_hash.end());
  return bytes;
}

Result<CheckOutcome> certificate(const Statement& statement, BytesView aaguid) {
  if (statement.signer != StatementSigner::kCertificate) return CheckOutcome::kNotAsked;
  const auto& leaf = statement.path().front();
  if (!statement.known->fits_packed_profile) {
    if (auto profile = leaf.check_packed_profile(); !profile) {
      return std::unexpected(profile.error());
    }
  }
  if (auto matching = leaf.check_aaguid(aaguid); !matching) {
    return std::unexpected(matching.error());
  }
  return CheckOutcome::kPassed;
}

}  // namespace

constinit const StatementRules kPackedRules{
    .most_certificates = 8,  // real chains have two or three
    .read = read,
    .algorithm = algorithm,
    .signed_bytes = signed_bytes,
    .certificate = certificate,
};

}  // namespace firstkey::core::webauthn
