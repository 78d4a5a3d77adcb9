#pragma once
// What the commands of one key share: its settings, what it remembers, and its ports.

#include <cstddef>
#include <string>
#include <vector>

#include "device/softkey/attestation.h"
#include "device/softkey/client_pin.h"
#include "device/softkey/credential_store.h"
#include "device/softkey/outcome.h"
#include "device/softkey/ports.h"

namespace firstkey::device::softkey {

/// The AAGUID of every firstkey software key: 8d6f0a5c-3f0e-4f4b-9d9e-66697273746b.
inline constexpr Aaguid kSoftkeyAaguid{
    0x8D, 0x6F, 0x0A, 0x5C, 0x3F, 0x0E, 0x4F, 0x4B, 0x9D, 0x9E, 0x66, 0x69, 0x72, 0x73, 0x74, 0x6B};

struct Settings {
  Aaguid aaguid = kSoftkeyAaguid;
  AttestationKind attestation = AttestationKind::kPacked;
  ClientPin::Settings pin;
  std::size_t maximum_discoverable = 100;  ///< 0: the key says it has no discoverable credentials
  std::string transport = "usb";           ///< as getInfo names it
  /// Relying parties a vendor-facilitated enterprise attestation is given to (CTAP 2.1 §7.1.2).
  std::vector<std::string> enterprise_rp_ids;
  enum class Protocols : std::uint8_t { kBoth, kCtap2, kU2f } protocols = Protocols::kBoth;
  /// kPreview: what makers shipped before CTAP 2.1 was final (FIDO_2_1_PRE). Credential management
  /// has another number and no renaming, tokens have no permissions, nothing can be configured.
  enum class Edition : std::uint8_t { kCtap21, kPreview } edition = Edition::kCtap21;
  enum class Reset : std::uint8_t { kSoonAfterPowerUp, kAnyTime } reset = Reset::kSoonAfterPowerUp;
};

/// References that outlive every command.
struct KeyParts {
  const Settings& settings;
  CredentialStore& store;
  ClientPin& client_pin;
  const Attestation& attestation;
  const Clock& clock;
  Random& random;
};

}  // namespace firstkey::device::softkey
