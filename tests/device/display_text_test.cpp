// What a device says of itself, before a person sees it.

#include "device/display_text.h"

#include <doctest/doctest.h>

using firstkey::device::kMaxDisplayText;
using firstkey::device::to_display_text;
using firstkey::device::to_valid_text;

TEST_SUITE("device/display_text") {
  TEST_CASE("what cannot be shown goes, the rest stays as it is") {
    const struct {
      std::string name;
      std::string text;
      std::string shown;
    } texts[] = {
        {"plain", "YubiKey 5 NFC", "YubiKey 5 NFC"},
        {"other letters", "Schlüssel 鍵", "Schlüssel 鍵"},
        {"an escape", "Key\x1b[2J", "Key[2J"},
        {"a line of its own", "Key\r\nDone", "KeyDone"},
        {"an escape of one byte more",
         "Key\xC2\x9B"
         "2J",
         "Key2J"},
        {"turned around",
         "Key\xE2\x80\xAE"
         "yek",
         "Keyyek"},
        {"a zero byte", std::string("Key\0 5", 6), "Key 5"},
        {"spaces around", "  Key  5 ", "Key  5"},
        {"no UTF-8", "Key\xFF\xC3", "Key"},
        {"nothing", "", ""},
        {"nothing that shows", " \t\x7F ", ""},
    };
    for (const auto& [name, text, shown] : texts) {
      CAPTURE(name);
      CHECK(to_display_text(text) == shown);
    }
  }

  TEST_CASE("it is cut in whole letters, before, at and after the longest") {
    for (const std::size_t length : {kMaxDisplayText - 1, kMaxDisplayText, kMaxDisplayText + 1}) {
      CAPTURE(length);
      std::string text;
      for (std::size_t i = 0; i < length; ++i) text += "é";
      CHECK(to_display_text(text).size() == 2 * std::min(length, kMaxDisplayText));
    }
  }

  TEST_CASE("a name cut in the middle of a character stays text, and else as it was") {
    CHECK(to_valid_text("Zoë \x01 B") == "Zoë \x01 B");
    CHECK(to_valid_text("Zo\xC3") == "Zo\xEF\xBF\xBD");
    CHECK(to_valid_text("\xFF") == "\xEF\xBF\xBD");
    CHECK(to_valid_text("").empty());
  }
}
