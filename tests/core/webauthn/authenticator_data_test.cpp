#include "core/webauthn/authenticator_data.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/cbor_items.h"
#include "tests/support/made_ceremony.h"

using firstkey::core::Bytes;
using firstkey::core::from_hex;
using firstkey::core::sha256;
using firstkey::core::webauthn::AuthenticatorData;
using firstkey::core::webauthn::Code;
using firstkey::tests::AuthenticatorDataShape;
using firstkey::tests::kAt;
using firstkey::tests::kBe;
using firstkey::tests::kBs;
using firstkey::tests::kEd;
using firstkey::tests::kUp;
using firstkey::tests::kUv;
namespace cbor = firstkey::tests::cbor;

namespace {

std::optional<Code> refusal(const Bytes& bytes) {
  const auto data = AuthenticatorData::parse(bytes);
  if (data) return std::nullopt;
  return data.error().code;
}

/// Without a credential.
AuthenticatorDataShape plain() {
  AuthenticatorDataShape shape;
  shape.flags = kUp;
  return shape;
}

/// With a credential whose key is any CBOR item: this parser does not look into it.
AuthenticatorDataShape attested() {
  AuthenticatorDataShape shape;
  shape.public_key = cbor::map({{cbor::integer(1), cbor::integer(2)}});
  return shape;
}

AuthenticatorDataShape extended(const Bytes& extensions) {
  auto shape = plain();
  shape.flags |= kEd;
  shape.extensions = extensions;
  return shape;
}

Bytes one(std::string_view key, const Bytes& value) {
  return cbor::map({{cbor::text(key), value}});
}

}  // namespace

TEST_SUITE("core/webauthn/authenticator_data") {
  TEST_CASE("37 bytes are the least, and every shorter length is refused") {
    const auto whole = plain().encode();
    REQUIRE(whole.size() == 37);
    CHECK_FALSE(refusal(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CHECK(refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) ==
            Code::kAuthenticatorDataMalformed);
    }
  }

  TEST_CASE("each flag is read from its own bit") {
    for (unsigned flags = 0; flags < 32; ++flags) {
      auto shape = plain();
      shape.flags = flags;
      const auto bytes = shape.encode();
      const auto data = AuthenticatorData::parse(bytes).value();
      CAPTURE(flags);
      CHECK(data.is_user_present == ((flags & kUp) != 0));
      CHECK(data.is_user_verified == ((flags & kUv) != 0));
      CHECK(data.is_backup_eligible == ((flags & kBe) != 0));
      CHECK(data.is_backed_up == ((flags & kBs) != 0));
      CHECK_FALSE(data.credential);
    }
  }

  TEST_CASE("the hash and the counter are where the standard puts them") {
    auto shape = plain();
    shape.sign_count = 0x01020304;
    const auto bytes = shape.encode();
    const auto data = AuthenticatorData::parse(bytes).value();
    CHECK(std::ranges::equal(data.rp_id_hash, sha256(firstkey::core::as_bytes("example.org"))));
    CHECK(data.sign_count == 0x01020304);
  }

  TEST_CASE("credential data are read when the flag says they are there") {
    const auto shape = attested();
    const auto bytes = shape.encode();
    const auto data = AuthenticatorData::parse(bytes).value();
    REQUIRE(data.credential);
    CHECK(std::ranges::equal(data.credential->aaguid, shape.aaguid));
    CHECK(std::ranges::equal(data.credential->id, shape.credential_id));
    CHECK(std::ranges::equal(data.credential->public_key, shape.public_key));
  }

  TEST_CASE("credential data without their flag, and the flag without them, are refused") {
    auto bytes = attested().encode();
    bytes[32] = kUp;
    CHECK(refusal(bytes) == Code::kAuthenticatorDataMalformed);
    auto bare = plain().encode();
    bare[32] = kUp | kAt;
    CHECK(refusal(bare) == Code::kAuthenticatorDataMalformed);
  }

  TEST_CASE("credential data cut off anywhere are refused") {
    const auto whole = attested().encode();
    for (std::size_t size = 37; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK(refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))));
    }
  }

  TEST_CASE("an empty credential id is refused, one byte is not") {
    auto shape = attested();
    shape.credential_id.clear();
    CHECK(refusal(shape.encode()) == Code::kAuthenticatorDataMalformed);
    shape.credential_id = {0};
    CHECK_FALSE(refusal(shape.encode()));
  }

  TEST_CASE("a credential id longer than the bytes there are is refused") {
    auto bytes = attested().encode();
    bytes[37 + 16] = 0xFF;
    CHECK(refusal(bytes) == Code::kAuthenticatorDataMalformed);
  }

  TEST_CASE("extensions are read when the flag says they are there") {
    const auto bytes = extended(cbor::map({{cbor::text("credProtect"), cbor::integer(3)},
                                           {cbor::text("hmac-secret"), cbor::boolean(true)},
                                           {cbor::text("minPinLength"), cbor::integer(6)}}))
                           .encode();
    const auto outputs = AuthenticatorData::parse(bytes).value().extensions;
    CHECK(outputs.credential_protection == 3);
    CHECK(outputs.hmac_secret == true);
    CHECK(outputs.min_pin_length == 6);
  }

  TEST_CASE("extensions without their flag, and the flag without them, are refused") {
    auto shape = plain();
    shape.extensions = one("credProtect", cbor::integer(2));
    CHECK(refusal(shape.encode()) == Code::kAuthenticatorDataMalformed);
    CHECK(refusal(extended({}).encode()) == Code::kCborTruncated);
  }

  TEST_CASE("an extension output of another type is refused") {
    CHECK(refusal(extended(one("credProtect", cbor::text("3"))).encode()) ==
          Code::kExtensionOutputInvalid);
    CHECK(refusal(extended(one("hmac-secret", {0xF6})).encode()) == Code::kExtensionOutputInvalid);
    CHECK(refusal(extended(one("minPinLength", cbor::boolean(true))).encode()) ==
          Code::kExtensionOutputInvalid);
    CHECK(refusal(extended(cbor::array({})).encode()) == Code::kExtensionOutputInvalid);
  }

  TEST_CASE("an encrypted hmac-secret of an assertion is passed over") {
    const auto bytes = extended(one("hmac-secret", cbor::bytes(Bytes(32, 9)))).encode();
    CHECK_FALSE(AuthenticatorData::parse(bytes).value().extensions.hmac_secret);
  }

  TEST_CASE("an extension nobody here knows is passed over, but must be canonical") {
    CHECK_FALSE(refusal(extended(one("other", cbor::array({cbor::integer(1)}))).encode()));
    CHECK(refusal(extended(one("other", {0x18, 0x01})).encode()) == Code::kCborNotCanonical);
  }

  TEST_CASE("a key of the extensions that is no text is refused") {
    CHECK(refusal(extended(cbor::map({{cbor::integer(1), cbor::integer(1)}})).encode()) ==
          Code::kCborUnexpectedType);
  }

  TEST_CASE("bytes after the end are refused in every combination of the flags") {
    auto shape = attested();
    shape.extensions = one("credProtect", cbor::integer(2));
    shape.flags |= kEd;
    for (auto base : {plain(), attested(), shape}) {
      CHECK_FALSE(refusal(base.encode()));
      base.tail = {0};
      CHECK(refusal(base.encode()) == Code::kAuthenticatorDataMalformed);
    }
  }
}
