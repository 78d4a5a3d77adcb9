#include "core/orphan_rules.h"

#include <algorithm>
#include <iterator>

#include "core/session_rules.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kLongestCredentialId = 1023;  // WebAuthn L3 §4, credential ID
constexpr std::size_t kAaguidSize = 16;

Result<void> check(const OrphanReport& report) {
  if (report.credential_id.empty() || report.credential_id.size() > kLongestCredentialId) {
    return fail(ErrorCode::kInvalidArgument, "a credential id has 1 to 1023 bytes");
  }
  if (!report.aaguid.empty() && report.aaguid.size() != kAaguidSize) {
    return fail(ErrorCode::kInvalidArgument, "an AAGUID has 16 bytes");
  }
  return {};
}

void mark_removed(WriteTransaction& transaction,
                  const Session& session,
                  OrphanRecord orphan,
                  Instant now) {
  orphan.removed_at = now;
  transaction.put_orphan(orphan);
  auto event = session_event(session, "orphan.remove");
  event.details.emplace("credentialId", to_base64url(orphan.credential_id));
  // It may have been another session's, of another person with the same key.
  event.details.emplace("madeInSession", orphan.session.text());
  transaction.append_audit(event);
}

}  // namespace

void record_orphan(WriteTransaction& transaction,
                   const Session& session,
                   const OrphanReport& orphan,
                   Instant now) {
  const auto settings = transaction.settings();
  if (!settings || transaction.orphan(orphan.credential_id)) return;
  transaction.put_orphan({.credential_id = orphan.credential_id,
                          .rp_id = settings->relying_party.id,
                          .user = session.user,
                          .session = session.id,
                          .correlation = session.correlation,
                          .aaguid = orphan.aaguid,
                          .cause = orphan.cause,
                          .recorded_at = now,
                          .removed_at = std::nullopt});
  auto event = session_event(session, "orphan.record");
  event.details.emplace("credentialId", to_base64url(orphan.credential_id));
  event.details.emplace("cause", to_string(orphan.cause));
  transaction.append_audit(event);
}

OrphanReport orphan_of(const CredentialRecord& withdrawn) {
  return {
      .credential_id = withdrawn.id, .aaguid = withdrawn.aaguid, .cause = OrphanCause::kWithdrawn};
}

Result<void> hear_of_orphan(WriteTransaction& transaction,
                            const Session& session,
                            const OrphanReport& report,
                            Instant now) {
  if (auto checked = check(report); !checked) return checked;
  const auto credential = transaction.credential(report.credential_id);
  if (credential && !credential->withdrawn_at) {
    return fail(ErrorCode::kCredentialExists, "this credential is registered");
  }
  if (!transaction.orphan(report.credential_id)) {
    if (transaction.count_orphans_of(session.id) >= kOrphansPerSession) {
      return fail(ErrorCode::kTooManyCredentials, "this session has told of too many orphans");
    }
    record_orphan(transaction, session, report, now);
  }
  const auto orphan = transaction.orphan(report.credential_id);
  const bool is_news = orphan && !orphan->removed_at;
  if (is_news && report.place == OrphanReport::Place::kRemoved) {
    mark_removed(transaction, session, *orphan, now);
  }
  return {};
}

std::vector<OrphanMark> orphans_to_tell(ReadTransaction& transaction) {
  const auto orphans = transaction.orphans(kOrphansTold);
  std::vector<OrphanMark> marks;
  std::ranges::transform(orphans, std::back_inserter(marks), [](const OrphanRecord& orphan) {
    return OrphanMark{.credential_id = orphan.credential_id, .aaguid = orphan.aaguid};
  });
  return marks;
}

}  // namespace firstkey::core
