#include "device/softkey/hmac_secret.h"

#include <utility>

#include "device/softkey/authenticator_data.h"
#include "device/softkey/crypto.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kSaltSize = 32;

}  // namespace

Result<HmacSalts> open_salts(const KeyParts& key, const HmacSecretInput& input) {
  auto secret = key.client_pin.decapsulate(input.version, input.peer);
  if (!secret) return std::unexpected(secret.error());
  if (!secret->authenticate(input.salt_enc).equals(input.salt_auth)) {
    return std::unexpected(Status::kPinAuthInvalid);
  }
  auto salts = secret->decrypt(input.salt_enc);
  if (!salts) return std::unexpected(salts.error());
  if (salts->size() != kSaltSize && salts->size() != 2 * kSaltSize) {
    return std::unexpected(Status::kInvalidLength);
  }
  return HmacSalts{std::move(*secret), std::move(*salts)};
}

Result<Bytes> hmac_secret_output(const KeyParts& key,
                                 const HmacSecrets& secrets,
                                 const HmacSalts& salts,
                                 std::uint8_t user_flags) {
  const bool is_verified = (user_flags & kUserVerified) != 0;
  const SecretBytes& seed = is_verified ? secrets.with_uv : secrets.without_uv;
  const BytesView plain = salts.salts.expose();
  Bytes joined;
  for (std::size_t at = 0; at < plain.size(); at += kSaltSize) {
    append(joined, hmac_sha256(seed.expose(), plain.subspan(at, kSaltSize)).expose());
  }
  const SecretBytes outputs(std::move(joined));
  return salts.secret.encrypt(outputs.expose(), key.random);
}

}  // namespace firstkey::device::softkey
