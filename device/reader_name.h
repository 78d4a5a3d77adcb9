#pragma once
// What a reader's name tells. pcscd makes it of the driver's product name and two hexadecimal
// numbers, of the reader among its like and of its slot: "ACS ACR122U PICC Interface 00 00".

#include <string>
#include <string_view>

#include "device/key_discovery.h"

namespace firstkey::device {

/// Where in a reader a card is.
enum class CardPlace {
  kField,     ///< held to it (NFC)
  kContacts,  ///< put into it
};

/// For people: "card on ACS ACR122U PICC Interface", "card in Gemalto PC Twin Reader"; the second
/// reader of a kind says so, a serial number is left out.
[[nodiscard]] std::string card_name(std::string_view reader, CardPlace place);

/// Whether it is the reader of vsmartcard, in which every card is software.
[[nodiscard]] bool is_virtual_reader(std::string_view reader);

[[nodiscard]] KeyPath to_key_path(std::string_view reader);
/// The reader of a path of Transport::kReader.
[[nodiscard]] std::string to_reader(const KeyPath& path);

}  // namespace firstkey::device
