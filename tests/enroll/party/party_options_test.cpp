#include "enroll/party/party_options.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

using namespace firstkey::enroll;
namespace webauthn = firstkey::core::webauthn;
namespace json = boost::json;
using firstkey::core::Bytes;

namespace {

constexpr const char* kL3 = R"({
  "rp": {"id": "example.org", "name": "Example"},
  "user": {"id": "AQ", "name": "lee", "displayName": "Lee"},
  "challenge": "Ag",
  "pubKeyCredParams": [{"type": "public-key", "alg": -7}]})";

// Shaped like a real answer, its ids as they came.
constexpr const char* kGraph = R"({
  "@odata.context": "https://graph.microsoft.com/beta/$metadata#microsoft.graph.webauthnCredentialCreationOptions",
  "challengeTimeoutDateTime": "2024-06-13T11:26:35Z",
  "publicKey": {
    "@odata.type": "#microsoft.graph.publicKeyCredentialCreationOptions",
    "rp": {"@odata.type": "#x", "id": "login.microsoft.com", "name": "Microsoft"},
    "user": {"id": "T0Y6mho3vwFprE6aslBq9b2Qjz7Ixbn0PntEPkHirHimyfAtmz4xoilu6sNoiPFkmvxW",
             "name": "john@contoso.com", "displayName": "John Doe"},
    "challenge": "AAAA",
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
    "timeout": 60000,
    "excludeCredentials": [
      {"type": "public-key", "id": "TZ2KrDEawbrIGQsnheGZ/BG9Nfnb7blSGwQYMGyJIhM=", "transports": []},
      {"type": "public-key", "id": "g/V3JMewxqZaKD8mRpB2pTTl3SBnOR6gZEw/URDlB4o=", "transports": ["usb"]}],
    "authenticatorSelection": {"authenticatorAttachment": "cross-platform",
                               "requireResidentKey": true, "userVerification": "required"},
    "attestation": "direct",
    "extensions": {"hmacCreateSecret": true, "enforceCredentialProtectionPolicy": true,
                   "credentialProtectionPolicy": "userVerificationOptional"}}})";

// Source: Okta's documentation of its Factors API.
constexpr const char* kOkta = R"({
  "id": "fuf2rovRxogXJ0nDy0g4", "factorType": "webauthn", "provider": "FIDO",
  "status": "PENDING_ACTIVATION", "_links": {"activate": {"href": "https://x"}},
  "_embedded": {"activation": {
    "attestation": "direct",
    "authenticatorSelection": {"userVerification": "optional", "requireResidentKey": false},
    "challenge": "cdsZ1V10E0BGE4GcG3IK",
    "excludeCredentials": [],
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
    "rp": {"name": "Rain-Cloud59"},
    "user": {"displayName": "First Last", "name": "first.last@gmail.com",
             "id": "00u15s1KDETTQMQYABRL"}}}})";

constexpr const char* kOktaRequest = R"({
  "factorResult": "CHALLENGE",
  "profile": {"credentialId": "l3Br0n-7H3g047NqESqJynFtIgf3Ix9OfaRoNwLoloso99Xl2zS_O7EXUkmPeAIz", "authenticatorName": "Key"},
  "_embedded": {"challenge": {"challenge": "kB--W4LCHmEGs0eSNhfD", "extensions": {}}}})";

/// `text` with the member at `pointer` set, or taken out.
std::string changed(const char* text,
                    const std::string& pointer,
                    const std::optional<json::value>& value) {
  auto document = json::parse(text);
  const auto slash = pointer.rfind('/');
  auto& parent = document.at_pointer(pointer.substr(0, slash)).as_object();
  if (value) {
    parent[pointer.substr(slash + 1)] = *value;
  } else {
    parent.erase(pointer.substr(slash + 1));
  }
  return json::serialize(document);
}

PartyErrorCode refusal(const std::string& text, std::optional<PartyForm> said = std::nullopt) {
  const auto read = read_party_creation(text, said);
  REQUIRE_FALSE(read);
  return read.error().code;
}

}  // namespace

TEST_SUITE("enroll/party/party_options") {
  TEST_CASE("the standard's form is told by its challenge") {
    const auto read = read_party_creation(kL3, std::nullopt).value();
    CHECK(read.form == PartyForm::kL3);
    CHECK(read.options.rp.id == "example.org");
    CHECK(read.options.user.id == Bytes{1});
    CHECK_FALSE(read.expires_at);
  }

  TEST_CASE("Graph's form is read with its ids in padded standard base64") {
    const auto read = read_party_creation(kGraph, std::nullopt).value();
    CHECK(read.form == PartyForm::kGraph);
    CHECK(read.options.rp.id == "login.microsoft.com");
    CHECK(read.options.user.id.size() == 51);
    REQUIRE(read.options.exclude_credentials.size() == 2);
    CHECK(read.options.exclude_credentials[1].id.size() == 32);
    CHECK(read.options.exclude_credentials[1].transports == std::vector<std::string>{"usb"});
    CHECK(read.options.resident_key == webauthn::ResidentKeyRequirement::kRequired);
    CHECK(read.options.extensions.hmac_create_secret);
    CHECK(firstkey::core::to_rfc3339(read.expires_at.value()) == "2024-06-13T11:26:35Z");
  }

  TEST_CASE("a challenge of Graph's length is read whole") {
    const std::string challenge(6932, 'x');
    const auto read = read_party_creation(
        changed(kGraph, "/publicKey/challenge", json::value(challenge)), std::nullopt);
    CHECK(read.value().options.challenge.size() == 5199);
    CHECK(firstkey::core::to_base64url(read->options.challenge) == challenge);
  }

  TEST_CASE("Okta's form is read, and names no relying party") {
    const auto read = read_party_creation(kOkta, std::nullopt).value();
    CHECK(read.form == PartyForm::kOkta);
    CHECK(read.options.rp.id.empty());
    CHECK(read.options.rp.name == "Rain-Cloud59");
    CHECK(read.options.user.id.size() == 15);
    CHECK(read.options.user_verification == webauthn::UserVerificationRequirement::kPreferred);
  }

  TEST_CASE("what could be of two forms, or of none, is of none until somebody says it") {
    const auto bare = changed(changed(kGraph, "/@odata.context", std::nullopt).c_str(),
                              "/challengeTimeoutDateTime",
                              std::nullopt);
    CHECK(refusal(bare) == PartyErrorCode::kFormUnclear);
    CHECK(refusal(changed(kL3, "/_embedded", json::parse(R"({"activation":{}})"))) ==
          PartyErrorCode::kFormUnclear);
    CHECK(refusal("{}") == PartyErrorCode::kFormUnclear);
    CHECK(read_party_creation(bare, PartyForm::kGraph).value().form == PartyForm::kGraph);
    // The standard knows one spelling of base64 only.
    CHECK(refusal(bare, PartyForm::kL3) == PartyErrorCode::kOptionsInvalid);
    const auto wrapped = R"({"publicKey":)" + std::string(kL3) + "}";
    CHECK(read_party_creation(wrapped, PartyForm::kL3).value().options.challenge == Bytes{2});
  }

  TEST_CASE("a form that is said is held to") {
    CHECK(refusal(kL3, PartyForm::kGraph) == PartyErrorCode::kOptionsInvalid);
    CHECK(refusal(kL3, PartyForm::kOkta) == PartyErrorCode::kOptionsInvalid);
    CHECK(refusal(kOkta, PartyForm::kL3) == PartyErrorCode::kOptionsInvalid);
  }

  TEST_CASE("what is wrong is named by its path") {
    struct Case {
      const char* text;
      const char* pointer;
      const char* begins;
    };
    for (const auto& [text, pointer, begins] :
         {Case{kL3, "/user/id", "user.id is not"},
          Case{kGraph, "/publicKey/timeout", "publicKey.timeout is not"},
          Case{kGraph, "/challengeTimeoutDateTime", "challengeTimeoutDateTime is not"},
          Case{kOkta, "/_embedded/activation/rp/name", "_embedded.activation.rp.name is not"}}) {
      CAPTURE(pointer);
      const auto read = read_party_creation(changed(text, pointer, true), std::nullopt);
      REQUIRE_FALSE(read);
      CHECK(read.error().code == PartyErrorCode::kOptionsInvalid);
      CHECK(read.error().detail.starts_with(begins));
    }
    CHECK(refusal("[]") == PartyErrorCode::kOptionsInvalid);
    CHECK(refusal("{") == PartyErrorCode::kOptionsInvalid);
    CHECK(refusal(std::string(64 * 1024 + 1, ' ')) == PartyErrorCode::kOptionsInvalid);
  }

  TEST_CASE("a request is read in the standard's form and in Okta's") {
    const auto standard = read_party_request(R"({"challenge":"Ag","rpId":"example.org"})", {});
    CHECK(standard.value().form == PartyForm::kL3);
    CHECK(standard->options.rp_id == "example.org");
    const auto okta = read_party_request(kOktaRequest, {}).value();
    CHECK(okta.form == PartyForm::kOkta);
    CHECK(okta.options.challenge.size() == 15);
    REQUIRE(okta.options.allow_credentials.size() == 1);
    CHECK(okta.options.allow_credentials[0].id.size() == 48);
    CHECK_FALSE(read_party_request(changed(kOktaRequest, "/profile", std::nullopt), {}));
  }

  TEST_CASE("Graph asks for no sign-in") {
    for (const auto& said : {std::optional(PartyForm::kGraph), std::optional<PartyForm>()}) {
      const auto read = read_party_request(kGraph, said);
      REQUIRE_FALSE(read);
      CHECK(read.error().code == PartyErrorCode::kFormUnsuitable);
    }
  }
}
