#include "core/webauthn/options_json.h"

#include <utility>

#include <boost/json/serialize.hpp>

#include "core/webauthn/extensions_json.h"
#include "core/webauthn/json.h"
#include "core/webauthn/json_objects.h"
#include "core/webauthn/option_names.h"
#include "core/webauthn/strict_json.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

/// Source: WebAuthn L3 §5.4.3 (user handles).
constexpr std::size_t kMaxUserId = 64;

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

std::vector<CredentialDescriptor> read_descriptors(const MemberReader& reader,
                                                   std::string_view name) {
  std::vector<CredentialDescriptor> descriptors;
  for (const auto& entry : reader.maybe_objects(name).value_or(std::vector<MemberReader>())) {
    CredentialDescriptor descriptor{.id = entry.bytes("id"),
                                    .transports = entry.texts("transports")};
    // §5.1.3 and §5.1.4: a descriptor of another type is passed over.
    if (entry.text("type") == kPublicKey) descriptors.push_back(std::move(descriptor));
  }
  return descriptors;
}

std::vector<Algorithm> read_algorithms(const MemberReader& reader) {
  const auto entries = reader.maybe_objects("pubKeyCredParams");
  if (!entries) {
    reader.miss("pubKeyCredParams");
    return {};
  }
  if (entries->empty()) return {Algorithm::kEs256, Algorithm::kRs256};
  std::vector<Algorithm> algorithms;
  for (const auto& entry : *entries) {
    const auto algorithm = algorithm_from_cose(entry.integer("alg"));
    if (entry.text("type") == kPublicKey && algorithm) algorithms.push_back(*algorithm);
  }
  return algorithms;
}

std::optional<std::chrono::milliseconds> read_timeout(const MemberReader& reader) {
  const auto timeout = reader.maybe_integer("timeout");
  if (!timeout) return std::nullopt;
  constexpr std::int64_t kUnsignedLong = 0xFFFF'FFFF;  // Web IDL
  if (*timeout < 0 || *timeout > kUnsignedLong) reader.refuse("timeout");
  return std::chrono::milliseconds(*timeout);
}

void read_selection(CreationOptions& options, const MemberReader& reader) {
  const auto selection = reader.maybe_object("authenticatorSelection");
  if (!selection) return;
  const bool is_required = selection->maybe_bool("requireResidentKey").value_or(false);
  options.attachment = value_of(kAttachments, selection->maybe_text("authenticatorAttachment"));
  // §5.4.4: without residentKey, requireResidentKey decides.
  options.resident_key = value_of(kResidentKeys, selection->maybe_text("residentKey"))
                             .value_or(is_required ? ResidentKeyRequirement::kRequired
                                                   : ResidentKeyRequirement::kDiscouraged);
  options.user_verification =
      value_of(kUserVerifications, selection->maybe_text("userVerification"))
          .value_or(UserVerificationRequirement::kPreferred);
}

json::array to_array(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::array to_array(const std::vector<CredentialDescriptor>& descriptors) {
  json::array list;
  for (const auto& descriptor : descriptors) {
    json::object entry{{"type", view(kPublicKey)}, {"id", to_base64url(descriptor.id)}};
    if (!descriptor.transports.empty()) entry["transports"] = to_array(descriptor.transports);
    list.push_back(std::move(entry));
  }
  return list;
}

/// Reads options out of `object`, which may have nothing else wrong.
template <class Options, class Read>
Result<Options> read_whole(const json::object& object, const Read& read) {
  DocumentReading reading;
  const MemberReader reader(object, "", reading);
  Options options = read(reader);
  if (reading.fault) return std::unexpected(std::move(*reading.fault));
  return options;
}

}  // namespace

CreationOptions read_creation_options(const MemberReader& reader) {
  const auto rp = reader.object("rp");
  const auto user = reader.object("user");
  CreationOptions options;
  options.rp = {.id = rp.maybe_text("id").value_or(""), .name = rp.text("name")};
  options.user = {
      .id = user.bytes("id"), .name = user.text("name"), .display_name = user.text("displayName")};
  if (options.user.id.empty() || options.user.id.size() > kMaxUserId) user.refuse("id");
  options.challenge = reader.bytes("challenge");
  options.algorithms = read_algorithms(reader);
  options.timeout = read_timeout(reader);
  options.exclude_credentials = read_descriptors(reader, "excludeCredentials");
  read_selection(options, reader);
  options.hints = reader.texts("hints");
  options.attestation = value_of(kConveyances, reader.maybe_text("attestation"))
                            .value_or(AttestationConveyance::kNone);
  options.attestation_formats = reader.texts("attestationFormats");
  options.extensions = read_creation_extensions(reader);
  return options;
}

RequestOptions read_request_options(const MemberReader& reader) {
  RequestOptions options;
  options.challenge = reader.bytes("challenge");
  options.timeout = read_timeout(reader);
  options.rp_id = reader.maybe_text("rpId").value_or("");
  options.allow_credentials = read_descriptors(reader, "allowCredentials");
  options.user_verification = value_of(kUserVerifications, reader.maybe_text("userVerification"))
                                  .value_or(UserVerificationRequirement::kPreferred);
  options.hints = reader.texts("hints");
  options.extensions = read_request_extensions(reader, options.allow_credentials);
  return options;
}

Result<CreationOptions> read_creation_options(const json::object& object) {
  return read_whole<CreationOptions>(object, [](const MemberReader& reader) {
    auto options = read_creation_options(reader);
    if (options.rp.id.empty()) reader.object("rp").miss("id");
    return options;
  });
}

Result<CreationOptions> parse_creation_options(std::string_view text) {
  const auto value = parse_strict_json(text, kMaxJsonSize);
  if (!value) return std::unexpected(value.error());
  const auto object = as_object(value.value(), "the document");
  if (!object) return std::unexpected(object.error());
  return read_creation_options(*object.value());
}

Result<RequestOptions> parse_request_options(std::string_view text) {
  const auto value = parse_strict_json(text, kMaxJsonSize);
  if (!value) return std::unexpected(value.error());
  const auto object = as_object(value.value(), "the document");
  if (!object) return std::unexpected(object.error());
  return read_whole<RequestOptions>(*object.value(), [](const MemberReader& reader) {
    auto options = read_request_options(reader);
    if (options.rp_id.empty()) reader.miss("rpId");
    return options;
  });
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
  object["excludeCredentials"] = to_array(options.exclude_credentials);
  object["authenticatorSelection"] = std::move(selection);
  object["hints"] = to_array(options.hints);
  object["attestation"] = view(name_of(kConveyances, options.attestation));
  object["attestationFormats"] = to_array(options.attestation_formats);
  object["extensions"] = to_object(options.extensions);
  return json::serialize(object);
}

std::string to_json(const RequestOptions& options) {
  json::object object{{"challenge", to_base64url(options.challenge)}};
  if (options.timeout) object["timeout"] = options.timeout->count();
  object["rpId"] = options.rp_id;
  object["allowCredentials"] = to_array(options.allow_credentials);
  object["userVerification"] = view(name_of(kUserVerifications, options.user_verification));
  object["hints"] = to_array(options.hints);
  if (auto extensions = to_object(options.extensions); !extensions.empty()) {
    object["extensions"] = std::move(extensions);
  }
  return json::serialize(object);
}

}  // namespace firstkey::core::webauthn
