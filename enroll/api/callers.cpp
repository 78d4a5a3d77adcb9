#include "enroll/api/callers.h"

#include <algorithm>
#include <string_view>

namespace firstkey::enroll::api {

namespace {

std::unexpected<core::Error> unknown() {
  return core::fail(core::ErrorCode::kApiCredentialUnknown,
                    "an API credential that is good here is needed; an administrator makes one "
                    "with `firstkey api-credential create`");
}

/// Whether the error is about what was shown, rather than about the store.
bool concerns_caller(core::ErrorCode code) {
  return code == core::ErrorCode::kApiCredentialUnknown ||
         code == core::ErrorCode::kApiCredentialExpired ||
         code == core::ErrorCode::kApiCredentialRevoked;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

core::Secret bearer_of(const http::Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const auto header = request.header("authorization");
  if (!std::ranges::equal(header.substr(0, kScheme.size()), kScheme, {}, lower)) return {};
  return core::Secret(core::as_bytes(header.substr(kScheme.size())));
}

core::Result<Caller> Callers::identify(const http::Request& request) {
  const auto shown = bearer_of(request);
  if (shown.empty()) return unknown();
  const auto known = parts_.admission.identify(shown);
  if (known) {
    return Caller{.principal = core::ApiCaller{known.value()},
                  .name = "api-credential " + known->text()};
  }
  if (!concerns_caller(known.error().code)) return std::unexpected(known.error());
  if (parts_.refusals.take(request.peer)) return unknown();  // enough rows of this address
  if (auto told = parts_.admission.record_refusal(shown, request.peer); !told) {
    return std::unexpected(told.error());
  }
  return unknown();
}

}  // namespace firstkey::enroll::api
