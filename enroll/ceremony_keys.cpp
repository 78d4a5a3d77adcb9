// Finding a key: rows of Preparing, AwaitingKey, SelectingKey and OpeningKey.

#include <algorithm>
#include <iterator>

#include "enroll/ceremony_rows.h"
#include "enroll/verdict_outcome.h"

namespace firstkey::enroll {

namespace {

bool is_among(const std::vector<KeyId>& keys, KeyId key) {
  return std::ranges::find(keys, key) != keys.end();
}

}  // namespace

Transition Rows::end_by(const core::Error& error) const {
  return meaning_of(error.code) == VerdictMeaning::kWindowOver ? expire() : fail(error);
}

Transition Rows::look_for_key(std::optional<KeyId> gone) const {
  std::vector<PresentKey> keys = context_.candidates;
  if (gone) std::erase_if(keys, [gone](const PresentKey& key) { return key.id == *gone; });
  if (keys.empty()) return to(AwaitingKey{}, {}, {InsertKey{}});

  Transition transition;
  for (const PresentKey& key : keys) {
    transition.commands.emplace_back(OpenKey{.key = key.id});
    transition.events.emplace_back(
        KeyInserted{.display_name = key.display_name, .transport = key.transport});
  }
  if (keys.size() == 1) {
    transition.state = OpeningKey{{.id = keys.front().id}};
    return transition;
  }
  SelectingKey selecting;
  std::ranges::transform(keys, std::back_inserter(selecting.keys), &PresentKey::id);
  transition.state = std::move(selecting);
  transition.events.emplace_back(SelectKey{keys.size()});
  return transition;
}

Transition Rows::start_over(KeyId gone, Command parting, Event why) const {
  return join(to(AwaitingKey{}, {std::move(parting)}, {std::move(why)}), look_for_key(gone));
}

Transition Rows::reject(KeyId key, KeyReason reason) const {
  return start_over(key, SetAside{key}, KeyRejected{reason});
}

Transition Rows::lock_out(KeyId key, PinLock lock) const {
  return start_over(key, SetAside{key}, KeyLocked{lock});
}

Transition Rows::reopen(KeyInUse key, KeyReason reason) const {
  if (++key.falters > kFaltersForgiven) return reject(key.id, reason);
  return to(OpeningKey{key}, {OpenKey{.key = key.id}});
}

// Preparing

Transition Rows::on(const Preparing&, const OptionsReady&) const {
  return look_for_key();
}

// AwaitingKey

Transition Rows::on(const AwaitingKey& s, const KeyArrived&) const {
  // The arrival may have been overtaken by the key's removal.
  return context_.candidates.empty() ? to(s) : look_for_key();
}

// SelectingKey

Transition Rows::without(const SelectingKey& state, KeyId key, Command parting, Event why) const {
  SelectingKey rest = state;
  if (std::erase(rest.keys, key) == 0) return to(state);
  Transition transition = to(rest, {std::move(parting)}, {std::move(why)});
  if (rest.keys.size() > 1) return transition;
  if (rest.keys.empty()) return join(std::move(transition), look_for_key(key));
  // The one that is left need not be chosen; it is open already, or will be.
  transition.state = OpeningKey{{.id = rest.keys.front()}};
  transition.commands.emplace_back(OpenKey{.key = rest.keys.front()});
  return transition;
}

Transition Rows::on(const SelectingKey& s, const KeyArrived& i) const {
  SelectingKey more = s;
  if (is_among(more.keys, i.key.id)) return to(s);
  more.keys.push_back(i.key.id);
  const std::size_t count = more.keys.size();
  return to(std::move(more),
            {OpenKey{.key = i.key.id}},
            {KeyInserted{.display_name = i.key.display_name, .transport = i.key.transport},
             SelectKey{count}});
}

Transition Rows::on(const SelectingKey& s, const KeyOpened& i) const {
  if (!is_among(s.keys, i.key)) return to(s);
  const Suitability suitability = assess(i.profile, context_.demands);
  if (const auto* unsuitable = std::get_if<Unsuitable>(&suitability)) {
    return without(s, i.key, SetAside{i.key}, KeyRejected{unsuitable->reason});
  }
  if (const auto* lock = std::get_if<PinLock>(&suitability)) {
    return without(s, i.key, SetAside{i.key}, KeyLocked{*lock});
  }
  return to(s, {BlinkKey{i.key}}, {TouchWanted{Purpose::kSelection}});
}

Transition Rows::on(const SelectingKey& s, const KeySelected& i) const {
  if (!is_among(s.keys, i.key)) return to(s);
  Transition transition = to(OpeningKey{{.id = i.key}});
  for (const KeyId key : s.keys) {
    if (key != i.key) transition.commands.emplace_back(ReleaseKey{key});
  }
  transition.commands.emplace_back(OpenKey{.key = i.key});
  return transition;
}

Transition Rows::on(const SelectingKey& s, const TouchFailed& i) const {
  return is_among(s.keys, i.key) ? to(s, {BlinkKey{i.key}}) : to(s);
}

Transition Rows::on(const SelectingKey& s, const KeyRemoved& i) const {
  return without(s, i.key, ReleaseKey{i.key}, KeyLeft{});
}

Transition Rows::on(const SelectingKey& s, const KeyUnusable& i) const {
  return without(s, i.key, SetAside{i.key}, KeyRejected{i.reason});
}

Transition Rows::on(const SelectingKey& s, const KeyFaltered& i) const {
  return without(s, i.key, SetAside{i.key}, KeyRejected{i.reason});
}

// OpeningKey

Transition Rows::go_on_with(KeyInUse key, const KeyProfile& profile, PinPath path) const {
  key.likeness = likeness_of(profile);
  const std::size_t minimum = profile.facts.min_pin_length;
  std::optional<int> attempts_left;
  if (profile.pin_retries) attempts_left = profile.pin_retries->attempts_left;
  switch (path) {
    case PinPath::kNoPin:
      return to(AwaitingTouch{.key = key}, {MakeCredential{key.id}});
    case PinPath::kAskPin:
      return to(AwaitingPin{.key = key, .min_code_points = minimum},
                {AskPin{.key = key.id, .attempts_left = attempts_left}},
                {PinWanted{.attempts_left = attempts_left}});
    case PinPath::kChoosePin:
      return to(ChoosingPin{.key = key, .min_code_points = minimum},
                {AskNewPin{.key = key.id, .min_code_points = minimum}},
                {NewPinWanted{.cause = PinCause::kFirst, .min_code_points = minimum}});
    case PinPath::kChangePin:
      return to(
          AwaitingPin{.key = key, .is_for_change = true, .min_code_points = minimum},
          {AskPin{.key = key.id, .purpose = Purpose::kPinChange, .attempts_left = attempts_left}},
          {PinWanted{.purpose = Purpose::kPinChange, .attempts_left = attempts_left}});
  }
  return to(OpeningKey{key});  // a value outside the enumeration
}

Transition Rows::on(const OpeningKey& s, const KeyOpened& i) const {
  if (i.key != s.key.id) return to(s);
  const Suitability suitability = assess(i.profile, context_.demands);
  if (const auto* unsuitable = std::get_if<Unsuitable>(&suitability)) {
    return reject(i.key, unsuitable->reason);
  }
  if (const auto* lock = std::get_if<PinLock>(&suitability)) return lock_out(i.key, *lock);
  return go_on_with(s.key, i.profile, std::get<PinPath>(suitability));
}

Transition Rows::on(const OpeningKey& s, const KeyFaltered& i) const {
  return i.key == s.key.id ? reopen(s.key, i.reason) : to(s);
}

}  // namespace firstkey::enroll
