#pragma once
// What a command comes to before anybody has touched the key.

#include <functional>
#include <variant>

#include "device/softkey/bytes.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey {

/// A question to the user, and what follows a touch.
struct Consent {
  std::move_only_function<Result<Bytes>()> when_granted;
};

/// The CBOR of an answer, or a question.
using Outcome = Result<std::variant<Bytes, Consent>>;

/// An answer that asks for nobody, as an outcome.
[[nodiscard]] inline Outcome at_once(Result<Bytes> answer) {
  if (!answer) return std::unexpected(answer.error());
  return std::move(*answer);
}

}  // namespace firstkey::device::softkey
