// The proof and the end: rows of Proving … Completed.

#include <algorithm>

#include "enroll/ceremony_rows.h"
#include "enroll/verdict_outcome.h"

namespace firstkey::enroll {

namespace {

Command sign(const Proof& proof, KeyId key) {
  return MakeAssertion{.key = key, .credential_id = proof.credential_id};
}

/// An AAGUID is the model's: another one is certainly another key.
bool is_other_model(const Proof& proof, const KeyProfile& profile) {
  return !proof.aaguid.empty() && !std::ranges::equal(proof.aaguid, profile.facts.aaguid);
}

}  // namespace

// Proving

Transition Rows::complete(const Proof& proof, bool is_proven) const {
  return to(Completed{proof.credentials_left},
            {},
            {CredentialCompleted{.credential_id = proof.credential_id,
                                 .is_proven = is_proven,
                                 .credentials_left = proof.credentials_left}});
}

Transition Rows::complete_and_finish(const Proof& proof, bool is_proven) const {
  Transition finished = finish();
  std::get<CeremonyFinished>(finished.events.back()).credentials += 1;
  return join(complete(proof, is_proven), std::move(finished));
}

Transition Rows::await_proof_key(const Proof& proof, Command parting, Event why) const {
  Transition transition = to(AwaitingProofKey{proof}, {std::move(parting)}, {std::move(why)});
  if (proof.is_pin_kept) transition.commands.emplace_back(KeepPin{kPinKeptFor});
  transition.events.emplace_back(ProofKeyWanted{});
  return transition;
}

// Not the key that made the credential. Another one may have been inserted meanwhile.
Transition Rows::turn_away(const Proof& proof, KeyId key, Event why) const {
  Transition transition = await_proof_key(proof, SetAside{key}, std::move(why));
  for (const PresentKey& other : context_.candidates) {
    if (other.id == key) continue;
    return join(std::move(transition), on(AwaitingProofKey{proof}, KeyArrived{.key = other}));
  }
  return transition;
}

Transition Rows::sign_again(const Proving& state) const {
  Proving again = state;
  if (++again.key.falters > kFaltersForgiven) {
    return give_key_up(state.proof, state.key, ProofFailure::kKeyFailing);
  }
  return to(again, {sign(again.proof, again.key.id)});
}

// A kept PIN is tried on no key but the one it belongs to: a wrong PIN costs an attempt. Which key
// that is it says itself, or its looks do, and then the PIN is tried once.
std::optional<Proof> Rows::with_kept_pin(const Proof& proof, const KeyProfile& profile) const {
  if (!proof.is_pin_kept) return std::nullopt;
  if (profile.holds_credential) return proof;
  if (!proof.maker || !is_like(*proof.maker, profile)) return std::nullopt;
  Proof guessed = proof;
  guessed.maker.reset();
  guessed.is_pin_guessed = true;
  return guessed;
}

Transition Rows::ask_for_proof_pin(Proof proof,
                                   const KeyInUse& key,
                                   std::optional<int> attempts_left,
                                   bool was_wrong) const {
  proof.is_pin_kept = false;
  proof.is_pin_guessed = false;
  return to(
      AwaitingProofPin{.proof = std::move(proof), .key = key},
      {AskPin{.key = key.id,
              .purpose = Purpose::kProof,
              .attempts_left = attempts_left,
              .was_wrong = was_wrong}},
      {PinWanted{
          .purpose = Purpose::kProof, .attempts_left = attempts_left, .was_wrong = was_wrong}});
}

Transition Rows::abandon_proof(const Proof& proof, const Abandonment& how) const {
  const Transition failed = to(Completed{}, {}, {ProofFailed{how.failure}});
  if (proof.requirement == core::ProofRequirement::kRequired) {
    Transition withdrawing =
        to(Withdrawing{.proof = proof, .then = how.then, .failure = how.failure, .held = how.held});
    if (how.held) {
      withdrawing.commands = {StopKey{*how.held}, KeepPin{kPinKeptFor}};
    } else {
      withdrawing.commands = {ReleaseKeys{}};
    }
    withdrawing.commands.emplace_back(WithdrawCredential{proof.credential_id});
    return join(failed, std::move(withdrawing));
  }
  const bool is_end = how.then == Withdrawing::Then::kCancel;
  return join(join(failed, to(Completed{}, {ReleaseKeys{}})),
              is_end ? complete_and_finish(proof, false) : complete(proof, false));
}

// Another key may do better; the same one, still plugged in, would be registered over and over.
Transition Rows::give_key_up(const Proof& proof, const KeyInUse& key, ProofFailure failure) const {
  return join(to(Completed{}, {SetAside{key.id}}),
              abandon_proof(proof, {.then = Withdrawing::Then::kStartOver, .failure = failure}));
}

Transition Rows::on(const Proving& s, const TouchNeeded& i) const {
  return i.key == s.key.id ? to(s, {}, {TouchWanted{Purpose::kProof}}) : to(s);
}

Transition Rows::on(const Proving& s, const AssertionMade& i) const {
  if (i.key != s.key.id) return to(s);
  return to(ConfirmingProof{.proof = s.proof, .key = s.key}, {SubmitProof{}});
}

Transition Rows::on(const Proving& s, const TouchFailed& i) const {
  if (i.key != s.key.id) return to(s);
  return to(s, {sign(s.proof, s.key.id)}, {TouchMissed{i.mishap}});
}

Transition Rows::on(const Proving& s, const PresenceUsedUp& i) const {
  return i.key == s.key.id ? await_proof_key(s.proof, ReleaseKey{i.key}, PresentAgain{}) : to(s);
}

Transition Rows::on(const Proving& s, const KeyFaltered& i) const {
  if (i.key != s.key.id) return to(s);
  // A guess may have been tried although its answer was lost; it is not tried twice.
  if (s.proof.is_pin_guessed) return ask_for_proof_pin(s.proof, s.key, std::nullopt, false);
  return sign_again(s);
}

Transition Rows::on(const Proving& s, const PinWrong& i) const {
  return i.key == s.key.id ? ask_for_proof_pin(s.proof, s.key, i.attempts_left, true) : to(s);
}

Transition Rows::on(const Proving& s, const PinNeeded& i) const {
  return i.key == s.key.id ? ask_for_proof_pin(s.proof, s.key, std::nullopt, false) : to(s);
}

Transition Rows::on(const Proving& s, const PinBlocked& i) const {
  if (i.key != s.key.id) return to(s);
  if (i.lock == PinLock::kForGood) {
    return join(to(s, {}, {KeyLocked{i.lock}}), give_key_up(s.proof, s.key, ProofFailure::kLocked));
  }
  Proof proof = s.proof;
  proof.is_pin_kept = false;
  return await_proof_key(proof, SetAside{i.key}, KeyLocked{i.lock});
}

Transition Rows::on(const Proving& s, const FactsChanged& i) const {
  if (i.key != s.key.id) return to(s);
  KeyInUse key = s.key;
  if (++key.falters > kFaltersForgiven) {
    return give_key_up(s.proof, s.key, ProofFailure::kKeyFailing);
  }
  return to(OpeningProofKey{.proof = s.proof, .key = key},
            {OpenKey{.key = key.id, .look_for = s.proof.credential_id}});
}

Transition Rows::on(const Proving& s, const CredentialMissing& i) const {
  if (i.key != s.key.id) return to(s);
  Proof proof = s.proof;
  proof.is_pin_kept = false;  // it was this key's
  return turn_away(proof, i.key, WrongProofKey{});
}

Transition Rows::on(const Proving& s, const KeyUnusable& i) const {
  if (i.key != s.key.id) return to(s);
  return join(to(s, {}, {KeyRejected{i.reason}}),
              give_key_up(s.proof, s.key, ProofFailure::kKeyFailing));
}

Transition Rows::on(const Proving& s, const VerifierRefused& i) const {
  const bool is_late = meaning_of(i.error.code) == VerdictMeaning::kWindowOver;
  return abandon_proof(s.proof,
                       {.then = Withdrawing::Then::kFail,
                        .failure = is_late ? ProofFailure::kTooLate : ProofFailure::kRefused,
                        .held = held_in(s)});
}

// Nothing was signed, so where a proof is required it ends with its session.
Transition Rows::on(const Proving& s, const VerifierLost& i) const {
  if (s.proof.requirement != core::ProofRequirement::kRequired) return fail(i.error);
  return join(
      give_up(s,
              held_in(s),
              ReportOrphan{s.key.id, s.proof.credential_id, core::OrphanCause::kVerifierLost}),
      fail(i.error));
}

// ConfirmingProof

Transition Rows::on(const ConfirmingProof& s, const ProofVerified&) const {
  return join(to(s, {SetAside{s.key.id}}), complete(s.proof, true));
}

Transition Rows::on(const ConfirmingProof& s, const VerifierRefused& i) const {
  const auto abandon = [&](Withdrawing::Then then, ProofFailure failure) {
    return abandon_proof(s.proof, {.then = then, .failure = failure, .held = held_in(s)});
  };
  switch (meaning_of(i.error.code)) {
    case VerdictMeaning::kTryAgain:
      return sign_again({.proof = s.proof, .key = s.key});
    case VerdictMeaning::kOtherKey:
      return give_key_up(s.proof, s.key, ProofFailure::kRefused);
    case VerdictMeaning::kWindowOver:
      return abandon(Withdrawing::Then::kFail, ProofFailure::kTooLate);
    case VerdictMeaning::kOver:
    case VerdictMeaning::kUnknown:
      return abandon(Withdrawing::Then::kFail, ProofFailure::kRefused);
  }
  return to(s);  // a value outside the enumeration
}

Transition Rows::on(const ConfirmingProof&, const VerifierLost& i) const {
  return fail(i.error);
}

// Whichever the verifier does first counts: see Withdrawing and ProofVerified.
Transition Rows::on(const ConfirmingProof& s, const Cancel&) const {
  return abandon_proof(
      s.proof,
      {.then = Withdrawing::Then::kCancel, .failure = ProofFailure::kGivenUp, .held = held_in(s)});
}

// AwaitingProofKey, OpeningProofKey, AwaitingProofPin

Transition Rows::on(const AwaitingProofKey& s, const KeyArrived& i) const {
  return to(OpeningProofKey{.proof = s.proof, .key = {.id = i.key.id}},
            {OpenKey{.key = i.key.id, .look_for = s.proof.credential_id}},
            {KeyInserted{.display_name = i.key.display_name, .transport = i.key.transport}});
}

Transition Rows::on(const AwaitingProofKey& s, const PinKeptLongEnough&) const {
  AwaitingProofKey without_pin = s;
  without_pin.proof.is_pin_kept = false;
  return to(std::move(without_pin));
}

Transition Rows::on(const OpeningProofKey& s, const KeyOpened& i) const {
  if (i.key != s.key.id) return to(s);
  const Suitability suitability = assess_for_proof(i.profile, context_.demands);
  if (is_other_model(s.proof, i.profile) || std::holds_alternative<Unsuitable>(suitability)) {
    return turn_away(s.proof, i.key, WrongProofKey{});
  }
  if (const auto* lock = std::get_if<PinLock>(&suitability)) {
    return turn_away(s.proof, i.key, KeyLocked{*lock});
  }
  const bool needs_no_pin = std::get<PinPath>(suitability) == PinPath::kNoPin;
  const auto proof = needs_no_pin ? std::optional(s.proof) : with_kept_pin(s.proof, i.profile);
  if (proof) {
    return to(Proving{.proof = *proof, .key = s.key}, {sign(*proof, s.key.id)}, {ProvingNow{}});
  }
  std::optional<int> attempts_left;
  if (i.profile.pin_retries) attempts_left = i.profile.pin_retries->attempts_left;
  return ask_for_proof_pin(s.proof, s.key, attempts_left, false);
}

Transition Rows::on(const OpeningProofKey& s, const KeyUnusable& i) const {
  return i.key == s.key.id ? turn_away(s.proof, i.key, KeyRejected{i.reason}) : to(s);
}

Transition Rows::on(const OpeningProofKey& s, const KeyFaltered& i) const {
  if (i.key != s.key.id) return to(s);
  OpeningProofKey again = s;
  if (++again.key.falters > kFaltersForgiven) {
    return turn_away(s.proof, i.key, KeyRejected{i.reason});
  }
  const core::Bytes look_for = s.proof.credential_id;
  return to(std::move(again), {OpenKey{.key = i.key, .look_for = look_for}});
}

Transition Rows::on(const OpeningProofKey& s, const PinKeptLongEnough&) const {
  OpeningProofKey without_pin = s;
  without_pin.proof.is_pin_kept = false;
  return to(std::move(without_pin));
}

Transition Rows::on(const AwaitingProofPin& s, const PinEntered& i) const {
  if (i.key != s.key.id) return to(s);
  Proving proving{.proof = s.proof, .key = s.key};
  proving.proof.is_pin_kept = true;
  return to(std::move(proving), {sign(s.proof, s.key.id)}, {ProvingNow{}});
}

Transition Rows::on(const AwaitingProofPin& s, const PinDeclined& i) const {
  if (i.key != s.key.id) return to(s);
  return turn_away(s.proof, i.key, KeyRejected{KeyReason::kPinDeclined});
}

// Withdrawing

Transition Rows::on(const Withdrawing& s, const Withdrawn&) const {
  Transition withdrawn =
      to(s,
         {},
         {CredentialWithdrawn{s.proof.credential_id}, CredentialOrphaned{s.proof.credential_id}});
  if (s.held) {
    withdrawn.commands = {
        RemoveOrphan{*s.held, s.proof.credential_id, core::OrphanCause::kWithdrawn},
        ReleaseKey{*s.held}};
  }
  if (s.then == Withdrawing::Then::kCancel) return join(withdrawn, cancel());
  if (s.then == Withdrawing::Then::kStartOver && context_.window_is_open()) {
    return join(withdrawn, look_for_key());
  }
  const bool is_late = s.failure == ProofFailure::kTooLate;
  return join(
      withdrawn,
      fail({.code = is_late ? core::ErrorCode::kWindowOver : core::ErrorCode::kAssertionInvalid,
            .detail =
                is_late ? "the time to sign in with the new key is over" : "the proof failed"}));
}

// The proof was verified before the withdrawal reached the verifier: the credential counts.
Transition Rows::on(const Withdrawing& s, const ProofVerified&) const {
  return complete_and_finish(s.proof, true);
}

Transition Rows::on(const Withdrawing& s, const VerifierRefused& i) const {
  return s.then == Withdrawing::Then::kCancel ? cancel() : fail(i.error);
}

Transition Rows::on(const Withdrawing& s, const VerifierLost& i) const {
  return s.then == Withdrawing::Then::kCancel ? cancel() : fail(i.error);
}

Transition Rows::on(const Withdrawing& s, const Cancel&) const {
  Withdrawing cancelled = s;
  cancelled.then = Withdrawing::Then::kCancel;
  return to(std::move(cancelled));
}

// Completed

Transition Rows::on(const Completed& s, const AddAnother&) const {
  return s.credentials_left > 0 && context_.window_is_open() ? look_for_key() : to(s);
}

Transition Rows::on(const Completed&, const Finish&) const {
  return finish();
}

Transition Rows::on(const Completed&, const Cancel&) const {
  return finish();
}

Transition Rows::on(const Completed&, const WindowOver&) const {
  return finish();
}

}  // namespace firstkey::enroll
