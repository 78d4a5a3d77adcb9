#include "enroll/key_calls.h"

#include <algorithm>

#include "device/key_configuration.h"

namespace firstkey::enroll {

namespace {

const device::Pin* address_of(const std::optional<device::Pin>& pin) {
  return pin ? &pin.value() : nullptr;
}

/// What a command meets that comes before the key was opened: the key left in between.
const device::Error kNotOpen{.code = device::ErrorCode::kGone, .fido_status = 0, .detail = {}};

}  // namespace

KeyAnswer KeyCalls::carry_out(const KeyWork& work,
                              const device::CallLimits& limits,
                              const std::function<void(Input)>& tell) {
  tell_ = &tell;
  if (!std::holds_alternative<Closing>(work)) has_removed_ = false;
  return std::visit([&](const auto& kind) { return on(kind, limits); }, work);
}

device::Result<void> KeyCalls::open_or_refresh(const device::CallLimits& limits) {
  if (key_ && !key_->is_gone()) return key_->refresh(limits);
  auto opened = discovery_.open(seen_.path, limits);
  if (!opened) return std::unexpected(opened.error());
  key_ = std::move(opened.value());
  return {};
}

std::optional<device::PinRetries> KeyCalls::pin_retries(const device::CallLimits& limits) {
  if (!key_->facts().has_pin()) return std::nullopt;
  const auto left = key_->pin_retries(limits);
  if (left) return device::PinRetries{.attempts_left = left.value()};
  const auto code = left.error().code;
  if (code == device::ErrorCode::kPinBlocked) return device::PinRetries{.attempts_left = 0};
  if (code == device::ErrorCode::kPinAuthBlocked) {
    return device::PinRetries{.attempts_left = 1, .is_reinsertion_needed = true};
  }
  return std::nullopt;  // it would not tell: the PIN's own call will say what is wrong
}

KeyAnswer KeyCalls::on(const Opening& work, const device::CallLimits& limits) {
  if (const auto opened = open_or_refresh(limits); !opened) {
    return failed(opened.error(), Phase::kOpening, limits);
  }
  KeyProfile profile{.path = seen_.path,
                     .facts = key_->facts(),
                     .is_simulated = seen_.is_simulated || key_->facts().is_simulated,
                     .pin_retries = pin_retries(limits)};
  if (work.silent_look && profile.facts.is_fido2) {
    // A key that answers such questions only after its PIN has not said that it holds it.
    profile.holds_credential =
        key_->get_assertion(work.silent_look.value(), nullptr, limits).has_value();
  }
  return KeyOpened{.key = id_, .profile = std::move(profile)};
}

KeyAnswer KeyCalls::on(const Blinking&, const device::CallLimits& limits) {
  if (!key_) return failed(kNotOpen, Phase::kSelecting, limits);
  const auto touched = key_->wait_for_touch(limits);
  if (!touched) return failed(touched.error(), Phase::kSelecting, limits);
  return KeySelected{id_};
}

KeyAnswer KeyCalls::on(const PinSetting& work, const device::CallLimits& limits) {
  if (!key_) return failed(kNotOpen, Phase::kPin, limits);
  const auto set = work.current ? key_->change_pin(work.current.value(), work.next, limits)
                                : key_->set_pin(work.next, limits);
  if (!set) return failed(set.error(), Phase::kPin, limits);
  return PinSet{id_};
}

KeyAnswer KeyCalls::on(const CredentialMaking& work, const device::CallLimits& limits) {
  if (!key_) return failed(kNotOpen, Phase::kTouch, limits);
  if (auto cleaned = clean(work, limits); !cleaned) {
    return failed(cleaned.error(), Phase::kTouch, limits);
  }
  auto made = key_->make_credential(work.request, address_of(work.pin), limits);
  if (!made) return failed(made.error(), Phase::kTouch, limits);
  if (limits.stop.stop_requested()) {
    return StrayCredential{.credential_id = made->credential_id,
                           .was_removed = work.pin && remove(made->credential_id, *work.pin)};
  }
  return std::move(made.value());
}

// One list of the relying party's own is asked for, not one question an orphan: each costs a PIN's
// worth of messages. What stands in the way of the credential too is the answer; the rest can wait.
device::Result<void> KeyCalls::clean(const CredentialMaking& work,
                                     const device::CallLimits& limits) {
  const bool can_clean = work.pin && key_->facts().supports_credential_management();
  if (work.orphans.empty() || !can_clean) return {};
  auto& configuration = key_->configuration();
  const auto stored =
      configuration.credentials_of(work.request.rp_id, address_of(work.pin), limits);
  if (!stored) {
    const auto reaction = outcome_of(stored.error().code, Phase::kTouch).reaction;
    const bool can_wait = reaction == Reaction::kUnusable || reaction == Reaction::kFaltered;
    return can_wait ? device::Result<void>() : std::unexpected(stored.error());
  }
  for (const auto& credential : stored.value()) {
    if (std::ranges::find(work.orphans, credential.id) == work.orphans.end()) continue;
    if (configuration.remove(credential.id, address_of(work.pin), limits)) {
      (*tell_)(OrphanRemoved{credential.id});
    }
  }
  return {};
}

KeyAnswer KeyCalls::on(const CredentialRemoval& work, const device::CallLimits&) {
  if (!key_ || !remove(work.credential_id, work.pin)) return std::monostate{};
  return Input(OrphanRemoved{work.credential_id});
}

bool KeyCalls::remove(const core::Bytes& credential_id, const device::Pin& pin) {
  if (!key_->facts().supports_credential_management()) return false;
  has_removed_ = true;
  const auto removed = key_->configuration().remove(
      credential_id, &pin, {.time_left = kForRemoval, .stop = {}, .on_keep_alive = nullptr});
  // The key made it a moment ago: what it does not list it does not keep.
  return removed || removed.error().code == device::ErrorCode::kNoCredentials;
}

KeyAnswer KeyCalls::on(const Signing& work, const device::CallLimits& limits) {
  if (!key_) return failed(kNotOpen, Phase::kProof, limits);
  auto made = key_->get_assertion(work.request, address_of(work.pin), limits);
  if (!made) return failed(made.error(), Phase::kProof, limits);
  return std::move(made.value());
}

KeyAnswer KeyCalls::on(const Closing&, const device::CallLimits&) {
  key_.reset();
  return std::monostate{};
}

Input KeyCalls::failed(const device::Error& error, Phase phase, const device::CallLimits& limits) {
  if (error.is_unanswered) return KeyUnresponsive{id_};
  std::optional<int> attempts_left;
  if (outcome_of(error.code, phase).reaction == Reaction::kPinWrong) {
    if (const auto left = key_->pin_retries(limits)) attempts_left = left.value();
  }
  return to_input(id_, error, phase, attempts_left);
}

}  // namespace firstkey::enroll
