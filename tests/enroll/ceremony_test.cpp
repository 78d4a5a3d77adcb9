// Whole stories and the nasty moments in them, told step by step.

#include "tests/enroll/ceremony_samples.h"

namespace firstkey::enroll::tests {

namespace {

/// Walks the machine and remembers what it last asked for and told.
class Story {
 public:
  explicit Story(State state) : state_(std::move(state)) {}

  Story& then(const Input& input) {
    Transition transition = step(state_, input, context);
    state_ = std::move(transition.state);
    commands_ = names_of(transition.commands);
    events_ = names_of(transition.events);
    last_events_ = std::move(transition.events);
    return *this;
  }
  [[nodiscard]] std::string state() const { return std::string(name_of(state_)); }
  [[nodiscard]] const std::vector<std::string>& commands() const { return commands_; }
  [[nodiscard]] const std::vector<std::string>& events() const { return events_; }
  template <class E>
  [[nodiscard]] E told() const {
    for (const Event& event : last_events_) {
      if (const auto* found = std::get_if<E>(&event)) return *found;
    }
    FAIL("not told");
    return {};
  }
  void run_out_of_time() { context.now = context.expires_at; }

  Context context = sample_context();

 private:
  State state_;
  std::vector<std::string> commands_;
  std::vector<std::string> events_;
  std::vector<Event> last_events_;
};

using Names = std::vector<std::string>;

State touching() {
  return AwaitingTouch{.key = {.id = kKey}, .uses_pin = true};
}

State proving_with_pin() {
  Proof proof = sample_proof();
  proof.is_pin_kept = true;
  return Proving{.proof = proof, .key = {.id = kKey}};
}

const Input kMade = CredentialMade{.key = kKey, .credential_id = kCredential};
const Input kOpened = KeyOpened{.key = kKey, .profile = sample_profile()};
const Input kPinTyped = PinEntered{.key = kKey, .code_points = 6};

core::SessionSnapshot open_session() {
  core::SessionSnapshot snapshot;
  snapshot.credentials_left = 2;
  return snapshot;
}

}  // namespace

TEST_SUITE("enroll/ceremony") {
  TEST_CASE("a key without a PIN gets one, makes a credential and proves it") {
    Story story(begin(open_session()).state);
    KeyProfile fresh = sample_profile();
    fresh.facts.options.client_pin = device::Option::kFalse;
    story.then(OptionsReady{});
    story.context.candidates = {present(kKey)};
    story.then(KeyArrived{present(kKey)}).then(KeyOpened{.key = kKey, .profile = fresh});
    CHECK(story.commands() == Names{"AskNewPin"});
    story.then(kPinTyped).then(PinSet{kKey}).then(TouchNeeded{kKey}).then(kMade);
    CHECK(story.commands() == Names{"SubmitRegistration"});
    story.then(Stored{sample_receipt()}).then(AssertionMade{kKey}).then(ProofVerified{});
    CHECK(story.state() == "Completed");
    CHECK(story.commands() == Names{"ForgetPin", "SetAside"});
    CHECK(story.told<CredentialCompleted>().is_proven);
  }

  TEST_CASE("a session that is resumed with an unproven credential starts with its proof") {
    core::SessionSnapshot snapshot = open_session();
    snapshot.unproven = {kCredential};
    const auto transition = begin(snapshot);
    CHECK(name_of(transition.state) == "AwaitingProofKey");
    CHECK(names_of(transition.events) == Names{"proof_needed"});
  }

  TEST_CASE("a session that is over, or has stored all it may, begins at its end") {
    core::SessionSnapshot snapshot = open_session();
    snapshot.state = core::SessionState::kExpired;
    CHECK(name_of(begin(snapshot).state) == "Expired");
    snapshot.state = core::SessionState::kEnded;
    CHECK(name_of(begin(snapshot).state) == "Failed");
    snapshot = open_session();
    snapshot.credentials_left = 0;
    CHECK(name_of(begin(snapshot).state) == "Finished");
  }

  TEST_CASE("with two keys the touched one is used and the other let go") {
    Story story(AwaitingKey{});
    story.context.candidates = {present(kKey), present(kOther)};
    story.then(KeyArrived{present(kOther)});
    CHECK(story.told<SelectKey>().count == 2);
    story.then(KeySelected{kOther});
    CHECK(story.state() == "OpeningKey");
    CHECK(story.commands() == Names{"ReleaseKey", "OpenKey"});
  }

  TEST_CASE("a second key that comes late is told of and left alone") {
    Story story(touching());
    story.context.candidates = {present(kKey), present(kOther)};
    story.then(KeyArrived{present(kOther)});
    CHECK(story.state() == "AwaitingTouch");
    CHECK(story.events() == Names{"key_ignored"});
    CHECK(story.commands().empty());
  }

  TEST_CASE("a second key that came late is taken when the first one leaves") {
    Story story(touching());
    story.context.candidates = {present(kOther)};
    story.then(KeyRemoved{kKey});
    CHECK(story.state() == "OpeningKey");
    CHECK(story.commands() == Names{"ForgetPin", "ReleaseKey", "OpenKey"});
  }

  TEST_CASE("a key swapped between PIN and touch is asked for its own PIN") {
    Story story(touching());
    story.then(KeyRemoved{kKey});
    CHECK(story.commands() == Names{"ForgetPin", "ReleaseKey"});
    story.context.candidates = {present(kOther)};
    story.then(KeyArrived{present(kOther)})
        .then(KeyOpened{.key = kOther, .profile = sample_profile()});
    CHECK(story.state() == "AwaitingPin");
  }

  TEST_CASE("a PIN typed for a key that has left is not used for the next one") {
    Story story(AwaitingPin{.key = {.id = kOther}});
    story.then(kPinTyped);
    CHECK(story.state() == "AwaitingPin");
    CHECK(story.commands().empty());
  }

  TEST_CASE("a wrong PIN is asked for again with the attempts that are left") {
    Story story(touching());
    story.then(PinWrong{.key = kKey, .attempts_left = 7});
    CHECK(story.state() == "AwaitingPin");
    CHECK(story.commands() == Names{"ForgetPin", "AskPin"});
    CHECK(story.told<PinWanted>().attempts_left == 7);
    CHECK(story.told<PinWanted>().was_wrong);
  }

  TEST_CASE("a key locked until it is re-plugged waits for that, one locked for good for another") {
    for (const PinLock lock : {PinLock::kUntilReinserted, PinLock::kForGood}) {
      Story story(touching());
      story.context.candidates = {present(kKey)};
      story.then(PinBlocked{.key = kKey, .lock = lock});
      CHECK(story.state() == "AwaitingKey");
      CHECK(story.commands() == Names{"ForgetPin", "SetAside"});
      CHECK(story.told<KeyLocked>().lock == lock);
    }
  }

  TEST_CASE("a key that demands another PIN gets its present one first, then the new one") {
    KeyProfile forced = sample_profile();
    forced.facts.is_pin_change_forced = true;
    Story story(OpeningKey{{.id = kKey}});
    story.then(KeyOpened{.key = kKey, .profile = forced});
    CHECK(story.told<PinWanted>().purpose == Purpose::kPinChange);
    story.then(kPinTyped);
    CHECK(story.told<NewPinWanted>().cause == PinCause::kForced);
    story.then(kPinTyped);
    CHECK(story.state() == "SettingPin");
    CHECK(story.commands() == Names{"SetPin"});
  }

  TEST_CASE("a touch that does not come is waited for again until the window ends") {
    Story story(touching());
    for (int minute = 0; minute < 9; ++minute) {
      story.then(TouchFailed{.key = kKey});
      CHECK(story.state() == "AwaitingTouch");
      CHECK(story.commands() == Names{"MakeCredential"});
    }
    story.then(WindowOver{});
    CHECK(story.state() == "Expired");
  }

  TEST_CASE("a key that falters is forgiven three times, then put aside") {
    Story story(touching());
    for (int falter = 0; falter < kFaltersForgiven; ++falter) {
      story.then(KeyFaltered{.key = kKey});
      CHECK(story.state() == "AwaitingTouch");
    }
    story.then(KeyFaltered{.key = kKey, .reason = KeyReason::kInUse});
    CHECK(story.state() == "AwaitingKey");
    CHECK(story.told<KeyRejected>().reason == KeyReason::kInUse);
  }

  TEST_CASE("at the end of the window the key is stopped, the PIN forgotten and the person told") {
    Story story(touching());
    story.run_out_of_time();
    story.then(WindowOver{});
    CHECK(story.state() == "Expired");
    CHECK(story.commands() == Names{"ForgetPin", "ReleaseKeys", "FinishSession"});
    CHECK(story.events() == Names{"expired"});
  }

  TEST_CASE("a credential that comes out after the window is an orphan") {
    Story late(Expired{});
    CHECK(late.then(kMade).events() == Names{"orphaned"});
    Story at_the_end(touching());
    at_the_end.run_out_of_time();
    at_the_end.then(kMade);
    CHECK(at_the_end.state() == "Expired");
    CHECK(at_the_end.events() == Names{"expired", "orphaned"});
    CHECK(at_the_end.told<CredentialOrphaned>().credential_id == kCredential);
    CHECK(at_the_end.commands() ==
          Names{"RemoveOrphan", "ForgetPin", "ReleaseKeys", "FinishSession"});
  }

  TEST_CASE("the late answer of a cancelled key is an orphan, not a registration") {
    Story story(touching());
    story.then(Cancel{}).then(CredentialStrayed{.key = kKey, .credential_id = kCredential});
    CHECK(story.state() == "Cancelled");
    CHECK(story.commands() == Names{"ReportOrphan"});
    CHECK(story.events() == Names{"orphaned"});
  }

  TEST_CASE("a PIN that was only guessed removes nothing") {
    Proof proof = sample_proof();
    proof.is_pin_kept = true;
    proof.is_pin_guessed = true;
    Story story(Proving{.proof = proof, .key = {.id = kKey}});
    story.then(Cancel{}).then(Withdrawn{});
    CHECK(story.commands() == Names{"ReleaseKeys", "FinishSession"});
  }

  TEST_CASE("a withdrawal that nobody answers keeps the key and its PIN for a minute only") {
    Story story(proving_with_pin());
    story.then(Cancel{});
    CHECK(story.commands() == Names{"StopKey", "KeepPin", "WithdrawCredential"});
    story.then(PinKeptLongEnough{});
    CHECK(story.commands() == Names{"ForgetPin", "ReleaseKey"});
  }

  TEST_CASE("the window ending during the commit leaves the verdict to the verifier") {
    Story in_time(Verifying{.key = {.id = kKey}, .credential_id = kCredential});
    in_time.run_out_of_time();
    in_time.then(WindowOver{});
    CHECK(in_time.state() == "Verifying");
    in_time.then(Stored{sample_receipt()});
    CHECK(in_time.state() == "Proving");

    Story too_late(Verifying{.key = {.id = kKey}, .credential_id = kCredential});
    too_late.run_out_of_time();
    too_late.then(VerifierRefused{{.code = core::ErrorCode::kWindowOver}});
    CHECK(too_late.state() == "Expired");
    CHECK(too_late.events() == Names{"refused", "orphaned", "expired"});
  }

  TEST_CASE("a key refused after the window is not followed by another one") {
    Story story(Verifying{.key = {.id = kKey}, .credential_id = kCredential});
    story.context.candidates = {present(kOther)};
    story.run_out_of_time();
    story.then(VerifierRefused{{.code = core::ErrorCode::kAttestationInvalid}});
    CHECK(story.state() == "Expired");
  }

  TEST_CASE("a key removed while its credential is verified is asked back for the proof") {
    Story story(Verifying{.key = {.id = kKey}, .uses_pin = true, .credential_id = kCredential});
    story.then(KeyRemoved{kKey}).then(Stored{sample_receipt()});
    CHECK(story.commands() == Names{"MakeAssertion"});  // answered with the key's absence
    story.then(KeyRemoved{kKey});
    CHECK(story.state() == "AwaitingProofKey");
    CHECK(story.commands() == Names{"ReleaseKey", "KeepPin"});
  }

  TEST_CASE("cancelling while the verdict is on its way withdraws what was stored") {
    Story story(Verifying{.key = {.id = kKey}, .uses_pin = true, .credential_id = kCredential});
    story.then(Cancel{});
    CHECK(story.state() == "Settling");
    CHECK(story.commands() == Names{"KeepPin"});
    story.then(Stored{sample_receipt()}).then(Withdrawn{});
    CHECK(story.state() == "Cancelled");
    CHECK(story.commands() ==
          Names{"RemoveOrphan", "ForgetPin", "ReleaseKey", "ReleaseKeys", "FinishSession"});
    CHECK(story.events() == Names{"withdrawn", "orphaned", "cancelled"});
  }

  TEST_CASE("a card that is lifted is asked back, and its PIN not asked for again") {
    Story story(proving_with_pin());
    story.then(PresenceUsedUp{kKey});
    CHECK(story.events() == Names{"present_again", "proof_needed"});
    KeyProfile same = sample_profile();
    same.holds_credential = true;
    story.then(KeyArrived{present(kOther)}).then(KeyOpened{.key = kOther, .profile = same});
    CHECK(story.state() == "Proving");
    CHECK(story.commands() == Names{"MakeAssertion"});
  }

  TEST_CASE("a kept PIN is not tried on a key that does not say it holds the credential") {
    Story story(proving_with_pin());
    story.then(KeyRemoved{kKey}).then(KeyArrived{present(kOther)});
    story.then(KeyOpened{.key = kOther, .profile = sample_profile()});
    CHECK(story.state() == "AwaitingProofPin");
    CHECK(story.commands() == Names{"ForgetPin", "AskPin"});
  }

  TEST_CASE("a kept PIN is tried once on a key that only looks like the one that left") {
    Proof proof = sample_proof();
    proof.is_pin_kept = true;
    proof.maker = likeness_of(sample_profile());
    Story story(AwaitingProofKey{proof});
    story.then(KeyArrived{present(kOther)})
        .then(KeyOpened{.key = kOther, .profile = sample_profile()});
    CHECK(story.commands() == Names{"MakeAssertion"});
    story.then(KeyRemoved{kOther}).then(KeyArrived{present(kThird)});
    story.then(KeyOpened{.key = kThird, .profile = sample_profile()});
    CHECK(story.state() == "AwaitingProofPin");
  }

  TEST_CASE("a kept PIN that turned out wrong is asked for, with the attempts that are left") {
    Proof proof = sample_proof();
    proof.is_pin_kept = true;
    proof.is_pin_guessed = true;
    Story story(Proving{.proof = proof, .key = {.id = kKey}});
    story.then(PinWrong{.key = kKey, .attempts_left = 7});
    CHECK(story.commands() == Names{"ForgetPin", "AskPin"});
    CHECK(story.told<PinWanted>().attempts_left == 7);
  }

  TEST_CASE("a PIN kept long enough is forgotten and asked for at the next insertion") {
    Story story(proving_with_pin());
    story.then(KeyRemoved{kKey}).then(PinKeptLongEnough{});
    CHECK(story.state() == "AwaitingProofKey");
    CHECK(story.commands() == Names{"ForgetPin"});
  }

  TEST_CASE("a proof with another model is refused before its PIN is asked for") {
    KeyProfile other = sample_profile();
    other.facts.aaguid = {};
    Story story(AwaitingProofKey{sample_proof()});
    story.then(KeyArrived{present(kOther)}).then(KeyOpened{.key = kOther, .profile = other});
    CHECK(story.state() == "AwaitingProofKey");
    CHECK(story.events() == Names{"wrong_proof_key", "proof_needed"});
  }

  TEST_CASE("a proof with another key of the same model is told when it has nothing to sign with") {
    Story story(AwaitingProofKey{sample_proof()});
    story.then(KeyArrived{present(kKey)}).then(kOpened).then(kPinTyped);
    CHECK(story.state() == "Proving");
    story.then(CredentialMissing{kKey});
    CHECK(story.state() == "AwaitingProofKey");
    CHECK(story.commands() == Names{"ForgetPin", "SetAside"});
  }

  TEST_CASE("a proof that fails for good withdraws the credential and lets another key try") {
    Story story(ConfirmingProof{.proof = sample_proof(), .key = {.id = kKey}});
    story.then(VerifierRefused{{.code = core::ErrorCode::kAssertionInvalid}});
    CHECK(story.told<ProofFailed>().failure == ProofFailure::kRefused);
    story.then(Withdrawn{});
    CHECK(story.state() == "AwaitingKey");
  }

  TEST_CASE("a proof that comes two minutes after the window is too late") {
    Story story(AwaitingProofKey{sample_proof()});
    story.run_out_of_time();
    story.then(WindowOver{});
    CHECK(story.state() == "AwaitingProofKey");
    story.then(ProofTimeOver{});
    CHECK(story.told<ProofFailed>().failure == ProofFailure::kTooLate);
    story.then(Withdrawn{});
    CHECK(story.state() == "Failed");
  }

  TEST_CASE("a proof that was verified before it was cancelled counts") {
    Story story(ConfirmingProof{.proof = sample_proof(), .key = {.id = kKey}});
    story.then(Cancel{}).then(ProofVerified{});
    CHECK(story.state() == "Finished");
    CHECK(story.told<CeremonyFinished>().credentials == 1);
    story.then(VerifierRefused{{.code = core::ErrorCode::kCredentialUnknown}});
    CHECK(story.state() == "Finished");
  }

  TEST_CASE("where a proof is only offered, giving it up keeps the credential") {
    Proof offered = sample_proof();
    offered.requirement = core::ProofRequirement::kOffered;
    Story story(AwaitingProofKey{offered});
    story.then(GiveUpProof{});
    CHECK(story.state() == "Completed");
    CHECK_FALSE(story.told<CredentialCompleted>().is_proven);
  }

  TEST_CASE("where a proof is only offered, a cancelled ceremony counts the credential it keeps") {
    Proof offered = sample_proof();
    offered.requirement = core::ProofRequirement::kOffered;
    for (const State& state : {State(AwaitingProofKey{offered}),
                               State(Proving{.proof = offered, .key = {.id = kKey}}),
                               State(ConfirmingProof{.proof = offered, .key = {.id = kKey}})}) {
      Story story(state);
      story.context.credentials = 1;
      story.then(Cancel{});
      CHECK(story.told<CeremonyFinished>().credentials == 2);
    }
  }

  TEST_CASE("another credential is registered only where one is left and the window is open") {
    CHECK(Story(Completed{1}).then(AddAnother{}).state() == "AwaitingKey");
    CHECK(Story(Completed{0}).then(AddAnother{}).state() == "Completed");
    Story late(Completed{1});
    late.run_out_of_time();
    CHECK(late.then(AddAnother{}).state() == "Completed");
  }

  TEST_CASE("an end tells how many credentials were completed before it") {
    Story story(AwaitingKey{});
    story.context.credentials = 1;
    story.then(Cancel{});
    CHECK(story.told<CeremonyCancelled>().credentials == 1);
  }
}

}  // namespace firstkey::enroll::tests
