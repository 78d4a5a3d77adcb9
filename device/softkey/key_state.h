#pragma once
// What the key remembers: its credentials, its PIN, how it has been configured and its attestation
// root. Everything here outlives a power cut; what does not lives in client_pin and authenticator.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "device/softkey/credential.h"

namespace firstkey::device::softkey {

struct Pin {
  SecretBytes hash;  ///< LEFT(SHA-256(PIN), 16)
  int attempts_left = 0;
  /// Code points. None if a version that did not note it set the PIN.
  std::optional<std::size_t> length{};

  [[nodiscard]] Pin clone() const { return {hash.clone(), attempts_left, length}; }
};

/// What authenticatorConfig has changed. Source: CTAP 2.1 §6.11.
struct Configuration {
  bool allows_enterprise_attestation = false;
  bool always_verifies_user = false;
  bool demands_new_pin = false;  ///< getInfo's forcePINChange
  /// Code points. None: as the key was started with.
  std::optional<std::size_t> minimum_pin_length{};
  std::vector<std::string> rp_ids_told_minimum_pin_length{};

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

struct AttestationRoot {
  SecretBytes private_key;  ///< PKCS #8, P-256
  Bytes certificate;        ///< DER

  [[nodiscard]] AttestationRoot clone() const { return {private_key.clone(), certificate}; }
};

struct KeyState {
  std::optional<Pin> pin;
  Configuration configuration;
  std::vector<Credential> credentials;  ///< in the order of their making
  Bytes large_blobs;                    ///< CTAP 2.1 §6.10; empty until written
  std::optional<AttestationRoot> attestation_root;

  [[nodiscard]] KeyState clone() const;
};

/// The form KeyState takes in a state file: canonical CBOR with text keys and a version. Files of
/// earlier versions are read too; what they did not hold is as it is in a new key.
[[nodiscard]] Bytes encode_state(const KeyState& state);
enum class StateFault : std::uint8_t { kDamaged, kNewerVersion };
[[nodiscard]] std::expected<KeyState, StateFault> decode_state(BytesView bytes);

}  // namespace firstkey::device::softkey
