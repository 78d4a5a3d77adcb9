// FIDO's own BLOB of November 2021 with the root of its signer, as published.

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "core/aaguid.h"
#include "core/webauthn/base64url.h"
#include "core/webauthn/metadata_blob.h"
#include "core/webauthn/metadata_service.h"

using firstkey::core::aaguid_from_text;
using firstkey::core::Bytes;
using firstkey::core::from_hex;
using firstkey::core::from_rfc3339;
using firstkey::core::Instant;
using firstkey::core::webauthn::AuthenticatorStatus;
using firstkey::core::webauthn::Certificate;
using firstkey::core::webauthn::certification_at;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::decode_base64;
using firstkey::core::webauthn::MetadataAnchors;
using firstkey::core::webauthn::MetadataEntry;
using firstkey::core::webauthn::MetadataService;
using firstkey::core::webauthn::open_metadata_blob;

namespace {

constexpr std::string_view kFolder = FIRSTKEY_SOURCE_DIR "/tests/vectors/";

std::string read_vector(const std::string& name) {
  std::ifstream file(std::string(kFolder) + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string& blob() {
  static const auto kBlob = read_vector("fido-mds-2021-no9.jwt");
  return kBlob;
}

const MetadataAnchors& anchors() {
  static const MetadataAnchors kAnchors{.roots = {firstkey::core::to_bytes(firstkey::core::as_bytes(
                                            read_vector("globalsign-root-r3.der")))}};
  return kAnchors;
}

/// Within the life of its certificates, 2021-04-12 to 2022-05-14.
const Instant kThen = from_rfc3339("2021-11-20T12:00:00Z").value();

const MetadataService& service() {
  static const auto kService = MetadataService::verify(blob(), anchors(), kThen);
  return kService.value();
}

const MetadataEntry& entry(const char* aaguid) {
  const auto* found = service().find(aaguid_from_text(aaguid).value());
  REQUIRE(found != nullptr);
  return *found;
}

std::optional<Code> refusal(std::string_view text, Instant now = kThen) {
  const auto payload = open_metadata_blob(text, anchors(), now);
  if (payload) return std::nullopt;
  return payload.error().code;
}

/// Every `stride`th symbol from `from` on is changed in turn; how many of these were not refused.
std::size_t unnoticed_changes(std::size_t from, std::size_t end, std::size_t stride) {
  std::size_t unnoticed = 0;
  auto text = blob();
  for (auto at = from; at < end; at += stride) {
    const char good = text[at];
    text[at] = good == 'A' ? 'B' : 'A';
    if (!refusal(text)) ++unnoticed;
    text[at] = good;
  }
  return unnoticed;
}

}  // namespace

TEST_SUITE("conformance/fido_metadata") {
  TEST_CASE("the published BLOB verifies to the root it was published with") {
    const auto verified = MetadataService::verify(blob(), anchors(), kThen);
    REQUIRE_MESSAGE(verified, (verified ? std::string() : verified.error().detail));
    CHECK(verified->number() == 9);
    CHECK(verified->next_update() == from_rfc3339("2021-12-01T00:00:00Z"));
    CHECK(verified->entries().size() == 81);  // 46 by AAGUID, 35 of U2F; 17 of UAF are left out
  }

  TEST_CASE("it verifies as long as its signer's certificate lives and no longer") {
    const auto at = [](const char* time) { return refusal(blob(), from_rfc3339(time).value()); };
    CHECK(at("2021-04-12T19:57:23Z") == Code::kMetadataSignerNotTrusted);
    CHECK_FALSE(at("2021-04-12T19:57:24Z"));
    CHECK_FALSE(at("2022-05-14T19:57:23Z"));
    CHECK(at("2022-05-14T19:57:25Z") == Code::kMetadataSignerNotTrusted);
  }

  TEST_CASE("it is out of date once its grace is over, and old beside itself") {
    const auto end = from_rfc3339("2021-12-02T00:00:00Z").value() + std::chrono::days(30);
    CHECK(service().check_up_to_date(end - std::chrono::microseconds(1), std::chrono::days(30)));
    CHECK_FALSE(service().check_up_to_date(end, std::chrono::days(30)));
    CHECK(service().check_newer_than(8));
    CHECK_FALSE(service().check_newer_than(9));
  }

  TEST_CASE("every root in it reads, those with lines in them too") {
    std::size_t roots = 0;
    for (const auto& one : service().entries()) {
      CAPTURE(one.description);
      CHECK(one.unreadable_roots == 0);
      roots += one.roots.size();
    }
    CHECK(roots == 155);
  }

  TEST_CASE("a key is found by its AAGUID, with its name, its roots and its certificate") {
    const auto& yubikey = entry("fa2b99dc-9e39-4257-8f92-4a30d23c4118");
    CHECK(yubikey.description == "YubiKey 5 Series with NFC");
    CHECK(yubikey.authenticator_version == 50100);
    CHECK_FALSE(yubikey.roots.empty());
    CHECK(certification_at(yubikey, kThen) == AuthenticatorStatus::kFidoCertifiedL1);
    CHECK_FALSE(certification_at(yubikey, from_rfc3339("2020-05-11T23:59:59Z").value()));
    CHECK(service().find(Bytes(16, 0)) == nullptr);
  }

  TEST_CASE("reports that are not in the order of their days are read by their days") {
    const auto& idem = entry("3b1adb99-0dfe-46fd-90b8-7f7614a4de2a");
    CHECK(certification_at(idem, kThen) == AuthenticatorStatus::kFidoCertifiedL2);
    CHECK(certification_at(idem, from_rfc3339("2021-03-04T23:59:59Z").value()) ==
          AuthenticatorStatus::kFidoCertifiedL1);
  }

  TEST_CASE("a U2F key is found by its key identifier") {
    const auto id = from_hex("bf7bcaa0d0c6187a8c6abbdd16a15640e7c7bde2").value();
    const auto* found = service().find(id);
    REQUIRE(found != nullptr);
    CHECK(found->description == "YubiKey 5Ci");
    CHECK(found->aaguid.empty());
  }

  TEST_CASE("an attestation leaf that is listed itself leads to its entry") {
    const auto& cryptnox = entry("9c835346-796b-4c27-8898-d6032f515cc5");
    std::vector<Certificate> path;
    path.push_back(std::move(Certificate::parse(cryptnox.roots.front()).value()));
    CHECK(service().roots_of(cryptnox).find_root(path, kThen));
    const auto& other = entry("fa2b99dc-9e39-4257-8f92-4a30d23c4118");
    CHECK_FALSE(service().roots_of(other).find_root(path, kThen));
  }

  TEST_CASE("no entry of it condemns its keys") {
    for (const auto& one : service().entries()) {
      CHECK(service().check_status(one, {}, {}, kThen));
    }
  }

  TEST_CASE("every change of header and signature, and changes all over the payload, are refused") {
    const auto first = blob().find('.');
    const auto second = blob().rfind('.');
    CHECK(unnoticed_changes(0, first, 1) == 0);
    CHECK(unnoticed_changes(first + 1, second, 9973) == 0);  // a prime: every place in a group of 4
    CHECK(unnoticed_changes(second - 16, second, 1) == 0);
    CHECK(unnoticed_changes(second + 1, blob().size(), 1) == 0);
  }

  TEST_CASE("cut or longer it is refused, and without the root it leads nowhere") {
    CHECK(refusal(std::string_view(blob()).substr(0, blob().size() - 1)));
    CHECK(refusal(blob() + "A"));
    CHECK(open_metadata_blob(blob(), {}, kThen).error().code == Code::kMetadataSignerNotTrusted);
  }
}
