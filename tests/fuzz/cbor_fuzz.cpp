// CBOR of keys and clients. What reads as one item reads so again from its own bytes, takes no more
// than there is, and has one spelling only: every prefix of it is refused.

#include <algorithm>

#include "core/webauthn/cbor.h"
#include "tests/fuzz/demand.h"

using firstkey::core::BytesView;
using firstkey::core::webauthn::CborReader;
using firstkey::tests::demand;
using firstkey::tests::is_within;

namespace {

void read_map(BytesView input) {
  CborReader reader(input);
  auto map = reader.read_map();
  if (!map) return;
  demand(map->entries_left() <= reader.bytes_left() / 2, "a map counts no more than there is");
  while (true) {
    const auto key = reader.next_text_key(map.value());
    if (!key || !key.value() || !reader.read_any(1)) return;
  }
}

void read_array(BytesView input) {
  CborReader reader(input);
  const auto count = reader.read_array();
  if (count) demand(count.value() <= reader.bytes_left(), "an array counts no more than there is");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const BytesView bytes(input, size);
  read_map(bytes);
  read_array(bytes);
  CborReader reader(bytes);
  const auto item = reader.read_any();
  if (!item) return 0;
  demand(is_within(item.value(), bytes), "an item lies within the input");
  demand(item->size() + reader.bytes_left() == size, "what is not read is left");
  CborReader again(item.value());
  const auto same = again.read_any();
  demand(same && std::ranges::equal(same.value(), item.value()), "an item reads again");
  CborReader shorter(item->first(item->size() - 1));
  demand(!shorter.read_any(), "no prefix of an item is one");
  return 0;
}
