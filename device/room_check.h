#pragma once
// Whether a discoverable credential still fits on a key, found out before its user is asked for a
// touch. Source: CTAP 2.1 §6.4 (remainingDiscoverableCredentials), §6.8.2 (metadata), §6.1.2.

#include "device/open_key.h"
#include "device/pin.h"

namespace firstkey::device {

/// Passes also where the key does not tell: it will, after the touch. With a PIN a full key is
/// looked into: a credential of the same account is replaced and needs no room, and one that is
/// excluded is to be told as that.
/// Errors: kStoreFull; those of get_pin_uv_auth_token.
[[nodiscard]] Result<void> check_room(OpenKey& key,
                                      const CredentialRequest& request,
                                      const Pin* pin,
                                      RunningCall& call);

}  // namespace firstkey::device
