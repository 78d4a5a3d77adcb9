#include "core/webauthn/metadata_blob.h"

#include <doctest/doctest.h>

#include "tests/support/made_metadata.h"

using firstkey::core::Bytes;
using firstkey::core::to_string;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::kMaxMetadataBlob;
using firstkey::core::webauthn::open_metadata_blob;
using firstkey::core::webauthn::payload_of_stored_blob;
using firstkey::tests::KeyKind;
using firstkey::tests::kMetadataTime;
using firstkey::tests::metadata_signer;
using firstkey::tests::MetadataSigner;
using firstkey::tests::PayloadShape;

namespace {

const std::string kPayload = R"({"no":1})";

std::optional<Code> refusal(const std::string& blob,
                            const MetadataSigner& signer = metadata_signer()) {
  const auto payload = open_metadata_blob(blob, signer.anchors(), kMetadataTime);
  if (payload) return std::nullopt;
  return payload.error().code;
}

/// Refusal of a BLOB whose header has `value` under `name`; null takes the member away.
std::optional<Code> with_header(const char* name, const boost::json::value& value) {
  auto header = metadata_signer().header();
  if (value.is_null()) {
    header.erase(name);
  } else {
    header[name] = value;
  }
  return refusal(metadata_signer().sign(header, kPayload));
}

}  // namespace

TEST_SUITE("core/webauthn/metadata_blob") {
  TEST_CASE("a signed BLOB yields its payload") {
    for (const auto key : {KeyKind::kP256, KeyKind::kRsa2048}) {
      const MetadataSigner signer("DNS:mds.fidoalliance.org", key);
      const auto blob = signer.sign(signer.header(), kPayload);
      const auto payload = open_metadata_blob(blob, signer.anchors(), kMetadataTime);
      REQUIRE(payload);
      CHECK(to_string(payload.value()) == kPayload);
      CHECK(payload_of_stored_blob(blob).value() == payload.value());
    }
  }

  TEST_CASE("every byte of the whole counts") {
    for (const auto key : {KeyKind::kP256, KeyKind::kRsa2048}) {
      const MetadataSigner signer("DNS:mds.fidoalliance.org", key);
      const auto blob = signer.sign(signer.header(), kPayload);
      for (std::size_t i = 0; i < blob.size(); ++i) {
        CAPTURE(i);
        auto changed = blob;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        REQUIRE(refusal(changed, signer));
      }
    }
  }

  TEST_CASE("other than three parts are no BLOB") {
    const auto blob = metadata_signer().blob();
    const auto header = blob.substr(0, blob.find('.'));
    for (const auto& text : {std::string(),
                             header,
                             std::string(".."),
                             "." + blob,
                             blob + ".",
                             blob + "=",
                             blob + "\n",
                             " " + blob}) {
      CAPTURE(text.size());
      CHECK(refusal(text));
    }
    CHECK(refusal("a.b") == Code::kMetadataMalformed);
    CHECK(refusal("a.b.c.d") == Code::kMetadataMalformed);
    CHECK(payload_of_stored_blob("a.b").error().code == Code::kMetadataMalformed);
    CHECK(payload_of_stored_blob("a.b=.c").error().code == Code::kMetadataMalformed);
  }

  TEST_CASE("a BLOB above the bound is not looked into") {
    const std::string blob(kMaxMetadataBlob + 1, '.');
    CHECK(refusal(blob) == Code::kMetadataMalformed);
  }

  TEST_CASE("algorithms but RS256 and ES256 are refused, none above all") {
    for (const auto* name : {"none", "HS256", "RS512", "PS256", "ES384", "es256", ""}) {
      CAPTURE(name);
      CHECK(with_header("alg", name) == Code::kMetadataAlgorithmUnsupported);
    }
    CHECK(with_header("alg", nullptr) == Code::kMetadataMalformed);
    CHECK(with_header("alg", 5) == Code::kMetadataMalformed);
  }

  TEST_CASE("the algorithm is the key's own") {
    CHECK(with_header("alg", "RS256") == Code::kMetadataSignatureInvalid);
    const MetadataSigner rsa("DNS:mds.fidoalliance.org", KeyKind::kRsa2048);
    auto header = rsa.header();
    header["alg"] = "ES256";
    CHECK(refusal(rsa.sign(header, kPayload), rsa) == Code::kMetadataSignatureInvalid);
    const MetadataSigner foreign("DNS:mds.fidoalliance.org", KeyKind::kSecp256k1);
    CHECK(refusal(foreign.sign(foreign.header(), kPayload), foreign) ==
          Code::kMetadataSignatureInvalid);
  }

  TEST_CASE("the signer's certificates come in the header, one to eight of them") {
    const boost::json::value leaf(firstkey::tests::to_base64(metadata_signer().leaf.der));
    CHECK(with_header("x5c", nullptr) == Code::kMetadataMalformed);
    CHECK(with_header("x5c", boost::json::array()) == Code::kMetadataMalformed);
    CHECK(with_header("x5c", leaf) == Code::kMetadataMalformed);
    CHECK(with_header("x5c", boost::json::array{"AAAA"}) == Code::kMetadataMalformed);
    CHECK(with_header("x5c", boost::json::array{"A-_A"}) == Code::kMetadataMalformed);
    boost::json::array many(8, leaf);
    CHECK(with_header("x5c", many) == Code::kMetadataSignerNotTrusted);
    many.emplace_back(leaf);
    CHECK(with_header("x5c", many) == Code::kMetadataMalformed);
  }

  TEST_CASE("where certificates could be fetched does not matter") {
    CHECK_FALSE(with_header("x5u", "https://mds.fidoalliance.org/chain"));
  }

  TEST_CASE("what is critical would have to be understood") {
    CHECK(with_header("crit", boost::json::array{"b64"}) == Code::kMetadataMalformed);
  }

  TEST_CASE("a header that is no strict JSON is refused") {
    const auto& signer = metadata_signer();
    const auto blob = signer.blob();
    const auto rest = blob.substr(blob.find('.'));
    for (const auto* text : {"", "[]", "{", R"({"alg":"ES256","alg":"RS256"})"}) {
      CAPTURE(text);
      const auto header = firstkey::core::to_base64url(firstkey::core::as_bytes(text));
      CHECK(refusal(header + rest) == Code::kMetadataMalformed);
    }
  }

  TEST_CASE("a BLOB signed by another key of the same names is refused") {
    const MetadataSigner other;
    auto header = other.header();
    header["x5c"] = metadata_signer().header().at("x5c");
    CHECK(refusal(other.sign(header, kPayload)) == Code::kMetadataSignatureInvalid);
  }
}
