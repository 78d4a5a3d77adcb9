#include "enroll/app/key_pin.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "enroll/app/key_settings.h"
#include "enroll/app/pin_dialogue.h"

namespace firstkey::enroll {

namespace {

using device::Change;
using device::ErrorCode;
using device::Option;

std::string consequence(const MinPinLength& wish, const device::AuthenticatorFacts& facts) {
  auto text = fmt::format(
      "PINs of this key will have at least {} characters instead of {}; only a "
      "reset lowers that again.",
      wish.code_points,
      facts.min_pin_length);
  if (facts.has_pin()) text += " A PIN that is shorter has to be changed.";
  return text;
}

Attempt<void> require_min_pin_length(const device::AuthenticatorFacts& facts) {
  if (facts.options.set_min_pin_length == Option::kTrue) return {};
  return unsupported("this key has no rules for its PIN that could be set");
}

Attempt<void> require_possible(const MinPinLength& wish, const device::AuthenticatorFacts& facts) {
  if (wish.code_points > device::kMaxPinBytes) {
    return misuse(fmt::format("a PIN has at most {} characters", device::kMaxPinBytes));
  }
  if (wish.code_points < facts.min_pin_length) {
    return misuse(fmt::format("the minimum is {} characters and can only rise, until a reset",
                              facts.min_pin_length));
  }
  if (wish.rp_ids.size() > facts.max_rp_ids_for_min_pin_length) {
    return misuse(fmt::format("this key can tell {} relying parties its minimum, not {}",
                              facts.max_rp_ids_for_min_pin_length,
                              wish.rp_ids.size()));
  }
  return {};
}

/// Both settings, so that a PIN is asked for once.
device::Result<Change> apply(device::KeyConfiguration& configuration,
                             const MinPinLength& wish,
                             const device::Pin* pin,
                             const device::CallLimits& limits) {
  // First, for a raised minimum may demand another PIN before anything else.
  if (!wish.rp_ids.empty()) {
    if (auto told = configuration.share_min_pin_length(wish.rp_ids, pin, limits); !told) {
      return std::unexpected(told.error());
    }
  }
  auto raised = configuration.raise_min_pin_length(wish.code_points, pin, limits);
  if (raised && !wish.rp_ids.empty()) return Change::kMade;
  return raised;
}

}  // namespace

Attempt<void> set_key_pin(const KeyDesk& desk, const PinOptions& pins) {
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  const auto& facts = hand->authenticator->facts();
  if (!facts.supports_pin()) return unsupported("this key has no PINs");
  if (facts.has_pin()) {
    return std::unexpected(
        Failure{.code = "pin_already_set",
                .message = "this key has a PIN; `firstkey key pin change` changes it",
                .exit_code = ExitCode::kRefused});
  }
  const auto pin = choose_pin(desk, pins, facts.min_pin_length);
  if (!pin) return std::unexpected(pin.error());
  const auto set =
      on_key(desk, [&](const auto& limits) { return hand->authenticator->set_pin(*pin, limits); });
  if (!set) return std::unexpected(to_failure(set.error()));
  tell_setting(desk, *hand, {.name = "pin", .change = Change::kMade});
  return {};
}

Attempt<void> change_key_pin(const KeyDesk& desk, const PinOptions& pins) {
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  PinDialogue dialogue(desk, *hand, pins);
  std::optional<device::Pin> next;
  while (true) {
    const auto current = dialogue.ask();
    if (!current) return std::unexpected(current.error());
    if (!next) {
      auto chosen = choose_pin(desk, pins, hand->authenticator->facts().min_pin_length);
      if (!chosen) return std::unexpected(chosen.error());
      next = std::move(*chosen);
    }
    const auto changed = on_key(desk, [&](const auto& limits) {
      return hand->authenticator->change_pin(*current, *next, limits);
    });
    if (changed) break;
    if (auto again = dialogue.judge(changed.error()); !again) return again;
  }
  tell_setting(desk, *hand, {.name = "pin", .change = Change::kMade});
  return {};
}

Attempt<void> force_key_pin_change(const KeyDesk& desk, const PinOptions& pins) {
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  const auto& facts = hand->authenticator->facts();
  if (auto able = require_min_pin_length(facts); !able) return able;
  auto change = Change::kNotNeeded;
  if (!facts.is_pin_change_forced) {
    const auto forced = use_with_pin(desk, *hand, pins, [&](const auto* pin, const auto& limits) {
      return hand->authenticator->configuration().force_pin_change(pin, limits);
    });
    if (!forced) return std::unexpected(forced.error());
    change = Change::kMade;
  }
  tell_setting(desk, *hand, {.name = "pinChangeForced", .change = change});
  return {};
}

Attempt<void> raise_key_min_pin_length(const KeyDesk& desk,
                                       const PinOptions& pins,
                                       const MinPinLength& wish) {
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  const auto& facts = hand->authenticator->facts();
  if (auto able = require_min_pin_length(facts); !able) return able;
  if (auto possible = require_possible(wish, facts); !possible) return possible;
  auto change = Change::kNotNeeded;
  const bool is_as_wanted = wish.code_points == facts.min_pin_length && wish.rp_ids.empty();
  if (!is_as_wanted) {
    if (auto agreed = confirm(desk, wish.consent, consequence(wish, facts)); !agreed) return agreed;
    const auto applied =
        change_with_pin(desk, *hand, pins, [&](const auto* pin, const auto& limits) {
          return apply(hand->authenticator->configuration(), wish, pin, limits);
        });
    if (!applied) return std::unexpected(applied.error());
    change = *applied;
  }
  tell_setting(desk, *hand, {.name = "minimumPinLength", .change = change});
  return {};
}

}  // namespace firstkey::enroll
