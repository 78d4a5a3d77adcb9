#include "core/webauthn/json.h"

#include <utility>

#include <boost/json/serialize.hpp>

#include "core/webauthn/json_objects.h"
#include "core/webauthn/option_names.h"
#include "core/webauthn/strict_json.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

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
  template <class Value>
  Result<Value> finish(Value value) {
    if (error_) return std::unexpected(std::move(error_.value()));
    return value;
  }

 private:
  std::optional<Error> error_;
};

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
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

json::object to_object(const RegistrationResponse& response) {
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
  return object;
}

json::object to_object(const AuthenticationResponse& response) {
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
  return object;
}

std::string to_json(const RegistrationResponse& response) {
  return json::serialize(to_object(response));
}

std::string to_json(const AuthenticationResponse& response) {
  return json::serialize(to_object(response));
}

}  // namespace firstkey::core::webauthn
