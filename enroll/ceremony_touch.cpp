// The PIN and the touch: rows of ChoosingPin, SettingPin, AwaitingPin and AwaitingTouch.

#include "enroll/ceremony_rows.h"

namespace firstkey::enroll {

namespace {

Command ask_new_pin(KeyId key, std::size_t min_code_points) {
  return AskNewPin{.key = key, .min_code_points = min_code_points};
}

}  // namespace

// ChoosingPin

Transition Rows::on(const ChoosingPin& s, const PinEntered& i) const {
  if (i.key != s.key.id) return to(s);
  if (i.code_points < s.min_code_points) {
    return to(s,
              {ask_new_pin(s.key.id, s.min_code_points)},
              {NewPinRejected{.flaw = PinFlaw::kTooShort, .min_code_points = s.min_code_points}});
  }
  return to(SettingPin{.key = s.key, .cause = s.cause, .min_code_points = s.min_code_points},
            {SetPin{.key = s.key.id, .cause = s.cause}});
}

Transition Rows::on(const ChoosingPin& s, const PinDeclined& i) const {
  return i.key == s.key.id ? reject(i.key, KeyReason::kPinDeclined) : to(s);
}

// SettingPin

Transition Rows::on(const SettingPin& s, const PinSet& i) const {
  if (i.key != s.key.id) return to(s);
  return to(
      AwaitingTouch{.key = s.key, .uses_pin = true}, {MakeCredential{s.key.id}}, {PinWasSet{}});
}

Transition Rows::on(const SettingPin& s, const PinUnfit& i) const {
  if (i.key != s.key.id) return to(s);
  return to(ChoosingPin{.key = s.key, .cause = s.cause, .min_code_points = s.min_code_points},
            {ask_new_pin(s.key.id, s.min_code_points)},
            {NewPinRejected{.flaw = i.flaw, .min_code_points = s.min_code_points}});
}

Transition Rows::on(const SettingPin& s, const PinWrong& i) const {
  if (i.key != s.key.id) return to(s);
  return to(
      AwaitingPin{.key = s.key, .is_for_change = true, .min_code_points = s.min_code_points},
      {AskPin{.key = s.key.id,
              .purpose = Purpose::kPinChange,
              .attempts_left = i.attempts_left,
              .was_wrong = true}},
      {PinWanted{
          .purpose = Purpose::kPinChange, .attempts_left = i.attempts_left, .was_wrong = true}});
}

Transition Rows::on(const SettingPin& s, const PinBlocked& i) const {
  return i.key == s.key.id ? lock_out(i.key, i.lock) : to(s);
}

Transition Rows::on(const SettingPin& s, const FactsChanged& i) const {
  return i.key == s.key.id ? reopen(s.key, KeyReason::kFailing) : to(s);
}

// The PIN may have been set although the answer was lost: what the key says now decides.
Transition Rows::on(const SettingPin& s, const KeyFaltered& i) const {
  return i.key == s.key.id ? reopen(s.key, i.reason) : to(s);
}

// AwaitingPin

Transition Rows::on(const AwaitingPin& s, const PinEntered& i) const {
  if (i.key != s.key.id) return to(s);
  if (s.is_for_change) {
    return to(
        ChoosingPin{.key = s.key, .cause = PinCause::kForced, .min_code_points = s.min_code_points},
        {ask_new_pin(s.key.id, s.min_code_points)},
        {NewPinWanted{.cause = PinCause::kForced, .min_code_points = s.min_code_points}});
  }
  return to(AwaitingTouch{.key = s.key, .uses_pin = true}, {MakeCredential{s.key.id}});
}

Transition Rows::on(const AwaitingPin& s, const PinDeclined& i) const {
  return i.key == s.key.id ? reject(i.key, KeyReason::kPinDeclined) : to(s);
}

// AwaitingTouch

Transition Rows::touch_again(const AwaitingTouch& state, KeyReason reason) const {
  AwaitingTouch again = state;
  if (++again.key.falters > kFaltersForgiven) return reject(again.key.id, reason);
  return to(again, {MakeCredential{again.key.id}});
}

Transition Rows::on(const AwaitingTouch& s, const TouchNeeded& i) const {
  return i.key == s.key.id ? to(s, {}, {TouchWanted{Purpose::kRegistration}}) : to(s);
}

Transition Rows::on(const AwaitingTouch& s, const CredentialMade& i) const {
  if (i.key != s.key.id) {
    return orphan(s, ReportOrphan{i.key, i.credential_id, core::OrphanCause::kCancelled});
  }
  return to(Verifying{.key = s.key, .uses_pin = s.uses_pin, .credential_id = i.credential_id},
            {SubmitRegistration{}},
            {VerifyingNow{}});
}

// A key gives up after some 30 s without a touch; the window is the person's only limit.
Transition Rows::on(const AwaitingTouch& s, const TouchFailed& i) const {
  if (i.key != s.key.id) return to(s);
  return to(s, {MakeCredential{s.key.id}}, {TouchMissed{i.mishap}});
}

Transition Rows::on(const AwaitingTouch& s, const PresenceUsedUp& i) const {
  return i.key == s.key.id ? start_over(i.key, SetAside{i.key}, PresentAgain{}) : to(s);
}

Transition Rows::on(const AwaitingTouch& s, const PinWrong& i) const {
  if (i.key != s.key.id) return to(s);
  return to(AwaitingPin{.key = s.key},
            {AskPin{.key = s.key.id, .attempts_left = i.attempts_left, .was_wrong = true}},
            {PinWanted{.attempts_left = i.attempts_left, .was_wrong = true}});
}

Transition Rows::on(const AwaitingTouch& s, const PinNeeded& i) const {
  if (i.key != s.key.id) return to(s);
  return to(AwaitingPin{.key = s.key}, {AskPin{.key = s.key.id}}, {PinWanted{}});
}

Transition Rows::on(const AwaitingTouch& s, const PinBlocked& i) const {
  return i.key == s.key.id ? lock_out(i.key, i.lock) : to(s);
}

Transition Rows::on(const AwaitingTouch& s, const FactsChanged& i) const {
  return i.key == s.key.id ? reopen(s.key, KeyReason::kFailing) : to(s);
}

Transition Rows::on(const AwaitingTouch& s, const KeyFaltered& i) const {
  return i.key == s.key.id ? touch_again(s, i.reason) : to(s);
}

}  // namespace firstkey::enroll
