#pragma once
// The thread that owns the machine: it takes what the other threads leave in its mailbox, steps the
// machine, carries out its commands and tells its events. Everything in here belongs to that one
// thread. ceremony_commands.cpp has the commands.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/verifier.h"
#include "device/key_discovery.h"
#include "enroll/ceremony.h"
#include "enroll/ending.h"
#include "enroll/event_stream.h"
#include "enroll/key_requests.h"
#include "enroll/key_ring.h"
#include "enroll/mailbox.h"
#include "enroll/pin_keeper.h"
#include "enroll/server_time.h"
#include "enroll/ticket_file.h"
#include "enroll/verifier_worker.h"

namespace firstkey::enroll {

/// All outlive the runner.
struct CeremonyParts {
  core::Verifier& verifier;
  device::KeyDiscovery& discovery;
  const core::Clock& clock;           ///< only its boot side is read
  TicketFile* ticket_file = nullptr;  ///< wiped at the end; null: none was written
};

/// What becomes of a card that lay on its reader before the ceremony began: the person before may
/// have left it, and the tap that brought it there was theirs. A key on USB takes a touch in any
/// case.
enum class LyingCards {
  kLiftFirst,  ///< it has to be lifted and held again
  kUse,        ///< whoever runs the ceremony says that it is meant
};

struct CeremonyChoices {
  bool allows_simulated = false;
  LyingCards lying_cards = LyingCards::kLiftFirst;
  std::optional<device::KeyPath> only_key;  ///< every other key is left alone
  /// Of a run that nobody attends: then it is cancelled. Not while a key is to come back that was
  /// there already, which takes whoever lifts it as long as it takes, up to the window's end.
  std::optional<core::Duration> longest_wait_for_key;
  /// Done on the verifier's thread, between its calls, while the ceremony goes on.
  std::function<void()> every_half_minute;
};

struct PinTyped {
  PinRequestId request{};
  device::Pin pin;
};
/// The person does not want to enter it.
struct PinRefused {
  PinRequestId request{};
};
/// The ticket file could not be wiped.
struct TicketRemains {
  core::Error error;
};

using Message = std::variant<std::vector<device::KeyEvent>,
                             device::Obstacle,
                             KeyReport,
                             VerifierReport,
                             PinTyped,
                             PinRefused,
                             TicketRemains,
                             Input>;

class CeremonyLoop {
 public:
  using Box = Mailbox<Message>;

  /// `parts` and `events` outlive this object. Threads of keys that were left alone keep the box.
  CeremonyLoop(const CeremonyParts& parts,
               CeremonyChoices choices,
               core::SessionTicket ticket,
               const core::SessionSnapshot& snapshot,
               std::shared_ptr<Box> box,
               EventStream& events);

  /// Until the ceremony is over, or the box was closed: then nothing.
  [[nodiscard]] std::optional<Ending> run();

 private:
  // What comes.
  void handle(std::vector<device::KeyEvent> events);
  void handle(const device::Obstacle& obstacle);
  void handle(KeyReport report);
  void handle(VerifierReport report);
  void handle(PinTyped typed);
  void handle(const PinRefused& refused);
  void handle(TicketRemains remains);
  void handle(const Input& input) { feed(input); }
  void hear(const KeyReport& report, const Input& input);
  void hear(const KeyReport& report, const device::CredentialResponse& made);
  void hear(const KeyReport& report, const device::AssertionResponse& made);
  void hear(const KeyReport& report, const StrayCredential& stray);
  void hear_removed(const core::Bytes& credential_id);
  void tell_machine(const device::KeyEvent& event);
  /// Puts aside what lay there before the ceremony began; `events` are the first that were heard.
  void lay_aside(std::vector<device::KeyEvent>& events);
  void look_at_clock();
  void look_at_keys();

  // The machine.
  void feed(const Input& input);
  void apply(Transition transition);
  void tell(Event event);
  /// An event that asks for a PIN, with the number of the question.
  [[nodiscard]] Event numbered(Event event) const;
  [[nodiscard]] Context context() const;
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] Ending ending() const;

  // Its commands: ceremony_commands.cpp.
  void carry_out(const RequestOptions& command);
  void carry_out(const SubmitRegistration& command);
  void carry_out(const SubmitProof& command);
  void carry_out(const WithdrawCredential& command);
  void carry_out(const FinishSession& command);
  void carry_out(const OpenKey& command);
  void carry_out(const BlinkKey& command);
  void carry_out(const SetPin& command);
  void carry_out(const MakeCredential& command);
  void carry_out(const MakeAssertion& command);
  void carry_out(const StopKey& command);
  void carry_out(const RemoveOrphan& command);
  void carry_out(const ReportOrphan& command);
  void carry_out(const ReleaseKey& command);
  void carry_out(const ReleaseKeys& command);
  void carry_out(const SetAside& command);
  void carry_out(const AskPin& command);
  void carry_out(const AskNewPin& command);
  void carry_out(const WithdrawPinRequest& command);
  void carry_out(const ForgetPin& command);
  void carry_out(const KeepPin& command);

  // The verifier's answers: ceremony_answers.cpp.
  void answered(CreationOptionsIssued answer);
  void answered(const ProofOptionsIssued& answer);
  void answered(core::RegistrationReceipt answer);
  void answered(const ProofAccepted& answer);
  void answered(const WithdrawalDone& answer);
  void answered(const OrphanHeard& answer);
  void answered(SessionFinished answer);
  void answered(const VerifierRefused& answer);
  void answered(const VerifierRetrying& answer);
  void answered(const VerifierLost& answer);
  [[nodiscard]] bool somebody_waits() const;

  /// What the machine wants done as soon as a challenge is there.
  struct Wishes {
    std::vector<KeyId> opening;  ///< once it is known what is demanded of a key
    std::optional<KeyId> making;
    std::optional<MakeAssertion> signing;
  };
  void ask(VerifierCall call, core::Duration until);
  void note(core::OrphanReport orphan);
  /// Ends the session once every key has come back: what comes out late is told before.
  void finish_when_quiet();
  void want_creation_options();
  void drop_wishes_of(KeyId key);
  void open(KeyId key, const core::Bytes& look_for);
  void make_wished_credential();
  void make_wished_assertion();
  void begin(KeyId key, KeyWork work, core::Instant until);
  [[nodiscard]] core::Duration proof_end() const;
  [[nodiscard]] core::Instant short_wait() const;

  CeremonyChoices choices_;
  std::shared_ptr<Box> box_;
  EventStream& events_;
  core::SessionSnapshot snapshot_;
  ServerTime time_;
  State state_;

  PinKeeper pins_;
  Wishes wishes_;
  std::optional<CreationChallenge> creation_;  ///< unused
  std::optional<ProofChallenge> proof_;        ///< unused
  core::Bytes proof_credential_;               ///< whose challenge that is
  std::optional<CreationChallenge> making_;    ///< the one being answered by a key
  device::CredentialRequest credential_request_;
  std::optional<ProofChallenge> signing_;
  std::string response_json_;              ///< for the verifier: made last
  std::vector<core::OrphanMark> orphans_;  ///< that a key met here may hold
  std::optional<KeyDemands> demands_;
  std::string rp_id_;  ///< once it is known

  std::uint64_t latest_call_ = 0;
  bool awaits_creation_options_ = false;  ///< that is what the latest call is
  bool awaits_proof_options_ = false;
  std::optional<core::Duration> finish_until_;  ///< the session is to be finished
  bool is_session_finished_ = false;
  bool has_looked_around_ = false;               ///< at the keys that were there at the beginning
  bool is_return_awaited_ = false;               ///< of a key that was told to be presented again
  std::optional<core::Duration> looking_since_;  ///< for a key, on the boot clock
  core::Duration next_half_minute_{};
  Ending ending_;

  // Last, so that their threads end before what they report to.
  KeyRing keys_;
  VerifierWorker verifier_;
};

}  // namespace firstkey::enroll
