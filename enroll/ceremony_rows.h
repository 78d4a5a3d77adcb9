#pragma once
// The rows of the table in enroll/README.md ("States"), one declaration a row, for ceremony.cpp
// alone. A pair of state and input without a row changes nothing: that is a rule of the table, kept
// by the last template, and the reason why no row is missing by accident is the test that reads the
// table and tries every pair.

#include <concepts>
#include <optional>
#include <utility>

#include "enroll/ceremony.h"
#include "enroll/ceremony_orphans.h"

namespace firstkey::enroll {

template <class S, class... Options>
concept AnyOf = (std::same_as<S, Options> || ...);

/// States before the commit in which one key is being worked with.
template <class S>
concept RegistersWithKey =
    AnyOf<S, OpeningKey, ChoosingPin, SettingPin, AwaitingPin, AwaitingTouch>;
template <class S>
concept BeforeCommit = RegistersWithKey<S> || AnyOf<S, Preparing, AwaitingKey, SelectingKey>;
/// States in which a key is being worked with for the proof, before its signature is out.
template <class S>
concept ProvesWithKey = AnyOf<S, Proving, OpeningProofKey, AwaitingProofPin>;
template <class S>
concept AwaitsProof = ProvesWithKey<S> || AnyOf<S, AwaitingProofKey>;
/// States in which creation options may be on their way: what is demanded of a key is asked for
/// before the first one is looked at, a challenge before a touch.
template <class S>
concept AwaitsOptions = AnyOf<S, Preparing, SelectingKey, OpeningKey, AwaitingTouch>;
/// States in which an answer of the verifier is outstanding.
template <class S>
concept AwaitsVerifier =
    AwaitsOptions<S> || AnyOf<S, Verifying, Settling, Proving, ConfirmingProof, Withdrawing>;
/// States in which a key that cannot be opened is worth telling of.
template <class S>
concept LooksForKey = AnyOf<S, Preparing, AwaitingKey, SelectingKey, AwaitingProofKey>;
template <class S>
concept UsesOneKey = RegistersWithKey<S> || ProvesWithKey<S> || AnyOf<S, Verifying>;

class Rows {
 public:
  /// `context` outlives this object.
  explicit Rows(const Context& context) : context_(context) {}

  // Any state.
  template <class S>
  Transition on(const S& s, const KeyUnresponsive& i) const {
    return to(s, {SetAside{i.key}}, {KeyUnresponding{}});
  }
  template <class S>
  Transition on(const S& s, const CredentialMade& i) const {
    return orphan(s, ReportOrphan{i.key, i.credential_id, cause_in(s)});
  }
  // Found late by this very step: the key is still open and its PIN held.
  Transition on(const Expired& s, const CredentialMade& i) const {
    return orphan(s, RemoveOrphan{i.key, i.credential_id, cause_in(s)});
  }
  template <class S>
  Transition on(const S& s, const CredentialStrayed& i) const {
    return orphan(s, ReportOrphan{i.key, i.credential_id, cause_in(s)});
  }
  template <class S>
  Transition on(const S& s, const OrphanRemoved& i) const {
    return to(s, {}, {OrphanCleaned{i.credential_id}});
  }

  // Groups of states.
  template <BeforeCommit S>
  Transition on(const S&, const WindowOver&) const {
    return expire();
  }
  template <BeforeCommit S>
  Transition on(const S&, const Cancel&) const {
    return cancel();
  }
  template <LooksForKey S>
  Transition on(const S& s, const KeySeenObstructed& i) const {
    return to(s, {}, {KeyObstructed{.reason = i.reason, .remedy = i.remedy}});
  }
  template <LooksForKey S>
  Transition on(const S& s, const CardLeftLying&) const {
    return to(s, {}, {PresentAgain{}});
  }
  template <AwaitsVerifier S>
  Transition on(const S& s, const VerifierRetrying&) const {
    return to(s, {}, {VerifierUnreachable{}});
  }
  template <AwaitsOptions S>
  Transition on(const S&, const VerifierRefused& i) const {
    return end_by(i.error);
  }
  template <AwaitsOptions S>
  Transition on(const S&, const VerifierLost& i) const {
    return fail(i.error);
  }
  template <UsesOneKey S>
  Transition on(const S& s, const KeyArrived& i) const {
    return to(s, {}, {KeyIgnored{i.key.display_name}});
  }
  template <RegistersWithKey S>
  Transition on(const S& s, const KeyRemoved& i) const {
    if (i.key != s.key.id) return to(s);
    return start_over(i.key, ReleaseKey{i.key}, KeyLeft{});
  }
  template <RegistersWithKey S>
  Transition on(const S& s, const KeyUnusable& i) const {
    return i.key == s.key.id ? reject(i.key, i.reason) : to(s);
  }
  template <ProvesWithKey S>
  Transition on(const S& s, const KeyRemoved& i) const {
    if (i.key != s.key.id) return to(s);
    return await_proof_key(s.proof, ReleaseKey{i.key}, KeyLeft{});
  }
  template <AwaitsProof S>
  Transition on(const S& s, const Cancel&) const {
    return abandon_proof(s.proof, {Withdrawing::Then::kCancel, ProofFailure::kGivenUp, held_in(s)});
  }
  template <AwaitsProof S>
  Transition on(const S& s, const GiveUpProof&) const {
    return abandon_proof(s.proof,
                         {Withdrawing::Then::kStartOver, ProofFailure::kGivenUp, held_in(s)});
  }
  template <AwaitsProof S>
  Transition on(const S& s, const ProofTimeOver&) const {
    return abandon_proof(s.proof, {Withdrawing::Then::kFail, ProofFailure::kTooLate, held_in(s)});
  }
  template <HoldsKey S>
  Transition on(const S& s, const KeyRemoved& i) const {
    return i.key == s.held ? let_go(s) : to(s);
  }
  template <HoldsKey S>
  Transition on(const S& s, const PinKeptLongEnough&) const {
    return s.held ? let_go(s) : to(s);
  }

  // Finding a key: ceremony_keys.cpp.
  Transition on(const Preparing& s, const OptionsReady& i) const;
  Transition on(const AwaitingKey& s, const KeyArrived& i) const;
  Transition on(const SelectingKey& s, const KeyArrived& i) const;
  Transition on(const SelectingKey& s, const KeyOpened& i) const;
  Transition on(const SelectingKey& s, const KeySelected& i) const;
  Transition on(const SelectingKey& s, const TouchFailed& i) const;
  Transition on(const SelectingKey& s, const KeyRemoved& i) const;
  Transition on(const SelectingKey& s, const KeyUnusable& i) const;
  Transition on(const SelectingKey& s, const KeyFaltered& i) const;
  Transition on(const OpeningKey& s, const KeyOpened& i) const;
  Transition on(const OpeningKey& s, const KeyFaltered& i) const;

  // Its PIN and the touch: ceremony_touch.cpp.
  Transition on(const ChoosingPin& s, const PinEntered& i) const;
  Transition on(const ChoosingPin& s, const PinDeclined& i) const;
  Transition on(const SettingPin& s, const PinSet& i) const;
  Transition on(const SettingPin& s, const PinUnfit& i) const;
  Transition on(const SettingPin& s, const PinWrong& i) const;
  Transition on(const SettingPin& s, const PinBlocked& i) const;
  Transition on(const SettingPin& s, const FactsChanged& i) const;
  Transition on(const SettingPin& s, const KeyFaltered& i) const;
  Transition on(const AwaitingPin& s, const PinEntered& i) const;
  Transition on(const AwaitingPin& s, const PinDeclined& i) const;
  Transition on(const AwaitingTouch& s, const TouchNeeded& i) const;
  Transition on(const AwaitingTouch& s, const CredentialMade& i) const;
  Transition on(const AwaitingTouch& s, const TouchFailed& i) const;
  Transition on(const AwaitingTouch& s, const PresenceUsedUp& i) const;
  Transition on(const AwaitingTouch& s, const PinWrong& i) const;
  Transition on(const AwaitingTouch& s, const PinNeeded& i) const;
  Transition on(const AwaitingTouch& s, const PinBlocked& i) const;
  Transition on(const AwaitingTouch& s, const FactsChanged& i) const;
  Transition on(const AwaitingTouch& s, const KeyFaltered& i) const;

  // The verdict: ceremony_verdict.cpp.
  Transition on(const Verifying& s, const Stored& i) const;
  Transition on(const Verifying& s, const VerifierRefused& i) const;
  Transition on(const Verifying& s, const VerifierLost& i) const;
  Transition on(const Verifying& s, const Cancel& i) const;
  Transition on(const Verifying& s, const KeyRemoved& i) const;
  Transition on(const Settling& s, const Stored& i) const;
  Transition on(const Settling& s, const VerifierRefused& i) const;
  Transition on(const Settling& s, const VerifierLost& i) const;

  // The proof and the end: ceremony_proof.cpp.
  Transition on(const Proving& s, const TouchNeeded& i) const;
  Transition on(const Proving& s, const AssertionMade& i) const;
  Transition on(const Proving& s, const TouchFailed& i) const;
  Transition on(const Proving& s, const PresenceUsedUp& i) const;
  Transition on(const Proving& s, const KeyFaltered& i) const;
  Transition on(const Proving& s, const PinWrong& i) const;
  Transition on(const Proving& s, const PinNeeded& i) const;
  Transition on(const Proving& s, const PinBlocked& i) const;
  Transition on(const Proving& s, const FactsChanged& i) const;
  Transition on(const Proving& s, const CredentialMissing& i) const;
  Transition on(const Proving& s, const KeyUnusable& i) const;
  Transition on(const Proving& s, const VerifierRefused& i) const;
  Transition on(const Proving& s, const VerifierLost& i) const;
  Transition on(const ConfirmingProof& s, const ProofVerified& i) const;
  Transition on(const ConfirmingProof& s, const VerifierRefused& i) const;
  Transition on(const ConfirmingProof& s, const VerifierLost& i) const;
  Transition on(const ConfirmingProof& s, const Cancel& i) const;
  Transition on(const AwaitingProofKey& s, const KeyArrived& i) const;
  Transition on(const AwaitingProofKey& s, const PinKeptLongEnough& i) const;
  Transition on(const OpeningProofKey& s, const KeyOpened& i) const;
  Transition on(const OpeningProofKey& s, const KeyUnusable& i) const;
  Transition on(const OpeningProofKey& s, const KeyFaltered& i) const;
  Transition on(const OpeningProofKey& s, const PinKeptLongEnough& i) const;
  Transition on(const AwaitingProofPin& s, const PinEntered& i) const;
  Transition on(const AwaitingProofPin& s, const PinDeclined& i) const;
  Transition on(const Withdrawing& s, const Withdrawn& i) const;
  Transition on(const Withdrawing& s, const ProofVerified& i) const;
  Transition on(const Withdrawing& s, const VerifierRefused& i) const;
  Transition on(const Withdrawing& s, const VerifierLost& i) const;
  Transition on(const Withdrawing& s, const Cancel& i) const;
  Transition on(const Completed& s, const AddAnother& i) const;
  Transition on(const Completed& s, const Finish& i) const;
  Transition on(const Completed& s, const Cancel& i) const;
  Transition on(const Completed& s, const WindowOver& i) const;

  // Everything else: no row, no change.
  template <class S, class I>
  Transition on(const S& s, const I&) const {
    return to(s);
  }

 private:
  static Transition to(State state,
                       std::vector<Command> commands = {},
                       std::vector<Event> events = {}) {
    return {
        .state = std::move(state), .commands = std::move(commands), .events = std::move(events)};
  }
  /// `second` after `first` was carried out.
  static Transition join(Transition first, Transition second);

  // Ends.
  [[nodiscard]] Transition expire() const;
  [[nodiscard]] Transition cancel() const;
  [[nodiscard]] Transition fail(const core::Error& error) const;
  [[nodiscard]] Transition finish() const;
  /// A verdict that leaves nothing to try: Expired or Failed.
  [[nodiscard]] Transition end_by(const core::Error& error) const;

  // Keys.
  /// The one that is there, a choice among several, or none yet; never `gone`.
  [[nodiscard]] Transition look_for_key(std::optional<KeyId> gone = std::nullopt) const;
  [[nodiscard]] Transition start_over(KeyId gone, Command parting, Event why) const;
  [[nodiscard]] Transition reject(KeyId key, KeyReason reason) const;
  [[nodiscard]] Transition lock_out(KeyId key, PinLock lock) const;
  [[nodiscard]] Transition reopen(KeyInUse key, KeyReason reason) const;
  [[nodiscard]] Transition touch_again(const AwaitingTouch& state, KeyReason reason) const;
  [[nodiscard]] Transition go_on_with(KeyInUse key, const KeyProfile& profile, PinPath path) const;
  [[nodiscard]] Transition without(const SelectingKey& state,
                                   KeyId key,
                                   Command parting,
                                   Event why) const;

  // The proof.
  [[nodiscard]] Transition complete(const Proof& proof, bool is_proven) const;
  /// The context does not count the credential that is completed by this very step.
  [[nodiscard]] Transition complete_and_finish(const Proof& proof, bool is_proven) const;
  [[nodiscard]] Transition await_proof_key(const Proof& proof, Command parting, Event why) const;
  [[nodiscard]] Transition turn_away(const Proof& proof, KeyId key, Event why) const;
  [[nodiscard]] Transition sign_again(const Proving& state) const;
  /// Signs with the PIN that is kept, if it may be tried on this key.
  [[nodiscard]] std::optional<Proof> with_kept_pin(const Proof& proof,
                                                   const KeyProfile& profile) const;
  [[nodiscard]] Transition ask_for_proof_pin(Proof proof,
                                             const KeyInUse& key,
                                             std::optional<int> attempts_left,
                                             bool was_wrong) const;
  struct Abandonment {
    Withdrawing::Then then = Withdrawing::Then::kFail;
    ProofFailure failure = ProofFailure::kRefused;
    std::optional<KeyId> held;  ///< for removing the credential from it
  };
  /// Withdraws the credential where its proof is required; else it stays, unproven.
  [[nodiscard]] Transition abandon_proof(const Proof& proof, const Abandonment& how) const;
  /// The same, because of the key: it counts again when it is re-plugged.
  [[nodiscard]] Transition give_key_up(const Proof& proof,
                                       const KeyInUse& key,
                                       ProofFailure failure) const;

  /// Whether a credential of which no verdict came can be told not to count.
  [[nodiscard]] bool is_lost_for_sure() const {
    return context_.proof == core::ProofRequirement::kRequired;
  }

  friend Transition step(const State& state, const Input& input, const Context& context);

  const Context& context_;
};

}  // namespace firstkey::enroll
