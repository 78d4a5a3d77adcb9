// The machine's commands, carried out. Nothing here waits: what a command leads to comes back as a
// message.

#include <algorithm>
#include <utility>

#include "enroll/ceremony_loop.h"

namespace firstkey::enroll {

namespace {

/// A challenge is renewed unless it outlasts a touch: keys give up waiting for one after 30 s or
/// so. Source: CTAP 2.1 §6.1.2 (user action time-out).
constexpr core::Duration kTouchAllowance = std::chrono::seconds(45);
/// A key that is asked what it is, or given a PIN, waits for nobody.
constexpr core::Duration kAnswerPatience = std::chrono::seconds(10);
/// A call made at the very end of the time for proofs, or after it, may be repeated for this long.
constexpr core::Duration kClosingPatience = std::chrono::seconds(3);

std::chrono::milliseconds from_to(core::Instant now, core::Instant end) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::max(end - now, core::Duration::zero()));
}

/// Those that a key of this model may hold.
std::vector<core::Bytes> orphans_on(const device::Aaguid& aaguid,
                                    const std::vector<core::OrphanMark>& orphans) {
  std::vector<core::Bytes> ids;
  for (const core::OrphanMark& orphan : orphans) {
    const bool is_of_model = orphan.aaguid.empty() || std::ranges::equal(orphan.aaguid, aaguid);
    if (is_of_model) ids.push_back(orphan.credential_id);
  }
  return ids;
}

}  // namespace

// To the verifier

void CeremonyLoop::ask(VerifierCall call, core::Duration until) {
  awaits_creation_options_ = std::holds_alternative<CreationOptionsWanted>(call);
  awaits_proof_options_ = std::holds_alternative<ProofOptionsWanted>(call);
  latest_call_ = verifier_.ask(std::move(call), until);
}

core::Duration CeremonyLoop::proof_end() const {
  return std::max(time_.uptime_at(time_.expires_at() + kProofGrace),
                  time_.uptime() + kClosingPatience);
}

void CeremonyLoop::want_creation_options() {
  if (awaits_creation_options_) return;
  ask(CreationOptionsWanted{}, time_.uptime_at(time_.expires_at()));
}

void CeremonyLoop::carry_out(const RequestOptions&) {
  want_creation_options();
}

void CeremonyLoop::carry_out(const SubmitRegistration&) {
  // Stored in time or not is decided there; the same response may be sent again later.
  ask(RegistrationReady{std::exchange(response_json_, {})}, proof_end());
}

void CeremonyLoop::carry_out(const SubmitProof&) {
  ask(ProofReady{std::exchange(response_json_, {})}, proof_end());
}

void CeremonyLoop::carry_out(const WithdrawCredential& command) {
  ask(WithdrawalWanted{command.credential_id}, proof_end());
}

void CeremonyLoop::carry_out(const FinishSession&) {
  wishes_ = {};
  latest_call_ = 0;  // what is still answered changes nothing
  finish_until_ = time_.uptime() + kClosingPatience;
}

void CeremonyLoop::finish_when_quiet() {
  // A key that is quiet has left what it had to say: looked at in this order, nothing is missed.
  if (!finish_until_ || !keys_.is_quiet() || !box_->is_empty()) return;
  ask(SessionOver{}, std::exchange(finish_until_, std::nullopt).value());
}

void CeremonyLoop::note(core::OrphanReport orphan) {
  verifier_.note(std::move(orphan),
                 is_final(state_) ? time_.uptime() + kClosingPatience : proof_end());
}

// To a key

void CeremonyLoop::begin(KeyId key, KeyWork work, core::Instant until) {
  if (keys_.begin(key, std::move(work), from_to(time_.now(), until), time_.uptime())) return;
  box_->leave(Input(KeyRemoved{key}));
}

core::Instant CeremonyLoop::short_wait() const {
  return std::min(time_.now() + kAnswerPatience, time_.expires_at() + kProofGrace);
}

void CeremonyLoop::carry_out(const OpenKey& command) {
  if (demands_ || !command.look_for.empty()) return open(command.key, command.look_for);
  // A resumed session that goes on to another key: what is demanded of it is not known yet.
  wishes_.opening.push_back(command.key);
  want_creation_options();
}

void CeremonyLoop::open(KeyId key, const core::Bytes& look_for) {
  Opening opening;
  // Only a ceremony that has asked for a PIN needs to know, and that one knows the relying party.
  if (!look_for.empty() && !rp_id_.empty()) opening.silent_look = silent_look(rp_id_, {look_for});
  begin(key, std::move(opening), short_wait());
}

void CeremonyLoop::carry_out(const BlinkKey& command) {
  begin(command.key, Blinking{}, time_.expires_at());
}

void CeremonyLoop::carry_out(const SetPin& command) {
  auto next = pins_.next();
  if (!next) return box_->leave(Input(KeyFaltered{.key = command.key}));
  PinSetting setting{.current = std::nullopt, .next = std::move(next.value())};
  if (command.cause == PinCause::kForced) setting.current = pins_.current();
  begin(command.key, std::move(setting), short_wait());
}

void CeremonyLoop::carry_out(const MakeCredential& command) {
  wishes_.making = command.key;
  const bool is_good = creation_ && (creation_->expires_at >= time_.expires_at() ||
                                     creation_->expires_at >= time_.now() + kTouchAllowance);
  if (is_good) return make_wished_credential();
  want_creation_options();
}

void CeremonyLoop::make_wished_credential() {
  if (!wishes_.making || !creation_) return;
  const KeyId key = std::exchange(wishes_.making, std::nullopt).value();
  making_ = creation_;
  credential_request_ = credential_request(making_.value(), keys_.facts(key));
  begin(key,
        CredentialMaking{.request = credential_request_,
                         .pin = pins_.current(),
                         .orphans = orphans_on(keys_.facts(key).aaguid, orphans_)},
        std::min(time_.expires_at(), making_->expires_at));
}

void CeremonyLoop::carry_out(const MakeAssertion& command) {
  wishes_.signing = command;
  const core::Instant end = time_.expires_at() + kProofGrace;
  const bool is_good =
      proof_ && proof_credential_ == command.credential_id &&
      (proof_->expires_at >= end || proof_->expires_at >= time_.now() + kTouchAllowance);
  if (is_good) return make_wished_assertion();
  if (awaits_proof_options_) return;
  proof_credential_ = command.credential_id;
  ask(ProofOptionsWanted{command.credential_id}, proof_end());
}

void CeremonyLoop::make_wished_assertion() {
  if (!wishes_.signing || !proof_) return;
  const MakeAssertion wish = std::exchange(wishes_.signing, std::nullopt).value();
  signing_ = proof_;
  begin(wish.key,
        Signing{.request = assertion_request(
                    signing_.value(), {wish.credential_id}, keys_.facts(wish.key)),
                .pin = pins_.current()},
        std::min(time_.expires_at() + kProofGrace, signing_->expires_at));
}

void CeremonyLoop::drop_wishes_of(KeyId key) {
  std::erase(wishes_.opening, key);
  if (wishes_.making == key) wishes_.making.reset();
  if (wishes_.signing && wishes_.signing->key == key) wishes_.signing.reset();
}

void CeremonyLoop::carry_out(const StopKey& command) {
  drop_wishes_of(command.key);
  keys_.interrupt(command.key, time_.uptime());
}

void CeremonyLoop::carry_out(const RemoveOrphan& command) {
  carry_out(ReportOrphan{
      .key = command.key, .credential_id = command.credential_id, .cause = command.cause});
  if (auto pin = pins_.current()) {
    keys_.remove(command.key,
                 {.credential_id = command.credential_id, .pin = std::move(pin.value())});
  }
}

void CeremonyLoop::carry_out(const ReportOrphan& command) {
  const device::Aaguid aaguid = keys_.facts(command.key).aaguid;
  const bool is_known = aaguid != device::Aaguid{};
  note({.credential_id = command.credential_id,
        .aaguid = is_known ? core::Bytes(aaguid.begin(), aaguid.end()) : core::Bytes{},
        .cause = command.cause});
}

void CeremonyLoop::carry_out(const ReleaseKey& command) {
  drop_wishes_of(command.key);
  keys_.release(command.key, time_.uptime());
}

void CeremonyLoop::carry_out(const ReleaseKeys&) {
  wishes_ = {};
  keys_.release_all(time_.uptime());
}

void CeremonyLoop::carry_out(const SetAside& command) {
  drop_wishes_of(command.key);
  keys_.set_aside(command.key, time_.uptime());
}

// About PINs

void CeremonyLoop::carry_out(const AskPin& command) {
  pins_.ask(command);
}

void CeremonyLoop::carry_out(const AskNewPin& command) {
  pins_.ask(command);
}

void CeremonyLoop::carry_out(const WithdrawPinRequest&) {
  pins_.withdraw_request();
}

void CeremonyLoop::carry_out(const ForgetPin&) {
  pins_.forget();
}

void CeremonyLoop::carry_out(const KeepPin& command) {
  pins_.keep_until(time_.uptime() + command.at_most);
}

}  // namespace firstkey::enroll
