#include "enroll/app/screen_text.h"

#include <array>

#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

using namespace std::chrono_literals;

TEST_SUITE("enroll/app/screen_text") {
  TEST_CASE("nothing in a name can move the cursor, reorder a line or pose as another") {
    struct Name {
      const char* name;
      std::string text;
      std::string shown;
    };
    const std::array table = {
        Name{"plain", "Lee Osei", "Lee Osei"},
        Name{"letters of the world", "Zoë 李 🗝", "Zoë 李 🗝"},
        Name{"C0 and DEL", "a\x1b[2Jb\n\x7f", "a?[2Jb??"},
        Name{"C1 as UTF-8",
             "a\xC2\x9B"
             "2Jb",
             "a?2Jb"},
        Name{"the last of C1",
             "a\xC2\x9F"
             "b\xC2\xA0"
             "c",
             "a?b\xC2\xA0"
             "c"},
        Name{"C1 as a stray byte",
             "a\x9B"
             "2Jb",
             "a?2Jb"},
        Name{"cut off in a character", "a\xE2\x82", "a??"},
        Name{"an override",
             "a\xE2\x80\xAE"
             "b",
             "a?b"},
        Name{"an isolate",
             "a\xE2\x81\xA7"
             "b",
             "a?b"},
        Name{"a line separator",
             "a\xE2\x80\xA8"
             "b",
             "a?b"},
        Name{"a zero byte", std::string("a\0b", 3), "a?b"},
    };
    for (const auto& row : table) {
      CAPTURE(row.name);
      CHECK(printable(row.text) == row.shown);
    }
  }

  TEST_CASE("widths are columns") {
    CHECK(width_of("") == 0);
    CHECK(width_of("Zoë") == 3);
    CHECK(width_of("李") == 2);
    CHECK(width_of("e\xCC\x81") == 1);
    CHECK(padded("李", 4) == "李  ");
    CHECK(padded("longer", 3) == "longer");
  }

  TEST_CASE("a countdown shows seconds begun and never goes below zero") {
    CHECK(countdown(10min) == "10:00");
    CHECK(countdown(59s) == "0:59");
    CHECK(countdown(58'000'001us) == "0:59");
    CHECK(countdown(1us) == "0:01");
    CHECK(countdown(0us) == "0:00");
    CHECK(countdown(-1s) == "0:00");
    CHECK(countdown(59min + 59s) == "59:59");
    CHECK(countdown(1h) == "1:00:00");
    CHECK(countdown(8h + 5min + 7s) == "8:05:07");
  }
}

}  // namespace firstkey::enroll::tests
