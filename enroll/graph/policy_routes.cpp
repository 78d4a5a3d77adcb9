#include "enroll/graph/policy_routes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "core/administration/policy_editor.h"
#include "core/settings.h"
#include "enroll/graph/body.h"

namespace firstkey::enroll::graph {

namespace {

namespace json = boost::json;

constexpr const char* kConfigurations =
    "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{}";
constexpr const char* kContext = "authenticationMethodConfigurations/$entity";

constexpr std::string_view kPassType =
    "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration";
constexpr std::string_view kKeyType = "#microsoft.graph.fido2AuthenticationMethodConfiguration";

/// The members of what stands inside a policy. Others inside it are ignored, as they are outside.
constexpr std::array<std::string_view, 20> kInnerMembers{"targetType",
                                                         "id",
                                                         "allowedPasskeyProfiles",
                                                         "name",
                                                         "attestationEnforcement",
                                                         "keyRestrictions",
                                                         "isEnforced",
                                                         "enforcementType",
                                                         "aaGuids",
                                                         "aaGuid",
                                                         "requiredFeatures",
                                                         "firmwareFloors",
                                                         "minimumFirmware",
                                                         "certificationFloor",
                                                         "enterpriseSerials",
                                                         "freeAttemptsPerNameAndStation",
                                                         "longestPauseInMinutes",
                                                         "attemptsPerName",
                                                         "attemptsPerStation",
                                                         "stationPeriodInMinutes"};

enum class Kind : std::uint8_t { kPass, kKey };

/// Graph's own samples spell the names with either first letter.
std::optional<Kind> kind_of(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (name == "temporaryaccesspass") return Kind::kPass;
  if (name == "fido2") return Kind::kKey;
  return std::nullopt;
}

std::unexpected<core::Error> no_such_policy() {
  return core::fail(core::ErrorCode::kNotFound,
                    "there are the policies TemporaryAccessPass and fido2");
}

json::object headed(std::string_view type, std::string_view id) {
  return {{"@odata.type", type}, {"id", id}};
}

/// `text` is a policy as core writes it.
void append(json::object& body, const std::string& text) {
  auto policy = json::parse(text).as_object();  // named: it outlives the loop
  for (auto& member : policy) {
    body.emplace(member.key(), std::move(member.value()));
  }
  for (auto& target : body.at("includeTargets").as_array()) {
    target.as_object()["isRegistrationRequired"] = false;
  }
}

json::object to_json(const core::PassPolicy& policy) {
  auto body = headed(kPassType, "TemporaryAccessPass");
  append(body, core::pass_policy_to_json(policy));
  return body;
}

json::object to_json(const core::KeyPolicy& policy) {
  auto body = headed(kKeyType, "Fido2");
  append(body, core::key_policy_to_json(policy));
  for (auto& profile : body.at("passkeyProfiles").as_array()) {
    auto& members = profile.as_object();
    members["passkeyTypes"] = policy.allows_backup_eligible ? "deviceBound,synced" : "deviceBound";
    if (members.at("id").as_string() != core::kDefaultProfile) continue;
    body["isAttestationEnforced"] = members.at("attestationEnforcement") != "disabled";
    body["keyRestrictions"] = members.at("keyRestrictions");
  }
  return body;
}

json::value without_unknown(const json::value& value) {
  if (const auto* list = value.if_array()) {
    json::array kept;
    for (const auto& entry : *list) kept.push_back(without_unknown(entry));
    return kept;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  json::object kept;
  for (const auto& [name, inner] : *object) {
    const bool is_known =
        std::ranges::find(kInnerMembers, std::string_view(name.data(), name.size())) !=
        kInnerMembers.end();
    if (is_known && !inner.is_null()) kept[name] = without_unknown(inner);
  }
  return kept;
}

/// `policy` with those of its members that `patch` has.
void overlay(json::object& policy, const json::object& patch) {
  for (auto& member : policy) {
    const auto* changed = patch.if_contains(member.key());
    if (changed != nullptr && !changed->is_null()) member.value() = without_unknown(*changed);
  }
}

/// What Graph's members before there were profiles say of the default one.
void overlay_default_profile(json::object& policy, const json::object& patch) {
  const Body body(patch);
  const auto is_enforced = body.flag("isAttestationEnforced");
  const auto* restrictions = body.object("keyRestrictions");
  for (auto& profile : policy.at("passkeyProfiles").as_array()) {
    auto& members = profile.as_object();
    if (members.at("id").as_string() != core::kDefaultProfile) continue;
    if (is_enforced) {
      members["attestationEnforcement"] = is_enforced.value() ? "registrationOnly" : "disabled";
    }
    if (restrictions != nullptr) members["keyRestrictions"] = without_unknown(*restrictions);
  }
}

/// A target without profiles has the default one, as before there were any.
void complete_targets(json::object& policy) {
  auto* targets = policy.at("includeTargets").if_array();
  if (targets == nullptr) return;
  for (auto& target : *targets) {
    auto* members = target.if_object();
    if (members == nullptr) continue;
    members->emplace("allowedPasskeyProfiles", json::array{core::kDefaultProfile});
  }
}

core::Result<core::PassPolicy> patched(const core::PassPolicy& policy, const json::object& patch) {
  auto form = json::parse(core::pass_policy_to_json(policy)).as_object();
  overlay(form, patch);
  return core::pass_policy_from_json(json::serialize(form));
}

core::Result<core::KeyPolicy> patched(const core::KeyPolicy& policy, const json::object& patch) {
  auto form = json::parse(core::key_policy_to_json(policy)).as_object();
  try {
    overlay_default_profile(form, patch);
  } catch (const core::Malformed& malformed) {
    return core::fail(core::ErrorCode::kPolicyInvalid, malformed.what());
  }
  overlay(form, patch);
  complete_targets(form);
  return core::key_policy_from_json(json::serialize(form));
}

template <class Policy>
Outcome shown(const Call& call, const core::Result<Policy>& policy) {
  if (!policy) return std::unexpected(policy.error());
  return one(call, kContext, to_json(policy.value()));
}

template <class Policy>
Outcome changed(const core::Result<Policy>& policy) {
  if (!policy) return std::unexpected(policy.error());
  return no_content();
}

Outcome show(const Call& call) {
  core::PolicyEditor editor(call.administration);
  const auto kind = kind_of(call.arguments.front());
  if (!kind) return no_such_policy();
  return kind == Kind::kPass ? shown(call, editor.pass_policy()) : shown(call, editor.key_policy());
}

Outcome patch(const Call& call) {
  core::PolicyEditor editor(call.administration);
  const auto kind = kind_of(call.arguments.front());
  if (!kind) return no_such_policy();
  const auto wanted = parse_body(call.request);
  if (!wanted) return std::unexpected(wanted.error());
  const auto type = kind == Kind::kPass ? kPassType : kKeyType;
  const auto* named = wanted->if_contains("@odata.type");
  if (named == nullptr || *named != json::string_view(type)) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "@odata.type has to be " + std::string(type));
  }
  if (kind == Kind::kPass) {
    return changed(editor.edit_pass_policy(
        [&](const core::PassPolicy& policy) { return patched(policy, wanted.value()); }));
  }
  return changed(editor.edit_key_policy(
      [&](const core::KeyPolicy& policy) { return patched(policy, wanted.value()); }));
}

Outcome reset(const Call& call) {
  core::PolicyEditor editor(call.administration);
  const auto kind = kind_of(call.arguments.front());
  if (!kind) return no_such_policy();
  return kind == Kind::kPass ? changed(editor.reset_pass_policy())
                             : changed(editor.reset_key_policy());
}

}  // namespace

void add_policy_routes(http::Router& router, Reception& reception) {
  reception.add(router, {.method = "GET", .path = kConfigurations}, show);
  reception.add(router, {.method = "PATCH", .path = kConfigurations}, patch);
  reception.add(router, {.method = "DELETE", .path = kConfigurations}, reset);
}

}  // namespace firstkey::enroll::graph
