#include "device/room_check.h"

#include <algorithm>
#include <optional>

#include "device/credential_management.h"

namespace firstkey::device {

namespace {

std::unexpected<Error> full() {
  return refuse(ErrorCode::kStoreFull, "no room for another discoverable credential");
}

bool concerns(const CredentialRequest& request, const StoredCredential& stored) {
  return stored.user_id == request.user_id ||
         std::ranges::find(request.excluded_credentials, stored.id) !=
             request.excluded_credentials.end();
}

/// What the management of a full or silent key says. A key that cannot be asked after all is asked
/// for the credential, and will say what is wrong.
Result<void> look_into(OpenKey& key,
                       const CredentialRequest& request,
                       const Pin* pin,
                       RunningCall& call) {
  auto management = CredentialManagement::open(key, pin, call);
  if (!management) return std::unexpected(management.error());
  const auto room = management->room();
  if (call.failure()) return std::unexpected(room.error());
  if (!room || room->remaining > 0) return {};
  const auto stored = management->of(request.rp_id);
  if (call.failure()) return std::unexpected(stored.error());
  if (stored && std::ranges::any_of(
                    *stored, [&](const StoredCredential& one) { return concerns(request, one); })) {
    return {};
  }
  return full();
}

}  // namespace

Result<void> check_room(OpenKey& key,
                        const CredentialRequest& request,
                        const Pin* pin,
                        RunningCall& call) {
  if (!request.is_resident_key_wanted) return {};
  const auto& remaining = key.facts().remaining_discoverable_credentials;
  if (remaining) {
    // As it is now: what was made and deleted since does not show in facts read earlier.
    if (auto read = key.read_facts(call); !read) return read;
  }
  if (remaining && *remaining > 0) return {};
  if (pin != nullptr && key.facts().supports_credential_management()) {
    return look_into(key, request, pin, call);
  }
  if (remaining) return full();
  return {};
}

}  // namespace firstkey::device
