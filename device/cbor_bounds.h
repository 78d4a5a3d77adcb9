#pragma once
// The guard before libfido2's parser. libfido2 reads a key's answers with a decoder that allocates
// by the counts it is told: nine bytes can ask it for gigabytes. So each answer is walked through
// here first, without allocating. Source: CTAP 2.1 §8 (canonical CBOR: no indefinite lengths, at
// most four levels of nesting).

#include "device/types.h"

namespace firstkey::device {

/// Whether `cbor` is one data item with nothing after it, every count in it no more than the bytes
/// left, and nested no deeper than any answer of CTAP.
[[nodiscard]] bool is_bounded_cbor(BytesView cbor);

/// Whether `answer` (a CTAP status, then CBOR or nothing) may be handed on.
[[nodiscard]] bool is_bounded_answer(BytesView answer);

}  // namespace firstkey::device
