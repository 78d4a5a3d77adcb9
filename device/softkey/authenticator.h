#pragma once
// One CTAP 2.1 authenticator, without transport, threads or clock of its own: request bytes in,
// answer bytes out, and in between, for commands that want one, a wait for the user's touch that
// somebody else drives. At most one request is under way. Source: CTAP 2.1 §6.

#include <memory>
#include <optional>

#include "device/softkey/credential_management.h"
#include "device/softkey/ctap_key.h"
#include "device/softkey/get_assertion.h"
#include "device/softkey/key_parts.h"
#include "device/softkey/large_blobs.h"
#include "device/softkey/u2f.h"

namespace firstkey::device::softkey {

class Authenticator final : public CtapKey {
 public:
  /// How long a user has to touch the key. Source: CTAP 2.1 §6.1.2 names no value; keys in the
  /// field wait about 30 s.
  static constexpr Milliseconds kUserActionLimit{30'000};
  /// CTAP 2.1 §6.6: a reset comes this soon after power-up.
  static constexpr Milliseconds kResetWindow{10'000};

  struct Ports {
    const Clock& clock;
    Random& random;
    UserPresence& presence;
  };

  /// Keeps references to `store` and the ports.
  /// Errors: kOther if there is no attestation root to be had.
  [[nodiscard]] static Result<std::unique_ptr<Authenticator>> create(Settings settings,
                                                                     CredentialStore& store,
                                                                     Ports ports);

  [[nodiscard]] std::optional<Bytes> start(BytesView request) override;
  [[nodiscard]] std::optional<Bytes> poll() override;
  [[nodiscard]] std::optional<Bytes> cancel() override;
  [[nodiscard]] bool is_awaiting_user() const override { return pending_.has_value(); }
  [[nodiscard]] Bytes answer_u2f(BytesView apdu) override;
  [[nodiscard]] Protocols protocols() const override;
  [[nodiscard]] bool is_attached() const override { return true; }
  void power_cycle() override;
  [[nodiscard]] const KeyParts& parts() const noexcept { return parts_; }

 private:
  struct Pending {
    Consent consent;
    Instant asked;
  };

  Authenticator(Settings settings, CredentialStore& store, Attestation attestation, Ports ports);
  /// §6: what a sequence of commands has come to ends with any other command.
  void end_sequences(std::uint8_t command);
  [[nodiscard]] Outcome carry_out(BytesView request);
  [[nodiscard]] Outcome answer_to_map(std::uint8_t command, const cbor::Map& parameters);
  [[nodiscard]] Outcome reset();

  Settings settings_;
  CredentialStore& store_;
  Attestation attestation_;
  Ports ports_;
  ClientPin client_pin_;
  KeyParts parts_;
  U2f u2f_;
  Instant powered_up_;
  std::optional<RemainingAssertions> remaining_;
  std::optional<Enumeration> enumeration_;
  std::optional<LargeBlobWriting> writing_;
  std::optional<Pending> pending_;
};

}  // namespace firstkey::device::softkey
