#include "core/webauthn_refusals.h"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

using firstkey::core::ErrorCode;
using firstkey::core::refused_assertion;
using firstkey::core::refused_metadata;
using firstkey::core::refused_registration;
using firstkey::core::registration_code;
namespace webauthn = firstkey::core::webauthn;

namespace {

/// Written by hand beside the switch: what another key would, or another statement might, mend.
/// Whatever is not listed is kRegistrationInvalid.
constexpr auto kNotAllowed = std::to_array({webauthn::Code::kBackupEligibleNotAllowed,
                                            webauthn::Code::kAlgorithmUnsupported,
                                            webauthn::Code::kAlgorithmNotAllowed,
                                            webauthn::Code::kAttestationNotTrusted,
                                            webauthn::Code::kAuthenticatorRevoked,
                                            webauthn::Code::kAttestationKeyCompromised,
                                            webauthn::Code::kUserVerificationBypassed,
                                            webauthn::Code::kUserKeyRemotelyCompromised,
                                            webauthn::Code::kUserKeyPhysicallyCompromised});
constexpr std::string_view kStatementNames[] = {"attestation_", "certificate_"};

ErrorCode expected_code(const webauthn::CodeEntry& entry) {
  if (std::ranges::find(kNotAllowed, entry.code) != kNotAllowed.end()) {
    return ErrorCode::kKeyNotAllowed;
  }
  const bool is_about_the_statement = std::ranges::any_of(
      kStatementNames, [&](std::string_view name) { return entry.name.starts_with(name); });
  return is_about_the_statement ? ErrorCode::kAttestationInvalid : ErrorCode::kRegistrationInvalid;
}

}  // namespace

TEST_SUITE("core/webauthn_refusals") {
  TEST_CASE("every code of WebAuthn has its code here") {
    for (const auto& entry : webauthn::all_codes()) {
      CAPTURE(entry.name);
      CHECK(registration_code(entry.code) == expected_code(entry));
    }
  }

  TEST_CASE("of metadata its age is told apart from all else") {
    using enum webauthn::Code;
    const auto code = [](webauthn::Code of) {
      return refused_metadata({.code = of, .detail = {}}).code;
    };
    CHECK(code(kMetadataNotNewer) == ErrorCode::kMetadataNotNewer);
    CHECK(code(kMetadataOutOfDate) == ErrorCode::kMetadataOutOfDate);
    CHECK(code(kMetadataMalformed) == ErrorCode::kMetadataInvalid);
    CHECK(code(kMetadataSignatureInvalid) == ErrorCode::kMetadataInvalid);
  }

  TEST_CASE("of an assertion all codes are one") {
    for (const auto& entry : webauthn::all_codes()) {
      CAPTURE(entry.name);
      CHECK(refused_assertion({.code = entry.code}).code == ErrorCode::kAssertionInvalid);
    }
  }

  TEST_CASE("a refusal names the check and where its rule stands") {
    const auto error = refused_registration(
        {.code = webauthn::Code::kOriginNotAllowed, .detail = "https://evil.org"});
    CHECK(error.detail.starts_with("origin_not_allowed (WebAuthn L3 §7.1 step 9"));
    CHECK(error.detail.ends_with(": https://evil.org"));
  }

  TEST_CASE("what a client sent is quoted up to a bound") {
    const auto shown = [](std::size_t length) {
      const auto error = refused_assertion(
          {.code = webauthn::Code::kSignatureInvalid, .detail = std::string(length, 'x')});
      return std::ranges::count(error.detail, 'x');
    };
    CHECK(shown(199) == 199);
    CHECK(shown(200) == 200);
    CHECK(shown(201) == 200);
  }
}
