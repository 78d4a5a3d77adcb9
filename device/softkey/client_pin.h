#pragma once
// authenticatorClientPIN (CTAP 2.1 §6.5): setting, changing and checking the PIN (client_pin.cpp),
// and the tokens a right PIN or a finger is exchanged for (client_pin_tokens.cpp). A retry is taken
// from the durable count before the PIN is looked at, so a cut of power forgives nothing; three
// wrong PINs in a row wait for a power cycle.

#include "device/softkey/cbor.h"
#include "device/softkey/credential_store.h"
#include "device/softkey/outcome.h"
#include "device/softkey/pin_protocol.h"
#include "device/softkey/pin_uv_auth.h"
#include "device/softkey/pin_uv_auth_token.h"

namespace firstkey::device::softkey {

class ClientPin {
 public:
  static constexpr int kMaximumAttempts = 8;
  static constexpr int kMaximumConsecutiveMismatches = 3;
  /// Fingers in a row that may be the wrong ones, until a right PIN (§6.5.5.3: at most 25).
  static constexpr int kMaximumFingerAttempts = 3;

  enum class Support : std::uint8_t {
    kFull,
    kKeyAgreementOnly,  ///< a key without a PIN still agrees on keys for hmac-secret
  };

  /// Built-in user verification, and what comes of a touch where it is asked for.
  enum class Fingerprint : std::uint8_t { kNoSensor, kNoneEnrolled, kMatches, kMismatches };

  struct Settings {
    Support support = Support::kFull;
    std::size_t minimum_length = 4;  ///< code points, before authenticatorConfig raised it
    /// What tokens may be asked for, as the bits of Permission.
    std::uint8_t permissions = Permission::kMakeCredential | Permission::kGetAssertion;
    Fingerprint fingerprint = Fingerprint::kNoSensor;
    /// Before permissions there was one kind of token, which opened everything.
    enum class Tokens : std::uint8_t {
      kWithPermissions,
      kForAll
    } tokens = Tokens::kWithPermissions;
  };

  /// Keeps references to all of its ports and to `store`.
  ClientPin(CredentialStore& store, Settings settings, const Clock& clock, Random& random);

  /// Answers one authenticatorClientPIN request.
  [[nodiscard]] Outcome answer(const cbor::Map& request);

  [[nodiscard]] bool is_set() const { return store_.pin() != nullptr; }
  [[nodiscard]] bool has_finger() const;
  /// Whether there is any way to verify the user ("protected by some form of user verification").
  [[nodiscard]] bool can_verify_user() const { return is_set() || has_finger(); }
  /// Whether a finger may still be put on the key. Errors: kUvBlocked.
  [[nodiscard]] Result<void> may_try_finger() const;
  /// What comes of the finger that touched it. Errors: kUvInvalid, kUvBlocked.
  [[nodiscard]] Result<void> try_finger();
  /// Code points: as started with, or as authenticatorConfig has raised it.
  [[nodiscard]] std::size_t minimum_length() const;
  /// Whether `auth` was made over `message` by the holder of a token allowing `use` now.
  [[nodiscard]] bool admit(const PinUvAuth& auth, BytesView message, const TokenUse& use);
  /// Every token is void.
  void reset_tokens();
  /// Every token loses its permissions: the user agreed to what it was for.
  void clear_token_permissions();
  [[nodiscard]] Result<SharedSecret> decapsulate(ProtocolVersion version, const cbor::Map& peer);

  /// New key agreement and tokens; three wrong PINs in a row are forgiven.
  void power_cycle();

 private:
  struct Channel {
    PinProtocol protocol;
    PinUvAuthToken token;
  };

  [[nodiscard]] Result<Bytes> get_pin_retries() const;
  [[nodiscard]] Result<Bytes> get_key_agreement(const cbor::Map& request);
  [[nodiscard]] Result<Bytes> set_pin(const cbor::Map& request);
  [[nodiscard]] Result<Bytes> change_pin(const cbor::Map& request);
  [[nodiscard]] Result<Bytes> get_pin_token(const cbor::Map& request);
  [[nodiscard]] Result<Bytes> get_token_with_permissions(const cbor::Map& request);
  [[nodiscard]] Outcome get_token_for_finger(const cbor::Map& request);
  [[nodiscard]] Result<Bytes> get_finger_attempts() const;

  /// The stored PIN, if it may still be tried.
  [[nodiscard]] Result<Pin> pin_to_try() const;
  [[nodiscard]] Result<void> check_pin(Channel& channel,
                                       const SharedSecret& secret,
                                       const Pin& pin,
                                       BytesView pin_hash_enc);
  [[nodiscard]] Result<void> store_new_pin(const SharedSecret& secret, BytesView new_pin_enc);
  /// What a token is to allow, and for whom.
  struct Grant {
    std::uint8_t permissions = 0;
    std::optional<std::string> rp_id;
  };
  [[nodiscard]] Result<Grant> requested_grant(const cbor::Map& request) const;
  [[nodiscard]] Result<Bytes> issue_for_pin(const cbor::Map& request, Grant grant);
  [[nodiscard]] Result<Bytes> issue(Channel& channel, const SharedSecret& secret, Grant grant);
  [[nodiscard]] Channel& channel(ProtocolVersion version);
  [[nodiscard]] Result<Channel*> channel_of(const cbor::Map& request);

  CredentialStore& store_;
  Settings settings_;
  const Clock& clock_;
  Random& random_;
  Channel one_{PinProtocol(ProtocolVersion::kOne), {}};
  Channel two_{PinProtocol(ProtocolVersion::kTwo), {}};
  int consecutive_mismatches_ = 0;
  int finger_attempts_left_ = kMaximumFingerAttempts;
};

}  // namespace firstkey::device::softkey
