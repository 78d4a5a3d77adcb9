#pragma once
// One open key: the port through which a ceremony drives it. Implemented by Fido2Authenticator over
// USB, PC/SC and simulators, and by tests::FakeAuthenticator.
//
// Threads: one call at a time, from any thread. Every call blocks, and is ended from outside only
// through its CallLimits: by the time left, or by the stop token. Nothing else waits for ever.

#include <chrono>
#include <functional>
#include <stop_token>

#include "device/error.h"
#include "device/pin.h"
#include "device/types.h"

namespace firstkey::device {

/// What a key tells about a command it has not answered yet.
/// Source: CTAP 2.1 §11.2.9.2.1 (CTAPHID_KEEPALIVE), §11.3.7.2 (NFCCTAP_GETRESPONSE).
enum class KeepAlive { kProcessing, kUserPresenceNeeded };

/// Bounds of one blocking call.
struct CallLimits {
  /// Counted from the start of the call, on a clock that is never set. The call returns within
  /// kCancelGrace after it, having told the key to stop waiting for its user.
  std::chrono::milliseconds time_left{};
  /// A stop request ends the call with kCancelled, within kCancelGrace, also when it came before
  /// the call began.
  std::stop_token stop;
  /// Called on the thread of the call, once for each change of what the key says, never after the
  /// call has returned. May be empty. Must not call the authenticator.
  std::function<void(KeepAlive)> on_keep_alive;
};

/// How long a key is given to answer that it has stopped; after that it is left alone and its late
/// answer is discarded.
inline constexpr std::chrono::milliseconds kCancelGrace{250};

/// Attempts until the PIN is blocked for good, and whether a re-insertion is needed before the
/// next.
struct PinRetries {
  int attempts_left = 0;
  bool is_reinsertion_needed = false;
};

class KeyConfiguration;

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  Authenticator() = default;
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  /// As read when the key was opened, or last refreshed. Valid until the next refresh.
  [[nodiscard]] virtual const AuthenticatorFacts& facts() const noexcept = 0;

  /// Reads getInfo again: it changes when a PIN is set and when a credential is made.
  [[nodiscard]] virtual Result<void> refresh(const CallLimits& limits) = 0;

  /// PIN attempts left until it is blocked for good. That it is blocked until re-insertion only is
  /// told by kPinAuthBlocked.
  [[nodiscard]] virtual Result<int> pin_retries(const CallLimits& limits) = 0;
  /// Attempts at the key's own user verification (fingerprint). kUnsupportedOption without one.
  [[nodiscard]] virtual Result<int> uv_retries(const CallLimits& limits) = 0;

  /// Gives a key without a PIN its first one; refreshes the facts.
  /// Errors: kPinAlreadySet, kPinTooShort (the key's own minimum), kPinPolicy, kUnsupportedOption.
  [[nodiscard]] virtual Result<void> set_pin(const Pin& pin, const CallLimits& limits) = 0;
  /// Errors: kPinInvalid, kPinNotSet, kPinTooShort, kPinPolicy, kPinAuthBlocked, kPinBlocked.
  [[nodiscard]] virtual Result<void> change_pin(const Pin& current,
                                                const Pin& next,
                                                const CallLimits& limits) = 0;

  /// Blinks, and returns once the person has touched this key: how one of several is chosen. A card
  /// on a reader is chosen by being held there, so it returns at once and no presence is used up.
  /// Errors: kTouchTimeout, kTimeout, kCancelled, kGone.
  [[nodiscard]] virtual Result<void> wait_for_touch(const CallLimits& limits) = 0;

  /// Makes a credential with the first wanted algorithm that the key lists. `pin` may be null; it
  /// is not kept. A long exclude list is looked through silently first, in batches that suit the
  /// key, and only the id that the key knows is sent along: it still takes a touch to hear
  /// kCredentialExcluded. That there is no room for a discoverable one (kStoreFull), and that names
  /// are longer than the key takes (kTooLarge), is told before the touch. A key that speaks U2F
  /// only makes what U2F has: no discoverable credential, nobody verified, ES256, on USB. Errors:
  /// all but those of paths. kPinInvalid: ask pin_retries() how many are left.
  [[nodiscard]] virtual Result<CredentialResponse> make_credential(const CredentialRequest& request,
                                                                   const Pin* pin,
                                                                   const CallLimits& limits) = 0;

  /// Signs. With several discoverable credentials and no allow list the key's first is used.
  [[nodiscard]] virtual Result<AssertionResponse> get_assertion(const AssertionRequest& request,
                                                                const Pin* pin,
                                                                const CallLimits& limits) = 0;

  /// What is stored and set on this key (device/key_configuration.h). It belongs to this object.
  [[nodiscard]] virtual KeyConfiguration& configuration() noexcept = 0;

  /// True once a call has learnt that the key has left; no call can succeed any more.
  [[nodiscard]] virtual bool is_gone() const noexcept = 0;
};

}  // namespace firstkey::device
