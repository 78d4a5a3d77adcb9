#include "core/webauthn/extensions_json.h"

#include <algorithm>
#include <utility>

#include "core/webauthn/option_names.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

/// Source: CTAP 2.1 §12.5.
constexpr std::size_t kSaltSize = 32;

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

PrfValues read_prf_values(const MemberReader& reader) {
  return {.first = reader.bytes("first"), .second = reader.maybe_bytes("second")};
}

std::optional<PrfValues> read_eval(const MemberReader& prf) {
  const auto eval = prf.maybe_object("eval");
  if (!eval) return std::nullopt;
  return read_prf_values(*eval);
}

/// §10.1.4, registration, step 1: an evaluation by credential makes no sense at a creation.
std::optional<PrfCreation> read_prf_creation(const MemberReader& extensions) {
  const auto prf = extensions.maybe_object("prf");
  if (!prf) return std::nullopt;
  if (prf->has("evalByCredential")) prf->refuse("evalByCredential");
  return PrfCreation{.eval = read_eval(*prf)};
}

/// §10.1.4, authentication, steps 1 and 2: each key is the id of a credential that is allowed.
std::vector<std::pair<Bytes, PrfValues>> read_by_credential(
    const MemberReader& prf, const std::vector<CredentialDescriptor>& allowed) {
  std::vector<std::pair<Bytes, PrfValues>> values;
  const auto entries = prf.maybe_object("evalByCredential");
  if (!entries) return values;
  for (const auto& name : entries->names()) {
    auto id = entries->decode(name);
    const auto is_it = [&](const CredentialDescriptor& descriptor) { return descriptor.id == id; };
    const auto is_told = [&](const auto& told) { return told.first == id; };
    if (!id || id->empty() || std::ranges::none_of(allowed, is_it) ||
        std::ranges::any_of(values, is_told)) {
      entries->refuse(name);
      return values;
    }
    values.emplace_back(std::move(*id), read_prf_values(entries->object(name)));
  }
  return values;
}

/// §10.1.5, registration: read and written is what is there already.
std::optional<LargeBlobSupport> read_large_blob_support(const MemberReader& extensions) {
  const auto blob = extensions.maybe_object("largeBlob");
  if (!blob) return std::nullopt;
  for (const auto* name : {"read", "write"}) {
    if (blob->has(name)) blob->refuse(name);
  }
  return value_of(kLargeBlobSupports, blob->maybe_text("support"))
      .value_or(LargeBlobSupport::kPreferred);
}

/// §10.1.5, authentication: not both, and what is written has one place.
LargeBlobAccess read_large_blob_access(const MemberReader& extensions,
                                       const std::vector<CredentialDescriptor>& allowed) {
  const auto blob = extensions.maybe_object("largeBlob");
  if (!blob) return {};
  if (blob->has("support")) blob->refuse("support");
  LargeBlobAccess access{.is_read = blob->maybe_bool("read").value_or(false),
                         .written = blob->maybe_bytes("write")};
  if (access.written && (access.is_read || allowed.size() != 1)) blob->refuse("write");
  return access;
}

std::optional<HmacSalts> read_salts(const MemberReader& extensions) {
  const auto reader = extensions.maybe_object("hmacGetSecret");
  if (!reader) return std::nullopt;
  HmacSalts salts{.salt1 = reader->bytes("salt1"), .salt2 = reader->maybe_bytes("salt2")};
  if (salts.salt1.size() != kSaltSize) reader->refuse("salt1");
  if (salts.salt2 && salts.salt2->size() != kSaltSize) reader->refuse("salt2");
  return salts;
}

json::object to_object(const PrfValues& values) {
  json::object object{{"first", to_base64url(values.first)}};
  if (values.second) object["second"] = to_base64url(*values.second);
  return object;
}

json::object to_object(const PrfRequest& request) {
  json::object object;
  if (request.eval) object["eval"] = to_object(*request.eval);
  if (!request.by_credential.empty()) {
    json::object by_credential;
    for (const auto& [id, values] : request.by_credential) {
      by_credential[to_base64url(id)] = to_object(values);
    }
    object["evalByCredential"] = std::move(by_credential);
  }
  return object;
}

}  // namespace

CreationExtensions read_creation_extensions(const MemberReader& options) {
  const auto reader = options.maybe_object("extensions");
  if (!reader) return {};
  const auto protection = value_of(kProtections, reader->maybe_text("credentialProtectionPolicy"));
  const bool is_enforced = reader->maybe_bool("enforceCredentialProtectionPolicy").value_or(false);
  return {.cred_props = reader->maybe_bool("credProps").value_or(false),
          .credential_protection = protection,
          .enforce_credential_protection = protection && is_enforced,
          .hmac_create_secret = reader->maybe_bool("hmacCreateSecret").value_or(false),
          .min_pin_length = reader->maybe_bool("minPinLength").value_or(false),
          .prf = read_prf_creation(*reader),
          .large_blob = read_large_blob_support(*reader),
          .cred_blob = reader->maybe_bytes("credBlob")};
}

RequestExtensions read_request_extensions(const MemberReader& options,
                                          const std::vector<CredentialDescriptor>& allowed) {
  const auto reader = options.maybe_object("extensions");
  if (!reader) return {};
  RequestExtensions extensions{.prf = std::nullopt,
                               .hmac_get_secret = read_salts(*reader),
                               .large_blob = read_large_blob_access(*reader, allowed),
                               .get_cred_blob = reader->maybe_bool("getCredBlob").value_or(false)};
  if (const auto prf = reader->maybe_object("prf")) {
    extensions.prf =
        PrfRequest{.eval = read_eval(*prf), .by_credential = read_by_credential(*prf, allowed)};
  }
  return extensions;
}

json::object to_object(const CreationExtensions& extensions) {
  json::object object;
  if (extensions.cred_props) object["credProps"] = true;
  if (extensions.credential_protection) {
    object["credentialProtectionPolicy"] =
        view(name_of(kProtections, extensions.credential_protection.value()));
    object["enforceCredentialProtectionPolicy"] = extensions.enforce_credential_protection;
  }
  if (extensions.hmac_create_secret) object["hmacCreateSecret"] = true;
  if (extensions.min_pin_length) object["minPinLength"] = true;
  if (extensions.prf) {
    json::object prf;
    if (extensions.prf->eval) prf["eval"] = to_object(*extensions.prf->eval);
    object["prf"] = std::move(prf);
  }
  if (extensions.large_blob) {
    object["largeBlob"] =
        json::object{{"support", view(name_of(kLargeBlobSupports, *extensions.large_blob))}};
  }
  if (extensions.cred_blob) object["credBlob"] = to_base64url(*extensions.cred_blob);
  return object;
}

json::object to_object(const RequestExtensions& extensions) {
  json::object object;
  if (extensions.prf) object["prf"] = to_object(*extensions.prf);
  if (extensions.hmac_get_secret) {
    json::object salts{{"salt1", to_base64url(extensions.hmac_get_secret->salt1)}};
    if (const auto& salt2 = extensions.hmac_get_secret->salt2)
      salts["salt2"] = to_base64url(*salt2);
    object["hmacGetSecret"] = std::move(salts);
  }
  const auto& blob = extensions.large_blob;
  if (blob.is_read) object["largeBlob"] = json::object{{"read", true}};
  if (blob.written) object["largeBlob"] = json::object{{"write", to_base64url(*blob.written)}};
  if (extensions.get_cred_blob) object["getCredBlob"] = true;
  return object;
}

}  // namespace firstkey::core::webauthn
