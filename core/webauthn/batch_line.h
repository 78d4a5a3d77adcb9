#pragma once
// Registrations in bulk: one line of JSON each, answered by one line of JSON each. A line that does
// not read is an answer, never the end of the batch.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/webauthn/examination.h"

namespace firstkey::core::webauthn {

struct LineAnswer {
  bool is_accepted = false;
  std::string json;  ///< one object on one line, without its end
};

/// The longest line, in bytes: two documents and what is around them.
inline constexpr std::size_t kMaxBatchLine = 130 * 1024;

/// Judges a line `{"id", "options", "response"}`, the `number`th of its batch, and answers
/// `{"id", "verdict", "code", "attestation"}`: "accept" or "refuse", with the code of a refusal and
/// the attestation of what was accepted, null otherwise. A line without an id, a text or a whole
/// number, is told by its "line".
/// Threads: any.
[[nodiscard]] LineAnswer answer_line(std::string_view line,
                                     std::uint64_t number,
                                     const ExaminationTerms& terms);

}  // namespace firstkey::core::webauthn
