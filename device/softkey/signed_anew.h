#pragma once
// Signatures over what quirks have spoiled, made with the keys of the honest key: so that the quirk
// is all there is to find.

#include "device/softkey/cbor.h"
#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

/// `answer`, to a makeCredential or getAssertion `request` that was honestly answered, with a
/// signature over the authenticator data it has now; as it is where none was.
[[nodiscard]] cbor::Map signed_anew(const KeyParts& key,
                                    BytesView request,
                                    const cbor::Map& answer);

}  // namespace firstkey::device::softkey
