#include "core/passcode.h"

#include <set>

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"

using firstkey::core::Alphabet;
using firstkey::core::as_bytes;
using firstkey::core::draw_passcode;
using firstkey::core::in_groups;
using firstkey::core::normalise_passcode;
using firstkey::core::Secret;
using firstkey::core::symbols_of;
using firstkey::core::to_string;

namespace {

/// The canonical form of `typed`, or "refused".
std::string canonical(std::string_view typed, Alphabet alphabet = Alphabet::kCrockfordBase32) {
  const auto normalised = normalise_passcode(Secret(as_bytes(typed)), alphabet);
  return normalised ? to_string(normalised->expose()) : "refused";
}

}  // namespace

TEST_SUITE("core/passcode") {
  TEST_CASE("a drawn passcode has its length and only symbols of its alphabet") {
    firstkey::tests::FakeRandom random(1);
    for (const auto alphabet :
         {Alphabet::kCrockfordBase32, Alphabet::kDigits, Alphabet::kAlphanumeric}) {
      for (const int length : {8, 9, 48}) {
        const auto passcode = draw_passcode(alphabet, length, random);
        CHECK(passcode.size() == static_cast<std::size_t>(length));
        CHECK(canonical(to_string(passcode.expose()), alphabet) == to_string(passcode.expose()));
      }
    }
  }

  TEST_CASE("every symbol is drawn, and look-alikes are not among them") {
    firstkey::tests::FakeRandom random(2);
    std::set<char> drawn;
    for (int i = 0; i < 200; ++i) {
      for (const char symbol :
           to_string(draw_passcode(Alphabet::kCrockfordBase32, 8, random).expose())) {
        drawn.insert(symbol);
      }
    }
    CHECK(drawn.size() == 32);
    for (const char lookalike : {'I', 'L', 'O', 'U'}) CHECK_FALSE(drawn.contains(lookalike));
    CHECK(symbols_of(Alphabet::kCrockfordBase32).size() == 32);
  }

  TEST_CASE("it is shown in groups of four") {
    CHECK(to_string(in_groups(Secret(as_bytes("7KQM3TXF"))).expose()) == "7KQM-3TXF");
    CHECK(to_string(in_groups(Secret(as_bytes("7KQM3TXF9"))).expose()) == "7KQM-3TXF-9");
    CHECK(to_string(in_groups(Secret(as_bytes("7KQ"))).expose()) == "7KQ");
    CHECK(in_groups(Secret()).empty());
  }

  TEST_CASE("what is typed in Crockford's alphabet is read forgivingly") {
    CHECK(canonical("7kqm-3txf") == "7KQM3TXF");
    CHECK(canonical(" 7K QM 3T XF ") == "7KQM3TXF");
    CHECK(canonical("OoIiLl") == "001111");
  }

  TEST_CASE("other alphabets are read as they are written") {
    CHECK(canonical("1234-5678", Alphabet::kDigits) == "12345678");
    CHECK(canonical("12o4", Alphabet::kDigits) == "refused");
    CHECK(canonical("aBc-1Il0O", Alphabet::kAlphanumeric) == "aBc1Il0O");
    CHECK(canonical("a+b", Alphabet::kAlphanumeric) == "refused");
  }

  TEST_CASE("what cannot be a passcode is refused") {
    CHECK(canonical("") == "refused");
    CHECK(canonical("- -") == "refused");
    CHECK(canonical("7KQU3TXF") == "refused");
    CHECK(canonical("7KQM\n3TXF") == "refused");
    CHECK(canonical(std::string("7KQM\0003TXF", 9)) == "refused");
    CHECK(canonical("\xC3\xA4") == "refused");
  }

  TEST_CASE("the longest passcode has 48 symbols, separators not counted") {
    CHECK(canonical(std::string(47, '7')) == std::string(47, '7'));
    CHECK(canonical(std::string(48, '7')) == std::string(48, '7'));
    CHECK(canonical(std::string(49, '7')) == "refused");
    CHECK(canonical(std::string(48, '7') + std::string(500, '-')) == std::string(48, '7'));
  }
}
