#include "core/webauthn/attestation_object.h"

#include "core/webauthn/cbor.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::size_t kMostCertificates = 8;  // real chains have two or three

std::unexpected<Error> malformed(const char* what) {
  return fail(Code::kAttestationObjectMalformed, what);
}

/// The next key must be `name`: three members in their one canonical order.
Result<void> expect_key(CborReader& reader, CborMap& map, std::string_view name) {
  const auto key = reader.next_text_key(map);
  if (!key) return std::unexpected(key.error());
  if (!key.value() || key.value() != name) return malformed("a member is missing or unknown");
  return {};
}

}  // namespace

Result<AttestationObject> AttestationObject::parse(BytesView bytes) {
  CborReader reader(bytes);
  auto map = reader.read_map();
  if (!map) return std::unexpected(map.error());
  if (map->entries_left() != 3) return malformed("not exactly fmt, attStmt and authData");
  AttestationObject object;

  if (auto key = expect_key(reader, map.value(), "fmt"); !key) return std::unexpected(key.error());
  const auto format = reader.read_text();
  if (!format) return std::unexpected(format.error());
  object.format = format.value();

  if (auto key = expect_key(reader, map.value(), "attStmt"); !key) {
    return std::unexpected(key.error());
  }
  const auto statement = reader.read_any(1);
  if (!statement) return std::unexpected(statement.error());
  object.statement = statement.value();

  if (auto key = expect_key(reader, map.value(), "authData"); !key) {
    return std::unexpected(key.error());
  }
  const auto data = reader.read_bytes();
  if (!data) return std::unexpected(data.error());
  object.authenticator_data = data.value();

  if (auto end = reader.expect_end(); !end) return std::unexpected(end.error());
  return object;
}

Result<StatementFormat> format_from_string(std::string_view name) {
  if (name == "none") return StatementFormat::kNone;
  if (name == "packed") return StatementFormat::kPacked;
  if (name == "fido-u2f") return StatementFormat::kFidoU2f;
  if (name == "tpm") return fail(Code::kAttestationTpmUnsupported);
  if (name == "android-key") return fail(Code::kAttestationAndroidKeyUnsupported);
  if (name == "apple") return fail(Code::kAttestationAppleUnsupported);
  return fail(Code::kAttestationFormatUnknown, std::string(name.substr(0, 32)));
}

Result<std::vector<Certificate>> read_certificates(CborReader& reader) {
  const auto count = reader.read_array();
  if (!count || count.value() == 0 || count.value() > kMostCertificates) {
    return fail(Code::kAttestationStatementMalformed, "x5c is no list of certificates");
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

Result<std::vector<Certificate>> certificates_of(BytesView statement) {
  CborReader reader(statement);
  auto map = reader.read_map();
  if (!map) return fail(Code::kAttestationStatementMalformed, "not a map");
  while (true) {
    const auto key = reader.next_text_key(map.value());
    if (!key) return fail(Code::kAttestationStatementMalformed, key.error().detail);
    if (!key.value()) return std::vector<Certificate>();
    if (key.value() == "x5c") return read_certificates(reader);
    if (const auto other = reader.read_any(1); !other) {
      return fail(Code::kAttestationStatementMalformed, other.error().detail);
    }
  }
}

Result<StatementVerdict> verify_none(BytesView statement) {
  CborReader reader(statement);
  const auto map = reader.read_map();
  if (!map || map->entries_left() != 0 || reader.bytes_left() != 0) {
    return fail(Code::kAttestationStatementMalformed, "a statement of format none must be empty");
  }
  return StatementVerdict{};
}

}  // namespace firstkey::core::webauthn
