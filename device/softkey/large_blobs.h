#pragma once
// authenticatorLargeBlobs: one array of encrypted blobs, kept for all relying parties, read and
// written in fragments. What is being written stays apart until it is whole and its digest is
// right. Source: CTAP 2.1 §6.10.

#include <optional>

#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

/// The largest array with its digest, in bytes (getInfo 0x0B; at least 1024).
inline constexpr std::size_t kMaximumLargeBlobArray = 4096;

/// An array of which fragments are still missing.
struct LargeBlobWriting {
  std::size_t expected_size = 0;
  Bytes so_far;
};

/// Errors: kInvalidParameter, kInvalidLength for a fragment too long, kLargeBlobStorageFull,
/// kInvalidSequence for a fragment out of turn, kIntegrityFailure for a wrong digest,
/// kPuatRequired, kPinAuthInvalid.
[[nodiscard]] Result<Bytes> large_blobs(const KeyParts& key,
                                        const cbor::Map& request,
                                        std::optional<LargeBlobWriting>& writing);

}  // namespace firstkey::device::softkey
