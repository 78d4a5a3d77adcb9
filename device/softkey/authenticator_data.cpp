#include "device/softkey/authenticator_data.h"

#include "device/softkey/crypto.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::uint8_t kAttestedCredentialIncluded = 0x40;
constexpr std::uint8_t kExtensionsIncluded = 0x80;

}  // namespace

Bytes encode(const AuthenticatorData& parts) {
  const Sha256 rp_id_hash = sha256(as_bytes(parts.rp_id));
  Bytes out(rp_id_hash.begin(), rp_id_hash.end());
  out.push_back(static_cast<std::uint8_t>(parts.user_flags |
                                          (parts.attested ? kAttestedCredentialIncluded : 0U) |
                                          (parts.extensions ? kExtensionsIncluded : 0U)));
  append_be32(out, parts.sign_count);
  if (parts.attested) {
    append(out, parts.attested->aaguid);
    append_be16(out, static_cast<std::uint16_t>(parts.attested->id.size()));
    append(out, parts.attested->id);
    append(out, cbor::encode(parts.attested->public_key));
  }
  if (parts.extensions) append(out, cbor::encode(*parts.extensions));
  return out;
}

}  // namespace firstkey::device::softkey
