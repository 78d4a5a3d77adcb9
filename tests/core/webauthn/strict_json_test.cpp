#include "core/webauthn/strict_json.h"

#include <doctest/doctest.h>

using firstkey::core::Bytes;
using firstkey::core::webauthn::as_object;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::maybe_array;
using firstkey::core::webauthn::maybe_bool;
using firstkey::core::webauthn::maybe_bytes;
using firstkey::core::webauthn::maybe_integer;
using firstkey::core::webauthn::maybe_object;
using firstkey::core::webauthn::maybe_text;
using firstkey::core::webauthn::maybe_texts;
using firstkey::core::webauthn::need_bytes;
using firstkey::core::webauthn::need_object;
using firstkey::core::webauthn::need_text;
using firstkey::core::webauthn::parse_strict_json;

namespace {

constexpr std::size_t kRoom = 4096;

std::optional<Code> refusal(std::string_view text, std::size_t max_size = kRoom) {
  const auto value = parse_strict_json(text, max_size);
  if (value) return std::nullopt;
  return value.error().code;
}

std::string nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

boost::json::object object(std::string_view text) {
  return parse_strict_json(text, kRoom).value().as_object();
}

}  // namespace

TEST_SUITE("core/webauthn/strict_json") {
  TEST_CASE("a member twice is refused at any depth, also when one spells it with an escape") {
    CHECK(refusal(R"({"a":1,"a":1})") == Code::kJsonDuplicateMember);
    CHECK(refusal(R"({"x":{"a":1,"b":2,"a":3}})") == Code::kJsonDuplicateMember);
    CHECK(refusal(R"([{"a":1},{"a":1,"a":2}])") == Code::kJsonDuplicateMember);
    CHECK(refusal(R"({"a":1,"\u0061":2})") == Code::kJsonDuplicateMember);
    CHECK_FALSE(refusal(R"({"a":{"a":1},"b":{"a":1}})"));
  }

  TEST_CASE("sixteen levels are taken, seventeen are not") {
    CHECK_FALSE(refusal(nested(15)));
    CHECK_FALSE(refusal(nested(16)));
    CHECK(refusal(nested(17)) == Code::kJsonMalformed);
  }

  TEST_CASE("the size is bounded before anything is read") {
    CHECK_FALSE(refusal("[1]", 4));
    CHECK_FALSE(refusal("[1]", 3));
    CHECK(refusal("[1]", 2) == Code::kJsonTooLarge);
  }

  TEST_CASE("what is not JSON is refused") {
    for (const auto* text : {"",
                             "{",
                             "{]",
                             "{\"a\":}",
                             "{'a':1}",
                             "[1,]",
                             "{\"a\":1}x",
                             "01",
                             "// a\n{}",
                             "nul",
                             "\"\\x\"",
                             "\"\n\"",
                             "[NaN]"}) {
      CAPTURE(text);
      CHECK(refusal(text) == Code::kJsonMalformed);
    }
  }

  TEST_CASE("space around the document is no part of it") {
    CHECK_FALSE(refusal(" {} \n"));
    CHECK(refusal(std::string_view("{}\0", 3)) == Code::kJsonMalformed);
  }

  TEST_CASE("text is UTF-8: no overlong forms, no surrogates, no lone continuation") {
    CHECK_FALSE(refusal("\"schl\xC3\xBCssel\""));
    for (const auto* text : {"\"\xFF\"",
                             "\"\xC0\x80\"",
                             "\"\xED\xA0\x80\"",
                             "\"\x80\"",
                             "\"\xE2\x82\"",
                             R"("\ud800")"}) {
      CAPTURE(text);
      CHECK(refusal(text) == Code::kJsonMalformed);
    }
  }

  TEST_CASE("a needed member that is absent or null is missing") {
    const auto empty = object(R"({"n":null})");
    for (const char* name : {"absent", "n"}) {
      CHECK(need_text(empty, name).error().code == Code::kJsonMemberMissing);
      CHECK(need_bytes(empty, name).error().code == Code::kJsonMemberMissing);
      CHECK(need_object(empty, name).error().code == Code::kJsonMemberMissing);
      CHECK(need_text(empty, name).error().detail == name);
    }
  }

  TEST_CASE("an optional member that is absent or null is none") {
    const auto empty = object(R"({"n":null})");
    for (const char* name : {"absent", "n"}) {
      CHECK_FALSE(maybe_text(empty, name).value());
      CHECK_FALSE(maybe_bytes(empty, name).value());
      CHECK_FALSE(maybe_bool(empty, name).value());
      CHECK_FALSE(maybe_integer(empty, name).value());
      CHECK(maybe_object(empty, name).value() == nullptr);
      CHECK(maybe_array(empty, name).value() == nullptr);
      CHECK(maybe_texts(empty, name).value().empty());
    }
  }

  TEST_CASE("a member of another type is invalid, never converted") {
    const auto wrong = object(R"({"text":1,"bytes":[],"bool":"true","integer":1.0,"object":[],)"
                              R"("array":{},"texts":["a",1]})");
    CHECK(need_text(wrong, "text").error().code == Code::kJsonMemberInvalid);
    CHECK(need_bytes(wrong, "bytes").error().code == Code::kJsonMemberInvalid);
    CHECK(maybe_bool(wrong, "bool").error().code == Code::kJsonMemberInvalid);
    CHECK(maybe_integer(wrong, "integer").error().code == Code::kJsonMemberInvalid);
    CHECK(need_object(wrong, "object").error().code == Code::kJsonMemberInvalid);
    CHECK(maybe_array(wrong, "array").error().code == Code::kJsonMemberInvalid);
    CHECK(maybe_texts(wrong, "texts").error().code == Code::kJsonMemberInvalid);
    CHECK(as_object(boost::json::value(1), "it").error().code == Code::kJsonMemberInvalid);
  }

  TEST_CASE("bytes are canonical base64url") {
    CHECK(need_bytes(object(R"({"b":"AQI"})"), "b").value() == Bytes{1, 2});
    for (const auto* text :
         {R"({"b":"AQI="})", R"({"b":"AQJ"})", R"({"b":"AQ I"})", R"({"b":"+/AA"})"}) {
      CAPTURE(text);
      CHECK(need_bytes(object(text), "b").error().code == Code::kJsonBase64urlInvalid);
    }
  }

  TEST_CASE("an integer beyond 64 signed bits is no integer") {
    CHECK(maybe_integer(object(R"({"i":-257})"), "i").value() == -257);
    CHECK(maybe_integer(object(R"({"i":9223372036854775808})"), "i").error().code ==
          Code::kJsonMemberInvalid);
  }
}
