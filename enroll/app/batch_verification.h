#pragma once
// Registrations in bulk, over every core, answered in the order they came.

#include <cstdint>
#include <cstdio>

#include "core/webauthn/batch_line.h"
#include "enroll/app/failure.h"

namespace firstkey::enroll {

struct BatchCount {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
};

/// Reads lines from `input` until it is over and writes an answer a line to `output`, flushed
/// whenever there is nothing more to answer. Memory does not grow with the batch.
/// Errors: input that cannot be read (kUsage), output that cannot be written (kStore).
[[nodiscard]] Attempt<BatchCount> verify_batch(int input,
                                               std::FILE* output,
                                               const core::webauthn::ExaminationTerms& terms);

}  // namespace firstkey::enroll
