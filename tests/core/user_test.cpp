#include "core/user.h"

#include <doctest/doctest.h>

using firstkey::core::normalised_name;

namespace {

struct Spelling {
  const char* name;
  std::string typed;
  std::string normalised;
};

const Spelling kSpellings[] = {
    {"as it is", "lee@example.org", "lee@example.org"},
    {"case", "Lee@Example.ORG", "lee@example.org"},
    {"blanks around", " \tlee@example.org\r\n", "lee@example.org"},
    {"blanks within", "lee osei", "lee osei"},
    {"composed accent", "jos\u00C9@example.org", "jos\u00E9@example.org"},
    {"combining accent", "jose\u0301@example.org", "jos\u00E9@example.org"},
    {"sharp s", "STRA\u1E9EE", "strasse"},
    {"final sigma", "\u03A3\u039F\u03A6\u039F\u03A3", "\u03C3\u03BF\u03C6\u03BF\u03C3"},
};

const Spelling kNoNames[] = {
    {"nothing", "", ""},
    {"blanks alone", " \t\r\n", ""},
    {"a line within", "lee\nkim", ""},
    {"a zero byte", std::string("lee\0", 4), ""},
    {"the delete character", "lee\x7F", ""},
    {"a cut sequence", "lee\xC3", ""},
    {"an overlong sequence", "lee\xC0\xAF", ""},
    {"a surrogate", "lee\xED\xA0\x80", ""},
    {"beyond Unicode", "lee\xF4\x90\x80\x80", ""},
};

}  // namespace

TEST_SUITE("core/user") {
  TEST_CASE("a name has one form however it is typed") {
    for (const auto& [name, typed, normalised] : kSpellings) {
      CAPTURE(name);
      CHECK(normalised_name(typed) == normalised);
    }
  }

  TEST_CASE("the form of a form is itself") {
    for (const auto& [name, typed, normalised] : kSpellings) {
      CAPTURE(name);
      CHECK(normalised_name(normalised) == normalised);
    }
  }

  TEST_CASE("what is no name has no form") {
    for (const auto& [name, typed, normalised] : kNoNames) {
      CAPTURE(name);
      CHECK(normalised_name(typed).empty());
    }
  }

  TEST_CASE("a name is 256 bytes at the most, not counting blanks around it") {
    CHECK(normalised_name(std::string(255, 'a')).size() == 255);
    CHECK(normalised_name(" " + std::string(256, 'a') + " ").size() == 256);
    CHECK(normalised_name(std::string(257, 'a')).empty());
  }
}
