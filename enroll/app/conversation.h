#pragma once
// The person's side of a ceremony: shows what it tells, asks what it wants to know, and passes the
// answers on. With nobody at a terminal it answers from what the command line brought, and gives up
// at the first thing that would take a person.

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "device/pin.h"
#include "device/wake_event.h"
#include "enroll/app/ceremony_view.h"
#include "enroll/app/failure.h"
#include "enroll/app/signal_watch.h"
#include "enroll/app/terminal.h"
#include "enroll/event_stream.h"

namespace firstkey::enroll {

/// What a person can do to a ceremony: CeremonyRunner's verbs.
class CeremonyControls {
 public:
  virtual ~CeremonyControls() = default;
  CeremonyControls() = default;
  CeremonyControls(const CeremonyControls&) = delete;
  CeremonyControls& operator=(const CeremonyControls&) = delete;

  virtual void enter_pin(PinRequestId request, device::Pin pin) = 0;
  virtual void decline_pin(PinRequestId request) = 0;
  virtual void add_another() = 0;
  virtual void finish() = 0;
  virtual void cancel() = 0;
};

class Conversation {
 public:
  /// Who answers, and with what.
  struct Person {
    const Terminal* terminal = nullptr;  ///< null: nobody is there
    std::optional<device::Pin> pin;      ///< of --pin-fd: then it is not asked for
    /// How many credentials were asked for; absent: one, and at a terminal whether another.
    std::optional<int> count;
  };

  /// All outlive this.
  Conversation(const EventStream& events,
               CeremonyControls& controls,
               CeremonyView& view,
               SignalWatch& signals);

  /// Until the stream closes. Once.
  void hold(Person person);

  /// Why it ended the ceremony by itself, or for the person; absent: it did not.
  [[nodiscard]] const std::optional<Failure>& given_up() const noexcept { return given_up_; }
  /// What was stored, in order; some of it may have been withdrawn.
  [[nodiscard]] const std::vector<CredentialStored>& stored() const noexcept { return stored_; }
  /// The last words of a ceremony that failed.
  [[nodiscard]] const std::optional<core::Error>& failed() const noexcept { return failed_; }

 private:
  enum class Question { kPin, kNewPin, kNewPinAgain, kAnother };

  void wait() const;
  void obey_signals();
  void hear_events();
  void hear(const NumberedEvent& event);
  void answer(const Event& event);
  void answer(const PinWanted& event, const std::string& label);
  void answer(const NewPinWanted& event, const std::string& label);
  void answer(const NewPinRejected& event);
  void answer(const CredentialCompleted& event);
  /// With nobody there, what would take a person ends it.
  void answer_unattended(const Event& event);
  void ask(Question question, const std::string& label, Echo echo);
  void read_answer();
  void entered();
  void entered_pin(const core::Secret& typed);
  void give_up(Failure failure);

  const EventStream& events_;
  CeremonyControls& controls_;
  CeremonyView& view_;
  SignalWatch& signals_;
  device::WakeEvent news_;
  Person person_;

  std::uint64_t last_event_ = 0;
  bool is_over_ = false;
  std::optional<Prompt> prompt_;
  Question question_ = Question::kPin;
  PinRequestId request_{};  ///< the ceremony's own number for it
  std::string label_;       ///< of the question, to ask it again
  std::size_t min_code_points_ = device::kMinPinCodePoints;
  std::optional<device::Pin> new_pin_;  ///< entered once
  int completed_ = 0;
  std::vector<CredentialStored> stored_;
  std::optional<RegistrationRefused> refusal_;
  std::optional<ProofFailed> unproved_;
  std::optional<Failure> given_up_;
  std::optional<core::Error> failed_;
};

}  // namespace firstkey::enroll
