#pragma once
// A credential record: a verified public key of a user. Source: WebAuthn L3 §4 (credential record).

#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"

namespace firstkey::core {

enum class AttestationLevel { kAttested, kNotAttested };

struct CredentialRecord {
  Bytes id;  ///< 1..1023 bytes, unique over all users
  UserId user;
  SessionId session;
  CorrelationId correlation;
  std::string display_name;
  Bytes public_key;  ///< COSE_Key, CTAP2-canonical CBOR
  int algorithm = 0;
  std::uint32_t sign_count = 0;
  Bytes aaguid;  ///< 16 bytes
  bool is_user_verified = false;
  bool is_backup_eligible = false;
  bool is_backed_up = false;
  bool is_discoverable = false;
  std::vector<std::string> transports;
  std::string attestation_format;
  AttestationLevel attestation_level = AttestationLevel::kNotAttested;
  bool is_model_proven = false;  ///< by its attestation; else `aaguid` is what the key says
  std::string trust_root;        ///< subject of the certificate the chain ended in; empty if none
  Bytes attestation_object;      ///< as received, for later re-examination
  Bytes client_data_json;
  bool is_simulated = false;
  Instant created_at;
  std::optional<Instant> proven_at;
  std::optional<Instant> withdrawn_at;

  [[nodiscard]] bool is_proven() const noexcept { return proven_at.has_value(); }
  friend bool operator==(const CredentialRecord&, const CredentialRecord&) = default;
};

}  // namespace firstkey::core
