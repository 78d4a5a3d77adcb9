#include "enroll/app/conversation.h"

#include <array>
#include <string_view>
#include <thread>
#include <utility>

#include <poll.h>

namespace firstkey::enroll {

namespace {

using namespace std::chrono_literals;

/// Tells `news` of whatever comes, so that one poll() can wait for it beside keys and signals.
void relay(const EventStream& events, device::WakeEvent& news, const std::stop_token& stop) {
  constexpr auto kNoticeOfStop = 200ms;
  std::uint64_t last = 0;
  while (!stop.stop_requested()) {
    const auto replay = events.wait_since(last, kNoticeOfStop);
    if (!replay.events.empty()) last = replay.events.back().id;
    if (!replay.events.empty() || replay.is_closed) news.signal();
    if (replay.is_closed) return;
  }
}

/// It is told while a question stands, and the question goes on standing.
bool leaves_question(const Event& event) {
  return std::holds_alternative<KeyObstructed>(event) ||
         std::holds_alternative<KeyIgnored>(event) ||
         std::holds_alternative<KeyUnresponding>(event) ||
         std::holds_alternative<CredentialOrphaned>(event) ||
         std::holds_alternative<OrphanCleaned>(event) ||
         std::holds_alternative<VerifierUnreachable>(event);
}

ExitCode exit_code_of(ProofFailure failure) {
  switch (failure) {
    case ProofFailure::kTooLate:
      return ExitCode::kWindowOver;
    case ProofFailure::kLocked:
      return ExitCode::kKeyLocked;
    case ProofFailure::kRefused:
    case ProofFailure::kKeyFailing:
    case ProofFailure::kGivenUp:
      return ExitCode::kNoKey;
  }
  return ExitCode::kNoKey;  // a value outside the enumeration
}

device::Result<device::Pin> to_pin(const core::Secret& typed, std::size_t min_code_points) {
  const auto bytes = typed.expose();  // on its way into a Pin, wiped memory to wiped memory
  return device::Pin::create({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                             min_code_points);
}

}  // namespace

Conversation::Conversation(const EventStream& events,
                           CeremonyControls& controls,
                           CeremonyView& view,
                           SignalWatch& signals)
    : events_(events), controls_(controls), view_(view), signals_(signals) {}

void Conversation::hold(Person person) {
  person_ = std::move(person);
  const std::jthread relaying([this](const std::stop_token& stop) { relay(events_, news_, stop); });
  while (!is_over_) {
    wait();
    obey_signals();
    hear_events();
    if (prompt_) read_answer();
    view_.tick();
  }
  prompt_.reset();
  view_.end_line();
}

void Conversation::wait() const {
  constexpr core::Duration kSecond = 1s;
  std::array<pollfd, 3> waited{
      pollfd{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
      pollfd{.fd = news_.fd(), .events = POLLIN, .revents = 0},
      // poll() passes over a negative one
      pollfd{.fd = prompt_ ? person_.terminal->input() : -1, .events = POLLIN, .revents = 0}};
  // The countdown changes when the time left passes a whole second, and at its end no more.
  const auto left = view_.time_left();
  const auto until_change = left == core::Duration::zero() ? kSecond : left % kSecond;
  const auto until_tick = std::chrono::floor<std::chrono::milliseconds>(until_change) + 1ms;
  (void)::poll(waited.data(), waited.size(), static_cast<int>(until_tick.count()));
}

void Conversation::obey_signals() {
  while (const auto wish = signals_.take()) {
    if (*wish == SignalWatch::Wish::kEnd) {
      give_up(cancelled());
    } else if (prompt_) {
      prompt_->suspend();
    } else {
      view_.end_line();
      SignalWatch::suspend();
    }
  }
}

void Conversation::hear_events() {
  news_.clear();
  const auto replay = events_.since(last_event_);
  for (const auto& event : replay.events) {
    last_event_ = event.id;
    hear(event);
  }
  is_over_ = replay.is_closed;
}

void Conversation::hear(const NumberedEvent& event) {
  if (prompt_ && leaves_question(event.event)) {
    prompt_->clear();
    view_.show(event);
    view_.end_line();
    prompt_->draw();
    return;
  }
  prompt_.reset();
  new_pin_.reset();  // entered once: nobody will enter it again
  view_.show(event);
  answer(event.event);
}

void Conversation::answer(const Event& event) {
  if (const auto* wanted = std::get_if<PinWanted>(&event)) {
    answer(*wanted, text_of(event).text);
  } else if (const auto* another = std::get_if<NewPinWanted>(&event)) {
    answer(*another, text_of(event).text);
  } else if (const auto* done = std::get_if<CredentialCompleted>(&event)) {
    answer(*done);
  } else if (const auto* stored = std::get_if<CredentialStored>(&event)) {
    stored_.push_back(*stored);
  } else if (const auto* refused = std::get_if<RegistrationRefused>(&event)) {
    refusal_ = *refused;
  } else if (const auto* unproved = std::get_if<ProofFailed>(&event)) {
    unproved_ = *unproved;
  } else if (const auto* failed = std::get_if<CeremonyFailed>(&event)) {
    failed_ = core::Error{.code = failed->code, .detail = failed->detail};
  } else if (const auto* unfit = std::get_if<NewPinRejected>(&event); unfit && !person_.pin) {
    answer(*unfit);
  } else if (person_.terminal == nullptr || std::holds_alternative<NewPinRejected>(event)) {
    answer_unattended(event);
  }
}

void Conversation::answer(const PinWanted& event, const std::string& label) {
  request_ = event.request;
  if (!person_.pin) return ask(Question::kPin, label, Echo::kStars);
  if (event.was_wrong) {
    // Trying it again would only use up the key's attempts.
    return give_up({.code = "pin_wrong",
                    .message = "the key did not take the PIN of --pin-fd",
                    .exit_code = ExitCode::kRefused});
  }
  if (event.purpose == Purpose::kPinChange) {
    return give_up({.code = "pin_change_forced",
                    .message = "the key demands another PIN first; enroll it at a terminal",
                    .exit_code = ExitCode::kNoKey});
  }
  controls_.enter_pin(event.request, person_.pin->duplicate());
}

void Conversation::answer(const NewPinWanted& event, const std::string& label) {
  request_ = event.request;
  min_code_points_ = event.min_code_points;
  new_pin_.reset();
  if (!person_.pin) return ask(Question::kNewPin, label, Echo::kStars);
  if (!person_.pin->has_at_least(event.min_code_points)) {
    return give_up({.code = "pin_too_short",
                    .message = "the PIN of --pin-fd is too short for this key, which wants " +
                               std::to_string(event.min_code_points) + " characters",
                    .exit_code = ExitCode::kUsage});
  }
  controls_.enter_pin(event.request, person_.pin->duplicate());
}

void Conversation::answer(const NewPinRejected& event) {
  request_ = event.request;
  min_code_points_ = event.min_code_points;
  ask(Question::kNewPin, "New PIN", Echo::kStars);
}

void Conversation::answer(const CredentialCompleted& event) {
  ++completed_;
  const bool has_room = event.credentials_left > 0;
  if (has_room && person_.count && completed_ < *person_.count) return controls_.add_another();
  const bool may_ask = has_room && !person_.count && person_.terminal != nullptr;
  if (may_ask) return ask(Question::kAnother, "Register another key now? (y/N)", Echo::kText);
  controls_.finish();
}

void Conversation::answer_unattended(const Event& event) {
  if (const auto* rejected = std::get_if<KeyRejected>(&event)) {
    // The verifier's reason says more.
    if (refusal_) {
      return give_up({.code = std::string(core::to_string(refusal_->code)),
                      .message = text_of(*refusal_).text,
                      .exit_code = exit_code_of(refusal_->code)});
    }
    give_up({.code = std::string(name_of(rejected->reason)),
             .message = std::string(advice(rejected->reason)),
             .exit_code = ExitCode::kNoKey});
  } else if (std::holds_alternative<KeyLocked>(event)) {
    give_up(
        {.code = "key_locked", .message = text_of(event).text, .exit_code = ExitCode::kKeyLocked});
  } else if (std::holds_alternative<NewPinRejected>(event)) {
    give_up({.code = "pin_rejected",
             .message = "the key does not take the PIN of --pin-fd; choose another, longer or less "
                        "simple one",
             .exit_code = ExitCode::kRefused});
  } else if (unproved_ && std::holds_alternative<CredentialWithdrawn>(event)) {
    give_up({.code = "proof_failed",
             .message = text_of(*unproved_).text + " It was not registered; use another key.",
             .exit_code = exit_code_of(unproved_->failure)});
  }
}

void Conversation::ask(Question question, const std::string& label, Echo echo) {
  if (person_.terminal == nullptr)
    return controls_.decline_pin(request_);  // a PIN, and nobody to know it
  question_ = question;
  label_ = label;
  view_.end_line();
  prompt_.reset();  // the old one puts the terminal right before the new one takes it
  prompt_.emplace(*person_.terminal, label, echo);
}

void Conversation::read_answer() {
  pollfd typed{.fd = person_.terminal->input(), .events = POLLIN, .revents = 0};
  while (prompt_ && ::poll(&typed, 1, 0) > 0) {
    switch (prompt_->read_typed()) {
      case LineEditor::Progress::kTyping:
        break;
      case LineEditor::Progress::kEntered:
        entered();
        break;
      case LineEditor::Progress::kDeclined:
        prompt_.reset();
        question_ == Question::kAnother ? controls_.finish() : controls_.decline_pin(request_);
        break;
    }
  }
}

void Conversation::entered() {
  const auto typed = prompt_->take();
  prompt_.reset();
  if (question_ != Question::kAnother) return entered_pin(typed);
  const bool is_yes = !typed.empty() && (typed.expose()[0] | 0x20) == 'y';  // no secret
  is_yes ? controls_.add_another() : controls_.finish();
}

void Conversation::entered_pin(const core::Secret& typed) {
  // Of a PIN that is set already the key's present minimum says nothing.
  const auto minimum = question_ == Question::kPin ? device::kMinPinCodePoints : min_code_points_;
  auto pin = to_pin(typed, minimum);
  if (!pin) {
    view_.say("",
              text_of(NewPinRejected{.flaw = pin.error().code == device::ErrorCode::kPinTooShort
                                                 ? PinFlaw::kTooShort
                                                 : PinFlaw::kNotAllowed,
                                     .min_code_points = minimum})
                  .text);
    return ask(question_, label_, Echo::kStars);
  }
  if (question_ == Question::kNewPin) {
    new_pin_ = std::move(*pin);
    return ask(Question::kNewPinAgain, "The same PIN again", Echo::kStars);
  }
  const bool differs = question_ == Question::kNewPinAgain && !new_pin_->equals(*pin);
  new_pin_.reset();
  if (differs) {
    view_.say("", "The two are not the same.");
    return ask(Question::kNewPin, "New PIN", Echo::kStars);
  }
  controls_.enter_pin(request_, std::move(*pin));
}

void Conversation::give_up(Failure failure) {
  if (!given_up_) given_up_ = std::move(failure);
  prompt_.reset();
  controls_.cancel();
}

}  // namespace firstkey::enroll
