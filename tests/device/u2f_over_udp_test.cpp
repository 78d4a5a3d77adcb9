// Keys that speak U2F only, in its own messages: what little of WebAuthn they can do.

#include <utility>

#include <doctest/doctest.h>

#include "tests/device/open_softkey.h"

using namespace std::chrono_literals;
using firstkey::device::AssertionRequest;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::CredentialProtection;
using firstkey::device::ErrorCode;
using firstkey::device::kEdDsa;
using firstkey::device::KeepAlive;
using firstkey::tests::kPlenty;
using firstkey::tests::OpenSoftkey;
using firstkey::tests::registration;

namespace {

AssertionRequest sign_in(std::vector<Bytes> allowed) {
  return {.client_data_hash = {3, 2, 1},
          .rp_id = "example.org",
          .allowed_credentials = std::move(allowed)};
}

ErrorCode refusal(OpenSoftkey& key, const firstkey::device::CredentialRequest& request) {
  const auto made = key->make_credential(request, nullptr, kPlenty);
  REQUIRE_FALSE(made.has_value());
  return made.error().code;
}

}  // namespace

TEST_SUITE("device/u2f_over_udp") {
  TEST_CASE("it makes a credential and signs with it, and the person is told to touch it") {
    OpenSoftkey key("--u2f-only");
    int touches = 0;
    const CallLimits told{.time_left = 20s, .on_keep_alive = [&](KeepAlive said) {
                            touches += said == KeepAlive::kUserPresenceNeeded ? 1 : 0;
                          }};
    const auto made = key->make_credential(registration(), nullptr, told);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK(made->format == "fido-u2f");
    CHECK(made->algorithm == firstkey::device::kEs256);
    const auto signed_in =
        key->get_assertion(sign_in({Bytes(64, 1), made->credential_id}), nullptr, told);
    REQUIRE_MESSAGE(signed_in.has_value(), signed_in.error().detail);
    CHECK(signed_in->credential_id == made->credential_id);
    CHECK(touches == 2);
  }

  TEST_CASE("what U2F cannot do is refused before a touch") {
    OpenSoftkey key("--u2f-only --touch never");
    auto request = registration();
    request.is_resident_key_wanted = true;
    CHECK(refusal(key, request) == ErrorCode::kU2fOnly);
    request = registration();
    request.is_user_verification_required = true;
    CHECK(refusal(key, request) == ErrorCode::kU2fOnly);
    request = registration();
    request.algorithms = {kEdDsa};
    CHECK(refusal(key, request) == ErrorCode::kUnsupportedAlgorithm);
    request = registration();
    request.credential_protection = CredentialProtection::kUvRequired;
    request.is_credential_protection_enforced = true;
    CHECK(refusal(key, request) == ErrorCode::kUnsupportedExtension);
    CHECK(key->get_assertion(sign_in({}), nullptr, kPlenty).error().code ==
          ErrorCode::kNoCredentials);
  }

  TEST_CASE("a credential that is excluded, or none that it knows, is told as that") {
    OpenSoftkey key("--u2f-only");
    auto request = registration();
    const auto made = key->make_credential(request, nullptr, kPlenty).value();
    request.excluded_credentials = {Bytes(64, 1), made.credential_id};
    CHECK(refusal(key, request) == ErrorCode::kCredentialExcluded);
    CHECK(key->get_assertion(sign_in({Bytes(64, 1)}), nullptr, kPlenty).error().code ==
          ErrorCode::kNoCredentials);
  }

  TEST_CASE("a key that nobody touches ends its call in time") {
    OpenSoftkey key("--u2f-only --touch never");
    const CallLimits brief{.time_left = 500ms};
    CHECK(key->make_credential(registration(), nullptr, brief).error().code == ErrorCode::kTimeout);
    std::stop_source enough;
    enough.request_stop();
    const CallLimits stopped{.time_left = 20s, .stop = enough.get_token()};
    CHECK(key->make_credential(registration(), nullptr, stopped).error().code ==
          ErrorCode::kCancelled);
  }
}
