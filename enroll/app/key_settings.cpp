#include "enroll/app/key_settings.h"

#include <utility>

#include <boost/json.hpp>

#include "enroll/app/key_listing.h"
#include "enroll/app/key_words.h"
#include "enroll/app/pin_dialogue.h"

namespace firstkey::enroll {

namespace {

using device::AlwaysUv;
using device::Change;
using device::Option;

}  // namespace

Attempt<void> set_always_uv(const KeyDesk& desk, const PinOptions& pins, AlwaysUv wanted) {
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  const auto now = hand->authenticator->facts().options.always_uv;
  if (now == Option::kAbsent) return unsupported("this key has no always-uv to set");
  const bool is_so = (now == Option::kTrue) == (wanted == AlwaysUv::kOn);
  auto change = Change::kNotNeeded;
  if (!is_so) {
    const auto made = change_with_pin(desk, *hand, pins, [&](const auto* pin, const auto& limits) {
      return hand->authenticator->configuration().set_always_uv(wanted, pin, limits);
    });
    if (!made) return std::unexpected(made.error());
    change = *made;
  }
  tell_setting(desk, *hand, {.name = "alwaysUv", .change = change});
  return {};
}

Attempt<void> enable_enterprise_attestation(const KeyDesk& desk,
                                            const PinOptions& pins,
                                            Consent consent) {
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  const auto now = hand->authenticator->facts().options.ep;
  if (now == Option::kAbsent) return unsupported("this key has no enterprise attestation");
  auto change = Change::kNotNeeded;
  if (now != Option::kTrue) {
    const auto agreed = confirm(desk,
                                consent,
                                "Relying parties that its maker or the platform chose will learn "
                                "which key this is; only a reset ends that.");
    if (!agreed) return agreed;
    const auto made = change_with_pin(desk, *hand, pins, [&](const auto* pin, const auto& limits) {
      return hand->authenticator->configuration().enable_enterprise_attestation(pin, limits);
    });
    if (!made) return std::unexpected(made.error());
    change = *made;
  }
  tell_setting(desk, *hand, {.name = "enterpriseAttestation", .change = change});
  return {};
}

void tell_setting(const KeyDesk& desk, const KeyAtHand& hand, const SettingTold& told) {
  const auto reading = read_key(desk, hand);
  const auto& output = desk.output;
  if (told.change == Change::kNotNeeded) output.say("It was so already; nothing was changed");
  output.line("Key", reading.key.display_name);
  output.line("PIN", pin_sentence(reading));
  output.line("Rules", rules_sentence(reading.facts));
  auto object = to_json(reading.key);
  object["setting"] = told.name;
  object["wasChanged"] = told.change == Change::kMade;
  object["pin"] = pin_json(reading);
  object["options"] = options_json(reading.facts);
  output.object(object);
}

std::unexpected<Failure> unsupported(std::string message) {
  return std::unexpected(Failure{
      .code = "unsupported_option", .message = std::move(message), .exit_code = ExitCode::kNoKey});
}

}  // namespace firstkey::enroll
