#include "enroll/verifier_worker.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "enroll/verdict_outcome.h"

namespace firstkey::enroll {

namespace {

// Source: ours. Short enough that a blip costs nobody time, long enough to spare a verifier in
// need.
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};

/// The calls themselves, each with its answer in one type.
class Calls {
 public:
  using Answer = core::Result<VerifierAnswer>;

  Calls(core::Verifier& verifier,
        const core::SessionTicket& ticket,
        VerifierWorker::Parts::Window window)
      : verifier_(verifier), ticket_(ticket), window_(window) {}

  Answer operator()(const CreationOptionsWanted&) const {
    auto issued = verifier_.creation_options(ticket_);
    if (!issued) return std::unexpected(issued.error());
    CreationOptionsIssued answer{.options = std::move(issued.value()), .session = std::nullopt};
    if (window_ == VerifierWorker::Parts::Window::kMoving) {
      if (auto snapshot = verifier_.snapshot(ticket_)) answer.session = std::move(snapshot.value());
    }
    return VerifierAnswer(std::move(answer));
  }
  Answer operator()(const RegistrationReady& call) const {
    return answer_to(verifier_.submit_registration(ticket_, call.json), std::identity());
  }
  Answer operator()(const ProofOptionsWanted& call) const {
    return answer_to(verifier_.proof_options(ticket_, call.credential_id),
                     [](auto issued) { return ProofOptionsIssued{std::move(issued)}; });
  }
  Answer operator()(const ProofReady& call) const {
    return answer_to(verifier_.submit_proof(ticket_, call.json),
                     [](auto receipt) { return ProofAccepted{std::move(receipt.session)}; });
  }
  Answer operator()(const WithdrawalWanted& call) const {
    return answer_to(verifier_.withdraw(ticket_, call.credential_id),
                     [](auto snapshot) { return WithdrawalDone{std::move(snapshot)}; });
  }
  Answer operator()(const OrphanFound& call) const {
    if (auto heard = verifier_.report_orphan(ticket_, call.orphan); !heard) {
      return std::unexpected(heard.error());
    }
    return VerifierAnswer(OrphanHeard{});
  }
  Answer operator()(const SessionOver&) const {
    return answer_to(verifier_.finish(ticket_),
                     [](auto snapshot) { return SessionFinished{std::move(snapshot)}; });
  }

 private:
  template <class Value, class Wrap>
  static Answer answer_to(core::Result<Value> result, Wrap wrap) {
    if (!result) return std::unexpected(result.error());
    return VerifierAnswer(wrap(std::move(result.value())));
  }

  core::Verifier& verifier_;
  const core::SessionTicket& ticket_;
  VerifierWorker::Parts::Window window_;
};

template <class Kind>
bool is_call(const VerifierCall& call) {
  return std::holds_alternative<Kind>(call);
}

}  // namespace

VerifierWorker::VerifierWorker(Parts parts, core::SessionTicket ticket)
    : parts_(std::move(parts)), ticket_(std::move(ticket)), thread_([this] { work(); }) {}

VerifierWorker::~VerifierWorker() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    waiting_.clear();
    notes_.clear();
    changed_.notify_all();
  }
  thread_.join();
}

std::uint64_t VerifierWorker::ask(VerifierCall call, core::Duration until) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({.number = ++asked_, .call = std::move(call), .until = until});
  changed_.notify_all();
  return asked_;
}

void VerifierWorker::note(core::OrphanReport orphan, core::Duration until) {
  const std::lock_guard lock(mutex_);
  notes_.push_back({.call = OrphanFound{std::move(orphan)}, .until = until});
  changed_.notify_all();
}

void VerifierWorker::put_off(const Asked& note) {
  const std::lock_guard lock(mutex_);
  const bool is_in_time = parts_.clock.read().since_boot < note.until;
  if (!is_closed_ && is_in_time) notes_.push_front(note);
}

void VerifierWorker::half_minute_passed() {
  const std::lock_guard lock(mutex_);
  is_regular_work_due_ = true;
  changed_.notify_all();
}

bool VerifierWorker::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_;
}

// Once the session is over nobody is heard: so that call waits for the notes.
bool VerifierWorker::has_call_waiting() const {
  return !waiting_.empty() && !is_call<SessionOver>(waiting_.front().call);
}

std::optional<VerifierWorker::Asked> VerifierWorker::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return is_closed_ || is_regular_work_due_ || !waiting_.empty() || !notes_.empty();
  });
  auto& next = has_call_waiting() || notes_.empty() ? waiting_ : notes_;
  if (next.empty()) {
    is_regular_work_due_ = false;
    return std::nullopt;
  }
  std::optional<Asked> asked(std::move(next.front()));
  next.pop_front();
  return asked;
}

void VerifierWorker::work() {
  while (!is_closed()) {
    if (const auto asked = take()) {
      carry_out(asked.value());
    } else if (parts_.every_half_minute && !is_closed()) {
      parts_.every_half_minute();
    }
  }
}

void VerifierWorker::carry_out(const Asked& asked) {
  const auto report = [&](VerifierAnswer answer) {
    parts_.report({.call = asked.number, .answer = std::move(answer)});
  };
  const bool is_last = is_call<SessionOver>(asked.call);
  const bool is_note = is_call<OrphanFound>(asked.call);
  if (is_last) parts_.forget_ticket();
  auto answer = call_once(asked.call);
  bool is_asked_again = true;
  for (auto pause = kFirstPause;
       !answer && meaning_of(answer.error().code) == VerdictMeaning::kUnknown && is_asked_again;
       pause = std::min(2 * pause, kLongestPause)) {
    if (pause == kFirstPause && !is_note) report(VerifierRetrying{});
    is_asked_again = wait_to_repeat(asked, pause);
    if (is_asked_again) answer = call_once(asked.call);
  }
  if (is_last) ticket_ = {};
  if (is_note && !is_asked_again) put_off(asked);
  if (is_note) return;
  if (answer) return report(std::move(answer.value()));
  if (!is_asked_again) return report(VerifierLost{std::move(answer.error())});
  report(VerifierRefused{std::move(answer.error())});
}

core::Result<VerifierAnswer> VerifierWorker::call_once(const VerifierCall& call) {
  return std::visit(Calls(parts_.verifier, ticket_, parts_.window), call);
}

bool VerifierWorker::wait_to_repeat(const Asked& asked, std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  const auto is_another_wanted = [this, is_note = is_call<OrphanFound>(asked.call)] {
    return is_note ? has_call_waiting() : !waiting_.empty();
  };
  changed_.wait_for(lock, pause, [&] { return is_closed_ || is_another_wanted(); });
  if (is_closed_ || is_another_wanted()) return false;
  return parts_.clock.read().since_boot < asked.until;
}

}  // namespace firstkey::enroll
