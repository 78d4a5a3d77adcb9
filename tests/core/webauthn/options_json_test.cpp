#include "core/webauthn/options_json.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "core/webauthn/json.h"

using namespace firstkey::core::webauthn;
using firstkey::core::Bytes;
namespace json = boost::json;

namespace {

CreationOptions creation_options() {
  return {.rp = {.id = "example.org", .name = "Example"},
          .user = {.id = {1}, .name = "lee", .display_name = "Lee"},
          .challenge = {2},
          .algorithms = {Algorithm::kEs256},
          .exclude_credentials = {{.id = {9}}, {.id = {8}}},
          .extensions = {
              .prf = PrfCreation{.eval = PrfValues{.first = {1}, .second = Bytes{2}}},
              .large_blob = LargeBlobSupport::kRequired,
              .cred_blob = Bytes{3},
          }};
}

RequestOptions request_options() {
  return {.challenge = {2},
          .rp_id = "example.org",
          .allow_credentials = {{.id = {9}}},
          .extensions = {
              .prf = PrfRequest{.eval = PrfValues{.first = {1}},
                                .by_credential = {{Bytes{9}, PrfValues{.first = {5}}}}},
              .hmac_get_secret = HmacSalts{.salt1 = Bytes(32, 1), .salt2 = Bytes(32, 2)},
              .large_blob = {.written = Bytes{7}},
              .get_cred_blob = true,
          }};
}

/// `text` with `value` at `pointer` (RFC 6901), which may be a new member or an entry that is
/// there.
std::string with(const std::string& text, const std::string& pointer, const json::value& value) {
  auto document = json::parse(text);
  const auto slash = pointer.rfind('/');
  auto& parent = document.at_pointer(pointer.substr(0, slash));
  const auto name = pointer.substr(slash + 1);
  if (auto* object = parent.if_object()) {
    (*object)[name] = value;
  } else {
    parent.as_array().at(std::stoul(name)) = value;
  }
  return json::serialize(document);
}

/// Code and path of what is refused.
template <class Options>
std::string refusal(const Result<Options>& parsed) {
  if (parsed) return "";
  return std::string(to_string(parsed.error().code)) + " " + parsed.error().detail;
}
std::string creation_refusal(const std::string& pointer, const json::value& value) {
  return refusal(parse_creation_options(with(to_json(creation_options()), pointer, value)));
}
std::string request_refusal(const std::string& pointer, const json::value& value) {
  return refusal(parse_request_options(with(to_json(request_options()), pointer, value)));
}

}  // namespace

TEST_SUITE("core/webauthn/options_json") {
  TEST_CASE("extensions come back as they went") {
    CHECK(parse_creation_options(to_json(creation_options())).value() == creation_options());
    CHECK(parse_request_options(to_json(request_options())).value() == request_options());
    auto reading = request_options();
    reading.extensions.large_blob = {.is_read = true};
    CHECK(parse_request_options(to_json(reading)).value() == reading);
  }

  TEST_CASE("a member of a wrong type is refused with its path") {
    CHECK(creation_refusal("/user/id", 1) == "json_member_invalid user.id");
    CHECK(creation_refusal("/excludeCredentials/1/id", true) ==
          "json_member_invalid excludeCredentials[1].id");
    CHECK(creation_refusal("/excludeCredentials/0", "x") ==
          "json_member_invalid excludeCredentials[0]");
    CHECK(creation_refusal("/excludeCredentials/0/id", "a/=") ==
          "json_base64url_invalid excludeCredentials[0].id");
    CHECK(creation_refusal("/hints", json::array{"a", 1}) == "json_member_invalid hints[1]");
    CHECK(creation_refusal("/extensions/credProps", 1) ==
          "json_member_invalid extensions.credProps");
    CHECK(creation_refusal("/pubKeyCredParams/0", json::object{}) ==
          "json_member_missing pubKeyCredParams[0].alg");
    CHECK(request_refusal("/extensions/prf/eval", json::object{}) ==
          "json_member_missing extensions.prf.eval.first");
  }

  TEST_CASE("members nobody here knows are ignored wherever they stand") {
    for (const char* pointer : {"/@odata.type", "/rp/icon", "/extensions/appid", "/user/x"}) {
      CAPTURE(pointer);
      CHECK(creation_refusal(pointer, json::array{1}).empty());
    }
  }

  TEST_CASE("an empty list of algorithms is the standard's two") {
    const auto text = with(to_json(creation_options()), "/pubKeyCredParams", json::array());
    CHECK(parse_creation_options(text).value().algorithms ==
          std::vector{Algorithm::kEs256, Algorithm::kRs256});
  }

  TEST_CASE("a credential of another type is neither excluded nor allowed") {
    const auto text = with(to_json(creation_options()), "/excludeCredentials/0/type", "password");
    CHECK(parse_creation_options(text).value().exclude_credentials.size() == 1);
  }

  TEST_CASE("a creation neither evaluates by credential nor touches a large blob") {
    CHECK(creation_refusal("/extensions/prf/evalByCredential", json::object{}) ==
          "json_member_invalid extensions.prf.evalByCredential");
    CHECK(creation_refusal("/extensions/largeBlob/read", true) ==
          "json_member_invalid extensions.largeBlob.read");
    CHECK(creation_refusal("/extensions/largeBlob/write", "AA") ==
          "json_member_invalid extensions.largeBlob.write");
  }

  TEST_CASE("a large blob is read or written, and written for one credential") {
    CHECK(request_refusal("/extensions/largeBlob/read", true) ==
          "json_member_invalid extensions.largeBlob.write");
    CHECK(request_refusal("/extensions/largeBlob/support", "preferred") ==
          "json_member_invalid extensions.largeBlob.support");
    auto two = request_options();
    two.allow_credentials.push_back({.id = {8}});
    CHECK(refusal(parse_request_options(to_json(two))) ==
          "json_member_invalid extensions.largeBlob.write");
  }

  TEST_CASE("an evaluation by credential names one that is allowed") {
    for (const char* key : {"", "CA", "not base64url"}) {
      CAPTURE(key);
      const json::object values{{key, {{"first", "AA"}}}};
      CHECK(request_refusal("/extensions/prf/evalByCredential", values) ==
            "json_member_invalid extensions.prf.evalByCredential." + std::string(key));
    }
  }

  TEST_CASE("a salt of hmac-secret has 32 bytes") {
    for (const std::size_t size : {31U, 33U}) {
      auto options = request_options();
      options.extensions.hmac_get_secret->salt2 = Bytes(size, 1);
      CHECK(refusal(parse_request_options(to_json(options))) ==
            "json_member_invalid extensions.hmacGetSecret.salt2");
    }
  }

  TEST_CASE("either spelling of base64 is read where a document has both") {
    for (const char* spelt : {"-_A", "-_A=", "+/A", "+/A=", "+/A=="}) {
      CAPTURE(spelt);
      const json::object object{{"id", spelt}};
      DocumentReading any{.spelling = Base64Spelling::kAny};
      CHECK(MemberReader(object, "", any).bytes("id") == Bytes{0xFB, 0xF0});
      DocumentReading strict;
      (void)MemberReader(object, "", strict).bytes("id");
      CHECK(strict.fault.has_value() == (std::string(spelt) != "-_A"));
    }
    for (const char* spelt : {"-_A===", "-_B", "A", "-_ A", "A=A="}) {
      CAPTURE(spelt);
      const json::object object{{"id", spelt}};
      DocumentReading any{.spelling = Base64Spelling::kAny};
      (void)MemberReader(object, "", any).bytes("id");
      CHECK(any.fault.value_or(Error{}).code == Code::kJsonBase64urlInvalid);
    }
  }
}
