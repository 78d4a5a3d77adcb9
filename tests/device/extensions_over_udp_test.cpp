// What a key keeps or computes for a relying party beside a signature, with the real software key.

#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "device/secret_bytes.h"
#include "tests/device/open_softkey.h"

using firstkey::device::AssertionRequest;
using firstkey::device::Bytes;
using firstkey::device::CredentialRequest;
using firstkey::device::CredentialResponse;
using firstkey::device::HmacSalts;
using firstkey::device::LargeBlobAct;
using firstkey::device::SecretBytes;
using firstkey::device::Sha256;
using firstkey::tests::kPlenty;
using firstkey::tests::OpenSoftkey;
using firstkey::tests::pin;
using firstkey::tests::registration;

namespace {

constexpr HmacSalts kSalts{.first = {1}, .second = Sha256{2}};

/// A request for everything there is.
CredentialRequest everything() {
  auto request = registration();
  request.is_resident_key_wanted = true;
  request.is_hmac_secret_wanted = true;
  request.is_min_pin_length_wanted = true;
  request.is_large_blob_key_wanted = true;
  request.blob = Bytes{1, 2, 3};
  return request;
}

AssertionRequest sign_in(const CredentialResponse& made) {
  return {.client_data_hash = {3, 2, 1},
          .rp_id = "example.org",
          .allowed_credentials = {made.credential_id}};
}

CredentialResponse made_by(OpenSoftkey& key, const CredentialRequest& request) {
  auto made = key->make_credential(request, nullptr, kPlenty);
  REQUIRE_MESSAGE(made.has_value(), made.error().detail);
  return std::move(made.value());
}

/// Of a length and a disorder that libfido2 1.12 can write.
Bytes blob_to_write() {
  Bytes blob(300);
  for (std::size_t i = 0; i < blob.size(); ++i) blob[i] = static_cast<std::uint8_t>(i * i);
  return blob;
}

Bytes bytes_of(const std::shared_ptr<const SecretBytes>& secret) {
  REQUIRE(secret != nullptr);
  return {secret->expose().begin(), secret->expose().end()};
}

}  // namespace

TEST_SUITE("device/extensions_over_udp") {
  TEST_CASE("a small blob is stored with a credential and comes back") {
    OpenSoftkey key;
    const auto made = made_by(key, everything());
    auto request = sign_in(made);
    CHECK_FALSE(key->get_assertion(request, nullptr, kPlenty).value().blob);
    request.is_blob_wanted = true;
    CHECK(key->get_assertion(request, nullptr, kPlenty).value().blob == Bytes{1, 2, 3});
  }

  TEST_CASE("a blob is as long as the key says, or is not sent") {
    OpenSoftkey key;
    const auto most = key->facts().max_blob_length;
    CHECK(most == 32);
    auto request = everything();
    const auto kept = [&](std::size_t size) {
      request.blob = Bytes(size, 7);
      auto asked = sign_in(made_by(key, request));
      asked.is_blob_wanted = true;
      return key->get_assertion(asked, nullptr, kPlenty).value().blob.value_or(Bytes()).size();
    };
    CHECK(kept(most - 1) == most - 1);
    CHECK(kept(most) == most);
    CHECK(kept(most + 1) == 0);
  }

  TEST_CASE("a large blob is written with the PIN, and read by anybody") {
    OpenSoftkey key;
    REQUIRE(key->set_pin(pin("2468"), kPlenty).has_value());
    const auto secret = pin("2468");
    const auto made = key->make_credential(everything(), &secret, kPlenty).value();
    CHECK(made.has_large_blob_key);
    const auto with = [&](LargeBlobAct act, const firstkey::device::Pin* given) {
      auto request = sign_in(made);
      request.large_blob_act = act;
      if (act == LargeBlobAct::kWrite) request.large_blob = blob_to_write();
      return key->get_assertion(request, given, kPlenty).value();
    };
    CHECK_FALSE(with(LargeBlobAct::kRead, nullptr).large_blob);
    CHECK_FALSE(with(LargeBlobAct::kWrite, nullptr).is_large_blob_written);
    CHECK(with(LargeBlobAct::kWrite, &secret).is_large_blob_written);
    CHECK(with(LargeBlobAct::kRead, nullptr).large_blob == blob_to_write());
    CHECK_FALSE(with(LargeBlobAct::kNone, nullptr).large_blob);
  }

  TEST_CASE("the key of a large blob is made for accounts only") {
    OpenSoftkey key;
    auto request = everything();
    CHECK(made_by(key, request).has_large_blob_key);
    request.is_resident_key_wanted = false;
    CHECK_FALSE(made_by(key, request).has_large_blob_key);
  }

  TEST_CASE("what is evaluated at creation is what the credential gives ever after") {
    OpenSoftkey key;
    auto request = everything();
    CHECK(made_by(key, request).hmac_secret == nullptr);
    request.hmac_salts = kSalts;
    const auto made = made_by(key, request);
    const auto both = bytes_of(made.hmac_secret);
    CHECK(both.size() == 64);
    auto asked = sign_in(made);
    asked.hmac_salts = kSalts;
    CHECK(bytes_of(key->get_assertion(asked, nullptr, kPlenty).value().hmac_secret) == both);
    asked.hmac_salts->second.reset();
    CHECK(bytes_of(key->get_assertion(asked, nullptr, kPlenty).value().hmac_secret) ==
          Bytes(both.begin(), both.begin() + 32));
  }

  TEST_CASE("a user who is verified at creation has the secret of verified users") {
    OpenSoftkey key;
    REQUIRE(key->set_pin(pin("2468"), kPlenty).has_value());
    const auto secret = pin("2468");
    auto request = everything();
    request.hmac_salts = HmacSalts{.first = {1}};
    const auto made = key->make_credential(request, &secret, kPlenty).value();
    auto asked = sign_in(made);
    asked.hmac_salts = request.hmac_salts;
    CHECK(bytes_of(key->get_assertion(asked, &secret, kPlenty).value().hmac_secret) ==
          bytes_of(made.hmac_secret));
    CHECK(bytes_of(key->get_assertion(asked, nullptr, kPlenty).value().hmac_secret) !=
          bytes_of(made.hmac_secret));
  }

  TEST_CASE("a key that knows none of it is asked for none of it") {
    OpenSoftkey key("--preview");
    auto request = everything();
    request.hmac_salts = kSalts;
    const auto made = made_by(key, request);
    CHECK_FALSE(made.has_large_blob_key);
    CHECK(made.hmac_secret == nullptr);
    auto asked = sign_in(made);
    asked.hmac_salts = kSalts;
    asked.is_blob_wanted = true;
    asked.large_blob_act = LargeBlobAct::kRead;
    const auto given = key->get_assertion(asked, nullptr, kPlenty).value();
    CHECK(bytes_of(given.hmac_secret).size() == 64);
    CHECK_FALSE(given.blob);
    CHECK_FALSE(given.large_blob);
  }

  TEST_CASE("the minimum PIN length is told to who the key was told to tell it") {
    OpenSoftkey key;
    REQUIRE(key->set_pin(pin("2468"), kPlenty).has_value());
    const auto secret = pin("2468");
    const auto length = [&] {
      return key->make_credential(everything(), &secret, kPlenty).value().authenticator_data.size();
    };
    const auto untold = length();
    REQUIRE(key.configuration().share_min_pin_length({"example.org"}, &secret, kPlenty));
    CHECK(length() == untold + sizeof("minPinLength") + 1);  // its name's head, and the number
  }
}
