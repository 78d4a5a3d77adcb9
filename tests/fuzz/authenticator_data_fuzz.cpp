// Authenticator data. What is accepted consists of nothing but its parts: one byte more is refused.

#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/cose_key.h"
#include "tests/fuzz/demand.h"

using firstkey::core::BytesView;
using firstkey::core::webauthn::AuthenticatorData;
using firstkey::core::webauthn::CoseKey;
using firstkey::tests::demand;
using firstkey::tests::is_within;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const BytesView bytes(input, size);
  const auto data = AuthenticatorData::parse(bytes);
  if (!data) return 0;
  demand(data->rp_id_hash.size() == 32, "the hash has 32 bytes");
  if (data->credential) {
    demand(is_within(data->credential->id, bytes), "the id lies within the input");
    demand(is_within(data->credential->public_key, bytes), "the key lies within the input");
    const auto key = CoseKey::parse(data->credential->public_key);
    if (key) demand(!key->subject_public_key_info().empty(), "a key that loads can be exported");
  }
  auto longer = firstkey::core::to_bytes(bytes);
  longer.push_back(0);
  demand(!AuthenticatorData::parse(longer), "nothing may follow");
  return 0;
}
