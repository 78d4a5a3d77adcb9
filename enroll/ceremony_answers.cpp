// The verifier's answers, on their way to the machine.

#include <utility>

#include "enroll/ceremony_loop.h"

namespace firstkey::enroll {

void CeremonyLoop::handle(VerifierReport report) {
  // What came of a call that another has overtaken matters only if it was a success: a proof that
  // was verified before its withdrawal counts.
  const bool is_latest = report.call == latest_call_;
  if (!is_latest && !std::holds_alternative<ProofAccepted>(report.answer)) return;
  std::visit([this](auto&& answer) { answered(std::forward<decltype(answer)>(answer)); },
             std::move(report.answer));
}

bool CeremonyLoop::somebody_waits() const {
  if (awaits_creation_options_) {
    return std::holds_alternative<Preparing>(state_) || !wishes_.opening.empty() ||
           wishes_.making.has_value();
  }
  return !awaits_proof_options_ || wishes_.signing.has_value();
}

void CeremonyLoop::answered(CreationOptionsIssued answer) {
  time_.learn(answer.options.server_now);
  if (answer.session) time_.learn(answer.session.value());
  auto challenge = read_creation_options(answer.options);
  if (!challenge) return answered(VerifierRefused{challenge.error()});
  awaits_creation_options_ = false;
  creation_ = std::move(challenge.value());
  orphans_ = std::move(answer.options.orphans);
  demands_ = demands_of(creation_->options);
  rp_id_ = creation_->options.rp.id;
  if (std::holds_alternative<Preparing>(state_)) feed(OptionsReady{});
  for (const KeyId key : std::exchange(wishes_.opening, {})) open(key, {});
  make_wished_credential();
}

void CeremonyLoop::answered(const ProofOptionsIssued& answer) {
  time_.learn(answer.options.server_now);
  auto challenge = read_proof_options(answer.options);
  if (!challenge) return answered(VerifierRefused{challenge.error()});
  awaits_proof_options_ = false;
  proof_ = std::move(challenge.value());
  rp_id_ = proof_->options.rp_id;
  make_wished_assertion();
}

void CeremonyLoop::answered(core::RegistrationReceipt answer) {
  time_.learn(answer.session);
  feed(Stored{std::move(answer)});
}

void CeremonyLoop::answered(const ProofAccepted& answer) {
  time_.learn(answer.session);
  feed(ProofVerified{});
}

void CeremonyLoop::answered(const WithdrawalDone& answer) {
  time_.learn(answer.session);
  feed(Withdrawn{});
}

void CeremonyLoop::answered(const OrphanHeard&) {}

void CeremonyLoop::answered(SessionFinished answer) {
  ending_.session = std::move(answer.session);
  is_session_finished_ = true;
}

void CeremonyLoop::answered(const VerifierRefused& answer) {
  if (is_final(state_)) is_session_finished_ = true;
  const bool matters = somebody_waits();
  awaits_creation_options_ = false;
  awaits_proof_options_ = false;
  if (matters) feed(answer);
}

void CeremonyLoop::answered(const VerifierRetrying& answer) {
  if (somebody_waits()) feed(answer);
}

void CeremonyLoop::answered(const VerifierLost& answer) {
  if (is_final(state_)) is_session_finished_ = true;
  const bool matters = somebody_waits();
  awaits_creation_options_ = false;
  awaits_proof_options_ = false;
  if (matters) feed(answer);
}

}  // namespace firstkey::enroll
