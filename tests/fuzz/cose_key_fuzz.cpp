// A COSE_Key alone. What is accepted is one map and nothing else, and what is exported of it is a
// key OpenSSL reads as the same.

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/webauthn/cose_key.h"
#include "tests/fuzz/demand.h"

using firstkey::core::BytesView;
using firstkey::core::webauthn::CoseKey;
using firstkey::core::webauthn::EvpPkeyPtr;
using firstkey::tests::demand;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const BytesView bytes(input, size);
  const auto key = CoseKey::parse(bytes);
  demand(ERR_peek_error() == 0, "no error of OpenSSL is left for the next caller");
  if (!key) return 0;
  auto longer = firstkey::core::to_bytes(bytes);
  longer.push_back(0);
  demand(!CoseKey::parse(longer), "nothing may follow");
  demand(!CoseKey::parse(bytes.first(size - 1)), "nothing may be missing");

  const auto exported = key->subject_public_key_info();
  demand(key->has_subject_public_key_info(exported), "it has what it exports");
  const auto loaded = key->load();
  demand(loaded != nullptr, "a key that is accepted can be used");
  const auto* at = exported.data();
  const EvpPkeyPtr read(d2i_PUBKEY(nullptr, &at, static_cast<long>(exported.size())));
  demand(read && EVP_PKEY_eq(read.get(), loaded.get()) == 1, "what is exported is the same key");
  return 0;
}
