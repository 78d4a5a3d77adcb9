#include "enroll/graph/method_routes.h"

#include <utility>

#include "core/aaguid.h"
#include "core/administration/credential_registry.h"

namespace firstkey::enroll::graph {

namespace {

namespace json = boost::json;

constexpr const char* kMethods = "/users/{}/authentication/methods";
constexpr const char* kKeys = "/users/{}/authentication/fido2Methods";

std::unexpected<core::Error> no_such_key() {
  return core::fail(core::ErrorCode::kCredentialUnknown, "this user has no such key");
}

core::Result<core::CredentialRecord> key_of(const Call& call) {
  const auto id = core::from_base64url(call.arguments.back());
  if (!id) return no_such_key();
  return core::CredentialRegistry(call.administration).show_of(user_of(call), id.value());
}

Outcome list_keys(const Call& call) {
  const auto keys = core::CredentialRegistry(call.administration).list_of(user_of(call));
  if (!keys) return std::unexpected(keys.error());
  json::array found;
  for (const auto& key : keys.value()) found.push_back(to_json(key));
  return many(call, context_of(call, "fido2Methods"), std::move(found));
}

Outcome show_key(const Call& call) {
  const auto key = key_of(call);
  if (!key) return std::unexpected(key.error());
  return one(call, context_of(call, "fido2Methods/$entity"), to_json(key.value()));
}

Outcome remove_key(const Call& call) {
  const auto id = core::from_base64url(call.arguments.back());
  if (!id) return no_such_key();
  const auto removed =
      core::CredentialRegistry(call.administration).remove_of(user_of(call), id.value());
  if (!removed) return std::unexpected(removed.error());
  return no_content();
}

/// The user's pass; nothing if there is none.
core::Result<std::optional<core::PassView>> pass_of(const Call& call, const PassParts& parts) {
  auto pass = issuer_for(call, parts).show(user_of(call));
  if (pass) return std::move(pass.value());
  if (pass.error().code == core::ErrorCode::kPassUnknown) return std::nullopt;
  return std::unexpected(pass.error());
}

Outcome list_methods(const Call& call, const PassParts& parts) {
  const auto pass = pass_of(call, parts);
  if (!pass) return std::unexpected(pass.error());
  auto reply = list_keys(call);
  if (!reply) return reply;
  auto methods = std::move(reply->body.at("value").as_array());
  if (pass->has_value()) methods.push_back(to_json(pass->value()));
  return many(call, context_of(call, "methods"), std::move(methods));
}

Outcome show_method(const Call& call, const PassParts& parts) {
  const auto pass = pass_of(call, parts);
  if (!pass) return std::unexpected(pass.error());
  const auto context = context_of(call, "methods/$entity");
  if (pass->has_value() && pass->value().id.text() == call.arguments.back()) {
    return one(call, context, to_json(pass->value()));
  }
  const auto key = key_of(call);
  if (!key) return std::unexpected(key.error());
  return one(call, context, to_json(key.value()));
}

}  // namespace

json::object to_json(const core::CredentialRecord& credential) {
  const bool is_attested = credential.attestation_level == core::AttestationLevel::kAttested;
  return {{"@odata.type", "#microsoft.graph.fido2AuthenticationMethod"},
          {"id", core::to_base64url(credential.id)},
          {"displayName", credential.display_name},
          {"createdDateTime", core::to_rfc3339(credential.created_at)},
          {"aaGuid", core::aaguid_text(credential.aaguid)},
          {"model", nullptr},
          {"attestationCertificates", json::array()},
          {"attestationLevel", is_attested ? "attested" : "notAttested"},
          {"passkeyType", credential.is_backup_eligible ? "synced" : "deviceBound"}};
}

void add_method_routes(http::Router& router, Reception& reception, const PassParts& parts) {
  const auto with = [&parts](auto does) {
    return [parts, does](const Call& call) { return does(call, parts); };
  };
  const auto each_key = std::string(kKeys) + "/{}";
  reception.add(router, {.method = "GET", .path = kMethods}, with(list_methods));
  reception.add(
      router, {.method = "GET", .path = std::string(kMethods) + "/{}"}, with(show_method));
  reception.add(router, {.method = "GET", .path = kKeys}, list_keys);
  reception.add(router, {.method = "GET", .path = each_key}, show_key);
  reception.add(router, {.method = "DELETE", .path = each_key}, remove_key);
}

}  // namespace firstkey::enroll::graph
