#include "device/hmac_secret.h"

#include <optional>

#include "device/cbor_view.h"
#include "device/cbor_writer.h"
#include "device/pin_uv_auth.h"

namespace firstkey::device {

namespace {

// Source: CTAP 2.1 §12.5.
constexpr int kKeyAgreement = 0x01;
constexpr int kSaltEnc = 0x02;
constexpr int kSaltAuth = 0x03;
constexpr int kProtocol = 0x04;

// Source: WebAuthn L3 §6.1, §6.5.1.
constexpr std::size_t kFlags = 32;
constexpr std::uint8_t kHasExtensions = 0x80;
constexpr std::size_t kIdLength = 32 + 1 + 4 + 16;
constexpr std::size_t kId = kIdLength + 2;

/// The map of extensions in the data of a new credential.
std::optional<CborView> extensions_of(BytesView data) {
  if (data.size() < kId || (data[kFlags] & kHasExtensions) == 0) return std::nullopt;
  const auto id_length = static_cast<std::size_t>(data[kIdLength] << 8U | data[kIdLength + 1]);
  if (data.size() - kId < id_length) return std::nullopt;
  const auto after_id = data.subspan(kId + id_length);
  const auto public_key = CborView::parse_first(after_id);
  if (!public_key) return std::nullopt;
  const auto extensions = CborView::parse(after_id.subspan(public_key->encoded().size()));
  return extensions ? std::optional(extensions.value()) : std::nullopt;
}

}  // namespace

Result<HmacSecretExchange> HmacSecretExchange::begin(OpenKey& key,
                                                     const HmacSalts& salts,
                                                     RunningCall& call) {
  auto secret = agree_with(key, call);
  if (!secret) return std::unexpected(secret.error());
  Bytes joined(salts.first.begin(), salts.first.end());
  if (salts.second) joined.insert(joined.end(), salts.second->begin(), salts.second->end());
  const auto output_size = joined.size();
  const auto encrypted = secret->encrypt(SecretBytes(std::move(joined)));
  if (!encrypted) return std::unexpected(encrypted.error());
  CborWriter input;
  input.map(4).integer(kKeyAgreement);
  write_cose_key(input, secret->our_point());
  input.integer(kSaltEnc).bytes(*encrypted);
  input.integer(kSaltAuth).bytes(secret->authenticate(*encrypted));
  input.integer(kProtocol).integer(static_cast<int>(secret->protocol()));
  return HmacSecretExchange(std::move(*secret), std::move(input).take(), output_size);
}

std::shared_ptr<const SecretBytes> HmacSecretExchange::open(BytesView authenticator_data) const {
  const auto extensions = extensions_of(authenticator_data);
  const auto output = extensions ? extensions->find("hmac-secret-mc") : std::nullopt;
  const auto encrypted = output ? output->as_bytes() : std::nullopt;
  if (!encrypted) return nullptr;
  auto opened = secret_.decrypt(*encrypted);
  if (!opened || opened->size() != output_size_) return nullptr;
  return std::make_shared<const SecretBytes>(std::move(*opened));
}

}  // namespace firstkey::device
