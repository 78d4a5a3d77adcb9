#include "core/webauthn/json.h"

#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "core/webauthn/json_objects.h"
#include "core/webauthn/strict_json.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

constexpr std::string_view kPublicKey = "public-key";

template <class Enum, std::size_t Size>
using Names = std::array<std::pair<Enum, std::string_view>, Size>;

constexpr Names<ResidentKeyRequirement, 3> kResidentKeys{
    {{ResidentKeyRequirement::kDiscouraged, "discouraged"},
     {ResidentKeyRequirement::kPreferred, "preferred"},
     {ResidentKeyRequirement::kRequired, "required"}}};
constexpr Names<UserVerificationRequirement, 3> kUserVerifications{
    {{UserVerificationRequirement::kDiscouraged, "discouraged"},
     {UserVerificationRequirement::kPreferred, "preferred"},
     {UserVerificationRequirement::kRequired, "required"}}};
constexpr Names<AttestationConveyance, 4> kConveyances{
    {{AttestationConveyance::kNone, "none"},
     {AttestationConveyance::kIndirect, "indirect"},
     {AttestationConveyance::kDirect, "direct"},
     {AttestationConveyance::kEnterprise, "enterprise"}}};
constexpr Names<AuthenticatorAttachment, 2> kAttachments{
    {{AuthenticatorAttachment::kPlatform, "platform"},
     {AuthenticatorAttachment::kCrossPlatform, "cross-platform"}}};
constexpr Names<CredentialProtection, 3> kProtections{
    {{CredentialProtection::kUserVerificationOptional, "userVerificationOptional"},
     {CredentialProtection::kUserVerificationOptionalWithCredentialIdList,
      "userVerificationOptionalWithCredentialIDList"},
     {CredentialProtection::kUserVerificationRequired, "userVerificationRequired"}}};

template <class Enum, std::size_t Size>
std::string_view name_of(const Names<Enum, Size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return {};
}

/// WebAuthn §2.1.1: a client treats an unknown enumeration value as if it were absent.
template <class Enum, std::size_t Size>
std::optional<Enum> value_of(const Names<Enum, Size>& names,
                             const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  for (const auto& [value, name] : names) {
    if (name == text.value()) return value;
  }
  return std::nullopt;
}

/// Moves a parsed value into its place, or keeps the first error. Reading a dictionary is a list of
/// such moves and one look at the end.
class Reading {
 public:
  template <class Value, class Target>
  void into(Target& target, Result<Value> parsed) {
    if (error_) return;
    if (!parsed) {
      error_ = parsed.error();
      return;
    }
    target = std::move(parsed.value());
  }
  void fail_with(Error error) {
    if (!error_) error_ = std::move(error);
  }
  template <class Value>
  Result<Value> finish(Value value) {
    if (error_) return std::unexpected(std::move(error_.value()));
    return value;
  }
  [[nodiscard]] bool is_failed() const { return error_.has_value(); }

 private:
  std::optional<Error> error_;
};

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

Result<CredentialDescriptor> parse_descriptor(const json::value& value) {
  const auto object = as_object(value, "credential descriptor");
  if (!object) return std::unexpected(object.error());
  Reading reading;
  CredentialDescriptor descriptor;
  std::string type;
  reading.into(type, need_text(*object.value(), "type"));
  reading.into(descriptor.id, need_bytes(*object.value(), "id"));
  reading.into(descriptor.transports, maybe_texts(*object.value(), "transports"));
  return reading.finish(std::move(descriptor));
}

Result<std::vector<CredentialDescriptor>> parse_descriptors(const json::object& object,
                                                            std::string_view name) {
  const auto array = maybe_array(object, name);
  if (!array) return std::unexpected(array.error());
  std::vector<CredentialDescriptor> descriptors;
  if (array.value() == nullptr) return descriptors;
  for (const auto& value : *array.value()) {
    auto descriptor = parse_descriptor(value);
    if (!descriptor) return std::unexpected(descriptor.error());
    descriptors.push_back(std::move(descriptor.value()));
  }
  return descriptors;
}

json::array descriptors_json(const std::vector<CredentialDescriptor>& descriptors) {
  json::array list;
  for (const auto& descriptor : descriptors) {
    json::object entry{{"type", view(kPublicKey)}, {"id", to_base64url(descriptor.id)}};
    if (!descriptor.transports.empty()) {
      entry["transports"] = json::array(descriptor.transports.begin(), descriptor.transports.end());
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Result<std::vector<Algorithm>> parse_algorithms(const json::object& object) {
  const auto array = maybe_array(object, "pubKeyCredParams");
  if (!array) return std::unexpected(array.error());
  if (array.value() == nullptr) return fail(Code::kJsonMemberMissing, "pubKeyCredParams");
  std::vector<Algorithm> algorithms;
  for (const auto& value : *array.value()) {
    const auto entry = as_object(value, "pubKeyCredParams");
    if (!entry) return std::unexpected(entry.error());
    const auto type = need_text(*entry.value(), "type");
    if (!type) return std::unexpected(type.error());
    const auto alg = maybe_integer(*entry.value(), "alg");
    if (!alg) return std::unexpected(alg.error());
    if (!alg.value()) return fail(Code::kJsonMemberMissing, "alg");
    // What this client cannot make is passed over, as §5.1.3 step 10 tells clients to.
    const auto algorithm = algorithm_from_cose(alg.value().value());
    if (type.value() == kPublicKey && algorithm) algorithms.push_back(algorithm.value());
  }
  return algorithms;
}

Result<std::optional<std::chrono::milliseconds>> parse_timeout(const json::object& object) {
  const auto timeout = maybe_integer(object, "timeout");
  if (!timeout) return std::unexpected(timeout.error());
  if (!timeout.value()) return std::nullopt;
  constexpr std::int64_t kUnsignedLong = 0xFFFF'FFFF;  // Web IDL
  if (timeout.value() < 0 || timeout.value() > kUnsignedLong) {
    return fail(Code::kJsonMemberInvalid, "timeout");
  }
  return std::chrono::milliseconds(timeout.value().value());
}

Result<CreationExtensions> parse_creation_extensions(const json::object& options) {
  const auto object = maybe_object(options, "extensions");
  if (!object) return std::unexpected(object.error());
  CreationExtensions extensions;
  if (object.value() == nullptr) return extensions;
  Reading reading;
  std::optional<bool> cred_props;
  std::optional<bool> enforce;
  std::optional<bool> hmac;
  std::optional<bool> min_pin;
  std::optional<std::string> protection;
  reading.into(cred_props, maybe_bool(*object.value(), "credProps"));
  reading.into(enforce, maybe_bool(*object.value(), "enforceCredentialProtectionPolicy"));
  reading.into(hmac, maybe_bool(*object.value(), "hmacCreateSecret"));
  reading.into(min_pin, maybe_bool(*object.value(), "minPinLength"));
  reading.into(protection, maybe_text(*object.value(), "credentialProtectionPolicy"));
  extensions.cred_props = cred_props.value_or(false);
  extensions.enforce_credential_protection = enforce.value_or(false);
  extensions.hmac_create_secret = hmac.value_or(false);
  extensions.min_pin_length = min_pin.value_or(false);
  extensions.credential_protection = value_of(kProtections, protection);
  return reading.finish(extensions);
}

json::object creation_extensions_json(const CreationExtensions& extensions) {
  json::object object;
  if (extensions.cred_props) object["credProps"] = true;
  if (extensions.credential_protection) {
    object["credentialProtectionPolicy"] =
        view(name_of(kProtections, extensions.credential_protection.value()));
    object["enforceCredentialProtectionPolicy"] = extensions.enforce_credential_protection;
  }
  if (extensions.hmac_create_secret) object["hmacCreateSecret"] = true;
  if (extensions.min_pin_length) object["minPinLength"] = true;
  return object;
}

/// A parsed text that is an object. Moving it moves no member: boost::json keeps them in one place.
class Document {
 public:
  static Result<Document> parse(std::string_view text) {
    auto value = parse_strict_json(text, kMaxJsonSize);
    if (!value) return std::unexpected(value.error());
    const auto object = as_object(value.value(), "the document");
    if (!object) return std::unexpected(object.error());
    return Document(std::move(value.value()));
  }
  [[nodiscard]] const json::object& object() const { return value_.get_object(); }

 private:
  // Initialised, never assigned to: a value takes another's memory along only when it is made.
  explicit Document(json::value value) : value_(std::move(value)) {}

  json::value value_;
};

/// What both kinds of response share: type, id, and that id and rawId are one.
Result<Bytes> parse_id(const json::object& object) {
  const auto type = need_text(object, "type");
  if (!type) return std::unexpected(type.error());
  if (type.value() != kPublicKey) return fail(Code::kJsonMemberInvalid, "type");
  auto id = need_bytes(object, "id");
  if (!id) return id;
  const auto raw_id = need_bytes(object, "rawId");
  if (!raw_id) return raw_id;
  if (id.value() != raw_id.value()) {
    return fail(Code::kResponseInconsistent, "id is not rawId");
  }
  return id;
}

/// A response taken apart as far as both kinds are one. The pointers point into its object.
struct OpenedResponse {
  const json::object* inner = nullptr;       ///< "response"
  const json::object* extensions = nullptr;  ///< "clientExtensionResults"
  Bytes id;
  std::optional<AuthenticatorAttachment> attachment;
};

Result<OpenedResponse> open_response(const json::object& object) {
  OpenedResponse opened;
  Reading reading;
  std::optional<std::string> attachment;
  reading.into(opened.inner, need_object(object, "response"));
  reading.into(opened.extensions, need_object(object, "clientExtensionResults"));
  reading.into(opened.id, parse_id(object));
  reading.into(attachment, maybe_text(object, "authenticatorAttachment"));
  opened.attachment = value_of(kAttachments, attachment);
  return reading.finish(std::move(opened));
}

Result<std::optional<bool>> parse_cred_props(const json::object& extensions) {
  const auto props = maybe_object(extensions, "credProps");
  if (!props) return std::unexpected(props.error());
  if (props.value() == nullptr) return std::nullopt;
  return maybe_bool(*props.value(), "rk");
}

}  // namespace

Result<CreationOptions> parse_creation_options(std::string_view text) {
  const auto document = Document::parse(text);
  if (!document) return std::unexpected(document.error());
  return read_creation_options(document->object());
}

Result<CreationOptions> read_creation_options(const json::object& object) {
  const auto rp = need_object(object, "rp");
  if (!rp) return std::unexpected(rp.error());
  const auto user = need_object(object, "user");
  if (!user) return std::unexpected(user.error());

  Reading reading;
  CreationOptions options;
  reading.into(options.rp.id, need_text(*rp.value(), "id"));
  reading.into(options.rp.name, need_text(*rp.value(), "name"));
  reading.into(options.user.id, need_bytes(*user.value(), "id"));
  reading.into(options.user.name, need_text(*user.value(), "name"));
  reading.into(options.user.display_name, need_text(*user.value(), "displayName"));
  reading.into(options.challenge, need_bytes(object, "challenge"));
  reading.into(options.algorithms, parse_algorithms(object));
  reading.into(options.timeout, parse_timeout(object));
  reading.into(options.exclude_credentials, parse_descriptors(object, "excludeCredentials"));
  reading.into(options.hints, maybe_texts(object, "hints"));
  reading.into(options.attestation_formats, maybe_texts(object, "attestationFormats"));
  reading.into(options.extensions, parse_creation_extensions(object));
  std::optional<std::string> attestation;
  reading.into(attestation, maybe_text(object, "attestation"));
  options.attestation = value_of(kConveyances, attestation).value_or(AttestationConveyance::kNone);
  if (!reading.is_failed() && (options.user.id.empty() || options.user.id.size() > 64)) {
    reading.fail_with({.code = Code::kJsonMemberInvalid, .detail = "user.id"});
  }

  const json::object* selection = nullptr;
  reading.into(selection, maybe_object(object, "authenticatorSelection"));
  if (selection != nullptr) {
    std::optional<std::string> attachment;
    std::optional<std::string> resident_key;
    std::optional<std::string> verification;
    std::optional<bool> requires_resident_key;
    reading.into(attachment, maybe_text(*selection, "authenticatorAttachment"));
    reading.into(resident_key, maybe_text(*selection, "residentKey"));
    reading.into(requires_resident_key, maybe_bool(*selection, "requireResidentKey"));
    reading.into(verification, maybe_text(*selection, "userVerification"));
    options.attachment = value_of(kAttachments, attachment);
    // §5.4.4: without residentKey, requireResidentKey decides.
    options.resident_key =
        value_of(kResidentKeys, resident_key)
            .value_or(requires_resident_key.value_or(false) ? ResidentKeyRequirement::kRequired
                                                            : ResidentKeyRequirement::kDiscouraged);
    options.user_verification = value_of(kUserVerifications, verification)
                                    .value_or(UserVerificationRequirement::kPreferred);
  }
  return reading.finish(std::move(options));
}

Result<RequestOptions> parse_request_options(std::string_view text) {
  const auto document = Document::parse(text);
  if (!document) return std::unexpected(document.error());
  const auto& object = document->object();
  Reading reading;
  RequestOptions options;
  std::optional<std::string> verification;
  reading.into(options.challenge, need_bytes(object, "challenge"));
  reading.into(options.timeout, parse_timeout(object));
  reading.into(options.rp_id, need_text(object, "rpId"));
  reading.into(options.allow_credentials, parse_descriptors(object, "allowCredentials"));
  reading.into(options.hints, maybe_texts(object, "hints"));
  reading.into(verification, maybe_text(object, "userVerification"));
  options.user_verification =
      value_of(kUserVerifications, verification).value_or(UserVerificationRequirement::kPreferred);
  return reading.finish(std::move(options));
}

Result<RegistrationResponse> parse_registration_response(std::string_view text) {
  JsonMemory memory;
  const auto value = webauthn::parse_strict_json(text, kMaxJsonSize, memory);
  if (!value) return std::unexpected(value.error());
  const auto object = as_object(value.value(), "the document");
  if (!object) return std::unexpected(object.error());
  return read_registration_response(*object.value());
}

Result<RegistrationResponse> read_registration_response(const json::object& object) {
  auto opened = open_response(object);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const auto& inner = *opened->inner;
  Reading reading;
  RegistrationResponse response;
  response.id = std::move(opened->id);
  response.attachment = opened->attachment;
  reading.into(response.client_data_json, need_bytes(inner, "clientDataJSON"));
  reading.into(response.attestation_object, need_bytes(inner, "attestationObject"));
  reading.into(response.transports, maybe_texts(inner, "transports"));
  reading.into(response.authenticator_data, maybe_bytes(inner, "authenticatorData"));
  reading.into(response.public_key, maybe_bytes(inner, "publicKey"));
  reading.into(response.public_key_algorithm, maybe_integer(inner, "publicKeyAlgorithm"));
  reading.into(response.cred_props_rk, parse_cred_props(*opened->extensions));
  return reading.finish(std::move(response));
}

Result<AuthenticationResponse> parse_authentication_response(std::string_view text) {
  const auto document = Document::parse(text);
  if (!document) return std::unexpected(document.error());
  auto opened = open_response(document->object());
  if (!opened) return std::unexpected(std::move(opened.error()));
  const auto& inner = *opened->inner;
  Reading reading;
  AuthenticationResponse response;
  response.id = std::move(opened->id);
  response.attachment = opened->attachment;
  reading.into(response.client_data_json, need_bytes(inner, "clientDataJSON"));
  reading.into(response.authenticator_data, need_bytes(inner, "authenticatorData"));
  reading.into(response.signature, need_bytes(inner, "signature"));
  reading.into(response.user_handle, maybe_bytes(inner, "userHandle"));
  return reading.finish(std::move(response));
}

std::string to_json(const CreationOptions& options) {
  json::array parameters;
  for (const auto algorithm : options.algorithms) {
    parameters.push_back({{"type", view(kPublicKey)}, {"alg", to_cose(algorithm)}});
  }
  json::object selection;
  if (options.attachment) {
    selection["authenticatorAttachment"] = view(name_of(kAttachments, options.attachment.value()));
  }
  selection["residentKey"] = view(name_of(kResidentKeys, options.resident_key));
  selection["requireResidentKey"] = options.resident_key == ResidentKeyRequirement::kRequired;
  selection["userVerification"] = view(name_of(kUserVerifications, options.user_verification));

  json::object object{{"rp", {{"id", options.rp.id}, {"name", options.rp.name}}},
                      {"user",
                       {{"id", to_base64url(options.user.id)},
                        {"name", options.user.name},
                        {"displayName", options.user.display_name}}},
                      {"challenge", to_base64url(options.challenge)},
                      {"pubKeyCredParams", std::move(parameters)}};
  if (options.timeout) object["timeout"] = options.timeout->count();
  object["excludeCredentials"] = descriptors_json(options.exclude_credentials);
  object["authenticatorSelection"] = std::move(selection);
  object["hints"] = json::array(options.hints.begin(), options.hints.end());
  object["attestation"] = view(name_of(kConveyances, options.attestation));
  object["attestationFormats"] =
      json::array(options.attestation_formats.begin(), options.attestation_formats.end());
  object["extensions"] = creation_extensions_json(options.extensions);
  return json::serialize(object);
}

std::string to_json(const RequestOptions& options) {
  json::object object{{"challenge", to_base64url(options.challenge)}};
  if (options.timeout) object["timeout"] = options.timeout->count();
  object["rpId"] = options.rp_id;
  object["allowCredentials"] = descriptors_json(options.allow_credentials);
  object["userVerification"] = view(name_of(kUserVerifications, options.user_verification));
  object["hints"] = json::array(options.hints.begin(), options.hints.end());
  return json::serialize(object);
}

std::string to_json(const RegistrationResponse& response) {
  json::object inner{
      {"clientDataJSON", to_base64url(response.client_data_json)},
      {"attestationObject", to_base64url(response.attestation_object)},
      {"transports", json::array(response.transports.begin(), response.transports.end())}};
  if (response.authenticator_data) {
    inner["authenticatorData"] = to_base64url(response.authenticator_data.value());
  }
  if (response.public_key) inner["publicKey"] = to_base64url(response.public_key.value());
  if (response.public_key_algorithm) {
    inner["publicKeyAlgorithm"] = response.public_key_algorithm.value();
  }
  json::object extensions;
  if (response.cred_props_rk) {
    extensions["credProps"] = json::object{{"rk", response.cred_props_rk.value()}};
  }
  json::object object{{"id", to_base64url(response.id)},
                      {"rawId", to_base64url(response.id)},
                      {"response", std::move(inner)},
                      {"clientExtensionResults", std::move(extensions)},
                      {"type", view(kPublicKey)}};
  if (response.attachment) {
    object["authenticatorAttachment"] = view(name_of(kAttachments, response.attachment.value()));
  }
  return json::serialize(object);
}

std::string to_json(const AuthenticationResponse& response) {
  json::object inner{{"clientDataJSON", to_base64url(response.client_data_json)},
                     {"authenticatorData", to_base64url(response.authenticator_data)},
                     {"signature", to_base64url(response.signature)}};
  if (response.user_handle) inner["userHandle"] = to_base64url(response.user_handle.value());
  json::object object{{"id", to_base64url(response.id)},
                      {"rawId", to_base64url(response.id)},
                      {"response", std::move(inner)},
                      {"clientExtensionResults", json::object{}},
                      {"type", view(kPublicKey)}};
  if (response.attachment) {
    object["authenticatorAttachment"] = view(name_of(kAttachments, response.attachment.value()));
  }
  return json::serialize(object);
}

}  // namespace firstkey::core::webauthn
