#pragma once
// How core reports failure: a value, or one Error a caller can branch on without reading text.

#include <expected>
#include <string>

#include "core/error.h"

namespace firstkey::core {

template <class Value>
using Result = std::expected<Value, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
  return std::unexpected(Error{.code = code, .detail = std::move(detail)});
}

}  // namespace firstkey::core
