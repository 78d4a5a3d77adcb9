#include "device/softkey/ports.h"

#include <cstdlib>

#include <openssl/rand.h>

namespace firstkey::device::softkey {

Bytes Random::bytes(std::size_t count) {
  Bytes out(count);
  fill(out);
  return out;
}

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::steady_clock::now());
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) std::abort();
}

}  // namespace firstkey::device::softkey
