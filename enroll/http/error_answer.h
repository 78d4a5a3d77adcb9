#pragma once
// The one form of every refusal: Microsoft Graph's error envelope, {"error": {"code", "message",
// "innerError": {"date", "request-id", "client-request-id"}}}. Codes are stable, messages are for
// people. Source: Microsoft Graph, "Error responses and resource types".

#include <chrono>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "enroll/http/exchange.h"

namespace firstkey::enroll::http {

/// What a refused caller hears. `code` as core::to_string spells it, or one of the server's own:
/// "not_found", "method_not_allowed", "unauthenticated", "too_many_requests", "too_large".
struct Refusal {
  unsigned status = 500;
  std::string_view code;
  std::string_view message;
  std::string_view reason;  ///< the code inside "innerError", where `code` is a class of them
};

/// A refusal of core: the status its code has, and its words unless they are about this machine.
/// It refers to `error`.
[[nodiscard]] Refusal refusal_of(const core::Error& error) noexcept;

/// A 503 comes with Retry-After.
[[nodiscard]] Answer error_answer(const Refusal& refusal,
                                  const Request& request,
                                  core::Instant now);

[[nodiscard]] Answer error_answer(const core::Error& error,
                                  const Request& request,
                                  core::Instant now);

/// 429 with Retry-After.
[[nodiscard]] Answer try_later(std::chrono::seconds wait,
                               const Request& request,
                               core::Instant now);

[[nodiscard]] unsigned status_of(core::ErrorCode code) noexcept;

}  // namespace firstkey::enroll::http
