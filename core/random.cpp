#include "core/random.h"

#include <array>
#include <limits>
#include <stdexcept>

#include <openssl/rand.h>

namespace firstkey::core {

Bytes Random::bytes(std::size_t count) {
  Bytes out(count);
  fill(out);
  return out;
}

Secret Random::secret(std::size_t count) {
  auto out = Secret::of_size(count);
  fill(out.expose_mutable());
  return out;
}

std::uint32_t Random::below(std::uint32_t bound) {
  if (bound == 0) throw std::invalid_argument("Random::below needs a positive bound");
  // Draw again above the largest multiple of `bound`, so that each remainder is equally likely.
  constexpr std::uint32_t kMax = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t surplus = (kMax % bound + 1) % bound;
  while (true) {
    std::array<std::uint8_t, 4> drawn{};
    fill(drawn);
    std::uint32_t value = 0;
    for (const auto byte : drawn) value = value << 8U | byte;
    if (value <= kMax - surplus) return value % bound;
  }
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (out.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
    throw std::runtime_error("the system's random generator failed");
  }
}

}  // namespace firstkey::core
