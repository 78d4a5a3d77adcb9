#pragma once
// What a key can be asked for on behalf of a ceremony, and how its answer is put to the machine.
// Blocking; key_worker.h gives it a thread.

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "device/authenticator.h"
#include "device/key_discovery.h"
#include "enroll/inputs.h"
#include "enroll/key_outcome.h"

namespace firstkey::enroll {

// One piece of work each. PINs are copies of their own, wiped with the work.
struct Opening {  ///< or, of a key that is open already, reading it anew
  std::optional<device::AssertionRequest> silent_look;
};
struct Blinking {};
struct PinSetting {
  std::optional<device::Pin> current;  ///< absent: the key has none yet
  device::Pin next;
};
struct CredentialMaking {
  device::CredentialRequest request;
  std::optional<device::Pin> pin;
};
struct Signing {
  device::AssertionRequest request;
  std::optional<device::Pin> pin;
};
struct Closing {};

using KeyWork = std::variant<Opening, Blinking, PinSetting, CredentialMaking, Signing, Closing>;

/// An answer: an input as it is, or one that is still to be put into WebAuthn's form. Nothing of a
/// closing.
using KeyAnswer =
    std::variant<std::monostate, Input, device::CredentialResponse, device::AssertionResponse>;

class KeyCalls {
 public:
  /// `discovery` outlives every call.
  KeyCalls(device::KeyDiscovery& discovery, device::SeenKey key)
      : discovery_(discovery), seen_(std::move(key)), id_{KeyId{seen_.arrival}} {}

  /// Threads: one call at a time.
  [[nodiscard]] KeyAnswer carry_out(const KeyWork& work, const device::CallLimits& limits);

  [[nodiscard]] KeyId id() const noexcept { return id_; }

 private:
  [[nodiscard]] KeyAnswer on(const Opening& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const Blinking& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const PinSetting& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const CredentialMaking& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const Signing& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const Closing& work, const device::CallLimits& limits);

  [[nodiscard]] device::Result<void> open_or_refresh(const device::CallLimits& limits);
  [[nodiscard]] std::optional<device::PinRetries> pin_retries(const device::CallLimits& limits);
  /// After a wrong PIN the key is asked how many attempts are left.
  [[nodiscard]] Input failed(const device::Error& error,
                             Phase phase,
                             const device::CallLimits& limits);

  device::KeyDiscovery& discovery_;
  device::SeenKey seen_;
  KeyId id_;
  std::unique_ptr<device::Authenticator> key_;
};

}  // namespace firstkey::enroll
