#pragma once
// A byte string that must not leak: passcodes, PINs, peppers, session secrets. Move-only, wiped on
// destruction and when moved from, without printing or ordinary equality. The one way to its bytes
// is expose(), so `grep expose(` lists every place that sees a secret.

#include <cstddef>

#include "core/bytes.h"

namespace firstkey::core {

class Secret {
 public:
  Secret() noexcept = default;
  /// Copies `bytes` into memory that is locked where the system allows and left out of core dumps.
  /// The caller wipes its own copy.
  explicit Secret(BytesView bytes);
  /// Copies `text` and wipes it.
  [[nodiscard]] static Secret take(std::string& text);
  /// A zeroed secret of `size` bytes, to be filled through expose_mutable().
  [[nodiscard]] static Secret of_size(std::size_t size);

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Valid as long as this object and unchanged by others; never keep it.
  [[nodiscard]] BytesView expose() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::span<std::uint8_t> expose_mutable() noexcept { return {data_, size_}; }

  /// Equality whose time depends on the lengths alone.
  [[nodiscard]] bool equals(const Secret& other) const noexcept;

 private:
  void wipe() noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace firstkey::core
