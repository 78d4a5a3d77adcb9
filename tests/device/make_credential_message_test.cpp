#include "device/make_credential_message.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "device/cbor_writer.h"

using firstkey::device::AuthenticatorFacts;
using firstkey::device::Bytes;
using firstkey::device::CborWriter;
using firstkey::device::check_request;
using firstkey::device::choose_extensions;
using firstkey::device::CredentialProtection;
using firstkey::device::CredentialRequest;
using firstkey::device::EnterpriseAttestation;
using firstkey::device::ErrorCode;
using firstkey::device::kEs256;
using firstkey::device::Option;
using firstkey::device::read_made_credential;
using firstkey::device::size_without_list;

namespace {

CredentialRequest request() {
  return {.rp_id = "example.org", .user_id = {4, 2}, .user_name = "lee"};
}

/// Authenticator data with the credential id 09 08, and something where a public key would be.
Bytes auth_data() {
  Bytes data(32, 0xAA);
  for (const std::uint8_t byte : Bytes{0x41, 0, 0, 0, 1}) data.push_back(byte);
  data.resize(data.size() + 16, 0x11);
  for (const std::uint8_t byte : Bytes{0, 2, 9, 8, 0xA0}) data.push_back(byte);
  return data;
}

CborWriter answer(std::size_t members, const Bytes& data) {
  CborWriter out;
  out.map(members).integer(1).text("packed").integer(2).bytes(data);
  return out;
}

ErrorCode refusal(Bytes cbor) {
  const auto read = read_made_credential(cbor, kEs256);
  REQUIRE_FALSE(read.has_value());
  return read.error().code;
}

}  // namespace

TEST_SUITE("device/make_credential_message") {
  TEST_CASE("an answer is taken apart, and the statement kept as it was sent") {
    auto out = answer(4, auth_data());
    out.integer(3).map(1).text("alg").integer(-7).integer(4).yes();
    const auto read = read_made_credential(std::move(out).take(), kEs256);
    REQUIRE(read.has_value());
    CHECK(read->format == "packed");
    CHECK(read->authenticator_data == auth_data());
    CHECK(read->attestation_statement == Bytes{0xA1, 0x63, 'a', 'l', 'g', 0x26});
    CHECK(read->credential_id == Bytes{9, 8});
    CHECK(read->algorithm == kEs256);
    CHECK(read->is_enterprise_attested);
  }

  TEST_CASE("without epAtt, or with it false, it is no enterprise attestation") {
    auto silent = answer(3, auth_data());
    silent.integer(3).map(0);
    CHECK_FALSE(read_made_credential(std::move(silent).take(), kEs256)->is_enterprise_attested);
    auto denied = answer(4, auth_data());
    denied.integer(3).map(0).integer(4).encoded(Bytes{0xF4});
    CHECK_FALSE(read_made_credential(std::move(denied).take(), kEs256)->is_enterprise_attested);
  }

  TEST_CASE("an answer that is not what it should be is garbage") {
    CHECK(refusal({}) == ErrorCode::kGarbage);
    CHECK(refusal({0xA0}) == ErrorCode::kGarbage);
    CHECK(refusal(answer(2, auth_data()).take()) == ErrorCode::kGarbage);
    auto no_map = answer(3, auth_data());
    no_map.integer(3).array(0);
    CHECK(refusal(std::move(no_map).take()) == ErrorCode::kGarbage);
    auto no_boolean = answer(4, auth_data());
    no_boolean.integer(3).map(0).integer(4).integer(1);
    CHECK(refusal(std::move(no_boolean).take()) == ErrorCode::kGarbage);
  }

  TEST_CASE("authenticator data without a whole credential are garbage") {
    const auto with = [](const Bytes& data) {
      auto out = answer(3, data);
      out.integer(3).map(0);
      return std::move(out).take();
    };
    REQUIRE(read_made_credential(with(auth_data()), kEs256).has_value());
    auto data = auth_data();
    data[32] = 0x01;  // no attested credential data
    CHECK(refusal(with(data)) == ErrorCode::kGarbage);
    data = auth_data();
    data.pop_back();  // no public key
    CHECK(refusal(with(data)) == ErrorCode::kGarbage);
    data = auth_data();
    data[54] = 0;  // no id
    CHECK(refusal(with(data)) == ErrorCode::kGarbage);
    CHECK(refusal(with(Bytes(36, 0xFF))) == ErrorCode::kGarbage);
  }

  TEST_CASE("a user id is 1 to 64 bytes long") {
    const AuthenticatorFacts facts;
    const auto check = [&](std::size_t size) {
      auto asked = request();
      asked.user_id.assign(size, 1);
      return check_request(asked, facts);
    };
    CHECK(check(0).error().code == ErrorCode::kBadRequest);
    CHECK(check(1).has_value());
    CHECK(check(64).has_value());
    CHECK(check(65).error().code == ErrorCode::kBadRequest);
    auto nobody = request();
    nobody.rp_id.clear();
    CHECK(check_request(nobody, facts).error().code == ErrorCode::kBadRequest);
  }

  TEST_CASE("names are refused from the byte on that the key's messages do not hold") {
    auto asked = request();
    AuthenticatorFacts facts;
    facts.max_message_size = size_without_list(asked) + 100;
    asked.user_name.append(99, 'x');
    CHECK(check_request(asked, facts).has_value());  // its head grew by a byte: just filled
    asked.user_name.append(1, 'x');
    const auto refused = check_request(asked, facts);
    CHECK(refused.error().code == ErrorCode::kTooLarge);
    CHECK(refused.error().detail.find("names") != std::string::npos);
  }

  TEST_CASE("an enterprise attestation is asked only of a key where it is enabled") {
    auto asked = request();
    asked.enterprise_attestation = EnterpriseAttestation::kPlatformManaged;
    AuthenticatorFacts facts;
    CHECK(check_request(asked, facts).error().code == ErrorCode::kUnsupportedOption);
    facts.options.ep = Option::kFalse;
    CHECK(check_request(asked, facts).error().code == ErrorCode::kUnsupportedOption);
    facts.options.ep = Option::kTrue;
    CHECK(check_request(asked, facts).has_value());
  }

  TEST_CASE("extensions that the key lacks are dropped, unless one is to be enforced") {
    auto asked = request();
    asked.is_hmac_secret_wanted = true;
    asked.credential_protection = CredentialProtection::kUvRequired;
    AuthenticatorFacts facts;
    CHECK_FALSE(choose_extensions(asked, facts)->has_hmac_secret);
    CHECK_FALSE(choose_extensions(asked, facts)->protection.has_value());
    asked.is_credential_protection_enforced = true;
    CHECK(choose_extensions(asked, facts).error().code == ErrorCode::kUnsupportedExtension);
    facts.extensions = {"credProtect", "hmac-secret"};
    CHECK(choose_extensions(asked, facts)->has_hmac_secret);
    CHECK(choose_extensions(asked, facts)->protection == CredentialProtection::kUvRequired);
  }

  TEST_CASE("an evaluation at creation takes a key that does it, and hmac-secret beside it") {
    auto asked = request();
    asked.hmac_salts.emplace();
    AuthenticatorFacts facts;
    facts.extensions = {"hmac-secret", "hmac-secret-mc"};
    CHECK_FALSE(choose_extensions(asked, facts)->is_hmac_evaluated);
    asked.is_hmac_secret_wanted = true;
    CHECK(choose_extensions(asked, facts)->is_hmac_evaluated);
    facts.extensions = {"hmac-secret"};
    CHECK_FALSE(choose_extensions(asked, facts)->is_hmac_evaluated);
  }
}
