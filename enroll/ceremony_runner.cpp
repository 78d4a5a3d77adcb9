#include "enroll/ceremony_runner.h"

#include <utility>

namespace firstkey::enroll {

CeremonyRunner::CeremonyRunner(Parts parts,
                               core::SessionTicket ticket,
                               const core::SessionSnapshot& snapshot,
                               Choices choices)
    : parts_(parts),
      box_(std::make_shared<CeremonyLoop::Box>()),
      loop_(parts_, std::move(choices), std::move(ticket), snapshot, box_, events_) {}

CeremonyRunner::~CeremonyRunner() {
  box_->close();
  watch_.reset();
  if (machine_.joinable()) machine_.join();
}

void CeremonyRunner::start() {
  // What is there already comes first in the box: a key of which the machine hears later is new.
  const auto box = box_;
  watch_.emplace(parts_.discovery,
                 DiscoveryWatch::Reports{
                     .keys = [box](auto events) { box->leave(std::move(events)); },
                     .obstacle = [box](auto obstacle) { box->leave(std::move(obstacle)); }});
  machine_ = std::thread([this] { run(); });
}

void CeremonyRunner::run() {
  auto ending = loop_.run();
  if (!ending) return;
  const std::lock_guard lock(mutex_);
  ending_ = std::move(ending);
  changed_.notify_all();
}

void CeremonyRunner::enter_pin(PinRequestId request, device::Pin pin) {
  box_->leave(PinTyped{.request = request, .pin = std::move(pin)});
}

void CeremonyRunner::decline_pin(PinRequestId request) {
  box_->leave(PinRefused{request});
}

void CeremonyRunner::add_another() {
  box_->leave(Input(AddAnother{}));
}

void CeremonyRunner::finish() {
  box_->leave(Input(Finish{}));
}

void CeremonyRunner::cancel() {
  box_->leave(Input(Cancel{}));
}

void CeremonyRunner::give_up_proof() {
  box_->leave(Input(GiveUpProof{}));
}

Ending CeremonyRunner::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ending_.has_value(); });
  return ending_.value();
}

}  // namespace firstkey::enroll
