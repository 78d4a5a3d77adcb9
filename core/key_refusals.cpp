#include "core/key_refusals.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/aaguid.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kMostModels = 5;      // more than a person would look for
constexpr std::size_t kLongestModel = 100;  // bytes of a description

std::string_view why(KeyFlaw flaw) {
  switch (flaw) {
    case KeyFlaw::kNotAttested:
      return "this key does not prove its make, as your organisation asks of keys";
    case KeyFlaw::kModelBlocked:
      return "this make of key is one your organisation does not take";
    case KeyFlaw::kModelNotListed:
      return "this make of key is not on your organisation's list";
    case KeyFlaw::kModelNotProven:
      return "this key does not prove that it is of a make on your organisation's list";
    case KeyFlaw::kResidentKeyNotProven:
      return "this key is not known to hold passkeys itself, as your organisation asks of keys";
    case KeyFlaw::kUserVerificationNotProven:
      return "this key is not known to check who holds it, as your organisation asks of keys";
    case KeyFlaw::kHmacSecretNotProven:
      return "this key is not known to have hmac-secret, as your organisation asks of keys";
    case KeyFlaw::kFirmwareUnknown:
      return "this key does not prove its firmware, which your organisation asks of its make";
    case KeyFlaw::kFirmwareTooOld:
      return "this key's firmware is older than your organisation takes";
    case KeyFlaw::kCertificationUnknown:
    case KeyFlaw::kCertificationTooLow:
      return "this make of key is not certified as highly as your organisation asks";
    case KeyFlaw::kSerialUnknown:
      return "this key does not tell its serial number; if it is your organisation's, enterprise "
             "attestation may have to be turned on on it";
    case KeyFlaw::kSerialNotListed:
      return "this very key is not on your organisation's list";
  }
  return "this key is not one your organisation takes";  // a value outside the enumeration
}

/// Whether another make of key is what it takes.
bool is_about_model(KeyFlaw flaw) {
  return flaw <= KeyFlaw::kModelNotProven;
}

/// The models that the profiles allow, by the names that metadata has for them.
std::vector<std::string> allowed_models(const ProfileJudgement& judgement,
                                        const webauthn::MetadataService& metadata) {
  std::vector<std::string> names;
  for (const auto& shortfall : judgement.shortfalls) {
    const auto& restrictions = shortfall.profile->restrictions;
    if (!restrictions.is_enforced || restrictions.type != KeyRestrictions::Type::kAllow) continue;
    for (const auto& aaguid : restrictions.aaguids) {
      const auto* entry = metadata.find(aaguid);
      if (entry == nullptr || entry->description.empty()) continue;
      auto name = entry->description.substr(0, kLongestModel);
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

Error refused_key(const ProfileJudgement& judgement, const webauthn::MetadataService* metadata) {
  const auto flaw = judgement.nearest().flaws.front();
  const auto reason = why(flaw);
  auto names = metadata == nullptr || !is_about_model(flaw) ? std::vector<std::string>()
                                                            : allowed_models(judgement, *metadata);
  const bool are_more = names.size() > kMostModels;
  if (are_more) names.resize(kMostModels);
  auto text = names.empty() ? fmt::format("{}; ask your administrator for another", reason)
                            : fmt::format("{}: ask for one of: {}{}",
                                          reason,
                                          fmt::join(names, ", "),
                                          are_more ? " and others" : "");
  return {.code = ErrorCode::kKeyNotAllowed, .detail = std::move(text)};
}

std::map<std::string, std::string> details_of(const ProfileJudgement& judgement,
                                              const KeyFacts& facts) {
  std::map<std::string, std::string> details{
      {"check", std::string(to_string(judgement.nearest().flaws.front()))},
      {"passkeyProfiles", judgement.text()},
      {"aaGuid", aaguid_text(facts.model.aaguid)}};
  if (facts.firmware) details.emplace("firmware", std::to_string(facts.firmware.value()));
  if (facts.serial) details.emplace("serial", to_hex(facts.serial.value()));
  return details;
}

}  // namespace firstkey::core
