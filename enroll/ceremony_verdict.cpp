// The verdict: rows of Verifying and Settling.

#include <utility>

#include "enroll/ceremony_rows.h"
#include "enroll/verdict_outcome.h"

namespace firstkey::enroll {

namespace {

Proof proof_of(const core::RegistrationReceipt& receipt,
               bool is_pin_kept,
               const std::optional<KeyLikeness>& maker) {
  return {.credential_id = receipt.credential_id,
          .aaguid = receipt.aaguid,
          .requirement = receipt.session.proof,
          .credentials_left = receipt.session.credentials_left,
          .is_pin_kept = is_pin_kept,
          .maker = maker};
}

Event stored_event(const core::RegistrationReceipt& receipt) {
  return CredentialStored{.credential_id = receipt.credential_id,
                          .attestation_format = receipt.attestation_format,
                          .attestation_level = receipt.attestation_level,
                          .trust_root = receipt.trust_root};
}

/// Then it is somebody's, and no orphan, whatever key it came from.
bool is_registered_already(const core::Error& error) {
  return error.code == core::ErrorCode::kCredentialExists;
}

}  // namespace

// Verifying: neither window nor removal count any more, the verifier's commit decides.

Transition Rows::on(const Verifying& s, const Stored& i) const {
  const Proof proof = proof_of(i.receipt, s.uses_pin, s.key.likeness);
  if (!i.receipt.needs_proof) {
    return join(to(s, {SetAside{s.key.id}}, {stored_event(i.receipt)}), complete(proof, false));
  }
  return to(Proving{.proof = proof, .key = {.id = s.key.id}},
            {MakeAssertion{.key = s.key.id, .credential_id = proof.credential_id}},
            {stored_event(i.receipt), ProvingNow{}});
}

Transition Rows::on(const Verifying& s, const VerifierRefused& i) const {
  const VerdictMeaning meaning = meaning_of(i.error.code);
  const auto cause = meaning == VerdictMeaning::kWindowOver ? core::OrphanCause::kTooLate
                                                            : core::OrphanCause::kRefused;
  Transition refusal =
      to(s, {}, {RegistrationRefused{.code = i.error.code, .detail = i.error.detail}});
  if (!is_registered_already(i.error)) {
    refusal = join(std::move(refusal),
                   give_up(s, held_in(s), ReportOrphan{s.key.id, s.credential_id, cause}));
  }
  switch (meaning) {
    case VerdictMeaning::kTryAgain:
      return join(refusal,
                  touch_again({.key = s.key, .uses_pin = s.uses_pin}, KeyReason::kNotAccepted));
    case VerdictMeaning::kOtherKey:
      return join(refusal, reject(s.key.id, KeyReason::kNotAccepted));
    case VerdictMeaning::kWindowOver:
    case VerdictMeaning::kOver:
    case VerdictMeaning::kUnknown:
      return join(refusal, end_by(i.error));
  }
  return refusal;  // a value outside the enumeration
}

// Whether it was stored stays unknown to this station. Where a proof is required it will not count,
// for none came; else it may, and stays on the key.
Transition Rows::on(const Verifying& s, const VerifierLost& i) const {
  if (!is_lost_for_sure()) return fail(i.error);
  return join(
      give_up(
          s, held_in(s), ReportOrphan{s.key.id, s.credential_id, core::OrphanCause::kVerifierLost}),
      fail(i.error));
}

Transition Rows::on(const Verifying& s, const Cancel&) const {
  const auto held = held_in(s);
  if (!held) return to(Settling{.credential_id = s.credential_id}, {ReleaseKeys{}});
  return to(Settling{.credential_id = s.credential_id, .held = held}, {KeepPin{kPinKeptFor}});
}

Transition Rows::on(const Verifying& s, const KeyRemoved& i) const {
  return i.key == s.key.id ? to(s, {}, {KeyLeft{}}) : to(s);
}

// Settling

Transition Rows::on(const Settling& s, const Stored& i) const {
  Proof proof = proof_of(i.receipt, false, std::nullopt);
  WithdrawCredential withdrawal{proof.credential_id};
  return to(Withdrawing{.proof = std::move(proof),
                        .then = Withdrawing::Then::kCancel,
                        .failure = ProofFailure::kGivenUp,
                        .held = s.held},
            {std::move(withdrawal)});
}

Transition Rows::on(const Settling& s, const VerifierRefused& i) const {
  if (is_registered_already(i.error)) return cancel();
  return join(give_up(s, s.held, ReportOrphan{{}, s.credential_id, core::OrphanCause::kRefused}),
              cancel());
}

Transition Rows::on(const Settling& s, const VerifierLost&) const {
  if (!is_lost_for_sure()) return cancel();
  return join(
      give_up(s, s.held, ReportOrphan{{}, s.credential_id, core::OrphanCause::kVerifierLost}),
      cancel());
}

}  // namespace firstkey::enroll
