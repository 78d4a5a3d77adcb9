#include "core/webauthn/attestation_object.h"

#include "core/webauthn/cbor.h"

namespace firstkey::core::webauthn {

namespace {

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

}  // namespace firstkey::core::webauthn
