#include "core/webauthn/json.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

using firstkey::core::Bytes;
using firstkey::core::webauthn::Algorithm;
using firstkey::core::webauthn::AttestationConveyance;
using firstkey::core::webauthn::AuthenticationResponse;
using firstkey::core::webauthn::AuthenticatorAttachment;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::CreationOptions;
using firstkey::core::webauthn::CredentialProtection;
using firstkey::core::webauthn::kMaxJsonSize;
using firstkey::core::webauthn::parse_authentication_response;
using firstkey::core::webauthn::parse_creation_options;
using firstkey::core::webauthn::parse_registration_response;
using firstkey::core::webauthn::parse_request_options;
using firstkey::core::webauthn::RegistrationResponse;
using firstkey::core::webauthn::RequestOptions;
using firstkey::core::webauthn::ResidentKeyRequirement;
using firstkey::core::webauthn::to_json;
using firstkey::core::webauthn::UserVerificationRequirement;
namespace json = boost::json;

namespace {

CreationOptions creation_options() {
  return {.rp = {.id = "example.org", .name = "Example"},
          .user = {.id = {1, 2, 3}, .name = "lee@example.org", .display_name = "Lee Øsei"},
          .challenge = Bytes(32, 0xC4),
          .algorithms = {Algorithm::kEs256, Algorithm::kRs256},
          .timeout = std::chrono::minutes(5),
          .exclude_credentials = {{.id = {9}, .transports = {"usb", "nfc"}}, {.id = {8}}},
          .attachment = AuthenticatorAttachment::kCrossPlatform,
          .resident_key = ResidentKeyRequirement::kRequired,
          .user_verification = UserVerificationRequirement::kRequired,
          .hints = {"security-key"},
          .attestation = AttestationConveyance::kDirect,
          .attestation_formats = {"packed"},
          .extensions = {
              .cred_props = true,
              .credential_protection = CredentialProtection::kUserVerificationRequired,
              .enforce_credential_protection = true,
              .hmac_create_secret = true,
              .min_pin_length = true,
          }};
}

RequestOptions request_options() {
  return {.challenge = Bytes(32, 0xC4),
          .timeout = std::chrono::milliseconds(1500),
          .rp_id = "example.org",
          .allow_credentials = {{.id = {9}, .transports = {"usb"}}},
          .user_verification = UserVerificationRequirement::kRequired,
          .hints = {"security-key"}};
}

RegistrationResponse registration_response() {
  return {.id = {1, 2, 3},
          .client_data_json = {4},
          .attestation_object = {5},
          .transports = {"nfc", "usb"},
          .attachment = AuthenticatorAttachment::kCrossPlatform,
          .cred_props_rk = true,
          .authenticator_data = Bytes{6},
          .public_key = Bytes{7},
          .public_key_algorithm = -7};
}

AuthenticationResponse authentication_response() {
  return {.id = {1, 2, 3},
          .client_data_json = {4},
          .authenticator_data = {5},
          .signature = {6},
          .user_handle = Bytes{7},
          .attachment = AuthenticatorAttachment::kPlatform};
}

/// `text` with the member at `pointer` (RFC 6901, members of objects only) set, or taken out.
std::string changed(const std::string& text,
                    const std::string& pointer,
                    const std::optional<json::value>& value) {
  auto document = json::parse(text);
  const auto slash = pointer.rfind('/');
  auto& parent = document.at_pointer(pointer.substr(0, slash)).as_object();
  REQUIRE(parent.contains(pointer.substr(slash + 1)));
  if (value) {
    parent[pointer.substr(slash + 1)] = value.value();
  } else {
    parent.erase(pointer.substr(slash + 1));
  }
  return json::serialize(document);
}

/// What each parser refuses `text` with; nothing when it reads.
template <class Parse>
std::optional<Code> refusal(const Parse& parse, const std::string& text) {
  const auto parsed = parse(text);
  if (parsed) return std::nullopt;
  return parsed.error().code;
}

/// Every member in `pointers` is missed when it is absent and refused when it is of another type.
template <class Parse>
void check_needed(const Parse& parse,
                  const std::string& text,
                  std::initializer_list<const char*> pointers) {
  for (const char* pointer : pointers) {
    CAPTURE(pointer);
    CHECK(refusal(parse, changed(text, pointer, std::nullopt)) == Code::kJsonMemberMissing);
    CHECK(refusal(parse, changed(text, pointer, nullptr)) == Code::kJsonMemberMissing);
    CHECK(refusal(parse, changed(text, pointer, 1.5)) == Code::kJsonMemberInvalid);
  }
}

/// Every member in `pointers` may be absent and is refused when it is of another type.
template <class Parse>
void check_optional(const Parse& parse,
                    const std::string& text,
                    std::initializer_list<const char*> pointers) {
  for (const char* pointer : pointers) {
    CAPTURE(pointer);
    CHECK_FALSE(refusal(parse, changed(text, pointer, std::nullopt)));
    CHECK_FALSE(refusal(parse, changed(text, pointer, nullptr)));
    CHECK(refusal(parse, changed(text, pointer, 1.5)) == Code::kJsonMemberInvalid);
  }
}

}  // namespace

TEST_SUITE("core/webauthn/json") {
  TEST_CASE("creation options come back as they went") {
    CHECK(parse_creation_options(to_json(creation_options())).value() == creation_options());
    const CreationOptions bare{.rp = {.id = "a", .name = "b"},
                               .user = {.id = {1}, .name = "c", .display_name = ""},
                               .challenge = {1},
                               .algorithms = {Algorithm::kEs256}};
    CHECK(parse_creation_options(to_json(bare)).value() == bare);
  }

  TEST_CASE("request options come back as they went") {
    CHECK(parse_request_options(to_json(request_options())).value() == request_options());
    const RequestOptions bare{.challenge = {1}, .rp_id = "a"};
    CHECK(parse_request_options(to_json(bare)).value() == bare);
  }

  TEST_CASE("a registration response comes back as it went") {
    CHECK(parse_registration_response(to_json(registration_response())).value() ==
          registration_response());
    const RegistrationResponse bare{.id = {1}, .client_data_json = {2}, .attestation_object = {3}};
    CHECK(parse_registration_response(to_json(bare)).value() == bare);
  }

  TEST_CASE("an authentication response comes back as it went") {
    CHECK(parse_authentication_response(to_json(authentication_response())).value() ==
          authentication_response());
    const AuthenticationResponse bare{
        .id = {1}, .client_data_json = {2}, .authenticator_data = {3}, .signature = {4}};
    CHECK(parse_authentication_response(to_json(bare)).value() == bare);
  }

  TEST_CASE("every member creation options need is missed, every other may be absent") {
    const auto text = to_json(creation_options());
    check_needed(parse_creation_options,
                 text,
                 {"/rp",
                  "/rp/id",
                  "/rp/name",
                  "/user",
                  "/user/id",
                  "/user/name",
                  "/user/displayName",
                  "/challenge",
                  "/pubKeyCredParams"});
    check_optional(parse_creation_options,
                   text,
                   {"/timeout",
                    "/excludeCredentials",
                    "/authenticatorSelection",
                    "/authenticatorSelection/authenticatorAttachment",
                    "/authenticatorSelection/residentKey",
                    "/authenticatorSelection/requireResidentKey",
                    "/authenticatorSelection/userVerification",
                    "/hints",
                    "/attestation",
                    "/attestationFormats",
                    "/extensions",
                    "/extensions/credProps",
                    "/extensions/credentialProtectionPolicy",
                    "/extensions/enforceCredentialProtectionPolicy",
                    "/extensions/hmacCreateSecret",
                    "/extensions/minPinLength"});
  }

  TEST_CASE("every member request options need is missed, every other may be absent") {
    const auto text = to_json(request_options());
    check_needed(parse_request_options, text, {"/challenge", "/rpId"});
    check_optional(parse_request_options,
                   text,
                   {"/timeout", "/allowCredentials", "/userVerification", "/hints"});
  }

  TEST_CASE("every member a registration response needs is missed, every other may be absent") {
    const auto text = to_json(registration_response());
    check_needed(parse_registration_response,
                 text,
                 {"/id",
                  "/rawId",
                  "/type",
                  "/response",
                  "/response/clientDataJSON",
                  "/response/attestationObject",
                  "/clientExtensionResults"});
    check_optional(parse_registration_response,
                   text,
                   {"/authenticatorAttachment",
                    "/response/transports",
                    "/response/authenticatorData",
                    "/response/publicKey",
                    "/response/publicKeyAlgorithm",
                    "/clientExtensionResults/credProps",
                    "/clientExtensionResults/credProps/rk"});
  }

  TEST_CASE("every member an authentication response needs is missed, every other may be absent") {
    const auto text = to_json(authentication_response());
    check_needed(parse_authentication_response,
                 text,
                 {"/id",
                  "/rawId",
                  "/type",
                  "/response",
                  "/response/clientDataJSON",
                  "/response/authenticatorData",
                  "/response/signature",
                  "/clientExtensionResults"});
    check_optional(
        parse_authentication_response, text, {"/authenticatorAttachment", "/response/userHandle"});
  }

  TEST_CASE("an id that is not rawId is a response that contradicts itself") {
    CHECK(refusal(parse_registration_response,
                  changed(to_json(registration_response()), "/id", "AQIE")) ==
          Code::kResponseInconsistent);
    CHECK(refusal(parse_authentication_response,
                  changed(to_json(authentication_response()), "/rawId", "AQIE")) ==
          Code::kResponseInconsistent);
  }

  TEST_CASE("a response of another type than public-key is refused") {
    CHECK(refusal(parse_registration_response,
                  changed(to_json(registration_response()), "/type", "password")) ==
          Code::kJsonMemberInvalid);
    CHECK(refusal(parse_authentication_response,
                  changed(to_json(authentication_response()), "/type", "password")) ==
          Code::kJsonMemberInvalid);
  }

  TEST_CASE("bytes spelled in another way are refused") {
    CHECK(refusal(parse_registration_response,
                  changed(to_json(registration_response()), "/response/clientDataJSON", "BA==")) ==
          Code::kJsonBase64urlInvalid);
    CHECK(refusal(parse_registration_response,
                  changed(to_json(registration_response()), "/response/publicKey", "BB")) ==
          Code::kJsonBase64urlInvalid);
  }

  TEST_CASE("a user handle has 1 to 64 bytes") {
    auto options = creation_options();
    for (const std::size_t size : {1U, 64U}) {
      options.user.id = Bytes(size, 1);
      CHECK_FALSE(refusal(parse_creation_options, to_json(options)));
    }
    for (const std::size_t size : {0U, 65U}) {
      options.user.id = Bytes(size, 1);
      CHECK(refusal(parse_creation_options, to_json(options)) == Code::kJsonMemberInvalid);
    }
  }

  TEST_CASE("a timeout is an unsigned long of Web IDL") {
    const auto text = to_json(request_options());
    CHECK_FALSE(refusal(parse_request_options, changed(text, "/timeout", 0)));
    CHECK_FALSE(refusal(parse_request_options, changed(text, "/timeout", 4294967295)));
    CHECK(refusal(parse_request_options, changed(text, "/timeout", 4294967296)) ==
          Code::kJsonMemberInvalid);
    CHECK(refusal(parse_request_options, changed(text, "/timeout", -1)) ==
          Code::kJsonMemberInvalid);
  }

  TEST_CASE("an enumeration value nobody here knows counts as absent") {
    const auto options = parse_creation_options(
        changed(changed(to_json(creation_options()), "/attestation", "telepathic"),
                "/authenticatorSelection/userVerification",
                "telepathic"));
    REQUIRE(options);
    CHECK(options->attestation == AttestationConveyance::kNone);
    CHECK(options->user_verification == UserVerificationRequirement::kPreferred);
  }

  TEST_CASE("without residentKey, requireResidentKey decides") {
    const auto text =
        changed(to_json(creation_options()), "/authenticatorSelection/residentKey", std::nullopt);
    CHECK(parse_creation_options(text).value().resident_key == ResidentKeyRequirement::kRequired);
    const auto not_required =
        changed(text, "/authenticatorSelection/requireResidentKey", json::value(false));
    CHECK(parse_creation_options(not_required).value().resident_key ==
          ResidentKeyRequirement::kDiscouraged);
  }

  TEST_CASE("algorithms nobody here knows are passed over, their order is kept") {
    const auto list = json::parse(R"([{"type":"public-key","alg":-65535},
      {"type":"public-key","alg":-257},{"type":"other","alg":-8},{"type":"public-key","alg":-7}])");
    const auto options =
        parse_creation_options(changed(to_json(creation_options()), "/pubKeyCredParams", list));
    CHECK(options.value().algorithms == std::vector{Algorithm::kRs256, Algorithm::kEs256});
  }

  TEST_CASE("an entry of a list is read as strictly as a member") {
    const auto text = to_json(creation_options());
    for (const char* list :
         {R"([1])", R"([{"type":1,"alg":-7}])", R"([{"type":"public-key","alg":"x"}])"}) {
      CHECK(
          refusal(parse_creation_options, changed(text, "/pubKeyCredParams", json::parse(list))) ==
          Code::kJsonMemberInvalid);
    }
    for (const char* list : {R"([{"alg":-7}])", R"([{"type":"public-key"}])"}) {
      CHECK(
          refusal(parse_creation_options, changed(text, "/pubKeyCredParams", json::parse(list))) ==
          Code::kJsonMemberMissing);
    }
    const auto requests = to_json(request_options());
    CHECK(refusal(parse_request_options,
                  changed(requests, "/allowCredentials", json::parse(R"(["AQ"])"))) ==
          Code::kJsonMemberInvalid);
    CHECK(refusal(parse_request_options,
                  changed(requests, "/allowCredentials", json::parse(R"([{"id":"AQ"}])"))) ==
          Code::kJsonMemberMissing);
  }

  TEST_CASE("a document is an object within the size, and has no member twice") {
    const auto text = to_json(registration_response());
    const std::string room(kMaxJsonSize - text.size(), ' ');
    CHECK_FALSE(refusal(parse_registration_response, text + room));
    CHECK(refusal(parse_registration_response, text + room + " ") == Code::kJsonTooLarge);
    CHECK(refusal(parse_registration_response, "[]") == Code::kJsonMemberInvalid);
    CHECK(refusal(parse_authentication_response, "\"\"") == Code::kJsonMemberInvalid);
    CHECK(refusal(parse_registration_response, R"({"id":"AQ",)" + text.substr(1)) ==
          Code::kJsonDuplicateMember);
  }
}
