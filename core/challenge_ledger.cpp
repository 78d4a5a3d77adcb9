#include "core/challenge_ledger.h"

#include <algorithm>
#include <utility>

namespace firstkey::core {

namespace {

constexpr std::size_t kChallengeBytes = 32;  // WebAuthn L3 §13.4.3 asks for at least 16

std::unexpected<Error> used() {
  return fail(ErrorCode::kChallengeUsed, "this challenge was answered before; ask for new options");
}

}  // namespace

Challenge issue_challenge(WriteTransaction& transaction,
                          Random& random,
                          const LiveSession& live,
                          ChallengeTerms terms) {
  transaction.delete_challenges_before(live.now - kChallengeRetention);
  Challenge challenge{.value = random.bytes(kChallengeBytes),
                      .session = live.session.id,
                      .purpose = terms.purpose,
                      .credential_id = std::move(terms.credential_id),
                      .created_at = live.now,
                      .expires_at = std::min<Instant>(live.now + kChallengeLifetime, terms.end)};
  transaction.insert_challenge(challenge);
  return challenge;
}

std::optional<Bytes> answered_before(ReadTransaction& transaction,
                                     const Session& session,
                                     const Answer& answer) {
  auto challenge = transaction.challenge(answer.challenge);
  if (!challenge || challenge->session != session.id || challenge->purpose != answer.purpose ||
      !challenge->used_at || challenge->response_hash != answer.response_hash) {
    return std::nullopt;
  }
  return std::move(challenge->stored_credential_id);
}

Result<Challenge> open_challenge(ReadTransaction& transaction,
                                 const LiveSession& live,
                                 const Answer& answer) {
  auto challenge = transaction.challenge(answer.challenge);
  if (!challenge || challenge->session != live.session.id || challenge->purpose != answer.purpose) {
    return fail(ErrorCode::kChallengeUnknown, "this session was never given that challenge");
  }
  if (challenge->used_at) return used();
  if (live.now >= challenge->expires_at) {
    return fail(ErrorCode::kChallengeExpired, "the challenge is too old; ask for new options");
  }
  return std::move(challenge.value());
}

Result<void> consume_challenge(WriteTransaction& transaction,
                               const LiveSession& live,
                               const Answer& answer,
                               BytesView credential_id) {
  if (!transaction.mark_used(answer.challenge, live.now, answer.response_hash, credential_id)) {
    return used();
  }
  return {};
}

}  // namespace firstkey::core
