#include "enroll/party/answers.h"

#include <set>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/json.h"
#include "enroll/party/key_lines.h"
#include "tests/support/webauthn_vectors.h"

using namespace firstkey::enroll;
namespace webauthn = firstkey::core::webauthn;
namespace json = boost::json;
using firstkey::core::Bytes;
using firstkey::device::SecretBytes;

namespace {

PartyRegistration registration(const std::string& vector = "packed-es256") {
  auto response = firstkey::tests::webauthn_vector(vector).registration;
  const auto object = webauthn::AttestationObject::parse(response.attestation_object);
  response.authenticator_data = firstkey::core::to_bytes(object.value().authenticator_data);
  return {.options = {.rp = {.id = "example.org", .name = "Example"},
                      .user = {.id = {1, 2}, .name = "lee", .display_name = "Lee"}},
          .response = std::move(response)};
}

std::string text_of(PartyResult<PartyAnswer> made) {
  REQUIRE(made);
  if (const auto* lines = std::get_if<std::string>(&*made)) return *lines;
  return firstkey::core::to_string(std::get<firstkey::core::Secret>(*made).expose());
}

json::object object_of(PartyResult<PartyAnswer> made) {
  return json::parse(text_of(std::move(made))).as_object();
}

std::set<std::string> names_of(const json::value& value) {
  std::set<std::string> names;
  for (const auto& [name, _] : value.as_object()) names.emplace(name.data(), name.size());
  return names;
}

PrfResults results(std::size_t count) {
  Bytes bytes(count * 32);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  return std::make_shared<const SecretBytes>(std::move(bytes));
}

std::string refusal(const std::string& user) {
  const auto line = pam_u2f_line(registration(), user);
  return line ? "" : std::string(name_of(line.error().code));
}

}  // namespace

TEST_SUITE("enroll/party/answers") {
  TEST_CASE("the standard's answer reads as what it was made of") {
    const auto made = registration();
    const auto text = text_of(answer(made, AnswerForm::kL3, {}));
    CHECK(webauthn::parse_registration_response(text).value() == made.response);
  }

  TEST_CASE("extensions are told beside the response, and secrets in their places") {
    auto made = registration();
    made.outputs = {.hmac_create_secret = true,
                    .prf_enabled = true,
                    .prf_results = results(2),
                    .large_blob_supported = false,
                    .cred_blob = true};
    const auto whole = object_of(answer(made, AnswerForm::kL3, {}));
    const auto& outputs = whole.at("clientExtensionResults").as_object();
    CHECK(outputs.at("hmacCreateSecret").as_bool());
    CHECK(outputs.at("credBlob").as_bool());
    CHECK_FALSE(outputs.at("largeBlob").at("supported").as_bool());
    const auto& prf = outputs.at("prf").as_object();
    CHECK(prf.at("enabled").as_bool());
    const auto computed = results(2);
    const auto bytes = computed->expose();
    CHECK(std::string(prf.at("results").at("first").as_string()) ==
          firstkey::core::to_base64url(bytes.first(32)));
    CHECK(std::string(prf.at("results").at("second").as_string()) ==
          firstkey::core::to_base64url(bytes.subspan(32)));
    made.outputs.prf_results = results(1);
    const auto one = object_of(answer(made, AnswerForm::kL3, {}));
    CHECK(names_of(one.at("clientExtensionResults").at("prf").at("results")) ==
          std::set<std::string>{"first"});
  }

  TEST_CASE("Graph is told what it takes, and nothing else") {
    auto made = registration();
    made.outputs.hmac_create_secret = true;
    const auto body = object_of(answer(made, AnswerForm::kGraph, {.key = "Lee's key"}));
    CHECK(names_of(body) ==
          std::set<std::string>{"@odata.type", "displayName", "publicKeyCredential"});
    CHECK(body.at("displayName").as_string() == "Lee's key");
    const auto& credential = body.at("publicKeyCredential");
    CHECK(names_of(credential) ==
          std::set<std::string>{"@odata.type", "id", "response", "clientExtensionResults"});
    CHECK(names_of(credential.at("response")) ==
          std::set<std::string>{"@odata.type", "clientDataJSON", "attestationObject"});
    CHECK(names_of(credential.at("clientExtensionResults")) ==
          std::set<std::string>{"@odata.type", "hmacCreateSecret"});
    CHECK(std::string(credential.at("id").as_string()) ==
          firstkey::core::to_base64url(made.response.id));
  }

  TEST_CASE("Okta is told attestation and client data, a sign-in in three parts") {
    const auto made = registration();
    const auto body = object_of(answer(made, AnswerForm::kOkta, {}));
    CHECK(names_of(body) == std::set<std::string>{"attestation", "clientData"});
    CHECK(std::string(body.at("attestation").as_string()) ==
          firstkey::core::to_base64(made.response.attestation_object));
    const PartySignIn sign_in{.response = {.id = {1}, .signature = {0xFB}}};
    const auto verify = object_of(answer(sign_in, AnswerForm::kOkta));
    CHECK(names_of(verify) ==
          std::set<std::string>{"authenticatorData", "clientData", "signatureData"});
    CHECK(verify.at("signatureData").as_string() == "+w==");
    CHECK_FALSE(answer(sign_in, AnswerForm::kGraph));
  }

  TEST_CASE("a sign-in tells what was read, written and computed") {
    const PartySignIn sign_in{.response = {.id = {1}},
                              .outputs = {.has_prf = true,
                                          .prf_results = results(1),
                                          .hmac_secret = nullptr,
                                          .large_blob = Bytes{1},
                                          .large_blob_written = std::nullopt,
                                          .cred_blob = Bytes{2}}};
    const auto outputs =
        object_of(answer(sign_in, AnswerForm::kL3)).at("clientExtensionResults").as_object();
    CHECK(names_of(outputs) == std::set<std::string>{"prf", "largeBlob", "getCredBlob"});
    CHECK(outputs.at("largeBlob").at("blob").as_string() == "AQ");
    CHECK(outputs.at("getCredBlob").as_string() == "Ag");
  }

  TEST_CASE("what a form has no room for is refused before a key is asked") {
    const auto fits =
        [](webauthn::CreationOptions options, AnswerForm form, const AnswerNames& names) {
          return narrow(std::move(options), form, names).has_value();
        };
    const auto options = registration().options;
    CHECK_FALSE(fits(options, AnswerForm::kGraph, {}));
    CHECK(fits(options, AnswerForm::kGraph, {.key = std::string(30, 'x')}));
    CHECK_FALSE(fits(options, AnswerForm::kGraph, {.key = std::string(31, 'x')}));
    CHECK(fits(options, AnswerForm::kPamU2f, {}));
    CHECK_FALSE(fits(options, AnswerForm::kPamU2f, {.user = "lee osei"}));
    CHECK_FALSE(fits(options, AnswerForm::kSshNote, {}));
    auto resident = options;
    resident.resident_key = webauthn::ResidentKeyRequirement::kRequired;
    resident.algorithms = {webauthn::Algorithm::kRs256, webauthn::Algorithm::kEs256};
    CHECK(narrow(resident, AnswerForm::kSshNote, {}).value().algorithms ==
          std::vector{webauthn::Algorithm::kEs256});
    CHECK(narrow(resident, AnswerForm::kPamU2f, {}).value().algorithms.size() == 2);
  }

  TEST_CASE("a model's name is cut to the thirty characters of Graph, not in a character") {
    const std::string umlauts = "ÄÖÜ";
    CHECK(key_name_of("Software key") == "Software key");
    CHECK(key_name_of(std::string(27, 'x') + umlauts) == std::string(27, 'x') + umlauts);
    CHECK(key_name_of(std::string(28, 'x') + umlauts) == std::string(28, 'x') + "ÄÖ");
    CHECK(key_name_of(std::string(30, 'x') + umlauts) == std::string(30, 'x'));
  }

  TEST_CASE("FreeIPA's mapping has a user id where the key finds its credential by itself") {
    auto made = registration();
    const auto line = text_of(answer(made, AnswerForm::kIpa, {}));
    CHECK(line.starts_with("passkey:" + firstkey::core::to_base64(made.response.id) + ","));
    // The beginning of every P-256 SubjectPublicKeyInfo.
    CHECK(line.find(",MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE") != std::string::npos);
    made.is_discoverable = true;
    CHECK(text_of(answer(made, AnswerForm::kIpa, {})) == line + ",AQI=");
  }

  TEST_CASE("pam_u2f's line names its algorithm and what a sign-in takes") {
    auto made = registration();
    const auto id = firstkey::core::to_base64(made.response.id);
    const auto line = text_of(answer(made, AnswerForm::kPamU2f, {}));
    CHECK(line.starts_with("lee:" + id + ","));
    CHECK(line.ends_with("==,es256,+presence"));  // 64 bytes: x and y
    made.options.user_verification = webauthn::UserVerificationRequirement::kRequired;
    CHECK(text_of(answer(made, AnswerForm::kPamU2f, {.user = "kim"})).ends_with(",+presence+pin"));
    CHECK(pam_u2f_line(registration("packed-eddsa"), "lee")->ends_with(",eddsa,+presence"));
    // Of RSA it knows 2048 bits, and this one has more.
    CHECK_FALSE(pam_u2f_line(registration("packed-rs256"), "lee"));
    CHECK_FALSE(pam_u2f_line(registration("packed-es384"), "lee"));
  }

  TEST_CASE("a user name that would break a line of pam_u2f is refused") {
    for (const char* user : {"", "a:b", "a,b", "a b", "a\nb", "a\x7F"}) {
      CAPTURE(user);
      CHECK(refusal(user) == "form_unsuitable");
    }
    CHECK(refusal("lee.osei-2").empty());
  }

  TEST_CASE("OpenSSH's note holds its public key, and no line of the relying party's") {
    auto made = registration("packed-eddsa");
    made.options.rp.id = "ssh:";
    const auto note = ssh_note(made).value();
    CHECK(note.find("\nsk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t") !=
          std::string::npos);
    CHECK(note.find(" lee\n") != std::string::npos);
    CHECK(note.ends_with("\nssh-keygen -K"));
    made.options.user.name = "lee\nssh-ed25519 AAAA";
    CHECK(ssh_note(made)->find("ssh-ed25519 AAAA\n") == std::string::npos);
    CHECK(
        ssh_note(registration())->find("sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNo") !=
        std::string::npos);
    CHECK_FALSE(ssh_note(registration("packed-rs256")));
  }
}
