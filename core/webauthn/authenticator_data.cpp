#include "core/webauthn/authenticator_data.h"

#include "core/webauthn/cbor.h"

namespace firstkey::core::webauthn {

namespace {

// WebAuthn L3 §6.1, "flags".
constexpr std::uint8_t kUserPresent = 0x01;
constexpr std::uint8_t kUserVerified = 0x04;
constexpr std::uint8_t kBackupEligible = 0x08;
constexpr std::uint8_t kBackedUp = 0x10;
constexpr std::uint8_t kAttestedCredentialIncluded = 0x40;
constexpr std::uint8_t kExtensionsIncluded = 0x80;

constexpr std::size_t kRpIdHashBytes = 32;
constexpr std::size_t kFixedBytes = kRpIdHashBytes + 1 + 4;
constexpr std::size_t kAaguidBytes = 16;

/// Takes fixed-size parts off the front.
class Cutter {
 public:
  explicit Cutter(BytesView bytes) : rest_(bytes) {}

  [[nodiscard]] bool has(std::size_t size) const { return rest_.size() >= size; }
  BytesView take(std::size_t size) {
    const auto part = rest_.first(size);
    rest_ = rest_.subspan(size);
    return part;
  }
  std::uint32_t take_number(std::size_t size) {
    std::uint32_t number = 0;
    for (const auto byte : take(size)) number = number << 8U | byte;
    return number;
  }
  /// One whole CBOR item.
  Result<BytesView> take_cbor() {
    CborReader reader(rest_);
    auto item = reader.read_any();
    if (item) rest_ = rest_.subspan(item->size());
    return item;
  }
  [[nodiscard]] bool is_empty() const { return rest_.empty(); }

 private:
  BytesView rest_;
};

Result<AttestedCredential> read_credential(Cutter& cutter) {
  if (!cutter.has(kAaguidBytes + 2)) {
    return fail(Code::kAuthenticatorDataMalformed, "attested credential data is cut off");
  }
  AttestedCredential credential;
  credential.aaguid = cutter.take(kAaguidBytes);
  const auto id_size = cutter.take_number(2);
  if (id_size == 0 || !cutter.has(id_size)) {
    return fail(Code::kAuthenticatorDataMalformed, "the credential id is empty or cut off");
  }
  credential.id = cutter.take(id_size);
  const auto key = cutter.take_cbor();
  if (!key) return std::unexpected(key.error());
  credential.public_key = key.value();
  return credential;
}

template <class Value, class Read>
Result<void> read_into(std::optional<Value>& output, const Read& read) {
  const auto value = read();
  if (!value) return fail(Code::kExtensionOutputInvalid);
  output = value.value();
  return {};
}

Result<ExtensionOutputs> read_extensions(BytesView bytes) {
  CborReader reader(bytes);
  auto map = reader.read_map();
  if (!map) return fail(Code::kExtensionOutputInvalid, "extensions are no map");
  ExtensionOutputs outputs;
  while (true) {
    const auto key = reader.next_text_key(map.value());
    if (!key) return std::unexpected(key.error());
    if (!key.value()) return outputs;
    // Of two kinds a bool at registration, a byte string at assertion, which is not ours to read.
    const bool is_bool = bytes[bytes.size() - reader.bytes_left()] >= 0xF4;
    Result<void> read;
    if (key.value() == "credProtect") {
      read = read_into(outputs.credential_protection, [&] { return reader.read_integer(); });
    } else if (key.value() == "hmac-secret" && is_bool) {
      read = read_into(outputs.hmac_secret, [&] { return reader.read_bool(); });
    } else if (key.value() == "credBlob" && is_bool) {
      read = read_into(outputs.cred_blob, [&] { return reader.read_bool(); });
    } else if (key.value() == "minPinLength") {
      read = read_into(outputs.min_pin_length, [&] { return reader.read_integer(); });
    } else if (const auto skipped = reader.read_any(1); !skipped) {
      return std::unexpected(skipped.error());
    }
    if (!read) return std::unexpected(read.error());
  }
}

}  // namespace

Result<AuthenticatorData> AuthenticatorData::parse(BytesView bytes) {
  if (bytes.size() < kFixedBytes) {
    return fail(Code::kAuthenticatorDataMalformed, "shorter than 37 bytes");
  }
  Cutter cutter(bytes);
  AuthenticatorData data;
  data.rp_id_hash = cutter.take(kRpIdHashBytes);
  const auto flags = cutter.take(1).front();
  data.is_user_present = (flags & kUserPresent) != 0;
  data.is_user_verified = (flags & kUserVerified) != 0;
  data.is_backup_eligible = (flags & kBackupEligible) != 0;
  data.is_backed_up = (flags & kBackedUp) != 0;
  data.sign_count = cutter.take_number(4);
  if ((flags & kAttestedCredentialIncluded) != 0) {
    auto credential = read_credential(cutter);
    if (!credential) return std::unexpected(credential.error());
    data.credential = credential.value();
  }
  if ((flags & kExtensionsIncluded) != 0) {
    const auto encoded = cutter.take_cbor();
    if (!encoded) return std::unexpected(encoded.error());
    const auto extensions = read_extensions(encoded.value());
    if (!extensions) return std::unexpected(extensions.error());
    data.extensions = extensions.value();
  }
  if (!cutter.is_empty()) {
    return fail(Code::kAuthenticatorDataMalformed, "bytes after its end");
  }
  return data;
}

}  // namespace firstkey::core::webauthn
