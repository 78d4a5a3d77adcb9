#pragma once
// The option "uv" of makeCredential and getAssertion: the finger that touches the key verifies its
// user. Source: CTAP 2.1 §6.1.2 steps 5 and 11, §6.2.2 steps 4 and 6.

#include "device/softkey/client_pin.h"

namespace firstkey::device::softkey {

/// Before the touch. Errors: kInvalidOption (no sensor, no finger enrolled), and those of
/// verify_by_finger where no attempt is left.
[[nodiscard]] Result<void> may_verify_by_finger(const ClientPin& client_pin);

/// With the touch. Errors: kPuatRequired where a PIN can be asked instead, else kOperationDenied.
[[nodiscard]] Result<void> verify_by_finger(ClientPin& client_pin);

}  // namespace firstkey::device::softkey
