#pragma once
// Challenges: drawn here, kept in the store, good for one answer. A challenge belongs to a session
// and a purpose, and a proof's to a credential too; it is never valid longer than what it is for.
// Source: WebAuthn L3 §13.4.3 (cryptographic challenges).

#include <chrono>
#include <optional>

#include "core/random.h"
#include "core/result.h"
#include "core/session_rules.h"
#include "core/store.h"

namespace firstkey::core {

/// Shorter than the window and renewed inside it. Source: WebAuthn L3 §15.1 (recommended timeouts:
/// 5 to 10 minutes).
inline constexpr std::chrono::minutes kChallengeLifetime{5};
/// How long a used challenge answers its response again; then it is swept.
inline constexpr std::chrono::hours kChallengeRetention{24};

struct ChallengeTerms {
  ChallengePurpose purpose = ChallengePurpose::kRegistration;
  Instant end;          ///< of what it is for: it expires then, or after kChallengeLifetime
  Bytes credential_id;  ///< of a proof
};

/// Draws and stores a challenge for `live`, and sweeps the old ones of every session.
[[nodiscard]] Challenge issue_challenge(WriteTransaction& transaction,
                                        Random& random,
                                        const LiveSession& live,
                                        ChallengeTerms terms);

/// A response as far as challenges are concerned.
struct Answer {
  ChallengePurpose purpose = ChallengePurpose::kRegistration;
  Bytes challenge;         ///< as its client data have it
  Sha256 response_hash{};  ///< of the response as it was sent, byte for byte
};

/// The credential this very answer stored or proved before, in this session; nothing if it is new.
[[nodiscard]] std::optional<Bytes> answered_before(ReadTransaction& transaction,
                                                   const Session& session,
                                                   const Answer& answer);

/// The challenge `answer` answers, which may be used now: valid while now < expires_at.
/// Errors: kChallengeUnknown (another session's or purpose's too), kChallengeUsed,
/// kChallengeExpired.
[[nodiscard]] Result<Challenge> open_challenge(ReadTransaction& transaction,
                                               const LiveSession& live,
                                               const Answer& answer);

/// Consumes the challenge of `answer` for the credential it led to. Errors: kChallengeUsed.
[[nodiscard]] Result<void> consume_challenge(WriteTransaction& transaction,
                                             const LiveSession& live,
                                             const Answer& answer,
                                             BytesView credential_id);

}  // namespace firstkey::core
