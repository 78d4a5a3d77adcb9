#include "device/answer_to_reset.h"

#include <doctest/doctest.h>

#include "tests/device/scripted_card.h"

using firstkey::device::is_contactless;
using firstkey::tests::hex;

TEST_SUITE("device/answer_to_reset") {
  TEST_CASE("what readers make up for cards in their field is told from what contact cards say") {
    const struct {
      std::string what;
      std::string atr;
      bool is_contactless;
    } cases[] = {
        {"no historical bytes", "3B80800101", true},
        {"a storage card", "3B8F8001804F0CA0000003060300010000000068", true},
        {"YubiKey 5 NFC in a field", "3B8D80018073C021C057597562694B6579F9", true},
        {"YubiKey 5 on USB", "3BFD1300008131FE158073C021C057597562694B657940", false},
        {"a payment card", "3B6500002063CB6600", false},
        {"T=0, nothing more", "3B00", false},
        {"inverse convention", "3F80800101", false},
        {"a TA1 besides", "3B9011800101", false},
        {"TD1 names T=1", "3B80810101", false},
        {"TD2 goes on", "3B80808101", false},
        {"cut off", "3B8080", false},
        {"nothing known", "", true},
    };
    for (const auto& [what, atr, expected] : cases) {
      CAPTURE(what);
      CHECK(is_contactless(hex(atr)) == expected);
    }
  }
}
