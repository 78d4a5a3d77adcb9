#include "core/proof_desk.h"

#include <utility>

#include "core/ceremony_terms.h"
#include "core/key_refusals.h"
#include "core/orphan_rules.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/json.h"
#include "core/webauthn_refusals.h"

namespace firstkey::core {

namespace {

constexpr const char* kAction = "credential.prove";

struct Submission {
  webauthn::AuthenticationResponse response;
  Answer answer;
};

webauthn::Result<Submission> read(const std::string& response_json) {
  auto response = webauthn::parse_authentication_response(response_json);
  if (!response) return std::unexpected(response.error());
  auto client = webauthn::parse_client_data(response->client_data_json);
  if (!client) return std::unexpected(client.error());
  return Submission{.response = std::move(response.value()),
                    .answer = {.purpose = ChallengePurpose::kProof,
                               .challenge = std::move(client->challenge),
                               .response_hash = sha256(as_bytes(response_json))}};
}

std::unexpected<Error> unknown_credential() {
  return fail(ErrorCode::kCredentialUnknown, "this session holds no such credential");
}

/// The credential, withdrawn or not, if it is `session`'s.
std::optional<CredentialRecord> credential_of(ReadTransaction& transaction,
                                              const Session& session,
                                              BytesView id) {
  auto record = transaction.credential(id);
  if (!record || record->session != session.id || record->user != session.user) return std::nullopt;
  return record;
}

AuditEvent credential_event(const Session& session, const char* action, BytesView id) {
  auto event = session_event(session, action);
  event.details.emplace("credentialId", to_base64url(id));
  return event;
}

/// Checked inside the transaction: one signature, which takes less than asking the store twice.
webauthn::Result<webauthn::VerifiedAssertion> verify(const LiveSession& live,
                                                     const Submission& submission,
                                                     const CredentialRecord& record) {
  return webauthn::AssertionVerifier::verify(
      submission.response,
      assertion_expectations(live.settings, live.user, record.id, submission.answer.challenge),
      {.id = record.id,
       .user_handle = live.user.handle,
       .public_key = record.public_key,
       .sign_count = record.sign_count,
       .is_backup_eligible = record.is_backup_eligible});
}

/// Whether the key is still of a model the policy takes for its user. Which it is of was found out
/// at the registration. `event` is told why not. Errors: kKeyNotAllowed.
Result<void> check_model(const LiveSession& live,
                         const CredentialRecord& record,
                         AuditEvent& event) {
  const auto profiles = profiles_for(live.user, live.settings.key_policy);
  if (profiles.empty()) {
    return fail(ErrorCode::kKeyNotAllowed, "the key policy is no longer for this account");
  }
  const KeyModel model{.aaguid = record.aaguid, .is_proven = record.is_model_proven};
  const auto judgement = judge_model(profiles, model);
  if (judgement.satisfied != nullptr) return {};
  event.details.merge(details_of(judgement, {.model = model}));
  return std::unexpected(refused_key(judgement, nullptr));
}

/// What an earlier transaction found proven by this very response, told again.
Result<ProofReceipt> told_again(WriteTransaction& transaction,
                                const SessionTicket& ticket,
                                const Bytes& credential_id) {
  const auto live = enter_session(transaction, ticket, SessionPurpose::kLook);
  if (!live) return std::unexpected(live.error());
  if (!credential_of(transaction, live->session, credential_id)) return unknown_credential();
  return ProofReceipt{.credential_id = credential_id,
                      .session = snapshot_of(transaction, live.value())};
}

/// All conditions in their order; the credential is proven if they hold. `event` is told which
/// credential it is about and which check failed.
Result<ProofReceipt> prove(WriteTransaction& transaction,
                           const SessionTicket& ticket,
                           const webauthn::Result<Submission>& submission,
                           AuditEvent& event) {
  const auto live = enter_session(transaction, ticket, SessionPurpose::kProve);
  if (!live) return std::unexpected(live.error());
  const auto refused = [&](const webauthn::Error& error) {
    event.details.emplace("check", webauthn::to_string(error.code));
    return std::unexpected(refused_assertion(error));
  };
  if (!submission) return refused(submission.error());
  const auto challenge = open_challenge(transaction, live.value(), submission->answer);
  if (!challenge) return std::unexpected(challenge.error());
  // The record is the challenge's, never one that the response names.
  auto record = credential_of(transaction, live->session, challenge->credential_id);
  if (!record || record->withdrawn_at) return unknown_credential();
  event.details.emplace("credentialId", to_base64url(record->id));
  const auto verified = verify(live.value(), submission.value(), record.value());
  if (!verified) return refused(verified.error());
  if (auto allowed = check_model(live.value(), record.value(), event); !allowed) {
    return std::unexpected(allowed.error());
  }
  if (auto consumed = consume_challenge(transaction, live.value(), submission->answer, record->id);
      !consumed) {
    return std::unexpected(consumed.error());
  }
  record->sign_count = verified->sign_count();
  record->is_backed_up = verified->is_backed_up();
  if (!record->proven_at) record->proven_at = live->now;
  transaction.update_credential(record.value());
  return ProofReceipt{.credential_id = record->id,
                      .session = snapshot_of(transaction, live.value())};
}

}  // namespace

Result<IssuedOptions> ProofDesk::options(const SessionTicket& ticket, BytesView credential_id) {
  return decide_in<IssuedOptions>(
      store_, [&](WriteTransaction& transaction) -> Result<IssuedOptions> {
        const auto live = enter_session(transaction, ticket, SessionPurpose::kProve);
        if (!live) return std::unexpected(live.error());
        const auto record = credential_of(transaction, live->session, credential_id);
        if (!record || record->withdrawn_at) return unknown_credential();
        const auto end =
            end_of_registration(live->session, live->settings.pass_policy) + kProofGrace;
        const auto challenge = issue_challenge(
            transaction,
            random_,
            live.value(),
            {.purpose = ChallengePurpose::kProof, .end = end, .credential_id = record->id});
        return IssuedOptions{
            .json = to_json(request_options(live->settings, record.value(), challenge)),
            .expires_at = challenge.expires_at,
            .server_now = live->now,
            .origin = live->settings.relying_party.origins.front()};
      });
}

Result<ProofReceipt> ProofDesk::submit(const SessionTicket& ticket,
                                       const std::string& response_json) {
  const auto submission = read(response_json);
  return decide_in<ProofReceipt>(
      store_, [&](WriteTransaction& transaction) -> Result<ProofReceipt> {
        const auto session = identify_session(transaction, ticket);
        if (!session) return std::unexpected(session.error());
        if (submission) {
          const auto known = answered_before(transaction, session.value(), submission->answer);
          if (known) return told_again(transaction, ticket, known.value());
        }
        auto event = session_event(session.value(), kAction);
        auto decided = prove(transaction, ticket, submission, event);
        if (!decided) event.outcome = std::string(to_string(decided.error().code));
        transaction.append_audit(event);
        return decided;
      });
}

Result<SessionSnapshot> ProofDesk::withdraw(const SessionTicket& ticket, BytesView credential_id) {
  return decide_in<SessionSnapshot>(
      store_, [&](WriteTransaction& transaction) -> Result<SessionSnapshot> {
        // Looking first: a session that is over withdraws what it holds unproven by itself.
        auto live = enter_session(transaction, ticket, SessionPurpose::kLook);
        if (!live) return std::unexpected(live.error());
        auto record = credential_of(transaction, live->session, credential_id);
        if (!record) return unknown_credential();
        if (record->withdrawn_at) return snapshot_of(transaction, live.value());
        if (live->session.state != SessionState::kOpen) {
          return fail(ErrorCode::kSessionEnded, "the session has ended; its credentials stay");
        }
        if (record->is_proven()) {
          return fail(ErrorCode::kInvalidArgument, "a proven credential is not withdrawn");
        }
        record->withdrawn_at = live->now;
        transaction.update_credential(record.value());
        --live->session.credentials;
        transaction.update_session(live->session);
        transaction.append_audit(
            credential_event(live->session, "credential.withdraw", record->id));
        record_orphan(transaction, live->session, orphan_of(record.value()), live->now);
        return snapshot_of(transaction, live.value());
      });
}

}  // namespace firstkey::core
