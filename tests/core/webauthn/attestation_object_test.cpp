#include "core/webauthn/attestation_object.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "core/webauthn/statement.h"
#include "tests/support/cbor_items.h"

using firstkey::core::Bytes;
using firstkey::core::webauthn::AttestationObject;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::format_from_string;
using firstkey::core::webauthn::rules_of;
using firstkey::core::webauthn::StatementFormat;
using firstkey::core::webauthn::StatementSigner;
namespace cbor = firstkey::tests::cbor;

namespace {

using Members = std::vector<std::pair<Bytes, Bytes>>;

Members members() {
  return {{cbor::text("fmt"), cbor::text("none")},
          {cbor::text("attStmt"), cbor::map({})},
          {cbor::text("authData"), cbor::bytes(Bytes{1, 2})}};
}

std::optional<Code> refusal(const Bytes& bytes) {
  const auto object = AttestationObject::parse(bytes);
  if (object) return std::nullopt;
  return object.error().code;
}

}  // namespace

TEST_SUITE("core/webauthn/attestation_object") {
  TEST_CASE("its three members are taken apart, none of them copied") {
    const auto bytes = cbor::map(members());
    const auto object = AttestationObject::parse(bytes).value();
    CHECK(object.format == "none");
    CHECK(std::ranges::equal(object.statement, cbor::map({})));
    CHECK(std::ranges::equal(object.authenticator_data, Bytes{1, 2}));
    CHECK(object.authenticator_data.data() > bytes.data());
  }

  TEST_CASE("a member missing, foreign or too many is refused") {
    for (std::size_t i = 0; i < 3; ++i) {
      CAPTURE(i);
      auto fewer = members();
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK(refusal(cbor::map(fewer)) == Code::kAttestationObjectMalformed);
      auto foreign = members();
      foreign[i].first.back() ^= 1U;
      CHECK(refusal(cbor::map(foreign)));
    }
    auto more = members();
    more.emplace_back(cbor::text("zzzzzzzzz"), cbor::integer(0));
    CHECK(refusal(cbor::map(more)) == Code::kAttestationObjectMalformed);
    CHECK(refusal(cbor::map({})) == Code::kAttestationObjectMalformed);
  }

  TEST_CASE("members in another order are refused") {
    auto swapped = members();
    std::swap(swapped[1], swapped[2]);
    CHECK(refusal(cbor::map(swapped)) == Code::kAttestationObjectMalformed);
  }

  TEST_CASE("a member of another type is refused") {
    for (std::size_t i : {std::size_t{0}, std::size_t{2}}) {
      auto wrong = members();
      wrong[i].second = cbor::integer(1);
      CHECK(refusal(cbor::map(wrong)) == Code::kCborUnexpectedType);
    }
  }

  TEST_CASE("a statement within four levels is taken, a deeper one is not") {
    // The object is the first level.
    const auto inner = cbor::array({cbor::array({cbor::integer(0)})});
    auto fits = members();
    fits[1].second = cbor::map({{cbor::text("x"), inner}});
    CHECK_FALSE(refusal(cbor::map(fits)));
    fits[1].second = cbor::map({{cbor::text("x"), cbor::array({inner})}});
    CHECK(refusal(cbor::map(fits)) == Code::kCborTooDeep);
  }

  TEST_CASE("bytes after it are refused") {
    auto bytes = cbor::map(members());
    bytes.push_back(0);
    CHECK(refusal(bytes) == Code::kCborTrailingBytes);
  }

  TEST_CASE("the formats verified are known, three more by name, the rest not") {
    CHECK(format_from_string("none") == StatementFormat::kNone);
    CHECK(format_from_string("packed") == StatementFormat::kPacked);
    CHECK(format_from_string("fido-u2f") == StatementFormat::kFidoU2f);
    CHECK(format_from_string("tpm").error().code == Code::kAttestationTpmUnsupported);
    CHECK(format_from_string("android-key").error().code ==
          Code::kAttestationAndroidKeyUnsupported);
    CHECK(format_from_string("apple").error().code == Code::kAttestationAppleUnsupported);
    for (const char* name : {"", "Packed", "packed ", "android-safetynet", "compound"}) {
      CAPTURE(name);
      CHECK(format_from_string(name).error().code == Code::kAttestationFormatUnknown);
    }
  }

  TEST_CASE("what a format is called in an error is bounded") {
    CHECK(format_from_string(std::string(5000, 'x')).error().detail.size() == 32);
  }

  TEST_CASE("a statement of format none is the empty map and nothing else") {
    const auto read = rules_of(StatementFormat::kNone).read;
    CHECK(read(cbor::map({})).value().signer == StatementSigner::kNobody);
    for (const auto& statement : {cbor::map({{cbor::text("alg"), cbor::integer(-7)}}),
                                  cbor::array({}),
                                  Bytes{},
                                  Bytes{0xA0, 0x00},
                                  Bytes{0xF6}}) {
      CHECK(read(statement).error().code == Code::kAttestationStatementMalformed);
    }
  }
}
