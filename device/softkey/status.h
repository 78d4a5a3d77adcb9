#pragma once
// The status byte that opens every CTAP answer. Source: CTAP 2.1 §8.2.

#include <cstdint>
#include <expected>

namespace firstkey::device::softkey {

enum class Status : std::uint8_t {
  kOk = 0x00,
  kInvalidCommand = 0x01,
  kInvalidParameter = 0x02,
  kInvalidLength = 0x03,
  kInvalidSequence = 0x04,
  kCborUnexpectedType = 0x11,
  kInvalidCbor = 0x12,
  kMissingParameter = 0x14,
  kLimitExceeded = 0x15,
  kLargeBlobStorageFull = 0x18,
  kCredentialExcluded = 0x19,
  kUnsupportedAlgorithm = 0x26,
  kOperationDenied = 0x27,
  kKeyStoreFull = 0x28,
  kUnsupportedOption = 0x2B,
  kInvalidOption = 0x2C,
  kKeepaliveCancel = 0x2D,
  kNoCredentials = 0x2E,
  kUserActionTimeout = 0x2F,
  kNotAllowed = 0x30,
  kPinInvalid = 0x31,
  kPinBlocked = 0x32,
  kPinAuthInvalid = 0x33,
  kPinAuthBlocked = 0x34,
  kPinNotSet = 0x35,
  kPuatRequired = 0x36,
  kPinPolicyViolation = 0x37,
  kRequestTooLarge = 0x39,
  kUpRequired = 0x3B,
  kUvBlocked = 0x3C,
  kIntegrityFailure = 0x3D,
  kInvalidSubcommand = 0x3E,
  kUvInvalid = 0x3F,
  kUnauthorizedPermission = 0x40,
  kOther = 0x7F,
};

template <typename T>
using Result = std::expected<T, Status>;

}  // namespace firstkey::device::softkey
