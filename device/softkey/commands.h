#pragma once
// The command bytes that open a CTAP request. Source: CTAP 2.1 §6.

#include <cstdint>

namespace firstkey::device::softkey::command {

inline constexpr std::uint8_t kMakeCredential = 0x01;
inline constexpr std::uint8_t kGetAssertion = 0x02;
inline constexpr std::uint8_t kGetInfo = 0x04;
inline constexpr std::uint8_t kClientPin = 0x06;
inline constexpr std::uint8_t kReset = 0x07;
inline constexpr std::uint8_t kGetNextAssertion = 0x08;
inline constexpr std::uint8_t kCredentialManagement = 0x0A;
inline constexpr std::uint8_t kSelection = 0x0B;
inline constexpr std::uint8_t kLargeBlobs = 0x0C;
inline constexpr std::uint8_t kConfig = 0x0D;
/// credentialManagement as FIDO_2_1_PRE numbered it.
inline constexpr std::uint8_t kCredentialManagementPreview = 0x41;

}  // namespace firstkey::device::softkey::command
