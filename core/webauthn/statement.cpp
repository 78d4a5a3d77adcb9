#include "core/webauthn/statement.h"

#include "core/webauthn/cbor.h"

namespace firstkey::core::webauthn {

namespace {

/// The statement of format none is an empty map. Source: WebAuthn L3 §8.7.
Result<Statement> read_none(BytesView statement) {
  CborReader reader(statement);
  const auto map = reader.read_map();
  if (!map || map->entries_left() != 0 || reader.bytes_left() != 0) {
    return fail(Code::kAttestationStatementMalformed, "a statement of format none must be empty");
  }
  return Statement{};
}

Result<std::vector<Certificate>> read_certificates(BytesView x5c, std::size_t most) {
  CborReader reader(x5c);
  const auto count = reader.read_array();
  if (!count || count.value() == 0 || count.value() > most) {
    return fail(Code::kAttestationStatementMalformed, "x5c is no list of as many certificates");
  }
  std::vector<Certificate> certificates;
  certificates.reserve(count.value());
  for (std::size_t i = 0; i < count.value(); ++i) {
    const auto der = reader.read_bytes();
    if (!der) return fail(Code::kAttestationStatementMalformed, "x5c is no list of certificates");
    auto certificate = Certificate::parse(der.value());
    if (!certificate) return std::unexpected(certificate.error());
    certificates.push_back(std::move(certificate.value()));
  }
  return certificates;
}

constexpr StatementRules kNoneRules{
    .read = read_none,
    .algorithm = [](const Statement&, const CoseKey& key) -> Result<Algorithm> {
      return key.algorithm();
    },
    .signed_bytes = [](const StatementContext&) { return Bytes{}; },
    .certificate = [](const Statement&, BytesView) -> Result<CheckOutcome> {
      return CheckOutcome::kNotAsked;
    },
};

}  // namespace

Result<StatementFormat> format_from_string(std::string_view name) {
  if (name == "none") return StatementFormat::kNone;
  if (name == "packed") return StatementFormat::kPacked;
  if (name == "fido-u2f") return StatementFormat::kFidoU2f;
  if (name == "tpm") return fail(Code::kAttestationTpmUnsupported);
  if (name == "android-key") return fail(Code::kAttestationAndroidKeyUnsupported);
  if (name == "apple") return fail(Code::kAttestationAppleUnsupported);
  return fail(Code::kAttestationFormatUnknown, std::string(name.substr(0, 32)));
}

const StatementRules& rules_of(StatementFormat format) {
  switch (format) {
    case StatementFormat::kNone:
      return kNoneRules;
    case StatementFormat::kPacked:
      return kPackedRules;
    case StatementFormat::kFidoU2f:
      return kFidoU2fRules;
  }
  return kNoneRules;  // a value outside the enumeration
}

Result<std::shared_ptr<const KnownChain>> read_chain(BytesView x5c, std::size_t most_certificates) {
  auto path = read_certificates(x5c, most_certificates);
  if (!path) return std::unexpected(path.error());
  auto chain = std::make_shared<AttestationChain>();
  chain->path = std::move(path.value());
  return std::make_shared<const KnownChain>(KnownChain{.chain = std::move(chain)});
}

Result<std::vector<Certificate>> certificates_of(BytesView statement) {
  CborReader reader(statement);
  auto map = reader.read_map();
  if (!map) return fail(Code::kAttestationStatementMalformed, "not a map");
  while (true) {
    const auto key = reader.next_text_key(map.value());
    if (!key) return fail(Code::kAttestationStatementMalformed, key.error().detail);
    if (!key.value()) return std::vector<Certificate>();
    const auto value = reader.read_any(1);
    if (!value) return fail(Code::kAttestationStatementMalformed, value.error().detail);
    if (key.value() == "x5c") {
      return read_certificates(value.value(), kPackedRules.most_certificates);
    }
  }
}

}  // namespace firstkey::core::webauthn
