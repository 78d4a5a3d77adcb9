#pragma once
// authenticatorClientPIN (CTAP 2.1 §6.5): setting, changing and checking the PIN, and the tokens a
// right PIN is exchanged for. A retry is taken from the durable count before the PIN is looked at,
// so a cut of power forgives nothing; three wrong PINs in a row wait for a power cycle.

#include "device/softkey/cbor.h"
#include "device/softkey/credential_store.h"
#include "device/softkey/pin_protocol.h"
#include "device/softkey/pin_uv_auth_token.h"

namespace firstkey::device::softkey {

/// The pinUvAuthParam of a request, with the protocol it was made under.
struct PinUvAuth {
  ProtocolVersion version = ProtocolVersion::kOne;
  Bytes param;
};

/// Errors: kInvalidParameter for any protocol but one and two.
[[nodiscard]] Result<ProtocolVersion> protocol_from(std::int64_t number);

class ClientPin {
 public:
  static constexpr int kMaximumAttempts = 8;
  static constexpr int kMaximumConsecutiveMismatches = 3;

  enum class Support : std::uint8_t {
    kFull,
    kKeyAgreementOnly,  ///< a key without a PIN still agrees on keys for hmac-secret
  };

  struct Settings {
    Support support = Support::kFull;
    std::size_t minimum_length = 4;  ///< code points
  };

  /// Keeps references to all of its ports and to `store`.
  ClientPin(CredentialStore& store, Settings settings, const Clock& clock, Random& random);

  /// Answers one authenticatorClientPIN request with the CBOR of its response.
  [[nodiscard]] Result<Bytes> answer(const cbor::Map& request);

  [[nodiscard]] bool is_set() const { return store_.pin() != nullptr; }
  /// Whether `auth` was made over `message` by the holder of a token allowing this now.
  [[nodiscard]] bool admit(const PinUvAuth& auth,
                           BytesView message,
                           Permission permission,
                           std::string_view rp_id);
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

  /// The stored PIN, if it may still be tried.
  [[nodiscard]] Result<Pin> pin_to_try() const;
  [[nodiscard]] Result<void> check_pin(Channel& channel,
                                       const SharedSecret& secret,
                                       const Pin& pin,
                                       BytesView pin_hash_enc);
  [[nodiscard]] Result<void> store_new_pin(const SharedSecret& secret, BytesView new_pin_enc);
  [[nodiscard]] Result<Bytes> issue_token(const cbor::Map& request,
                                          std::uint8_t permissions,
                                          std::optional<std::string> rp_id);
  void reset_tokens();
  [[nodiscard]] Channel& channel(ProtocolVersion version);
  [[nodiscard]] Result<Channel*> channel_of(const cbor::Map& request);

  CredentialStore& store_;
  Settings settings_;
  const Clock& clock_;
  Random& random_;
  Channel one_{PinProtocol(ProtocolVersion::kOne), {}};
  Channel two_{PinProtocol(ProtocolVersion::kTwo), {}};
  int consecutive_mismatches_ = 0;
};

}  // namespace firstkey::device::softkey
