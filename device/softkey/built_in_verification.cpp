#include "device/softkey/built_in_verification.h"

namespace firstkey::device::softkey {
namespace {

std::unexpected<Status> in_vain(const ClientPin& client_pin) {
  return std::unexpected(client_pin.is_set() ? Status::kPuatRequired : Status::kOperationDenied);
}

}  // namespace

Result<void> may_verify_by_finger(const ClientPin& client_pin) {
  if (!client_pin.has_finger()) return std::unexpected(Status::kInvalidOption);
  if (!client_pin.may_try_finger()) return in_vain(client_pin);
  return {};
}

Result<void> verify_by_finger(ClientPin& client_pin) {
  if (!client_pin.try_finger()) return in_vain(client_pin);
  return {};
}

}  // namespace firstkey::device::softkey
