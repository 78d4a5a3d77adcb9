#include "core/webauthn/client_data.h"

#include <doctest/doctest.h>

using firstkey::core::as_bytes;
using firstkey::core::Bytes;
using firstkey::core::to_bytes;
using firstkey::core::webauthn::ClientData;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::kMaxClientDataSize;
using firstkey::core::webauthn::parse_client_data;
using firstkey::core::webauthn::serialize;

namespace {

ClientData sample() {
  return {.type = "webauthn.create",
          .challenge = Bytes{1, 2, 3},
          .origin = "https://example.org",
          .is_cross_origin = false,
          .top_origin = std::nullopt};
}

std::optional<Code> refusal(std::string_view json) {
  const auto parsed = parse_client_data(as_bytes(json));
  if (parsed) return std::nullopt;
  return parsed.error().code;
}

constexpr std::string_view kGood =
    R"({"type":"webauthn.get","challenge":"AQID","origin":"https://example.org"})";

/// kGood with `what` replaced by `with`.
std::string changed(std::string_view what, std::string_view with) {
  std::string text(kGood);
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_SUITE("core/webauthn/client_data") {
  TEST_CASE("what is serialised reads back") {
    auto data = sample();
    CHECK(parse_client_data(as_bytes(serialize(data))).value() == data);
    data.is_cross_origin = true;
    data.top_origin = "https://example.com";
    CHECK(parse_client_data(as_bytes(serialize(data))).value() == data);
  }

  TEST_CASE("the serialisation is the standard's, member by member") {
    CHECK(serialize(sample()) ==
          R"({"type":"webauthn.create","challenge":"AQID","origin":"https://example.org",)"
          R"("crossOrigin":false})");
  }

  TEST_CASE("a top origin is written only where another origin embeds ours") {
    auto data = sample();
    data.top_origin = "https://example.com";
    CHECK(serialize(data).find("topOrigin") == std::string::npos);
  }

  TEST_CASE("quotes and control characters in an origin cannot break out of it") {
    auto data = sample();
    data.origin = "https://a\",\"type\":\"webauthn.get\n";
    CHECK(parse_client_data(as_bytes(serialize(data))).value() == data);
  }

  TEST_CASE("a byte order mark is skipped, once and only in front") {
    CHECK_FALSE(refusal("\xEF\xBB\xBF" + std::string(kGood)));
    CHECK(refusal("\xEF\xBB\xBF\xEF\xBB\xBF" + std::string(kGood)) == Code::kJsonMalformed);
    CHECK(refusal(std::string(kGood) + "\xEF\xBB\xBF") == Code::kJsonMalformed);
  }

  TEST_CASE("members nobody here knows are ignored") {
    CHECK_FALSE(refusal(changed("{", R"({"tokenBinding":{"status":"supported"},"x":[1],)")));
  }

  TEST_CASE("cross origin defaults to false") {
    CHECK_FALSE(parse_client_data(as_bytes(kGood)).value().is_cross_origin);
    const auto crossed = changed("{", R"({"crossOrigin":true,)");
    CHECK(parse_client_data(as_bytes(crossed)).value().is_cross_origin);
  }

  TEST_CASE("a missing member is named") {
    for (const auto* member : {R"("type":"webauthn.get",)",
                               R"("challenge":"AQID",)",
                               R"(,"origin":"https://example.org")"}) {
      CAPTURE(member);
      CHECK(refusal(changed(member, "")) == Code::kJsonMemberMissing);
    }
  }

  TEST_CASE("a member of another type is refused") {
    CHECK(refusal(changed(R"("webauthn.get")", "1")) == Code::kJsonMemberInvalid);
    CHECK(refusal(changed(R"("AQID")", "[]")) == Code::kJsonMemberInvalid);
    CHECK(refusal(changed(R"("https://example.org")", "{}")) == Code::kJsonMemberInvalid);
    CHECK(refusal(changed("{", R"({"crossOrigin":"true",)")) == Code::kJsonMemberInvalid);
    CHECK(refusal(changed("{", R"({"topOrigin":1,)")) == Code::kJsonMemberInvalid);
    CHECK(refusal("[]") == Code::kJsonMemberInvalid);
  }

  TEST_CASE("a challenge spelled in another way is refused") {
    CHECK(refusal(changed("AQID", "AQID==")) == Code::kJsonBase64urlInvalid);
    CHECK(refusal(changed("AQID", "AQI_+")) == Code::kJsonBase64urlInvalid);
  }

  TEST_CASE("a member twice is refused: two readers could see two challenges") {
    CHECK(refusal(changed("{", R"({"challenge":"AAAA",)")) == Code::kJsonDuplicateMember);
  }

  TEST_CASE("client data at the largest size are read, one byte more is not") {
    const std::string room(kMaxClientDataSize - kGood.size(), ' ');
    CHECK_FALSE(refusal(std::string(kGood) + room));
    CHECK(refusal(std::string(kGood) + room + " ") == Code::kJsonTooLarge);
  }
}
