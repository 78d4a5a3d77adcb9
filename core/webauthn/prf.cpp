#include "core/webauthn/prf.h"

#include <string_view>

namespace firstkey::core::webauthn {

Sha256 prf_salt(BytesView input) {
  using namespace std::string_view_literals;
  auto message = to_bytes(as_bytes("WebAuthn PRF\0"sv));
  message.insert(message.end(), input.begin(), input.end());
  return sha256(message);
}

}  // namespace firstkey::core::webauthn
