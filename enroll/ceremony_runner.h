#pragma once
// Runs one ceremony, from a redeemed pass to its end: joins the pure machine with keys, verifier,
// person and time. enroll/README.md, "Threads", says who does what. Whatever happens, PINs are
// wiped and keys are told to stop when the runner goes.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "enroll/ceremony_loop.h"
#include "enroll/discovery_watch.h"

namespace firstkey::enroll {

class CeremonyRunner {
 public:
  using Parts = CeremonyParts;
  using Choices = CeremonyChoices;

  /// `snapshot` is that of the redemption or resumption `ticket` belongs to.
  CeremonyRunner(Parts parts,
                 core::SessionTicket ticket,
                 const core::SessionSnapshot& snapshot,
                 Choices choices);
  CeremonyRunner(const CeremonyRunner&) = delete;
  CeremonyRunner& operator=(const CeremonyRunner&) = delete;
  /// Stops the keys, joins every thread and wipes the PINs. A key that ignores being stopped is
  /// left alone after kLeaveAloneAfter (keys_left_alone() counts them); a call of the verifier that
  /// runs is waited for. The session of a ceremony that was not over stays open, and so does its
  /// ticket file: it can be resumed.
  ~CeremonyRunner();

  /// Once.
  void start();

  /// Numbered; closed once the ceremony is over and every key has come back or was given up.
  /// Threads: any.
  [[nodiscard]] const EventStream& events() const noexcept { return events_; }

  // From the person. Threads: any. Ignored where the table has no row for it. `request` is that of
  // the event which asked: a PIN for an earlier question, or for none, is wiped.
  void enter_pin(PinRequestId request, device::Pin pin);
  void decline_pin(PinRequestId request);
  void add_another();
  void finish();
  void cancel();
  void give_up_proof();

  /// Blocks until the ceremony is over and its session was ended. After start(). Threads: any, but
  /// not beside the destructor.
  [[nodiscard]] Ending wait();

 private:
  void run();

  Parts parts_;
  std::shared_ptr<CeremonyLoop::Box> box_;
  EventStream events_;
  CeremonyLoop loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Ending> ending_;
  std::optional<DiscoveryWatch> watch_;
  std::thread machine_;
};

}  // namespace firstkey::enroll
