#pragma once
// What is stored and set on one open key, beside its PIN: discoverable credentials, the rules it
// holds its user to, and the return to how it left the factory. Obtained from
// Authenticator::configuration(), belongs to that authenticator and shares its rules: one call at a
// time, from any thread, each bounded by its CallLimits. A call that changed something has read the
// facts again when it returns.
// Source: CTAP 2.1 §6.6 (reset), §6.8 (credentialManagement), §6.11 (authenticatorConfig).
//
// `pin`, wherever it is taken, may be null: a key that verifies its user by itself then asks for
// the finger. Every call that takes one may end with kPinRequired (no PIN given, and none can be
// done without), kPinNotSet, kPinInvalid (ask Authenticator::pin_retries()), kPinAuthBlocked (until
// it is re-inserted), kPinBlocked (until a reset), kPinPolicy (the PIN must be changed first),
// kUvInvalid, kUvBlocked, and every call with kU2fOnly and the errors of the way to the key; only
// others are listed.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "device/authenticator.h"
#include "device/error.h"
#include "device/pin.h"
#include "device/types.h"

namespace firstkey::device {

/// Whether a setting had to be changed to be as wanted.
enum class Change : std::uint8_t { kMade, kNotNeeded };

enum class AlwaysUv : std::uint8_t { kOff, kOn };

/// How many discoverable credentials there are, and how many more fit at least.
struct CredentialRoom {
  std::uint64_t existing = 0;
  std::uint64_t remaining = 0;
};

/// A discoverable credential as its key describes it. The texts come from the key: show them only
/// through device/display_text.h.
struct StoredCredential {
  CredentialId id;
  /// As stored: a key may keep only the first bytes of a long one, so compare `rp_id_hash`.
  std::string rp_id;
  Sha256 rp_id_hash{};
  Bytes user_id;
  std::string user_name;          ///< empty: none is stored
  std::string user_display_name;  ///< empty: none is stored
  CoseAlgorithm algorithm = 0;    ///< 0: a key type whose public key names none
  std::optional<CredentialProtection> protection;
  bool has_large_blob_key = false;

  friend bool operator==(const StoredCredential&, const StoredCredential&) = default;
};

/// What renaming writes: both names, of which an empty one is taken away.
struct UserRename {
  CredentialId credential_id;
  Bytes user_id;  ///< the one stored; a key refuses another
  std::string user_name;
  std::string user_display_name;
};

/// A key takes a reset only this long after it got power …
inline constexpr std::chrono::seconds kResetWindow{10};
/// … and then waits this long for its touch. Source: CTAP 2.1 §6.6; some makers hold to less (5 s).
inline constexpr std::chrono::seconds kResetTouchWindow{30};

class KeyConfiguration {
 public:
  virtual ~KeyConfiguration() = default;
  KeyConfiguration() = default;
  KeyConfiguration(const KeyConfiguration&) = delete;
  KeyConfiguration& operator=(const KeyConfiguration&) = delete;

  /// The serial number printed on the key or its box, where its maker lets it be read.
  /// Nothing: the maker offers none for this model or over this transport.
  [[nodiscard]] virtual Result<std::optional<std::string>> serial(const CallLimits& limits) = 0;

  /// The PIN in use must be changed before it serves anything else: for handing a prepared key to
  /// its owner, as the last step. Takes the effect even where the PIN is long enough.
  /// Errors: kUnsupportedOption (no authenticatorConfig or no setMinPINLength).
  [[nodiscard]] virtual Result<void> force_pin_change(const Pin* pin, const CallLimits& limits) = 0;

  /// A minimum can be raised only, until a reset. Above the length of the PIN in use it forces a
  /// change of PIN: see AuthenticatorFacts::is_pin_change_forced afterwards.
  /// Units: Unicode code points. Range: 4..63.
  /// Errors: kBadRequest (out of range), kPinPolicy (below the present minimum),
  /// kUnsupportedOption.
  [[nodiscard]] virtual Result<Change> raise_min_pin_length(std::uint64_t code_points,
                                                            const Pin* pin,
                                                            const CallLimits& limits) = 0;

  /// The relying parties that may ask for the minimum (extension minPinLength); replaces those
  /// named before. Range: 1..AuthenticatorFacts::max_rp_ids_for_min_pin_length.
  /// Errors: kBadRequest (none), kTooLarge (more than the key keeps), kStoreFull,
  /// kUnsupportedOption.
  [[nodiscard]] virtual Result<void> share_min_pin_length(const std::vector<std::string>& rp_ids,
                                                          const Pin* pin,
                                                          const CallLimits& limits) = 0;

  /// Whether every use of the key takes its user's verification. Turning it on switches U2F off on
  /// most keys. Errors: kUnsupportedOption (no such setting), kDenied (it cannot be turned off).
  [[nodiscard]] virtual Result<Change> set_always_uv(AlwaysUv wanted,
                                                     const Pin* pin,
                                                     const CallLimits& limits) = 0;

  /// Cannot be undone but by a reset. Errors: kUnsupportedOption (the key has none).
  [[nodiscard]] virtual Result<Change> enable_enterprise_attestation(const Pin* pin,
                                                                     const CallLimits& limits) = 0;

  /// Errors: kUnsupportedCommand (no credential management), as with all that follow.
  [[nodiscard]] virtual Result<CredentialRoom> credential_room(const Pin* pin,
                                                               const CallLimits& limits) = 0;
  /// Every discoverable credential, those of one relying party together. Empty: there is none.
  [[nodiscard]] virtual Result<std::vector<StoredCredential>> credentials(
      const Pin* pin, const CallLimits& limits) = 0;
  /// Those of one relying party, which is fewer messages. Empty: there is none.
  [[nodiscard]] virtual Result<std::vector<StoredCredential>> credentials_of(
      const std::string& rp_id, const Pin* pin, const CallLimits& limits) = 0;
  /// Errors: kNoCredentials, kBadRequest (another user id), kTooLarge, and kUnsupportedCommand also
  /// for keys before CTAP 2.1, which list and delete only.
  [[nodiscard]] virtual Result<void> rename(const UserRename& change,
                                            const Pin* pin,
                                            const CallLimits& limits) = 0;
  /// Errors: kNoCredentials: it is not there (any more), or not discoverable.
  [[nodiscard]] virtual Result<void> remove(const CredentialId& id,
                                            const Pin* pin,
                                            const CallLimits& limits) = 0;

  /// Wipes all credentials and the PIN, for ever. Needs no PIN: a touch within kResetTouchWindow,
  /// and to have come within kResetWindow of the key's power-up. On a card, being held to the
  /// reader is both. Errors: kNotAllowed (too late: re-insert, then at once), kTouchTimeout,
  /// kDenied, kUnsupportedCommand.
  [[nodiscard]] virtual Result<void> reset(const CallLimits& limits) = 0;
};

}  // namespace firstkey::device
