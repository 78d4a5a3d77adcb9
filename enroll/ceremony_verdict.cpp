// The verdict: rows of Verifying and Settling.

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
  const Transition refusal =
      to(s,
         {},
         {RegistrationRefused{.code = i.error.code, .detail = i.error.detail},
          CredentialOrphaned{s.credential_id}});
  switch (meaning_of(i.error.code)) {
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

// Whether it was stored stays unknown to this station; a proof never came, so it will not count.
Transition Rows::on(const Verifying&, const VerifierLost& i) const {
  return fail(i.error);
}

Transition Rows::on(const Verifying& s, const Cancel&) const {
  return to(Settling{s.credential_id}, {ReleaseKeys{}});
}

Transition Rows::on(const Verifying& s, const KeyRemoved& i) const {
  return i.key == s.key.id ? to(s, {}, {KeyLeft{}}) : to(s);
}

// Settling

Transition Rows::on(const Settling&, const Stored& i) const {
  const Proof proof = proof_of(i.receipt, false, std::nullopt);
  return to(Withdrawing{.proof = proof, .then = Withdrawing::Then::kCancel},
            {WithdrawCredential{proof.credential_id}});
}

Transition Rows::on(const Settling& s, const VerifierRefused&) const {
  return join(to(s, {}, {CredentialOrphaned{s.credential_id}}), cancel());
}

Transition Rows::on(const Settling& s, const VerifierLost&) const {
  return join(to(s, {}, {CredentialOrphaned{s.credential_id}}), cancel());
}

}  // namespace firstkey::enroll
