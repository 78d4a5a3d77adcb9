#include "core/registration_desk.h"

#include <utility>

#include "core/aaguid.h"
#include "core/ceremony_terms.h"
#include "core/key_facts.h"
#include "core/key_refusals.h"
#include "core/orphan_rules.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/json.h"
#include "core/webauthn_refusals.h"

namespace firstkey::core {

namespace {

constexpr const char* kAction = "credential.register";
constexpr const char* kDisplayName = "Security key";

std::unexpected<Error> too_many(const Settings& settings) {
  return fail(ErrorCode::kTooManyCredentials,
              "this session has stored the " +
                  std::to_string(settings.pass_policy.credentials_per_session) +
                  " credentials the policy allows");
}

Error already_registered() {
  return {.code = ErrorCode::kCredentialExists,
          .detail = "a credential of this id is registered already"};
}

/// Whoever meets its key next may remove it there.
Error given_up_before() {
  return {.code = ErrorCode::kCredentialExists,
          .detail = "this credential is on record as an orphan"};
}

CredentialRecord record_of(webauthn::RegisteredCredential verified, const LiveSession& live) {
  return {.id = std::move(verified.id),
          .user = live.user.id,
          .session = live.session.id,
          .correlation = live.session.correlation,
          .display_name = kDisplayName,
          .public_key = std::move(verified.public_key),
          .algorithm = webauthn::to_cose(verified.algorithm),
          .sign_count = verified.sign_count,
          .aaguid = std::move(verified.aaguid),
          .is_user_verified = verified.is_user_verified,
          .is_backup_eligible = verified.is_backup_eligible,
          .is_backed_up = verified.is_backed_up,
          .is_discoverable = verified.extensions.cred_props_rk.value_or(false),
          .transports = std::move(verified.transports),
          .attestation_format = std::move(verified.attestation.format),
          .attestation_level = verified.attestation.level,
          .is_model_proven = verified.attestation.is_model_proven,
          .trust_root = std::move(verified.attestation.trust_root),
          .attestation_object = std::move(verified.attestation_object),
          .client_data_json = std::move(verified.client_data_json),
          .is_simulated = live.session.is_simulated,
          .created_at = live.now};
}

RegistrationReceipt receipt_of(ReadTransaction& transaction,
                               const LiveSession& live,
                               const CredentialRecord& record) {
  const bool may_be_proved = live.settings.pass_policy.proof != ProofRequirement::kOff;
  return {.credential_id = record.id,
          .aaguid = record.aaguid,
          .attestation_format = record.attestation_format,
          .attestation_level = record.attestation_level,
          .trust_root = record.trust_root,
          .needs_proof = may_be_proved && !record.is_proven(),
          .session = snapshot_of(transaction, live)};
}

AuditEvent stored_event(const LiveSession& live, const CredentialRecord& record) {
  constexpr std::size_t kMaxSubject = 256;
  auto event = session_event(live.session, kAction);
  event.details.emplace("credentialId", to_base64url(record.id));
  event.details.emplace("aaGuid", aaguid_text(record.aaguid));
  event.details.emplace("algorithm", std::to_string(record.algorithm));
  event.details.emplace("attestationFormat", record.attestation_format);
  event.details.emplace(
      "attestationLevel",
      record.attestation_level == AttestationLevel::kAttested ? "attested" : "notAttested");
  if (!record.trust_root.empty()) {
    event.details.emplace("trustRoot", record.trust_root.substr(0, kMaxSubject));
  }
  return event;
}

/// What an earlier transaction stored for this very response, told again.
Result<RegistrationReceipt> told_again(WriteTransaction& transaction,
                                       const SessionTicket& ticket,
                                       const Bytes& credential_id) {
  const auto live = enter_session(transaction, ticket, SessionPurpose::kLook);
  if (!live) return std::unexpected(live.error());
  const auto record = transaction.credential(credential_id);
  if (!record || record->session != live->session.id || record->withdrawn_at) {
    return fail(ErrorCode::kCredentialUnknown, "the credential was stored and withdrawn since");
  }
  return receipt_of(transaction, live.value(), record.value());
}

}  // namespace

Result<IssuedOptions> RegistrationDesk::options(const SessionTicket& ticket) {
  return decide_in<IssuedOptions>(
      store_, [&](WriteTransaction& transaction) -> Result<IssuedOptions> {
        const auto live = enter_session(transaction, ticket, SessionPurpose::kPrepare);
        if (!live) return std::unexpected(live.error());
        const auto& settings = live->settings;
        if (auto allowed = check_key_policy(settings, live->user, live->session); !allowed) {
          return std::unexpected(allowed.error());
        }
        const auto snapshot = snapshot_of(transaction, live.value());
        if (snapshot.credentials_left == 0) return too_many(settings);
        const auto challenge = issue_challenge(
            transaction,
            random_,
            live.value(),
            {.purpose = ChallengePurpose::kRegistration, .end = snapshot.expires_at});
        const auto existing = transaction.credentials_of(live->user.id);
        return IssuedOptions{
            .json = to_json(creation_options(settings, live->user, challenge, existing)),
            .expires_at = challenge.expires_at,
            .server_now = live->now,
            .origin = settings.relying_party.origins.front(),
            .orphans = orphans_to_tell(transaction)};
      });
}

Result<RegistrationReceipt> RegistrationDesk::submit(const SessionTicket& ticket,
                                                     const std::string& response_json) {
  const auto submission = read(response_json);
  const auto ahead = judge_ahead(ticket, submission);
  if (!ahead) return std::unexpected(ahead.error());
  return decide_in<RegistrationReceipt>(
      store_, [&](WriteTransaction& transaction) -> Result<RegistrationReceipt> {
        const auto session = identify_session(transaction, ticket);
        if (!session) return std::unexpected(session.error());
        if (submission) {
          const auto known = answered_before(transaction, session.value(), submission->answer);
          if (known) return told_again(transaction, ticket, known.value());
        }
        auto decided = commit(transaction, ticket, submission, ahead.value());
        if (decided) return std::move(decided.value());
        auto event = session_event(session.value(), kAction);
        event.outcome = std::string(to_string(decided.error().error.code));
        event.details.merge(decided.error().details);
        transaction.append_audit(event);
        return std::unexpected(std::move(decided.error().error));
      });
}

RegistrationDesk::Refusal RegistrationDesk::refused_by(const webauthn::Error& error) {
  return {.error = refused_registration(error),
          .details = {{"check", std::string(webauthn::to_string(error.code))}}};
}

webauthn::Result<RegistrationDesk::Submission> RegistrationDesk::read(
    const std::string& response_json) {
  auto response = webauthn::parse_registration_response(response_json);
  if (!response) return std::unexpected(response.error());
  auto client = webauthn::parse_client_data(response->client_data_json);
  if (!client) return std::unexpected(client.error());
  return Submission{.response = std::move(response.value()),
                    .answer = {.purpose = ChallengePurpose::kRegistration,
                               .challenge = std::move(client->challenge),
                               .response_hash = sha256(as_bytes(response_json))}};
}

Result<RegistrationDesk::Judgement> RegistrationDesk::judge(const Submission& submission,
                                                            Settings settings,
                                                            const MetadataPtr& metadata,
                                                            Instant now) {
  const auto trusted = roots_.of(settings.trust_roots);
  if (!trusted) return std::unexpected(trusted.error());
  auto verdict = webauthn::RegistrationVerifier::verify(
      submission.response,
      registration_expectations(settings,
                                submission.answer.challenge,
                                {.listed = *trusted.value(), .metadata = metadata.get()},
                                now));
  return Judgement{.settings = std::move(settings), .verdict = std::move(verdict)};
}

Result<RegistrationDesk::Judgement> RegistrationDesk::judge_ahead(
    const SessionTicket& ticket, const webauthn::Result<Submission>& submission) {
  Instant now;
  MetadataPtr metadata;
  auto settings =
      read_from<Settings>(store_, [&](ReadTransaction& transaction) -> Result<Settings> {
        // No work for whoever does not hold the ticket.
        const auto session = identify_session(transaction, ticket);
        if (!session) return std::unexpected(session.error());
        auto current = transaction.settings();
        if (!current) return fail(ErrorCode::kNotInitialised, "the store was never initialised");
        auto imported = metadata_.of(transaction, current.value());
        if (!imported) return std::unexpected(imported.error());
        metadata = std::move(imported.value());
        now = transaction.clock().now;
        return std::move(current.value());
      });
  if (!settings) return std::unexpected(settings.error());
  if (!submission) {
    return Judgement{.settings = std::move(settings.value()),
                     .verdict = std::unexpected(submission.error())};
  }
  return judge(submission.value(), std::move(settings.value()), metadata, now);
}

Result<RegistrationDesk::Judgement> RegistrationDesk::judge_anew(ReadTransaction& view,
                                                                 const LiveSession& live,
                                                                 const Submission& submission) {
  const auto metadata = metadata_.of(view, live.settings);
  if (!metadata) return std::unexpected(metadata.error());
  return judge(submission, live.settings, metadata.value(), live.now);
}

RegistrationDesk::Decision<webauthn::RegisteredCredential> RegistrationDesk::verdict_now(
    ReadTransaction& view,
    const LiveSession& live,
    const Submission& submission,
    const Judgement& ahead) {
  const auto judgement = demand_alike(ahead.settings, live.settings)
                             ? Result<Judgement>(ahead)
                             : judge_anew(view, live, submission);
  if (!judgement) return std::unexpected(Refusal{.error = judgement.error(), .details = {}});
  const auto& verdict = judgement->verdict;
  if (!verdict) {
    return std::unexpected(refused_by(verdict.error()));
  }
  const auto& verified = verdict->value();
  // What the client says of it is not signed; but a client that says no is believed.
  if (live.settings.key_policy.requires_resident_key &&
      verified.extensions.cred_props_rk == false) {
    return std::unexpected(
        Refusal{.error = {.code = ErrorCode::kKeyNotAllowed,
                          .detail = "the policy requires a credential the key itself can find"},
                .details = {{"check", "resident_key"}}});
  }
  return verified;
}

RegistrationDesk::Decision<std::string> RegistrationDesk::profile_of(
    ReadTransaction& view,
    const LiveSession& live,
    const webauthn::RegisteredCredential& verified) {
  const auto& policy = live.settings.key_policy;
  const auto metadata = metadata_.of(view, live.settings);
  if (!metadata) return std::unexpected(Refusal{.error = metadata.error(), .details = {}});
  const auto facts = facts_of(
      verified, {.service = metadata->get(), .grace = policy.metadata.grace, .now = live.now});
  const auto judgement = judge_key(profiles_for(live.user, policy), facts);
  if (judgement.satisfied != nullptr) return judgement.satisfied->name;
  return std::unexpected(Refusal{.error = refused_key(judgement, metadata->get()),
                                 .details = details_of(judgement, facts)});
}

RegistrationDesk::Decision<RegistrationReceipt> RegistrationDesk::commit(
    WriteTransaction& transaction,
    const SessionTicket& ticket,
    const webauthn::Result<Submission>& submission,
    const Judgement& ahead) {
  const auto refused = [](Error error) {
    return std::unexpected(Refusal{.error = std::move(error), .details = {}});
  };
  auto live = enter_session(transaction, ticket, SessionPurpose::kRegister);
  if (!live) return refused(live.error());
  if (auto allowed = check_key_policy(live->settings, live->user, live->session); !allowed) {
    return refused(allowed.error());
  }
  if (!submission) {
    return std::unexpected(refused_by(submission.error()));
  }
  const auto& answer = submission->answer;
  if (auto open = open_challenge(transaction, live.value(), answer); !open) {
    return refused(open.error());
  }
  auto verified = verdict_now(transaction, live.value(), submission.value(), ahead);
  if (!verified) return std::unexpected(std::move(verified.error()));
  if (live->session.credentials >= live->settings.pass_policy.credentials_per_session) {
    return refused(too_many(live->settings).error());
  }
  const auto profile = profile_of(transaction, live.value(), verified.value());
  if (!profile) return std::unexpected(profile.error());
  const auto metadata_number = verified->attestation.metadata_number;
  const auto record = record_of(std::move(verified.value()), live.value());
  // Asked before anything is written: what is written before a refusal stays.
  if (transaction.credential(record.id)) return refused(already_registered());
  if (transaction.orphan(record.id)) return refused(given_up_before());
  if (auto consumed = consume_challenge(transaction, live.value(), answer, record.id); !consumed) {
    return refused(consumed.error());
  }
  if (!transaction.insert_credential(record)) return refused(already_registered());
  ++live->session.credentials;
  transaction.update_session(live->session);
  auto event = stored_event(live.value(), record);
  event.details.emplace("passkeyProfile", profile.value());
  if (metadata_number)
    event.details.emplace("metadataNumber", std::to_string(metadata_number.value()));
  transaction.append_audit(event);
  return receipt_of(transaction, live.value(), record);
}

}  // namespace firstkey::core
