#include "enroll/party/party_ceremony.h"

#include <functional>

#include <doctest/doctest.h>

#include "core/webauthn/client_data.h"
#include "tests/support/fake_authenticator.h"
#include "tests/support/made_ceremony.h"

using namespace firstkey::enroll;
namespace webauthn = firstkey::core::webauthn;
namespace device = firstkey::device;
using device::Option;
using firstkey::core::Bytes;
using firstkey::tests::AuthenticatorDataShape;
using firstkey::tests::CredentialKey;
using firstkey::tests::fido2_facts;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const firstkey::core::Instant kNow{std::chrono::hours(24 * 365 * 56)};

PartyCreation creation() {
  return {.form = PartyForm::kL3,
          .options = {.rp = {.id = "example.org", .name = "Example"},
                      .user = {.id = {1}, .name = "lee", .display_name = "Lee"},
                      .challenge = {2},
                      .algorithms = {webauthn::Algorithm::kEs256}}};
}

PartyRequest request() {
  return {.form = PartyForm::kL3,
          .options = {.challenge = {2},
                      .rp_id = "example.org",
                      .allow_credentials = {{.id = {9}}, {.id = {8}}}}};
}

PartyScene at(const std::string& origin) {
  return {.origin = Origin::parse(origin).value(), .now = kNow};
}

PartyErrorCode refusal(PartyCreation made, const PartyScene& scene) {
  const auto placed = place(std::move(made), scene);
  REQUIRE_FALSE(placed);
  return placed.error().code;
}

/// What a key would answer, with the extensions in `cbor`.
device::CredentialResponse made(const Bytes& cbor = {}) {
  const CredentialKey key;
  AuthenticatorDataShape data;
  data.public_key = key.cose();
  data.extensions = cbor;
  if (!cbor.empty()) data.flags |= firstkey::tests::kEd;
  return {.format = "packed",
          .authenticator_data = data.encode(),
          .attestation_statement = {0xA0},
          .credential_id = data.credential_id,
          .algorithm = device::kEs256,
          .transports = {"usb"}};
}

PartyRegistration finished(const PartyCreation& wish, const device::CredentialResponse& response) {
  const auto challenge = place(wish, {.now = kNow}).value();
  auto facts = fido2_facts();
  return finish(challenge, credential_request(challenge, facts), response).value();
}

}  // namespace

TEST_SUITE("enroll/party/party_ceremony") {
  TEST_CASE("a ceremony is at the relying party's domain, or at a page that may act for it") {
    CHECK(place(creation(), {.now = kNow}).value().origin == "https://example.org");
    const auto login = place(creation(), at("https://login.example.org")).value();
    CHECK(login.origin == "https://login.example.org");
    CHECK(login.options.rp.id == "example.org");
    CHECK(refusal(creation(), at("https://example.com")) == PartyErrorCode::kRpIdNotAllowed);
    CHECK(place(request(), {.now = kNow}).value().origin == "https://example.org");
    CHECK_FALSE(place(request(), at("https://example.com")));
  }

  TEST_CASE("a relying party that the options do not name is the page's own") {
    auto nameless = creation();
    nameless.options.rp.id.clear();
    CHECK(place(nameless, at("https://rain.okta.com")).value().options.rp.id == "rain.okta.com");
    CHECK(refusal(nameless, {.now = kNow}) == PartyErrorCode::kOriginInvalid);
  }

  TEST_CASE("options are held to their own time") {
    auto limited = creation();
    for (const auto& [left, is_over] :
         {std::pair(seconds(1), false), {seconds(0), true}, {seconds(-1), true}}) {
      limited.expires_at = kNow + left;
      CHECK(place(limited, {.now = kNow}).has_value() != is_over);
    }
    CHECK(refusal(limited, {.now = kNow}) == PartyErrorCode::kChallengeExpired);
    limited.expires_at = kNow + seconds(1);
    CHECK(place(limited, {.now = kNow}).value().expires_at == kNow + seconds(1));
  }

  TEST_CASE("a timeout beyond the standard's range is brought into it") {
    const auto lasts = [](std::optional<std::chrono::milliseconds> timeout) {
      auto wish = creation();
      wish.options.timeout = timeout;
      return place(wish, {.now = kNow}).value().expires_at - kNow;
    };
    CHECK(lasts(std::nullopt) == minutes(5));
    CHECK(lasts(seconds(1)) == minutes(5));
    CHECK(lasts(minutes(7)) == minutes(7));
    CHECK(lasts(minutes(11)) == minutes(10));
  }

  TEST_CASE("OpenSSH's and pam_u2f's own relying parties are for them alone") {
    auto ssh = creation();
    ssh.options.rp.id = "ssh:";
    CHECK(refusal(ssh, {.now = kNow}) == PartyErrorCode::kRpIdNotAllowed);
    CHECK(place(ssh, {.form = AnswerForm::kSshNote, .now = kNow}).has_value());
    auto scene = at("https://example.org");
    scene.form = AnswerForm::kSshNote;
    CHECK(refusal(ssh, scene) == PartyErrorCode::kOriginInvalid);
    CHECK(refusal(creation(), {.form = AnswerForm::kSshNote, .now = kNow}) ==
          PartyErrorCode::kFormUnsuitable);
    auto pam = creation();
    pam.options.rp.id = "pam://desk";
    CHECK(refusal(pam, {.now = kNow}) == PartyErrorCode::kRpIdNotAllowed);
    CHECK(place(pam, {.form = AnswerForm::kPamU2f, .now = kNow}).has_value());
    CHECK(place(creation(), {.form = AnswerForm::kPamU2f, .now = kNow}).has_value());
  }

  TEST_CASE("a key that cannot do what is demanded is told before it is touched") {
    const auto fits = [](const PartyCreation& wish, const device::AuthenticatorFacts& facts) {
      return check_key(wish.options, facts).has_value();
    };
    auto facts = fido2_facts();
    CHECK(fits(creation(), facts));
    auto wish = creation();
    wish.options.attachment = webauthn::AuthenticatorAttachment::kPlatform;
    CHECK_FALSE(fits(wish, facts));
    wish = creation();
    wish.options.algorithms = {webauthn::Algorithm::kRs256};
    CHECK_FALSE(fits(wish, facts));
    wish = creation();
    wish.options.extensions.large_blob = webauthn::LargeBlobSupport::kPreferred;
    CHECK(fits(wish, facts));
    wish.options.extensions.large_blob = webauthn::LargeBlobSupport::kRequired;
    CHECK_FALSE(fits(wish, facts));
    facts.extensions.emplace_back("largeBlobKey");
    CHECK(fits(wish, facts));
    wish = creation();
    wish.options.extensions.credential_protection =
        webauthn::CredentialProtection::kUserVerificationRequired;
    facts.extensions.clear();
    CHECK(fits(wish, facts));
    wish.options.extensions.enforce_credential_protection = true;
    CHECK_FALSE(fits(wish, facts));
  }

  TEST_CASE("a key that speaks U2F only does for what U2F can do") {
    device::AuthenticatorFacts facts{.is_fido2 = false, .algorithms = {device::kEs256}};
    CHECK(check_key(creation().options, facts).has_value());
    const auto refuses = [&](const std::function<void(webauthn::CreationOptions&)>& demand) {
      auto options = creation().options;
      demand(options);
      return !check_key(options, facts).has_value();
    };
    using webauthn::ResidentKeyRequirement;
    using webauthn::UserVerificationRequirement;
    CHECK(refuses([](auto& o) { o.resident_key = ResidentKeyRequirement::kRequired; }));
    CHECK(refuses([](auto& o) { o.user_verification = UserVerificationRequirement::kRequired; }));
    CHECK(refuses([](auto& o) { o.algorithms = {webauthn::Algorithm::kEddsa}; }));
    CHECK(
        refuses([](auto& o) { o.extensions.large_blob = webauthn::LargeBlobSupport::kRequired; }));
    CHECK(refuses([](auto& o) {
      o.extensions.credential_protection =
          webauthn::CredentialProtection::kUserVerificationRequired;
      o.extensions.enforce_credential_protection = true;
    }));
  }

  TEST_CASE("a relying party elsewhere learns which key it is if the key's maker says so") {
    auto wish = creation();
    wish.options.attestation = webauthn::AttestationConveyance::kEnterprise;
    auto challenge = place(wish, {.now = kNow}).value();
    auto facts = fido2_facts();
    CHECK_FALSE(credential_request(challenge, facts).enterprise_attestation);
    facts.options.ep = Option::kTrue;
    using device::EnterpriseAttestation;
    CHECK(credential_request(challenge, facts).enterprise_attestation ==
          EnterpriseAttestation::kVendorFacilitated);
    challenge.options.attestation = webauthn::AttestationConveyance::kDirect;
    CHECK_FALSE(credential_request(challenge, facts).enterprise_attestation);
  }

  TEST_CASE("a key that is protected wants its user unless it says otherwise") {
    const auto challenge = place(creation(), {.now = kNow}).value();
    auto facts = fido2_facts();
    const auto wants = [&](bool is_discoverable) {
      auto asked = credential_request(challenge, facts);
      asked.is_resident_key_wanted = is_discoverable;
      asked.is_user_verification_required = false;
      return verifies_user(asked, facts);
    };
    CHECK_FALSE(wants(true));
    facts.options.client_pin = Option::kTrue;
    CHECK(wants(false));
    facts.options.make_cred_uv_not_rqd = Option::kTrue;
    CHECK_FALSE(wants(false));
    CHECK(wants(true));
    facts.options.always_uv = Option::kTrue;
    CHECK(wants(false));
  }

  TEST_CASE("what extensions came to is told where they were asked for") {
    // {"credBlob": true, "hmac-secret": true}
    const Bytes cbor{0xA2, 0x68, 'c', 'r', 'e', 'd', 'B', 'l', 'o', 'b', 0xF5, 0x6B,
                     'h',  'm',  'a', 'c', '-', 's', 'e', 'c', 'r', 'e', 't',  0xF5};
    CHECK_FALSE(finished(creation(), made(cbor)).outputs.hmac_create_secret);
    auto wish = creation();
    wish.options.extensions = {.hmac_create_secret = true,
                               .prf = webauthn::PrfCreation{},
                               .large_blob = webauthn::LargeBlobSupport::kPreferred,
                               .cred_blob = Bytes{1}};
    const auto yes = finished(wish, made(cbor)).outputs;
    CHECK(yes.hmac_create_secret == true);
    CHECK(yes.prf_enabled == true);
    CHECK(yes.large_blob_supported == false);
    CHECK(yes.cred_blob == true);
    const auto no = finished(wish, made()).outputs;
    CHECK(no.hmac_create_secret == false);
    CHECK(no.prf_enabled == false);
    CHECK(no.cred_blob == false);
  }

  TEST_CASE("without a wish for attestation nobody learns who made the key") {
    CHECK(finished(creation(), made()).response.attestation_object.at(1) == 0x63);
    const auto format = [](webauthn::AttestationConveyance conveyance) {
      auto wish = creation();
      wish.options.attestation = conveyance;
      const auto object = finished(wish, made()).response.attestation_object;
      return std::string(object.begin() + 6, object.begin() + 10);
    };
    CHECK(format(webauthn::AttestationConveyance::kNone) == "none");
    CHECK(format(webauthn::AttestationConveyance::kIndirect) == "pack");
    CHECK(format(webauthn::AttestationConveyance::kDirect) == "pack");
  }

  TEST_CASE("values of a prf are salted as the standard says, each credential's own first") {
    auto wish = request();
    wish.options.extensions.prf = webauthn::PrfRequest{
        .eval = webauthn::PrfValues{.first = {'f', 'o', 'o'}},
        .by_credential = {{Bytes{8}, webauthn::PrfValues{.first = {1}, .second = Bytes{2}}}}};
    const auto challenge = place(wish, {.now = kNow}).value();
    CHECK(needs_look(challenge.options));
    const auto facts = fido2_facts();
    const auto other = sign_in_request(challenge, Bytes{9}, facts);
    // SHA-256("WebAuthn PRF\0foo"), as Python's hashlib has it.
    CHECK(firstkey::core::to_hex(other.hmac_salts.value().first) ==
          "546348f5f9576108af115d2f72e06418a8b44d314918e329f1f2cc53cd3cb64d");
    CHECK_FALSE(other.hmac_salts->second);
    CHECK(sign_in_request(challenge, Bytes{8}, facts).hmac_salts.value().second.has_value());
    wish.options.allow_credentials = {{.id = {8}}};
    const auto one = place(wish, {.now = kNow}).value();
    CHECK_FALSE(needs_look(one.options));
    CHECK(sign_in_request(one, std::nullopt, facts).hmac_salts.value().second.has_value());
  }

  TEST_CASE("a sign-in is bound to its origin and its challenge") {
    const auto challenge = place(request(), at("https://login.example.org")).value();
    const auto done = finish(challenge, {.credential_id = {9}, .signature = {1}});
    const auto client = webauthn::parse_client_data(done.response.client_data_json).value();
    CHECK(client.type == "webauthn.get");
    CHECK(client.origin == "https://login.example.org");
    CHECK(client.challenge == Bytes{2});
    CHECK_FALSE(done.outputs.has_prf);
  }
}
