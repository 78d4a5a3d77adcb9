#pragma once
// What a key can be asked for on behalf of a ceremony, and how its answer is put to the machine.
// Blocking; key_worker.h gives it a thread.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

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
  /// Credentials that the key may hold and should not: removed first, where its PIN is at hand.
  std::vector<core::Bytes> orphans;
};
struct Signing {
  device::AssertionRequest request;
  std::optional<device::Pin> pin;
};
struct CredentialRemoval {  ///< of one that this key has just made
  core::Bytes credential_id;
  device::Pin pin;
};
struct Closing {};

using KeyWork = std::
    variant<Opening, Blinking, PinSetting, CredentialMaking, Signing, CredentialRemoval, Closing>;

/// A credential that came out although the call was stopped. It is removed at once if it can be:
/// nobody else will have the PIN.
struct StrayCredential {
  core::Bytes credential_id;
  bool was_removed = false;
};

/// An answer: an input as it is, or one that is still to be put into WebAuthn's form. Nothing of a
/// closing, or of a removal that failed.
using KeyAnswer = std::variant<std::monostate,
                               Input,
                               device::CredentialResponse,
                               device::AssertionResponse,
                               StrayCredential>;

/// How long removing a credential may take: a handful of messages, on a slow card.
inline constexpr std::chrono::milliseconds kForRemoval = std::chrono::seconds(3);

class KeyCalls {
 public:
  /// `discovery` outlives every call.
  KeyCalls(device::KeyDiscovery& discovery, device::SeenKey key)
      : discovery_(discovery), seen_(std::move(key)), id_{KeyId{seen_.arrival}} {}

  /// `tell` hears what is news before the answer. Threads: one call at a time.
  [[nodiscard]] KeyAnswer carry_out(const KeyWork& work,
                                    const device::CallLimits& limits,
                                    const std::function<void(Input)>& tell);

  [[nodiscard]] KeyId id() const noexcept { return id_; }
  /// A credential is being removed, or was when the key was asked for something last. Threads: any.
  [[nodiscard]] bool has_removed() const noexcept { return has_removed_; }

 private:
  [[nodiscard]] KeyAnswer on(const Opening& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const Blinking& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const PinSetting& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const CredentialMaking& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const Signing& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const CredentialRemoval& work, const device::CallLimits& limits);
  [[nodiscard]] KeyAnswer on(const Closing& work, const device::CallLimits& limits);

  /// Removes those of `work.orphans` that are on this key.
  [[nodiscard]] device::Result<void> clean(const CredentialMaking& work,
                                           const device::CallLimits& limits);
  /// Whether the key holds it no more.
  [[nodiscard]] bool remove(const core::Bytes& credential_id, const device::Pin& pin);

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
  const std::function<void(Input)>* tell_ = nullptr;  ///< of the call that runs
  std::atomic<bool> has_removed_ = false;
};

}  // namespace firstkey::enroll
