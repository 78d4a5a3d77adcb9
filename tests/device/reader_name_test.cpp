#include "device/reader_name.h"

#include <doctest/doctest.h>

using firstkey::device::card_name;
using firstkey::device::CardPlace;
using firstkey::device::is_virtual_reader;
using firstkey::device::KeyPath;
using firstkey::device::to_key_path;
using firstkey::device::to_reader;

TEST_SUITE("device/reader_name") {
  TEST_CASE("people read the product, without numbers and serial") {
    const struct {
      std::string reader;
      std::string name;
    } cases[] = {
        {"ACS ACR122U PICC Interface 00 00", "card on ACS ACR122U PICC Interface"},
        {"ACS ACR122U PICC Interface 01 00", "card on ACS ACR122U PICC Interface (reader 2)"},
        {"HID Global OMNIKEY 5022 Smart Card Reader [OMNIKEY 5022] (KD0ABC) 00 00",
         "card on HID Global OMNIKEY 5022 Smart Card Reader [OMNIKEY 5022]"},
        {"Made up 0A 00", "card on Made up (reader 11)"},
        {"No numbers", "card on No numbers"},
        {"Room 12 34x", "card on Room 12 34x"},
        {" 00 00", "card on  00 00"},
        {"(all) 00 00", "card on (all)"},
    };
    for (const auto& [reader, name] : cases) {
      CAPTURE(reader);
      CHECK(card_name(reader, CardPlace::kField) == name);
    }
  }

  TEST_CASE("a card on contacts is in its reader") {
    CHECK(card_name("Gemalto PC Twin Reader 00 00", CardPlace::kContacts) ==
          "card in Gemalto PC Twin Reader");
  }

  TEST_CASE("vsmartcard's readers are virtual, others are not") {
    CHECK(is_virtual_reader("Virtual PCD 00 00"));
    CHECK(is_virtual_reader("Virtual PCD 00 01"));
    CHECK_FALSE(is_virtual_reader("ACS ACR122U PICC Interface 00 00"));
    CHECK_FALSE(is_virtual_reader("Not a Virtual PCD 00 00"));
  }

  TEST_CASE("a path leads back to its reader, and is one that people can type") {
    const auto path = to_key_path("Virtual PCD 00 01");
    CHECK(path.text == "ccid:Virtual PCD 00 01");
    CHECK(KeyPath::parse(path.text) == path);
    CHECK(to_reader(path) == "Virtual PCD 00 01");
    CHECK(to_reader({.text = "/dev/hidraw1"}).empty());
  }
}
