#include "core/key_rules.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>

#include "core/usability.h"

namespace firstkey::core {

namespace {

constexpr auto kFlaws = std::to_array<KeyFlaw>({
    KeyFlaw::kNotAttested,
    KeyFlaw::kModelBlocked,
    KeyFlaw::kModelNotListed,
    KeyFlaw::kModelNotProven,
    KeyFlaw::kResidentKeyNotProven,
    KeyFlaw::kUserVerificationNotProven,
    KeyFlaw::kHmacSecretNotProven,
    KeyFlaw::kFirmwareUnknown,
    KeyFlaw::kFirmwareTooOld,
    KeyFlaw::kCertificationUnknown,
    KeyFlaw::kCertificationTooLow,
    KeyFlaw::kSerialUnknown,
    KeyFlaw::kSerialNotListed,
});

KeyFlaw lack_of(KeyFeature feature) {
  switch (feature) {
    case KeyFeature::kResidentKey:
      return KeyFlaw::kResidentKeyNotProven;
    case KeyFeature::kUserVerification:
      return KeyFlaw::kUserVerificationNotProven;
    case KeyFeature::kHmacSecret:
      return KeyFlaw::kHmacSecretNotProven;
  }
  return KeyFlaw::kResidentKeyNotProven;  // a value outside the enumeration
}

/// Of a model without a floor, whatever its firmware is will do.
std::optional<KeyFlaw> firmware_flaw(const PasskeyProfile& profile, const KeyFacts& facts) {
  const auto floor =
      std::ranges::find(profile.firmware_floors, facts.model.aaguid, &FirmwareFloor::aaguid);
  if (floor == profile.firmware_floors.end()) return std::nullopt;
  if (!facts.firmware) return KeyFlaw::kFirmwareUnknown;
  if (facts.firmware < floor->minimum) return KeyFlaw::kFirmwareTooOld;
  return std::nullopt;
}

std::optional<KeyFlaw> certification_flaw(const PasskeyProfile& profile, const KeyFacts& facts) {
  if (!profile.certification_floor) return std::nullopt;
  if (!facts.certification) return KeyFlaw::kCertificationUnknown;
  if (facts.certification < profile.certification_floor) return KeyFlaw::kCertificationTooLow;
  return std::nullopt;
}

std::optional<KeyFlaw> serial_flaw(const PasskeyProfile& profile, const KeyFacts& facts) {
  if (profile.serials.empty()) return std::nullopt;
  if (!facts.serial) return KeyFlaw::kSerialUnknown;
  const bool is_listed =
      std::ranges::find(profile.serials, facts.serial.value()) != profile.serials.end();
  return is_listed ? std::nullopt : std::optional(KeyFlaw::kSerialNotListed);
}

ProfileJudgement judge(std::span<const PasskeyProfile* const> profiles,
                       const std::function<std::vector<KeyFlaw>(const PasskeyProfile&)>& rules) {
  ProfileJudgement judgement;
  for (const auto* profile : profiles) {
    auto flaws = rules(*profile);
    if (flaws.empty()) return {.satisfied = profile, .shortfalls = {}};
    judgement.shortfalls.push_back({.profile = profile, .flaws = std::move(flaws)});
  }
  return judgement;
}

}  // namespace

std::span<const KeyFlaw> all_key_flaws() noexcept {
  return kFlaws;
}

std::string_view to_string(KeyFlaw flaw) noexcept {
  switch (flaw) {
    case KeyFlaw::kNotAttested:
      return "not_attested";
    case KeyFlaw::kModelBlocked:
      return "model_blocked";
    case KeyFlaw::kModelNotListed:
      return "model_not_listed";
    case KeyFlaw::kModelNotProven:
      return "model_not_proven";
    case KeyFlaw::kResidentKeyNotProven:
      return "resident_key_not_proven";
    case KeyFlaw::kUserVerificationNotProven:
      return "user_verification_not_proven";
    case KeyFlaw::kHmacSecretNotProven:
      return "hmac_secret_not_proven";
    case KeyFlaw::kFirmwareUnknown:
      return "firmware_unknown";
    case KeyFlaw::kFirmwareTooOld:
      return "firmware_too_old";
    case KeyFlaw::kCertificationUnknown:
      return "certification_unknown";
    case KeyFlaw::kCertificationTooLow:
      return "certification_too_low";
    case KeyFlaw::kSerialUnknown:
      return "serial_unknown";
    case KeyFlaw::kSerialNotListed:
      return "serial_not_listed";
  }
  return "unknown";  // a value outside the enumeration
}

std::vector<KeyFlaw> model_rules(const PasskeyProfile& profile, const KeyModel& model) {
  const auto& [is_enforced, type, aaguids] = profile.restrictions;
  if (!is_enforced) return {};
  const bool is_named = std::ranges::find(aaguids, model.aaguid) != aaguids.end();
  switch (type) {
    case KeyRestrictions::Type::kAllow:
      if (!is_named) return {KeyFlaw::kModelNotListed};
      if (!model.is_proven) return {KeyFlaw::kModelNotProven};
      return {};
    case KeyRestrictions::Type::kBlock:
      // To be of a blocked model is nothing one would claim falsely: the claim is enough.
      if (is_named) return {KeyFlaw::kModelBlocked};
      return {};
  }
  return {KeyFlaw::kModelNotListed};  // a value outside the enumeration
}

std::vector<KeyFlaw> key_rules(const PasskeyProfile& profile, const KeyFacts& facts) {
  std::vector<KeyFlaw> flaws;
  if (profile.attestation == AttestationEnforcement::kEnforced && !facts.is_attested) {
    flaws.push_back(KeyFlaw::kNotAttested);
  }
  std::ranges::copy(model_rules(profile, facts.model), std::back_inserter(flaws));
  for (const auto feature : profile.features) {
    if (std::ranges::find(facts.features, feature) == facts.features.end()) {
      flaws.push_back(lack_of(feature));
    }
  }
  for (const auto flaw : {firmware_flaw(profile, facts),
                          certification_flaw(profile, facts),
                          serial_flaw(profile, facts)}) {
    if (flaw) flaws.push_back(flaw.value());
  }
  return flaws;
}

std::vector<const PasskeyProfile*> profiles_for(const User& user, const KeyPolicy& policy) {
  std::vector<const PasskeyProfile*> profiles;
  if (is_targeted(user, policy.exclude_targets)) return profiles;
  for (const auto& profile : policy.profiles) {
    const bool is_allowed = std::ranges::any_of(policy.include_targets, [&](const auto& target) {
      return is_targeted(user, std::span(&target.whom, 1)) &&
             std::ranges::find(target.profiles, profile.id) != target.profiles.end();
    });
    if (is_allowed) profiles.push_back(&profile);
  }
  return profiles;
}

const ProfileJudgement::Shortfall& ProfileJudgement::nearest() const {
  return *std::ranges::min_element(
      shortfalls, {}, [](const Shortfall& one) { return one.flaws.size(); });
}

std::string ProfileJudgement::text() const {
  std::string text;
  for (const auto& [profile, flaws] : shortfalls) {
    text += (text.empty() ? "" : "; ") + profile->name + ": ";
    for (const auto& flaw : flaws) {
      if (&flaw != &flaws.front()) text += ", ";
      text += to_string(flaw);
    }
  }
  return text;
}

ProfileJudgement judge_key(std::span<const PasskeyProfile* const> profiles, const KeyFacts& facts) {
  return judge(profiles, [&](const PasskeyProfile& profile) { return key_rules(profile, facts); });
}

ProfileJudgement judge_model(std::span<const PasskeyProfile* const> profiles,
                             const KeyModel& model) {
  return judge(profiles,
               [&](const PasskeyProfile& profile) { return model_rules(profile, model); });
}

}  // namespace firstkey::core
