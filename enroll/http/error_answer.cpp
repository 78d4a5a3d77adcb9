#include "enroll/http/error_answer.h"

#include <algorithm>
#include <string>

#include <boost/json.hpp>

namespace firstkey::enroll::http {

namespace {

namespace json = boost::json;

constexpr std::size_t kLongestClientId = 128;
constexpr std::chrono::seconds kStorePause{2};

/// What the client calls its request, if that can be repeated to it.
std::string client_id_of(const Request& request) {
  const auto id = request.header("client-request-id");
  const bool is_plain =
      std::ranges::all_of(id, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  return id.size() <= kLongestClientId && is_plain ? std::string(id) : std::string();
}

}  // namespace

unsigned status_of(core::ErrorCode code) noexcept {
  using enum core::ErrorCode;
  switch (code) {
    case kInvalidArgument:
    case kPolicyInvalid:
    case kLifetimeOutOfRange:
    case kStartTimeInPast:
    case kMultiUseForbidden:
    case kExternalGuest:
    case kRegistrationInvalid:
    case kAttestationInvalid:
    case kAssertionInvalid:
    case kMetadataInvalid:
    case kMetadataNotNewer:
    case kMetadataOutOfDate:
      return 400;
    case kRoleMissing:
    case kNotForOneself:
    case kAdministratorsNeedPrivilegedRole:
    case kPrincipalUnknown:
    case kLastAdministrator:
    case kRefused:
    case kUserDisabled:
    case kUserOutOfScope:
    case kPassWrong:
    case kPassNotYetValid:
    case kPassExpired:
    case kPassUsed:
    case kPassDisabledByPolicy:
    case kKeyNotAllowed:
    case kSimulatorNotAllowed:
    case kProofRequired:
    case kAccountNotBound:
      return 403;
    case kNotFound:
    case kUserUnknown:
    case kPassUnknown:
    case kSessionUnknown:
    case kChallengeUnknown:
    case kCredentialUnknown:
      return 404;
    case kAlreadyExists:
    case kCredentialExists:
    case kTooManyCredentials:
    case kChallengeUsed:
    case kChallengeExpired:
    case kSessionEnded:
    case kWindowOver:
    case kClockUncertain:
    case kRelyingPartyFixed:
    case kAlreadyInitialised:
      return 409;
    case kLockedOut:
      return 429;
    case kStationUnknown:
    case kApiCredentialUnknown:
    case kApiCredentialExpired:
    case kApiCredentialRevoked:
      return 401;
    case kStoreFailed:
    case kStoreFull:
    case kStoreReadOnly:
    case kStoreDamaged:
    case kStoreNewer:
    case kStoreUnreachable:
    case kOutcomeUnknown:
    case kNotInitialised:
    case kVerifierUnreachable:
      return 503;
    case kPepperUnreadable:
    case kAuditBroken:
    case kAuditKeyUnreadable:
    case kNotShown:
      return 500;
  }
  return 500;  // a value outside the enumeration
}

Refusal refusal_of(const core::Error& error) noexcept {
  const auto status = status_of(error.code);
  // What a fault of ours says is for the log: it may name paths of this machine.
  return {.status = status,
          .code = core::to_string(error.code),
          .message = status >= 500 ? std::string_view("the server cannot do this now")
                                   : std::string_view(error.detail)};
}

Answer error_answer(const Refusal& refusal, const Request& request, core::Instant now) {
  json::object inner{{"date", core::to_rfc3339(now)}, {"request-id", request.id}};
  if (!refusal.reason.empty()) inner["code"] = refusal.reason;
  if (const auto id = client_id_of(request); !id.empty()) inner["client-request-id"] = id;
  const json::object envelope{
      {"error",
       {{"code", refusal.code}, {"message", refusal.message}, {"innerError", std::move(inner)}}}};
  Answer answer{.status = refusal.status, .body = json::serialize(envelope)};
  if (refusal.status == 401) answer.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (refusal.status == 503) {
    answer.headers.push_back({"Retry-After", std::to_string(kStorePause.count())});
  }
  return answer;
}

Answer error_answer(const core::Error& error, const Request& request, core::Instant now) {
  return error_answer(refusal_of(error), request, now);
}

Answer try_later(std::chrono::seconds wait, const Request& request, core::Instant now) {
  auto answer = error_answer(
      {.status = 429, .code = "too_many_requests", .message = "too many requests; try again later"},
      request,
      now);
  answer.headers.push_back({"Retry-After", std::to_string(wait.count())});
  return answer;
}

}  // namespace firstkey::enroll::http
