// Client data. What is accepted, written in the standard's form, reads as the same.

#include "core/webauthn/client_data.h"
#include "tests/fuzz/demand.h"

using firstkey::core::as_bytes;
using firstkey::core::webauthn::parse_client_data;
using firstkey::core::webauthn::serialize;
using firstkey::tests::demand;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  auto client = parse_client_data({input, size});
  if (!client) return 0;
  // The form of §5.8.1.1 has a top origin only beside crossOrigin, and escapes may make it longer.
  if (!client->is_cross_origin) client->top_origin.reset();
  const auto written = serialize(client.value());
  if (written.size() > firstkey::core::webauthn::kMaxClientDataSize) return 0;
  const auto again = parse_client_data(as_bytes(written));
  demand(again && again.value() == client.value(), "what is written reads as the same");
  return 0;
}
