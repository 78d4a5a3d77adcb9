// The guard before libfido2's parser, and the wrapping of what libfido2 leaves to its caller. What
// the guard passes libcbor, which libfido2 uses, reads to its end if it takes it at all (it wants
// UTF-8); what the verifier's own reader takes the guard passes.

#include <algorithm>
#include <memory>

#include <cbor.h>

#include "core/webauthn/cbor.h"
#include "device/cbor_bounds.h"
#include "device/cbor_wrapping.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using device::BytesView;
using tests::demand;

namespace {

tests::Reached passed("an item that the guard passes");
tests::Reached taken("an item that libcbor takes");
tests::Reached unwrapped("a byte string unwrapped");

struct CborItemRelease {
  void operator()(cbor_item_t* item) const { cbor_decref(&item); }
};

void load(BytesView item) {
  cbor_load_result result{};
  const std::unique_ptr<cbor_item_t, CborItemRelease> loaded(
      cbor_load(item.data(), item.size(), &result));
  taken.count_if(loaded != nullptr);
  if (loaded) demand(result.read == item.size(), "libcbor reads what the guard passes to its end");
}

bool is_read_by_verifier(BytesView bytes) {
  core::webauthn::CborReader reader(bytes);
  return reader.read_any() && reader.bytes_left() == 0;
}

void wrap(BytesView bytes) {
  const auto content = device::unwrap_byte_string(bytes);
  if (!content) return;
  unwrapped.count_if(true);
  demand(device::is_bounded_cbor(bytes), "a byte string is an item");
  demand(std::ranges::equal(content.value(), bytes.last(content->size())),
         "its contents come last");
  constexpr std::array<std::uint8_t, 1> kEmptyMap{0xA0};
  const auto object = device::to_attestation_object("none", kEmptyMap, content.value());
  demand(device::is_bounded_cbor(object), "an attestation object is an item");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const BytesView bytes(input, size);
  const bool is_bounded = device::is_bounded_cbor(bytes);
  passed.count_if(is_bounded);
  if (is_bounded) {
    load(bytes);
    demand(!device::is_bounded_cbor(bytes.first(size - 1)), "no prefix of an item is one");
  }
  if (is_read_by_verifier(bytes)) demand(is_bounded, "what the verifier reads passes the guard");
  if (size > 1) {
    demand(device::is_bounded_answer(bytes) == device::is_bounded_cbor(bytes.subspan(1)),
           "an answer is a status and an item");
  }
  wrap(bytes);
  return 0;
}
