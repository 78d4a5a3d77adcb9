#include "device/credential_batches.h"

#include <algorithm>

namespace firstkey::device {

namespace {

/// {"id": bytes, "type": "public-key"}: the map and its two keys, the type and the head of the id
/// (three bytes, for up to 65535). Source: CTAP 2.1 §8.
constexpr std::size_t kDescriptorOverhead = 1 + 3 + 3 + 5 + 11;

std::size_t encoded_size(const CredentialId& id) {
  return kDescriptorOverhead + id.size();
}

}  // namespace

ListLimits list_limits(const AuthenticatorFacts& facts, std::size_t other_bytes) {
  const auto room = facts.max_message_size > other_bytes ? facts.max_message_size - other_bytes : 0;
  return {.max_count = static_cast<std::size_t>(facts.max_credentials_in_list.value_or(1)),
          .max_id_length = static_cast<std::size_t>(facts.max_credential_id_length.value_or(0)),
          .max_list_bytes = static_cast<std::size_t>(room)};
}

std::vector<std::vector<CredentialId>> to_batches(std::span<const CredentialId> ids,
                                                  const ListLimits& limits) {
  std::vector<std::vector<CredentialId>> batches;
  std::size_t bytes_in_last = 0;
  for (const auto& id : ids) {
    if (limits.max_id_length != 0 && id.size() > limits.max_id_length) continue;
    const auto size = encoded_size(id);
    if (size > limits.max_list_bytes) continue;
    const bool fits = !batches.empty() && batches.back().size() < limits.max_count &&
                      bytes_in_last + size <= limits.max_list_bytes;
    if (!fits) {
      batches.emplace_back();
      bytes_in_last = 0;
    }
    batches.back().push_back(id);
    bytes_in_last += size;
  }
  return batches;
}

}  // namespace firstkey::device
