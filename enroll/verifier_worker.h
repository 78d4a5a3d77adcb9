#pragma once
// The thread that talks to the verifier, in order, one call at a time, and holds the session's
// ticket. A call without a verdict is repeated with the same arguments, which the verifier allows,
// until its time is over or another call was asked for.
// Threads: one owner calls; `report` runs on the worker's own thread.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "core/clock.h"
#include "core/verifier.h"
#include "enroll/inputs.h"

namespace firstkey::enroll {

// What is asked.
struct CreationOptionsWanted {};
struct RegistrationReady {
  std::string json;
};
struct ProofOptionsWanted {
  core::Bytes credential_id;
};
struct ProofReady {
  std::string json;
};
struct WithdrawalWanted {
  core::Bytes credential_id;
};
struct OrphanFound {
  core::OrphanReport orphan;
};
struct SessionOver {};  ///< and wipe the ticket

using VerifierCall = std::variant<CreationOptionsWanted,
                                  RegistrationReady,
                                  ProofOptionsWanted,
                                  ProofReady,
                                  WithdrawalWanted,
                                  OrphanFound,
                                  SessionOver>;

// What is answered; refusals and silence as the machine's own inputs.
struct CreationOptionsIssued {
  core::IssuedOptions options;
  /// Of a session whose window may have moved by this very call.
  std::optional<core::SessionSnapshot> session;
};
struct ProofOptionsIssued {
  core::IssuedOptions options;
};
struct ProofAccepted {
  core::SessionSnapshot session;
};
struct WithdrawalDone {
  core::SessionSnapshot session;
};
struct OrphanHeard {};
struct SessionFinished {
  core::SessionSnapshot session;
};

using VerifierAnswer = std::variant<CreationOptionsIssued,
                                    core::RegistrationReceipt,
                                    ProofOptionsIssued,
                                    ProofAccepted,
                                    WithdrawalDone,
                                    OrphanHeard,
                                    SessionFinished,
                                    VerifierRefused,
                                    VerifierRetrying,
                                    VerifierLost>;

struct VerifierReport {
  std::uint64_t call = 0;  ///< the number ask() gave
  VerifierAnswer answer;
};

class VerifierWorker {
 public:
  struct Parts {
    core::Verifier& verifier;
    const core::Clock& clock;
    std::function<void(VerifierReport)> report;
    std::function<void()> forget_ticket;      ///< wipes what else knows the ticket
    std::function<void()> every_half_minute;  ///< the program's regular work; may be empty
    /// Windows of multi-use sessions move with every call, so they are asked for anew.
    enum class Window { kFixed, kMoving } window = Window::kFixed;
  };

  /// `parts` outlive this object.
  VerifierWorker(Parts parts, core::SessionTicket ticket);
  VerifierWorker(const VerifierWorker&) = delete;
  VerifierWorker& operator=(const VerifierWorker&) = delete;
  /// A call that runs is waited for, since it holds on to the verifier; repeating it is not.
  ~VerifierWorker();

  /// `until`: on the clock's boot side; a call is made once in any case.
  std::uint64_t ask(VerifierCall call, core::Duration until);
  /// Tells of an orphan when no call waits, and before the session is over. Nobody waits for that:
  /// it is not reported, gives way to calls, and is given up at `until`.
  void note(core::OrphanReport orphan, core::Duration until);
  /// Has the program's regular work done when no call is under way.
  void half_minute_passed();

 private:
  struct Asked {
    std::uint64_t number = 0;
    VerifierCall call;
    core::Duration until{};
  };

  void work();
  /// The next call, or nothing when it is time for the regular work.
  [[nodiscard]] std::optional<Asked> take();
  [[nodiscard]] bool is_closed() const;
  void carry_out(const Asked& asked);
  /// One that goes before notes. Under the lock.
  [[nodiscard]] bool has_call_waiting() const;
  /// Again later, if what waits is what it gave way to.
  void put_off(const Asked& note);
  [[nodiscard]] core::Result<VerifierAnswer> call_once(const VerifierCall& call);
  /// Whether to; not when something else was asked for meanwhile.
  [[nodiscard]] bool wait_to_repeat(const Asked& asked, std::chrono::milliseconds pause);

  Parts parts_;
  core::SessionTicket ticket_;  ///< the thread's alone; wiped when the session was finished
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Asked> waiting_;
  std::deque<Asked> notes_;
  std::uint64_t asked_ = 0;
  bool is_regular_work_due_ = false;
  bool is_closed_ = false;
  std::thread thread_;
};

}  // namespace firstkey::enroll
