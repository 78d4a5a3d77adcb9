#pragma once
// An enrollment session: what a redeemed pass opens, and its challenges. A station holds the
// session's id and secret (its ticket); the store holds only the secret's hash.

#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/secret.h"

namespace firstkey::core {

enum class SessionState { kOpen, kCompleted, kCancelled, kExpired, kEnded };

struct Session {
  SessionId id;
  PassId pass;
  UserId user;
  StationId station;
  CorrelationId correlation;
  Sha256 secret_hash{};
  bool is_one_time = false;
  bool is_simulated = false;  ///< the station drives a simulated key
  Instant opened_at;
  Instant expires_at;    ///< the first instant at which it is too late to register
  Instant last_seen_at;  ///< of multi-use sessions, for the idle limit
  SessionState state = SessionState::kOpen;
  std::optional<Instant> ended_at;
  std::string ended_reason;  ///< an ErrorCode's name, or empty
  int credentials = 0;       ///< stored in this session and not withdrawn

  friend bool operator==(const Session&, const Session&) = default;
};

/// What lets a station act in its session. Never logged, stored only in the station's ticket file.
struct SessionTicket {
  SessionId session;
  StationId station;
  Secret secret;  ///< 32 bytes, drawn by the station
};

enum class ChallengePurpose { kRegistration, kProof };

struct Challenge {
  Bytes value;  ///< 32 random bytes; the key of the record
  SessionId session;
  ChallengePurpose purpose = ChallengePurpose::kRegistration;
  Bytes credential_id;  ///< of a proof: the credential to be proved
  Instant created_at;
  Instant expires_at;
  std::optional<Instant> used_at;
  Sha256 response_hash{};      ///< of the response that used it: the same one again is answered
  Bytes stored_credential_id;  ///< …with this credential

  friend bool operator==(const Challenge&, const Challenge&) = default;
};

}  // namespace firstkey::core
