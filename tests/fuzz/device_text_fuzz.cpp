// Text of devices and of people's command lines: what may be shown, which reader it is, which path,
// which PIN. Whatever is accepted is so again, unchanged.

#include <utf8proc.h>

#include "device/display_text.h"
#include "device/key_discovery.h"
#include "device/pin.h"
#include "device/reader_name.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using tests::demand;
using tests::Reached;

namespace {

Reached shown("text that is shown");
Reached path_taken("a path");
Reached pin_taken("a PIN");

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()),
                                       &point);
    demand(size > 0, "what is shown is UTF-8");
    const auto category = utf8proc_category(point);
    demand(category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CF,
           "nothing shown controls a screen");
    text.remove_prefix(static_cast<std::size_t>(size));
    ++count;
  }
  return count;
}

void show(std::string_view text) {
  const auto fit = device::to_display_text(text);
  shown.count_if(!fit.empty());
  demand(code_points(fit) <= device::kMaxDisplayText, "what is shown is not too long");
  demand(device::to_display_text(fit) == fit, "what may be shown is shown as it is");
}

void name_reader(std::string_view text) {
  for (const auto place : {device::CardPlace::kField, device::CardPlace::kContacts}) {
    demand(!device::card_name(text, place).empty(), "every card has a name");
  }
  demand(device::to_reader(device::to_key_path(text)) == text, "a reader's path leads back to it");
}

void parse_path(std::string_view text) {
  const auto path = device::KeyPath::parse(text);
  path_taken.count_if(path.has_value());
  if (!path) return;
  const auto again = device::KeyPath::parse(path->text);
  demand(again && again->text == path->text && again->transport == path->transport,
         "a path is one again");
}

void take_pin(std::string_view text) {
  const auto pin = device::Pin::create(text);
  pin_taken.count_if(pin.has_value());
  if (!pin) return;
  const std::string_view normal = pin->expose();  // to be read again
  demand(normal.size() <= device::kMaxPinBytes, "a PIN is not too long");
  const auto again = device::Pin::create(normal);
  demand(again && again->equals(pin.value()), "a normalised PIN is as it was");
  demand(again->code_points() == pin->code_points(), "and as long");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(input), size);
  show(text);
  name_reader(text);
  parse_path(text);
  take_pin(text);
  return 0;
}
