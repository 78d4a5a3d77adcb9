#pragma once
// Lists of credential ids cut into pieces that a key takes in one request.

#include <span>
#include <vector>

#include "device/types.h"

namespace firstkey::device {

struct ListLimits {
  std::size_t max_count = 1;       ///< ids in one list
  std::size_t max_id_length = 0;   ///< 0: the key sets none
  std::size_t max_list_bytes = 0;  ///< room for the list, encoded, in one message
};

/// The limits for a request whose other parts take `other_bytes` at most. A key that names no
/// number of ids is given one at a time: CTAP states no number that every key takes.
/// Source: CTAP 2.1 §6.4 maxCredentialCountInList, maxCredentialIdLength, maxMsgSize.
[[nodiscard]] ListLimits list_limits(const AuthenticatorFacts& facts, std::size_t other_bytes);

/// In the order given. An id longer than the key's own can be none of its: it is left out. An id
/// that alone is beyond the message size likewise, for no request could carry it.
[[nodiscard]] std::vector<std::vector<CredentialId>> to_batches(std::span<const CredentialId> ids,
                                                                const ListLimits& limits);

}  // namespace firstkey::device
