#include "device/reader_name.h"

#include <charconv>

namespace firstkey::device {

namespace {

constexpr std::string_view kPathPrefix = "ccid:";
constexpr std::string_view kVirtualReader = "Virtual PCD";
constexpr std::size_t kNumbersSize = std::string_view(" 00 00").size();
constexpr int kHexadecimal = 16;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
}

bool has_numbers(std::string_view reader) {
  if (reader.size() <= kNumbersSize) return false;
  const auto numbers = reader.substr(reader.size() - kNumbersSize);
  return numbers[0] == ' ' && numbers[3] == ' ' && is_hex(numbers.substr(1, 2)) &&
         is_hex(numbers.substr(4, 2));
}

std::string_view without_serial(std::string_view product) {
  const auto open = product.rfind(" (");
  if (open == std::string_view::npos || open == 0 || !product.ends_with(')')) return product;
  return product.substr(0, open);
}

}  // namespace

std::string card_name(std::string_view reader, CardPlace place) {
  unsigned number = 0;
  auto product = reader;
  if (has_numbers(reader)) {
    product = reader.substr(0, reader.size() - kNumbersSize);
    const auto digits = reader.substr(product.size() + 1, 2);
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), number, kHexadecimal);
  }
  std::string name = place == CardPlace::kField ? "card on " : "card in ";
  name += without_serial(product);
  if (number > 0) name += " (reader " + std::to_string(number + 1) + ")";
  return name;
}

bool is_virtual_reader(std::string_view reader) {
  return reader.starts_with(kVirtualReader);
}

KeyPath to_key_path(std::string_view reader) {
  return {.transport = Transport::kReader, .text = std::string(kPathPrefix) + std::string(reader)};
}

std::string to_reader(const KeyPath& path) {
  return path.text.starts_with(kPathPrefix) ? path.text.substr(kPathPrefix.size()) : std::string();
}

}  // namespace firstkey::device
