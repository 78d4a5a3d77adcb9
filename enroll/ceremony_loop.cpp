#include "enroll/ceremony_loop.h"

#include <type_traits>
#include <utility>

namespace firstkey::enroll {

namespace {

/// How often the clock is looked at. A boot clock goes on while a machine sleeps, and a wait does
/// not; and what is over is told within 300 ms.
constexpr std::chrono::milliseconds kLookEvery{50};
/// How often the program's regular work is done: the store's mark is raised then. Source:
/// core/README.md, "The window".
constexpr core::Duration kRegularly = std::chrono::seconds(30);

bool looks_for_key(const State& state) {
  return std::holds_alternative<AwaitingKey>(state) ||
         std::holds_alternative<AwaitingProofKey>(state);
}

/// The window's end still matters.
bool is_in_window(const State& state) {
  return is_before_commit(state) || std::holds_alternative<Completed>(state);
}

bool awaits_proof(const State& state) {
  return std::visit(
      []<class S>(const S&) {
        return std::is_same_v<S, Proving> || std::is_same_v<S, AwaitingProofKey> ||
               std::is_same_v<S, OpeningProofKey> || std::is_same_v<S, AwaitingProofPin>;
      },
      state);
}

/// A kept PIN waits for its key to come back, or for a verdict on what the key has made.
bool keeps_pin_for_a_while(const State& state) {
  return std::visit(
      []<class S>(const S&) {
        return std::is_same_v<S, AwaitingProofKey> || std::is_same_v<S, OpeningProofKey> ||
               std::is_same_v<S, Settling> || std::is_same_v<S, Withdrawing>;
      },
      state);
}

bool is_usable(const device::KeyEvent& event) {
  return event.kind != device::KeyEvent::Kind::kRemoved && !event.key.obstacle;
}

Ending::How how_of(const State& state) {
  if (std::holds_alternative<Finished>(state)) return Ending::How::kFinished;
  if (std::holds_alternative<Expired>(state)) return Ending::How::kExpired;
  if (std::holds_alternative<Cancelled>(state)) return Ending::How::kCancelled;
  return Ending::How::kFailed;
}

VerifierWorker::Parts worker_parts(const CeremonyParts& parts,
                                   std::function<void()> every_half_minute,
                                   const core::SessionSnapshot& snapshot,
                                   const std::shared_ptr<CeremonyLoop::Box>& box) {
  using Window = VerifierWorker::Parts::Window;
  const auto forget_ticket = [file = parts.ticket_file, box] {
    if (file == nullptr) return;
    if (auto wiped = file->wipe(); !wiped) box->leave(TicketRemains{std::move(wiped.error())});
  };
  return {.verifier = parts.verifier,
          .clock = parts.clock,
          .report = [box](VerifierReport report) { box->leave(std::move(report)); },
          .forget_ticket = forget_ticket,
          .every_half_minute = std::move(every_half_minute),
          .window = snapshot.is_one_time ? Window::kFixed : Window::kMoving};
}

}  // namespace

CeremonyLoop::CeremonyLoop(const CeremonyParts& parts,
                           CeremonyChoices choices,
                           core::SessionTicket ticket,
                           const core::SessionSnapshot& snapshot,
                           std::shared_ptr<Box> box,
                           EventStream& events)
    : choices_(std::move(choices)),
      box_(std::move(box)),
      events_(events),
      snapshot_(snapshot),
      time_(parts.clock, snapshot),
      next_half_minute_(time_.uptime() + kRegularly),
      keys_(parts.discovery, [to = box_](KeyReport report) { to->leave(std::move(report)); }),
      verifier_(worker_parts(parts, choices_.every_half_minute, snapshot, box_),
                std::move(ticket)) {}

std::optional<Ending> CeremonyLoop::run() {
  apply(enroll::begin(snapshot_));
  while (!is_over()) {
    if (auto message = box_->take(kLookEvery)) {
      std::visit([this](auto&& said) { handle(std::forward<decltype(said)>(said)); },
                 std::move(message.value()));
    }
    if (box_->is_closed()) return std::nullopt;
    look_at_clock();
    look_at_keys();
    finish_when_quiet();
  }
  events_.close();
  return ending();
}

bool CeremonyLoop::is_over() const {
  return is_final(state_) && is_session_finished_ && keys_.is_quiet() && box_->is_empty();
}

Ending CeremonyLoop::ending() const {
  Ending ending = ending_;
  ending.how = how_of(state_);
  if (const auto* failed = std::get_if<Failed>(&state_)) ending.code = failed->code;
  return ending;
}

// What comes

void CeremonyLoop::handle(std::vector<device::KeyEvent> events) {
  if (choices_.only_key) {
    std::erase_if(events, [this](const device::KeyEvent& event) {
      return event.key.path != choices_.only_key.value();
    });
  }
  // All are known before the machine hears of the first: of several that are there, one is chosen.
  for (const device::KeyEvent& event : events) {
    if (is_usable(event)) {
      keys_.arrived(event.key);
    } else {
      keys_.left(KeyId{event.key.arrival}, time_.uptime());
    }
  }
  if (!std::exchange(has_looked_around_, true)) lay_aside(events);
  for (const device::KeyEvent& event : events) tell_machine(event);
}

void CeremonyLoop::lay_aside(std::vector<device::KeyEvent>& events) {
  if (choices_.lying_cards == LyingCards::kUse) return;
  std::erase_if(events, [this](const device::KeyEvent& event) {
    const bool lies_there =
        is_usable(event) && event.key.path.transport == device::Transport::kReader;
    if (!lies_there) return false;
    keys_.set_aside(KeyId{event.key.arrival}, time_.uptime());
    feed(CardLeftLying{});
    return true;
  });
}

void CeremonyLoop::tell_machine(const device::KeyEvent& event) {
  const device::SeenKey& key = event.key;
  const KeyId id{key.arrival};
  if (!is_usable(event)) feed(KeyRemoved{id});
  if (event.kind == device::KeyEvent::Kind::kRemoved) return;
  if (key.obstacle) return handle(key.obstacle.value());
  feed(KeyArrived{{.id = id, .display_name = key.display_name, .transport = key.path.transport}});
}

void CeremonyLoop::handle(const device::Obstacle& obstacle) {
  feed(KeySeenObstructed{.reason = obstacle.reason, .remedy = obstacle.remedy});
}

void CeremonyLoop::handle(PinTyped typed) {
  if (const auto input = pins_.enter(typed.request, std::move(typed.pin))) feed(input.value());
}

void CeremonyLoop::handle(const PinRefused& refused) {
  if (const auto input = pins_.decline(refused.request)) feed(input.value());
}

void CeremonyLoop::handle(TicketRemains remains) {
  ending_.ticket_error = std::move(remains.error);
}

// Time

void CeremonyLoop::look_at_clock() {
  const core::Duration uptime = time_.uptime();
  if (is_in_window(state_) && time_.now() >= time_.expires_at()) feed(WindowOver{});
  if (awaits_proof(state_) && time_.now() >= time_.expires_at() + kProofGrace) {
    feed(ProofTimeOver{});
  }
  if (pins_.kept_until() && uptime >= pins_.kept_until().value()) {
    pins_.forget();
    feed(PinKeptLongEnough{});
  }
  if (looking_since_ && !is_return_awaited_ && choices_.longest_wait_for_key &&
      uptime >= looking_since_.value() + choices_.longest_wait_for_key.value()) {
    ending_.was_without_key = true;
    feed(Cancel{});
  }
  if (uptime >= next_half_minute_ && !is_final(state_)) {
    next_half_minute_ = uptime + kRegularly;
    verifier_.half_minute_passed();
  }
}

void CeremonyLoop::look_at_keys() {
  for (const KeyId key : keys_.leave_overdue_alone(time_.uptime())) {
    drop_wishes_of(key);
    feed(KeyUnresponsive{key});
    feed(KeyUnusable{.key = key, .reason = KeyReason::kFailing});  // if it was still to be used
  }
}

// The machine

void CeremonyLoop::feed(const Input& input) {
  apply(step(state_, input, context()));
}

Context CeremonyLoop::context() const {
  Context context{.now = time_.now(),
                  .expires_at = time_.expires_at(),
                  .demands = demands_.value_or(KeyDemands{}),
                  .candidates = keys_.candidates(),
                  .credentials = static_cast<int>(ending_.credentials.size()),
                  .proof = snapshot_.proof};
  context.demands.allows_simulated = choices_.allows_simulated;
  return context;
}

void CeremonyLoop::apply(Transition transition) {
  const bool looked = looks_for_key(state_);
  state_ = std::move(transition.state);
  if (!looks_for_key(state_)) {
    looking_since_.reset();
  } else if (!looked || !looking_since_) {
    looking_since_ = time_.uptime();
  }
  if (!keeps_pin_for_a_while(state_)) pins_.keep_without_limit();
  for (const Command& command : transition.commands) {
    std::visit([this](const auto& kind) { carry_out(kind); }, command);
  }
  // Told once it is being done: who reads that the time is over finds the keys told to stop.
  for (Event& event : transition.events) tell(std::move(event));
}

Event CeremonyLoop::numbered(Event event) const {
  std::visit(
      [this](auto& kind) {
        if constexpr (requires { kind.request; }) kind.request = pins_.request();
      },
      event);
  return event;
}

void CeremonyLoop::tell(Event event) {
  if (const auto* completed = std::get_if<CredentialCompleted>(&event)) {
    ending_.credentials.push_back(completed->credential_id);
  }
  if (std::holds_alternative<PresentAgain>(event)) is_return_awaited_ = true;
  if (std::holds_alternative<ProofKeyWanted>(event)) is_return_awaited_ = true;
  if (std::holds_alternative<KeyInserted>(event)) is_return_awaited_ = false;
  if (const auto* rejected = std::get_if<KeyRejected>(&event)) {
    ending_.last_refusal = rejected->reason;
  }
  if (const auto* locked = std::get_if<KeyLocked>(&event)) ending_.last_lock = locked->lock;
  events_.publish(numbered(std::move(event)), time_.now(), time_.expires_at());
}

}  // namespace firstkey::enroll
