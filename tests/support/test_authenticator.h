#pragma once
// A key and its client in one, for tests of the verifier: it answers real options with real
// signatures over an ES256 key of its own. What it is and says is in the open, for a test to
// change.

#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/verifier.h"
#include "core/webauthn/openssl_handles.h"
#include "core/webauthn/responses.h"

namespace firstkey::tests {

class TestAuthenticator {
 public:
  enum class Statement { kNone, kSelf, kCertified };

  /// `name` tells keys apart: it is the credential's id.
  explicit TestAuthenticator(const std::string& name = "first key");

  /// A RegistrationResponseJSON for creation options.
  [[nodiscard]] std::string make(const core::IssuedOptions& options) const;
  /// An AuthenticationResponseJSON for request options; counts up.
  [[nodiscard]] std::string prove(const core::IssuedOptions& options);

  /// The certificate kCertified signs with, in DER: to be listed as a trust root.
  [[nodiscard]] const core::Bytes& certificate() const { return certificate_; }

  core::Bytes id;
  core::Bytes aaguid{0xee,
                     0x88,
                     0x28,
                     0x79,
                     0x72,
                     0x1c,
                     0x49,
                     0x13,
                     0x97,
                     0x75,
                     0x3d,
                     0xfc,
                     0xce,
                     0x97,
                     0x07,
                     0x2a};
  Statement statement = Statement::kSelf;
  bool is_user_present = true;
  bool is_user_verified = true;
  bool is_backup_eligible = false;
  bool is_backed_up = false;
  std::uint32_t sign_count = 7;
  std::optional<bool> is_resident = true;       ///< credProps.rk
  std::optional<std::string> origin;            ///< instead of the one it was given
  std::optional<core::Bytes> user_handle;       ///< in assertions
  std::optional<core::Bytes> other_credential;  ///< asserts in this one's name
  bool signs_wrongly = false;

 private:
  [[nodiscard]] core::Bytes authenticator_data(const std::string& rp_id) const;
  [[nodiscard]] core::Bytes attested_credential() const;
  [[nodiscard]] core::Bytes statement_over(const core::Bytes& message) const;

  core::webauthn::EvpPkeyPtr key_;
  core::webauthn::EvpPkeyPtr attestation_key_;
  core::Bytes certificate_;
};

}  // namespace firstkey::tests
