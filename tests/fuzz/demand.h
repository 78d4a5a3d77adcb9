#pragma once
// What must hold of whatever a parser accepted: a violation stops the fuzzer, which keeps the
// input.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "core/bytes.h"

namespace firstkey::tests {

inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

/// Whether `part` lies within `whole`.
[[nodiscard]] inline bool is_within(core::BytesView part, core::BytesView whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace firstkey::tests

/// libFuzzer calls it with each input and expects 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size);
