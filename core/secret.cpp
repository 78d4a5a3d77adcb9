#include "core/secret.h"

#include <algorithm>
#include <new>
#include <utility>

#include <sodium.h>

namespace firstkey::core {

namespace {

std::uint8_t* allocate(std::size_t size) {
  static const int kReady =
      sodium_init();  // idempotent and thread-safe; -1 is no source of entropy
  if (kReady < 0) throw std::bad_alloc();
  auto* memory = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

Secret::Secret(BytesView bytes) : size_(bytes.size()) {
  if (size_ == 0) return;
  data_ = allocate(size_);
  std::ranges::copy(bytes, data_);
}

Secret Secret::take(std::string& text) {
  Secret secret(as_bytes(text));
  sodium_memzero(text.data(), text.size());
  text.clear();
  return secret;
}

Secret Secret::of_size(std::size_t size) {
  Secret secret;
  if (size == 0) return secret;
  secret.data_ = allocate(size);
  secret.size_ = size;
  std::fill_n(secret.data_, size, std::uint8_t{0});
  return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() {
  wipe();
}

void Secret::wipe() noexcept {
  sodium_free(data_);  // zeroes before it releases; takes null
  data_ = nullptr;
  size_ = 0;
}

bool Secret::equals(const Secret& other) const noexcept {
  return equal_constant_time(expose(), other.expose());
}

}  // namespace firstkey::core
