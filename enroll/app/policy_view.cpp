#include "enroll/app/policy_view.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/aaguid.h"
#include "core/settings.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::KeyPolicy;
using core::KeyRestrictions;
using core::PasskeyProfile;

/// More would make a table wider than a screen.
constexpr std::size_t kMostModelsShown = 2;

/// One line a member of `policy`, but those in `elsewhere`.
void show_members(const json::object& policy,
                  const std::set<std::string_view>& elsewhere,
                  const Output& output) {
  for (const auto& [key, value] : policy) {
    const std::string_view name(key.data(), key.size());
    if (elsewhere.contains(name)) continue;
    output.line("", fmt::format("{:<32} {}", name, json::serialize(value)));
  }
}

std::string models_of(const KeyRestrictions& restrictions) {
  if (!restrictions.is_enforced) return "any";
  const bool is_allow = restrictions.type == KeyRestrictions::Type::kAllow;
  std::vector<std::string> aaguids;
  aaguids.reserve(restrictions.aaguids.size());
  for (const auto& aaguid : restrictions.aaguids) aaguids.push_back(core::aaguid_text(aaguid));
  const auto what = aaguids.size() <= kMostModelsShown ? fmt::format("{}", fmt::join(aaguids, " "))
                                                       : fmt::format("{} models", aaguids.size());
  return fmt::format("{} {}", is_allow ? "only" : "all but", what);
}

/// Each requirement of our own, as the policy's JSON has it.
std::string requirements_of(const json::object& profile) {
  static const std::set<std::string_view> kInOtherColumns{
      "id", "name", "attestationEnforcement", "keyRestrictions"};
  std::vector<std::string> parts;
  for (const auto& [key, value] : profile) {
    const std::string_view name(key.data(), key.size());
    if (!kInOtherColumns.contains(name)) {
      parts.push_back(fmt::format("{} {}", name, json::serialize(value)));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void show_profiles(const KeyPolicy& policy, const json::array& form, const Output& output) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& profile : policy.profiles) {
    const bool is_enforced = profile.attestation == core::AttestationEnforcement::kEnforced;
    rows.push_back({profile.name,
                    profile.id,
                    is_enforced ? "enforced" : "not enforced",
                    models_of(profile.restrictions),
                    requirements_of(form.at(rows.size()).as_object())});
  }
  output.say("Profiles of keys: one that a key satisfies fully is enough");
  output.table({"Profile", "Id", "Attestation", "Models", "Besides"}, rows);
}

std::string name_of(const KeyPolicy& policy, const std::string& id) {
  const auto profile = std::ranges::find(policy.profiles, id, &PasskeyProfile::id);
  return profile == policy.profiles.end() ? id : profile->name;
}

void show_targets(const KeyPolicy& policy, const Output& output) {
  const auto who = [](const core::Target& target) {
    return (target.kind == core::Target::Kind::kUser ? "user " : "group ") + target.id;
  };
  std::vector<std::vector<std::string>> rows;
  for (const auto& target : policy.include_targets) {
    std::vector<std::string> names;
    names.reserve(target.profiles.size());
    for (const auto& id : target.profiles) names.push_back(name_of(policy, id));
    rows.push_back({who(target.whom), fmt::format("{}", fmt::join(names, ", "))});
  }
  for (const auto& target : policy.exclude_targets) rows.push_back({who(target), "no key"});
  output.say("Who may register keys, and the profiles that count");
  output.table({"Who", "Profiles"}, rows);
}

}  // namespace

void show_policies(const core::PassPolicy& passes,
                   const core::KeyPolicy& keys,
                   const Output& output) {
  const auto pass_form = json::parse(core::pass_policy_to_json(passes)).as_object();
  const auto key_form = json::parse(core::key_policy_to_json(keys)).as_object();
  output.say("Passes");
  show_members(pass_form, {}, output);
  output.say("Keys");
  show_members(key_form,
               {"includeTargets", "excludeTargets", "passkeyProfiles", "defaultPasskeyProfile"},
               output);
  show_profiles(keys, key_form.at("passkeyProfiles").as_array(), output);
  show_targets(keys, output);
  output.object({{"passPolicy", pass_form}, {"keyPolicy", key_form}});
}

}  // namespace firstkey::enroll
