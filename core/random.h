#pragma once
// The source of randomness, injected: the system's in programs, a seeded one in tests.

#include <cstdint>
#include <span>

#include "core/bytes.h"
#include "core/secret.h"

namespace firstkey::core {

class Random {
 public:
  virtual ~Random() = default;
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;

  /// Fills `out` wholly with unpredictable bytes. A source that cannot ends the program: to go on
  /// with predictable passcodes would be worse.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  [[nodiscard]] Bytes bytes(std::size_t count);
  [[nodiscard]] Secret secret(std::size_t count);
  /// Uniform in [0, bound) without modulo bias. `bound` must be positive.
  [[nodiscard]] std::uint32_t below(std::uint32_t bound);
};

/// OpenSSL's CSPRNG, seeded by the kernel. Threads: any.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace firstkey::core
