#include "enroll/party/answers.h"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>

#include "core/webauthn/json_objects.h"
#include "enroll/party/key_lines.h"
#include "enroll/party/secret_text.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using Half = SecretText::Half;

/// Source: Microsoft Graph, fido2AuthenticationMethod.displayName, as its clients bound it.
constexpr std::size_t kMaxKeyName = 30;

constexpr const char* kGraphMethod = "#microsoft.graph.fido2AuthenticationMethod";
constexpr const char* kGraphCredential = "#microsoft.graph.webauthnPublicKeyCredential";
constexpr const char* kGraphResponse = "#microsoft.graph.webauthnAuthenticatorAttestationResponse";
constexpr const char* kGraphOutputs =
    "#microsoft.graph.webauthnAuthenticationExtensionsClientOutputs";

constexpr std::size_t kOneResult = 32;

/// "first" and, where there are two, "second".
json::object results_object(const PrfResults& results,
                            const std::pair<const char*, const char*>& names,
                            SecretText& secrets) {
  json::object object{{names.first, secrets.mark(results, Half::kFirst)}};
  if (results->size() > kOneResult) object[names.second] = secrets.mark(results, Half::kSecond);
  return object;
}

void add_outputs(json::object& object, const CreationOutputs& outputs, SecretText& secrets) {
  if (outputs.hmac_create_secret) object["hmacCreateSecret"] = *outputs.hmac_create_secret;
  if (outputs.prf_enabled) {
    json::object prf{{"enabled", *outputs.prf_enabled}};
    if (outputs.prf_results) {
      prf["results"] = results_object(outputs.prf_results, {"first", "second"}, secrets);
    }
    object["prf"] = std::move(prf);
  }
  if (outputs.large_blob_supported) {
    object["largeBlob"] = json::object{{"supported", *outputs.large_blob_supported}};
  }
  if (outputs.cred_blob) object["credBlob"] = *outputs.cred_blob;
}

void add_outputs(json::object& object, const RequestOutputs& outputs, SecretText& secrets) {
  if (outputs.has_prf) {
    json::object prf;
    if (outputs.prf_results) {
      prf["results"] = results_object(outputs.prf_results, {"first", "second"}, secrets);
    }
    object["prf"] = std::move(prf);
  }
  if (outputs.hmac_secret) {
    object["hmacGetSecret"] = results_object(outputs.hmac_secret, {"output1", "output2"}, secrets);
  }
  json::object large_blob;
  if (outputs.large_blob) large_blob["blob"] = core::to_base64url(*outputs.large_blob);
  if (outputs.large_blob_written) large_blob["written"] = *outputs.large_blob_written;
  if (!large_blob.empty()) object["largeBlob"] = std::move(large_blob);
  if (outputs.cred_blob) object["getCredBlob"] = core::to_base64url(*outputs.cred_blob);
}

/// The standard's form.
json::object standard(const PartyRegistration& registration, SecretText& secrets) {
  auto object = core::webauthn::to_object(registration.response);
  add_outputs(object["clientExtensionResults"].as_object(), registration.outputs, secrets);
  return object;
}

/// With the members that Graph takes and no other.
json::object graph(const PartyRegistration& registration,
                   const AnswerNames& names,
                   SecretText& secrets) {
  auto whole = standard(registration, secrets);
  const auto& response = whole["response"].as_object();
  json::object outputs{{"@odata.type", kGraphOutputs}};
  for (auto& [name, value] : whole["clientExtensionResults"].as_object()) outputs[name] = value;
  return {{"@odata.type", kGraphMethod},
          {"displayName", names.key},
          {"publicKeyCredential",
           {{"@odata.type", kGraphCredential},
            {"id", whole["id"]},
            {"response",
             {{"@odata.type", kGraphResponse},
              {"clientDataJSON", response.at("clientDataJSON")},
              {"attestationObject", response.at("attestationObject")}}},
            {"clientExtensionResults", std::move(outputs)}}}};
}

/// Okta's own samples have standard base64 here.
json::object okta(const core::webauthn::RegistrationResponse& response) {
  return {{"attestation", core::to_base64(response.attestation_object)},
          {"clientData", core::to_base64(response.client_data_json)}};
}

json::object okta(const core::webauthn::AuthenticationResponse& response) {
  return {{"authenticatorData", core::to_base64(response.authenticator_data)},
          {"clientData", core::to_base64(response.client_data_json)},
          {"signatureData", core::to_base64(response.signature)}};
}

PartyAnswer json_answer(const json::object& object, const SecretText& secrets) {
  return secrets.fill(json::serialize(object));
}

PartyResult<PartyAnswer> lines_answer(PartyResult<std::string> lines) {
  if (!lines) return std::unexpected(std::move(lines.error()));
  return PartyAnswer(std::move(lines.value()));
}

std::string user_of(const core::webauthn::CreationOptions& options, const AnswerNames& names) {
  return names.user.empty() ? options.user.name : names.user;
}

}  // namespace

std::string key_name_of(std::string_view model) {
  std::size_t characters = 0;
  const auto is_beyond = [&](char c) {
    // Every byte of UTF-8 that continues no character begins one.
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    return begins && ++characters > kMaxKeyName;
  };
  return {model.begin(), std::ranges::find_if(model, is_beyond)};
}

PartyResult<core::webauthn::CreationOptions> narrow(core::webauthn::CreationOptions options,
                                                    AnswerForm form,
                                                    const AnswerNames& names) {
  if (form == AnswerForm::kGraph && (names.key.empty() || key_name_of(names.key) != names.key)) {
    return refuse(PartyErrorCode::kFormUnsuitable,
                  "Microsoft Graph takes a name of 1 to 30 characters for a key; say it with "
                  "--key-name");
  }
  if (form == AnswerForm::kPamU2f) {
    if (auto named = check_pam_user(user_of(options, names)); !named) {
      return std::unexpected(std::move(named.error()));
    }
    std::erase_if(options.algorithms, [](auto algorithm) { return !is_known_to_pam(algorithm); });
  }
  if (form == AnswerForm::kSshNote) {
    if (options.resident_key != core::webauthn::ResidentKeyRequirement::kRequired) {
      return refuse(PartyErrorCode::kFormUnsuitable,
                    "ssh-keygen -K finds only credentials that the key finds by itself; the "
                    "options have to require a resident key");
    }
    std::erase_if(options.algorithms, [](auto algorithm) { return !is_known_to_ssh(algorithm); });
  }
  return options;
}

PartyResult<PartyAnswer> answer(const PartyRegistration& registration,
                                AnswerForm form,
                                const AnswerNames& names) {
  SecretText secrets;
  switch (form) {
    case AnswerForm::kL3:
      return json_answer(standard(registration, secrets), secrets);
    case AnswerForm::kGraph:
      return json_answer(graph(registration, names, secrets), secrets);
    case AnswerForm::kOkta:
      return json_answer(okta(registration.response), secrets);
    case AnswerForm::kIpa:
      return lines_answer(ipa_mapping(registration));
    case AnswerForm::kPamU2f:
      return lines_answer(pam_u2f_line(registration, user_of(registration.options, names)));
    case AnswerForm::kSshNote:
      return lines_answer(ssh_note(registration));
  }
  return refuse(PartyErrorCode::kFormUnsuitable, "no such form");
}

PartyResult<PartyAnswer> answer(const PartySignIn& sign_in, AnswerForm form) {
  SecretText secrets;
  if (form == AnswerForm::kOkta) return json_answer(okta(sign_in.response), secrets);
  if (form != AnswerForm::kL3) {
    return refuse(PartyErrorCode::kFormUnsuitable, "a sign-in is answered in l3 or okta only");
  }
  auto object = core::webauthn::to_object(sign_in.response);
  add_outputs(object["clientExtensionResults"].as_object(), sign_in.outputs, secrets);
  return json_answer(object, secrets);
}

}  // namespace firstkey::enroll
