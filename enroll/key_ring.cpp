#include "enroll/key_ring.h"

#include <algorithm>
#include <utility>

namespace firstkey::enroll {

KeyRing::~KeyRing() {
  for (auto& [_, place] : places_) leaving_.push_back(std::move(place));
  for (const Place& place : leaving_) {
    if (place.worker) place.worker->end();
  }
}

void KeyRing::arrived(const device::SeenKey& key) {
  Place& place = places_[KeyId{key.arrival}];
  place.seen = key;
}

void KeyRing::left(KeyId key, core::Duration now) {
  const auto found = places_.find(key);
  if (found == places_.end()) return;
  stop(found->second, now);
  if (found->second.worker) {
    found->second.worker->end();
    leaving_.push_back(std::move(found->second));
  }
  places_.erase(found);
}

std::vector<PresentKey> KeyRing::candidates() const {
  std::vector<PresentKey> keys;
  for (const auto& [id, place] : places_) {
    if (!is_usable(id)) continue;
    keys.push_back({.id = id,
                    .display_name = place.seen.display_name,
                    .transport = place.seen.path.transport});
  }
  return keys;
}

bool KeyRing::is_usable(KeyId key) const {
  const auto found = places_.find(key);
  return found != places_.end() && !found->second.is_aside && !found->second.seen.obstacle;
}

bool KeyRing::begin(KeyId key,
                    KeyWork work,
                    std::chrono::milliseconds time_left,
                    core::Duration now) {
  if (!is_usable(key)) return false;
  Place& place = places_.at(key);
  if (place.work != 0) stop(place, now);
  if (!place.worker) place.worker = std::make_unique<KeyWorker>(discovery_, place.seen, report_);
  place.work = place.worker->begin(std::move(work), time_left);
  place.due = now + time_left + kLeaveAloneAfter;
  return true;
}

void KeyRing::stop(Place& place, core::Duration now) {
  place.work = 0;
  if (!place.worker) return;
  if (!place.worker->is_stopping()) place.stop_due = now + kLeaveAloneAfter;
  place.worker->stop();
}

void KeyRing::interrupt(KeyId key, core::Duration now) {
  const auto found = places_.find(key);
  if (found == places_.end() || !found->second.worker) return;
  Place& place = found->second;
  place.work = 0;
  if (!place.worker->is_stopping()) place.stop_due = now + kLeaveAloneAfter;
  place.worker->interrupt();
}

void KeyRing::remove(KeyId key, CredentialRemoval removal) {
  const auto found = places_.find(key);
  if (found != places_.end() && found->second.worker) {
    found->second.worker->remove(std::move(removal));
  }
}

void KeyRing::release(KeyId key, core::Duration now) {
  const auto found = places_.find(key);
  if (found != places_.end()) stop(found->second, now);
}

void KeyRing::release_all(core::Duration now) {
  for (auto& [_, place] : places_) stop(place, now);
}

void KeyRing::set_aside(KeyId key, core::Duration now) {
  const auto found = places_.find(key);
  if (found == places_.end()) return;
  found->second.is_aside = true;
  stop(found->second, now);
}

bool KeyRing::accept(const KeyReport& report) {
  const auto found = places_.find(report.key);
  if (found == places_.end() || found->second.work != report.work) return false;
  const auto* input = std::get_if<Input>(&report.answer);
  const bool is_answer = input == nullptr || !std::holds_alternative<TouchNeeded>(*input);
  if (is_answer) found->second.work = 0;
  return true;
}

void KeyRing::remember_facts(KeyId key, device::AuthenticatorFacts facts) {
  const auto found = places_.find(key);
  if (found != places_.end()) found->second.facts = std::move(facts);
}

device::AuthenticatorFacts KeyRing::facts(KeyId key) const {
  const auto found = places_.find(key);
  return found == places_.end() ? device::AuthenticatorFacts{} : found->second.facts;
}

std::vector<KeyId> KeyRing::leave_overdue_alone(core::Duration now) {
  std::vector<KeyId> overdue;
  const auto give_up_on = [&](Place& place) {
    if (!place.worker) return;
    const auto late = now - (place.worker->has_removed() ? kForRemoval : kForRemoval.zero());
    const bool is_overdue = (place.worker->is_stopping() && late >= place.stop_due) ||
                            (place.work != 0 && place.worker->is_busy() && late >= place.due);
    if (!is_overdue) return;
    overdue.push_back(KeyId{place.seen.arrival});
    place.work = 0;
    std::exchange(place.worker, nullptr)->end_within(std::chrono::milliseconds(0));
  };
  for (auto& [_, place] : places_) give_up_on(place);
  std::ranges::for_each(leaving_, give_up_on);
  std::erase_if(leaving_,
                [](const Place& place) { return !place.worker || place.worker->has_ended(); });
  return overdue;
}

bool KeyRing::is_quiet() const {
  const auto is_busy = [](const Place& place) { return place.worker && place.worker->is_busy(); };
  return std::ranges::none_of(leaving_, is_busy) &&
         std::ranges::none_of(places_, [&](const auto& entry) { return is_busy(entry.second); });
}

}  // namespace firstkey::enroll
