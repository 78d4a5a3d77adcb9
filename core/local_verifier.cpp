#include "core/local_verifier.h"

#include <utility>

#include "core/orphan_rules.h"

namespace firstkey::core {

Result<Redemption> LocalVerifier::redeem(RedemptionRequest request) {
  return redeemer_.redeem(std::move(request));
}

Result<Redemption> LocalVerifier::resume(ResumptionRequest request) {
  return redeemer_.resume(std::move(request));
}

Result<IssuedOptions> LocalVerifier::creation_options(const SessionTicket& ticket) {
  return registrations_.options(ticket);
}

Result<RegistrationReceipt> LocalVerifier::submit_registration(const SessionTicket& ticket,
                                                               const std::string& response_json) {
  return registrations_.submit(ticket, response_json);
}

Result<IssuedOptions> LocalVerifier::proof_options(const SessionTicket& ticket,
                                                   BytesView credential_id) {
  return proofs_.options(ticket, credential_id);
}

Result<ProofReceipt> LocalVerifier::submit_proof(const SessionTicket& ticket,
                                                 const std::string& response_json) {
  return proofs_.submit(ticket, response_json);
}

Result<SessionSnapshot> LocalVerifier::withdraw(const SessionTicket& ticket,
                                                BytesView credential_id) {
  return proofs_.withdraw(ticket, credential_id);
}

Result<void> LocalVerifier::report_orphan(const SessionTicket& ticket, const OrphanReport& report) {
  const auto heard =
      decide_in<Session>(store_, [&](WriteTransaction& transaction) -> Result<Session> {
        auto session = identify_session(transaction, ticket);
        if (!session) return session;
        const auto now = transaction.clock().now;
        if (auto told = hear_of_orphan(transaction, session.value(), report, now); !told) {
          return std::unexpected(told.error());
        }
        return session;
      });
  if (!heard) return std::unexpected(heard.error());
  return {};
}

Result<SessionSnapshot> LocalVerifier::finish(const SessionTicket& ticket) {
  return decide_in<SessionSnapshot>(
      store_, [&](WriteTransaction& transaction) -> Result<SessionSnapshot> {
        auto live = enter_session(transaction, ticket, SessionPurpose::kLook);
        if (!live) return std::unexpected(live.error());
        if (live->session.state == SessionState::kOpen) {
          const auto state = is_complete(transaction, live->session, live->settings.pass_policy)
                                 ? SessionState::kCompleted
                                 : SessionState::kCancelled;
          live->session =
              end_session(transaction, live->session, state, ErrorCode::kSessionEnded, live->now);
        }
        return snapshot_of(transaction, live.value());
      });
}

Result<SessionSnapshot> LocalVerifier::snapshot(const SessionTicket& ticket) {
  return decide_in<SessionSnapshot>(
      store_, [&](WriteTransaction& transaction) -> Result<SessionSnapshot> {
        const auto live = enter_session(transaction, ticket, SessionPurpose::kLook);
        if (!live) return std::unexpected(live.error());
        return snapshot_of(transaction, live.value());
      });
}

Result<void> LocalVerifier::tick() {
  bool is_any_open = false;
  const auto looked = store_.read(
      [&](ReadTransaction& transaction) { is_any_open = !transaction.open_sessions().empty(); });
  if (!looked || !is_any_open) return looked;
  return store_.write([](WriteTransaction& transaction) {
    settle_clock(transaction);
    expire_sessions(transaction);
    return Store::Ending::kCommit;
  });
}

}  // namespace firstkey::core
