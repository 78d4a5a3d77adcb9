#pragma once
// What metadata says of one model of authenticator: its roots, and what became known about it. Of a
// metadata statement only what decisions rest on and people are shown is kept.
// FIDO Metadata Service v3.0 §3.1.1, §3.1.3, §3.1.4; FIDO Metadata Statement v3.0.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"

namespace firstkey::core::webauthn {

/// In the order of their strictness up to kFidoCertifiedL3Plus. kOther decides nothing here: an
/// update, a retirement, another scheme's certificate, and whatever the standard adds later, which
/// it asks to ignore.
enum class AuthenticatorStatus : std::uint8_t {
  kNotFidoCertified,
  kSelfAssertionSubmitted,
  kFidoCertified,
  kFidoCertifiedL1,
  kFidoCertifiedL1Plus,
  kFidoCertifiedL2,
  kFidoCertifiedL2Plus,
  kFidoCertifiedL3,
  kFidoCertifiedL3Plus,
  kUserVerificationBypass,
  kAttestationKeyCompromise,
  kUserKeyRemoteCompromise,
  kUserKeyPhysicalCompromise,
  kRevoked,
  kOther,
};

/// kOther for every name but those above, which are the standard's.
[[nodiscard]] AuthenticatorStatus status_from_string(std::string_view name) noexcept;
/// "FIDO_CERTIFIED_L1plus"; "OTHER" for kOther.
[[nodiscard]] std::string_view to_string(AuthenticatorStatus status) noexcept;

struct StatusReport {
  AuthenticatorStatus status = AuthenticatorStatus::kOther;
  std::string name;                       ///< as published
  std::optional<Instant> effective_date;  ///< midnight UTC; none: for as long as it is there
  /// The firmware it is about. It is for people alone: few attestations say which firmware signed.
  std::optional<std::int64_t> authenticator_version;
  /// DER. What kAttestationKeyCompromise is limited to: keys whose chain leads over one of these;
  /// none: all keys of the model.
  std::vector<Bytes> certificates;

  friend bool operator==(const StatusReport&, const StatusReport&) = default;
};

/// What the getInfo of a metadata statement says that its model can do. CTAP 2.1 §6.4.
struct ModelFeatures {
  bool has_resident_keys = false;
  bool has_user_verification = false;  ///< by a sensor or a PIN, set up or not
  bool has_hmac_secret = false;

  friend bool operator==(const ModelFeatures&, const ModelFeatures&) = default;
};

struct MetadataEntry {
  Bytes aaguid;                        ///< 16 bytes; empty for U2F
  std::vector<Bytes> key_identifiers;  ///< of U2F: SHA-1 of the leaf's public key bits, 20 bytes
  std::string description;
  std::optional<std::int64_t> authenticator_version;  ///< the firmware it describes
  ModelFeatures features;
  std::vector<Bytes> roots;           ///< DER: certificates its chains may end in
  std::size_t unreadable_roots = 0;   ///< left out
  std::vector<StatusReport> reports;  ///< in the order published, which is no order

  friend bool operator==(const MetadataEntry&, const MetadataEntry&) = default;
};

/// What FIDO's certification says of the model at `now`: the status of the latest of its reports up
/// to kFidoCertifiedL3Plus that is in force, of two of one day the stricter one. One without a date
/// is as old as can be. None without such a report.
[[nodiscard]] std::optional<AuthenticatorStatus> certification_at(const MetadataEntry& entry,
                                                                  Instant now);

}  // namespace firstkey::core::webauthn
