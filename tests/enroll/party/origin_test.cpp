#include "enroll/party/origin.h"

#include <doctest/doctest.h>

using firstkey::enroll::check_rp_id;
using firstkey::enroll::Origin;
using firstkey::enroll::PartyErrorCode;

namespace {

bool may_act(const std::string& origin, const std::string& rp_id) {
  return check_rp_id(Origin::parse(origin).value(), rp_id).has_value();
}

}  // namespace

TEST_SUITE("enroll/party/origin") {
  TEST_CASE("an origin is written as browsers write it") {
    struct Case {
      const char* typed;
      const char* written;
    };
    for (const auto& [typed, written] :
         {Case{"https://example.org", "https://example.org"},
          Case{"https://Login.Example.ORG/", "https://login.example.org"},
          Case{"https://example.org:443", "https://example.org"},
          Case{"https://example.org:8443", "https://example.org:8443"},
          Case{"https://bücher.example", "https://xn--bcher-kva.example"},
          Case{"https://faß.example", "https://xn--fa-hia.example"},
          Case{"https://my_host.example", "https://my_host.example"},
          Case{"http://localhost:8080", "http://localhost:8080"},
          Case{"http://localhost:80", "http://localhost"},
          Case{"https://localhost", "https://localhost"},
          Case{"http://app.localhost", "http://app.localhost"}}) {
      CAPTURE(typed);
      const auto origin = Origin::parse(typed);
      REQUIRE(origin);
      CHECK(origin->text() == written);
    }
  }

  TEST_CASE("what is no origin of a site is refused") {
    for (const char* text : {"",
                             "example.org",
                             "ftp://example.org",
                             "http://example.org",
                             "http://notlocalhost",
                             "https://",
                             "https://example.org/login",
                             "https://example.org?x",
                             "https://user@example.org",
                             "https://example..org",
                             "https://example.org.",
                             "https://-example.org",
                             "https://exa mple.org",
                             "https://example.org:0",
                             "https://example.org:65536",
                             "https://example.org:",
                             "https://example.org:8a",
                             "https://192.0.2.1",
                             "https://192.0.2.0x1f",
                             "https://1",
                             "https://[2001:db8::1]",
                             "https://[2001:db8::1]:443"}) {
      CAPTURE(text);
      const auto origin = Origin::parse(text);
      REQUIRE_FALSE(origin);
      CHECK(origin.error().code == PartyErrorCode::kOriginInvalid);
    }
  }

  TEST_CASE("a name ends with the longest label and the longest name there is") {
    const std::string label(63, 'a');
    CHECK(Origin::parse("https://" + label + ".example"));
    CHECK_FALSE(Origin::parse("https://" + label + "a.example"));
    const auto name = label + "." + label + "." + label + ".";
    CHECK(Origin::parse("https://" + name + std::string(61, 'b')));
    CHECK_FALSE(Origin::parse("https://" + name + std::string(62, 'b')));
  }

  TEST_CASE("a page acts for its own domain and what that ends in, up to a public suffix") {
    CHECK(may_act("https://login.example.co.uk", "login.example.co.uk"));
    CHECK(may_act("https://login.example.co.uk", "example.co.uk"));
    CHECK_FALSE(may_act("https://login.example.co.uk", "co.uk"));
    CHECK_FALSE(may_act("https://login.example.co.uk", "uk"));
    CHECK_FALSE(may_act("https://lee.github.io", "github.io"));
    CHECK_FALSE(may_act("https://lee.github.io", "io"));
    // No public suffix itself, but a part of one: s3.amazonaws.com.
    CHECK_FALSE(may_act("https://lee.s3.amazonaws.com", "amazonaws.com"));
    CHECK(may_act("https://www.amazonaws.com", "amazonaws.com"));
    CHECK_FALSE(may_act("https://intranet.corp", "corp"));
    CHECK(may_act("https://github.io", "github.io"));
    CHECK(may_act("http://localhost:8080", "localhost"));
    CHECK(may_act("https://www.bücher.example", "xn--bcher-kva.example"));
  }

  TEST_CASE("a page does not act for others") {
    for (const char* rp_id : {"example.com",
                              "other.example.org",
                              "ample.org",
                              "login.login.example.org",
                              "",
                              "org",
                              "192.0.2.1",
                              "EXAMPLE.org",
                              "example.org.",
                              "https://example.org"}) {
      CAPTURE(rp_id);
      const auto checked = check_rp_id(Origin::parse("https://login.example.org").value(), rp_id);
      REQUIRE_FALSE(checked);
      CHECK(checked.error().code == PartyErrorCode::kRpIdNotAllowed);
    }
    CHECK_FALSE(may_act("https://www.bücher.example", "bücher.example"));
  }

  TEST_CASE("without another origin a ceremony is at the relying party's own domain") {
    CHECK(Origin::of("example.org").value().text() == "https://example.org");
    CHECK(Origin::of("localhost").value().text() == "https://localhost");
    for (const char* rp_id : {"co.uk", "github.io", "com", "corp", "", "Example.org", "10.0.0.1"}) {
      CAPTURE(rp_id);
      const auto origin = Origin::of(rp_id);
      REQUIRE_FALSE(origin);
      CHECK(origin.error().code == PartyErrorCode::kRpIdNotAllowed);
    }
  }
}
