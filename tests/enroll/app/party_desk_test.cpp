#include "enroll/app/party_desk.h"

#include <doctest/doctest.h>

#include "tests/enroll/app/key_desk_fixture.h"
#include "tests/enroll/app/pipe.h"
#include "tests/support/made_ceremony.h"

namespace firstkey::enroll::tests {

namespace {

using device::ErrorCode;
using device::Option;
using firstkey::tests::fails;
using firstkey::tests::FakeKey;

const std::string kCreation = R"({
  "rp": {"id": "example.org", "name": "Example"},
  "user": {"id": "AQ", "name": "lee", "displayName": "Lee"},
  "challenge": "Ag",
  "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
  "authenticatorSelection": {"residentKey": "discouraged", "userVerification": "discouraged"}})";
const std::string kRequest = R"({
  "challenge": "Ag", "rpId": "example.org", "userVerification": "discouraged",
  "allowCredentials": [{"type": "public-key", "id": "CQ"}, {"type": "public-key", "id": "CA"}]})";

device::CredentialResponse made() {
  const firstkey::tests::CredentialKey key;
  firstkey::tests::AuthenticatorDataShape data;
  data.public_key = key.cose();
  return {.format = "none",
          .authenticator_data = data.encode(),
          .attestation_statement = {0xA0},
          .credential_id = data.credential_id,
          .algorithm = device::kEs256};
}

struct PartyFixture : KeyDeskFixture {
  PartyFixture() { discovery.insert(key); }
  [[nodiscard]] std::string registers(const PartyWish& wish, const PinOptions& pins = {}) {
    return code_of(register_key(desk(), pins, wish));
  }
  [[nodiscard]] std::string signs_in(const PartyWish& wish) {
    return code_of(authenticate_key(desk(), {}, wish));
  }

  FakeKey key;
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

}  // namespace

TEST_SUITE("enroll/app/party_desk") {
  TEST_CASE("a key without a PIN is registered with a touch") {
    PartyFixture f;
    f.key.expect_credential(made());
    CHECK(f.registers({.options = kCreation}) == "done");
  }

  TEST_CASE("what is wrong is told before any key is asked") {
    PartyFixture f;
    CHECK(f.registers({.options = "{}"}) == "form_unclear");
    CHECK(f.registers({.options = replaced(kCreation, "\"AQ\"", "1")}) == "options_invalid");
    CHECK(f.registers({.options = kCreation, .origin = "http://example.org"}) == "origin_invalid");
    CHECK(f.registers({.options = kCreation, .origin = "https://example.com"}) ==
          "rp_id_not_allowed");
    CHECK(f.registers({.options = kCreation, .form = AnswerForm::kSshNote}) == "form_unsuitable");
    CHECK(f.registers({.options = replaced(kCreation, "-7", "-257")}) == "key_unsuitable");
    CHECK(f.signs_in({.options = kRequest, .form = AnswerForm::kIpa}) == "invalid_argument");
  }

  TEST_CASE("a key with a PIN wants it for a credential, asked for or not") {
    PartyFixture f;
    f.key.facts().options.client_pin = Option::kTrue;
    CHECK(f.registers({.options = kCreation}) == "invalid_argument");
    const auto pipe = pipe_with("1234\n");
    f.key.expect_pin_retries(8);
    f.key.expect_credential(made()).with_pin("1234");
    CHECK(f.registers({.options = kCreation}, {.pin_fd = pipe.get()}) == "done");
  }

  TEST_CASE("a key that cannot verify its user yet is told so where that is required") {
    PartyFixture f;
    const auto required = replaced(
        kCreation, "\"userVerification\": \"discouraged\"", "\"userVerification\": \"required\"");
    CHECK(f.registers({.options = required}) == "pin_not_set");
  }

  TEST_CASE("a key that holds one of the excluded credentials is told as that") {
    PartyFixture f;
    f.key.expect_credential(fails(ErrorCode::kCredentialExcluded));
    CHECK(f.registers({.options = kCreation}) == "credential_excluded");
  }

  TEST_CASE("options whose time is over ask nothing of a key") {
    PartyFixture f;
    const auto graph =
        R"({"challengeTimeoutDateTime": "1999-01-01T00:00:00Z", "publicKey": )" + kCreation + "}";
    CHECK(f.registers({.options = graph}) == "challenge_expired");
  }

  TEST_CASE("a sign-in asks for all that may sign") {
    PartyFixture f;
    f.key.expect_assertion([](const device::AssertionRequest& request) {
      CHECK(request.rp_id == "example.org");
      CHECK(request.allowed_credentials == std::vector<device::CredentialId>{{9}, {8}});
      return device::AssertionResponse{.credential_id = {8}};
    });
    CHECK(f.signs_in({.options = kRequest}) == "done");
    f.key.expect_assertion(fails(ErrorCode::kNoCredentials));
    CHECK(f.signs_in({.options = kRequest}) == "no_credentials");
  }

  TEST_CASE("where each credential is asked something else, the key is looked into first") {
    PartyFixture f;
    const auto by_credential = replaced(
        kRequest,
        "\"challenge\"",
        R"("extensions": {"prf": {"evalByCredential": {"CA": {"first": "AA"}}}}, "challenge")");
    f.key.expect_assertion([](const device::AssertionRequest& look) {
      CHECK_FALSE(look.is_user_presence_wanted);
      CHECK_FALSE(look.hmac_salts);
      return device::AssertionResponse{.credential_id = {8}};
    });
    f.key.expect_assertion([](const device::AssertionRequest& request) {
      CHECK(request.allowed_credentials == std::vector<device::CredentialId>{{8}});
      CHECK(request.hmac_salts.has_value());
      return device::AssertionResponse{.credential_id = {8}};
    });
    CHECK(f.signs_in({.options = by_credential}) == "done");
  }
}

}  // namespace firstkey::enroll::tests
