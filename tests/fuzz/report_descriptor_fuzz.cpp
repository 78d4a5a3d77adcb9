// Report descriptors of anything that is plugged in. Whatever is one of FIDO says so in its bytes,
// and goes on being one when more follows.

#include <algorithm>

#include "device/report_descriptor.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using device::BytesView;
using tests::demand;

namespace {

tests::Reached is_fido("a FIDO interface");

/// Usage page F1D0, least byte first.
constexpr std::array<std::uint8_t, 2> kFidoPage{0xD0, 0xF1};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const BytesView descriptor(input, std::min(size, device::kMaxReportDescriptor));
  const bool is_one = device::declares_fido(descriptor);
  is_fido.count_if(is_one);
  if (is_one) {
    demand(!std::ranges::search(descriptor, kFidoPage).empty(), "it names FIDO's usage page");
  } else if (!descriptor.empty()) {
    demand(!device::declares_fido(descriptor.first(descriptor.size() - 1)),
           "what follows takes nothing back");
  }
  return 0;
}
