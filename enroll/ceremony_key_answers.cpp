// What keys answer, and what becomes of it in the machine.

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "enroll/ceremony_loop.h"
#include "enroll/key_outcome.h"

namespace firstkey::enroll {

void CeremonyLoop::handle(KeyReport report) {
  std::visit(
      [&]<class Said>(const Said& said) {
        if constexpr (!std::is_same_v<Said, std::monostate>) hear(report, said);
      },
      report.answer);
}

void CeremonyLoop::hear(const KeyReport& report, const Input& input) {
  if (const auto* removed = std::get_if<OrphanRemoved>(&input)) {
    return hear_removed(removed->credential_id);
  }
  const bool is_awaited = keys_.accept(report);
  if (std::holds_alternative<KeyUnresponsive>(input)) {
    feed(input);
    // It is put aside now; whoever waited for it hears that, too.
    if (is_awaited) feed(KeyUnusable{.key = report.key, .reason = KeyReason::kFailing});
    return;
  }
  if (!is_awaited) return;  // of work that was given up since
  if (const auto* opened = std::get_if<KeyOpened>(&input)) {
    keys_.remember_facts(report.key, opened->profile.facts);
  }
  if (std::holds_alternative<PinSet>(input)) pins_.adopt_new();
  // Seen by its worker before discovery sees it: nothing can be asked of it any more.
  if (std::holds_alternative<KeyRemoved>(input)) keys_.set_aside(report.key, time_.uptime());
  feed(input);
}

void CeremonyLoop::hear(const KeyReport& report, const device::CredentialResponse& made) {
  if (!keys_.accept(report) || !making_) {
    return feed(CredentialStrayed{.key = report.key, .credential_id = made.credential_id});
  }
  auto json = registration_json(made, making_.value(), credential_request_);
  making_.reset();
  creation_.reset();  // a challenge is answered once
  if (!json) {
    return feed(to_input(report.key,
                         {.code = device::ErrorCode::kGarbage, .detail = json.error().detail},
                         Phase::kTouch,
                         std::nullopt));
  }
  response_json_ = std::move(json.value());
  feed(CredentialMade{.key = report.key, .credential_id = made.credential_id});
}

void CeremonyLoop::hear(const KeyReport& report, const device::AssertionResponse& made) {
  if (!keys_.accept(report) || !signing_) return;
  response_json_ = assertion_json(made, signing_.value());
  signing_.reset();
  proof_.reset();
  feed(AssertionMade{report.key});
}

void CeremonyLoop::hear(const KeyReport& report, const StrayCredential& stray) {
  feed(CredentialStrayed{.key = report.key, .credential_id = stray.credential_id});
  if (stray.was_removed) hear_removed(stray.credential_id);
}

void CeremonyLoop::hear_removed(const core::Bytes& credential_id) {
  std::erase_if(orphans_, [&](const core::OrphanMark& orphan) {
    return orphan.credential_id == credential_id;
  });
  note({.credential_id = credential_id, .place = core::OrphanReport::Place::kRemoved});
  feed(OrphanRemoved{credential_id});
}

}  // namespace firstkey::enroll
