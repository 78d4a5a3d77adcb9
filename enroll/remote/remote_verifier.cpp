#include "enroll/remote/remote_verifier.h"

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include <boost/json.hpp>
#include <sodium.h>

#include "core/redemption_maker.h"
#include "core/strict_json.h"
#include "enroll/remote/wire.h"

namespace firstkey::enroll::remote {

namespace {

namespace json = boost::json;

constexpr std::size_t kLargestAnswer = std::size_t{1} << 20U;
/// A server too busy to begin is asked so often in all, and waited for so long at most each time.
constexpr int kTries = 5;
constexpr std::chrono::seconds kLongestPause{5};

/// Base64url, in memory that is wiped.
core::Secret text_of(const core::Secret& secret) {
  auto text = core::to_base64url(secret.expose());  // on its way into a request
  return core::Secret::take(text);
}

std::string exposed(const core::Secret& text) {
  return core::to_string(text.expose());  // into the request, which is wiped once it is sent
}

/// The JSON of `object`, in wiped memory but for the parser's.
core::Secret body_of(const json::object& object) {
  auto text = json::serialize(object);
  return core::Secret::take(text);
}

void wipe_member(json::object& object, std::string_view name) {
  auto& text = object.at(name).get_string();
  ::sodium_memzero(text.data(), text.size());
}

core::Error error_of(const http::Answer& answer) {
  const auto value = core::parse_strict_json(answer.body, kLargestAnswer);
  const auto* envelope =
      value && value->is_object() ? value->get_object().if_contains("error") : nullptr;
  const auto* error = envelope == nullptr ? nullptr : envelope->if_object();
  const auto* code = error == nullptr ? nullptr : error->if_contains("code");
  const auto* message = error == nullptr ? nullptr : error->if_contains("message");
  const auto known = code != nullptr && code->is_string()
                         ? core::error_code_from_string(std::string(code->get_string()))
                         : std::nullopt;
  if (known && message != nullptr && message->is_string()) {
    return {.code = *known, .detail = std::string(message->get_string())};
  }
  return {.code = core::ErrorCode::kVerifierUnreachable,
          .detail = "the verifier answered " + std::to_string(answer.status) +
                    ", which this firstkey cannot read"};
}

/// Refused before anything was begun: the server's queue is full, or this station too fast. A
/// lock-out, which is 429 too, is an answer.
bool was_too_busy(const http::Answer& answer) {
  return answer.status == 429 && answer.body.contains("\"too_many_requests\"");
}

std::chrono::seconds pause_of(const http::Answer& answer) {
  int seconds = 1;
  for (const auto& header : answer.headers) {
    if (header.name != "retry-after") continue;
    const auto& value = header.value;
    std::from_chars(value.data(), value.data() + value.size(), seconds);
  }
  return std::clamp(std::chrono::seconds(seconds), std::chrono::seconds(1), kLongestPause);
}

/// What `read` makes of the answer: one that does not read is none.
template <class Value>
core::Result<Value> read_with(const core::Result<json::value>& answer,
                              core::Result<Value> (*read)(const json::value&)) {
  if (!answer) return std::unexpected(answer.error());
  auto value = read(answer.value());
  if (value) return value;
  return core::fail(core::ErrorCode::kVerifierUnreachable,
                    "the verifier's answer does not read: " + value.error().detail);
}

core::Result<core::Redemption> to_redemption(const core::Result<json::value>& answer) {
  auto snapshot = read_with(answer, read_snapshot);
  if (!snapshot) return std::unexpected(snapshot.error());
  return core::RedemptionMaker::make(std::move(snapshot.value()));
}

}  // namespace

RemoteVerifier::RemoteVerifier(core::Secret credential, Ask ask, Rest rest)
    : credential_(std::move(credential)), ask_(std::move(ask)), rest_(std::move(rest)) {}

void RemoteVerifier::sleep(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

core::Result<json::value> RemoteVerifier::call(const Call& call) {
  const auto bearer = text_of(credential_);
  for (int tries = 1;; ++tries) {
    HttpsClient::Question question{.method = call.method,
                                   .path = "/enrollment/v1" + call.path,
                                   .headers = {{"Authorization", "Bearer " + exposed(bearer)}},
                                   .body = exposed(call.body)};
    if (call.session_secret != nullptr) {
      question.headers.push_back(
          {"Firstkey-Session-Secret", exposed(text_of(*call.session_secret))});
    }
    const auto answer = ask_(std::move(question));
    if (!answer) return std::unexpected(answer.error());
    if (answer->status == 200) {
      auto value = core::parse_strict_json(answer->body, kLargestAnswer);
      if (value) return std::move(value.value());
      return core::fail(core::ErrorCode::kVerifierUnreachable, "the verifier's answer is no JSON");
    }
    if (!was_too_busy(answer.value())) return std::unexpected(error_of(answer.value()));
    if (tries == kTries) {
      return core::fail(core::ErrorCode::kVerifierUnreachable,
                        "the verifier is too busy; try again in a minute");
    }
    rest_(pause_of(answer.value()));
  }
}

core::Result<json::value> RemoteVerifier::in_session(const core::SessionTicket& ticket,
                                                     const char* method,
                                                     const std::string& rest_of_path,
                                                     std::string_view body) {
  return call({.method = method,
               .path = "/sessions/" + ticket.session.text() + rest_of_path,
               .session_secret = &ticket.secret,
               .body = core::Secret(core::as_bytes(body))});
}

core::Result<core::StationId> RemoteVerifier::join(const core::Secret& code) {
  json::object body{{"code", exposed(code)}, {"credential", exposed(text_of(credential_))}};
  auto text = body_of(body);
  wipe_member(body, "code");
  wipe_member(body, "credential");
  const auto answer = call({.path = "/stations/join", .body = std::move(text)});
  if (!answer) return std::unexpected(answer.error());
  const auto* object = answer->if_object();
  const auto* station = object == nullptr ? nullptr : object->if_contains("station");
  if (station == nullptr || !station->is_string()) {
    return core::fail(core::ErrorCode::kVerifierUnreachable, "the verifier names no station");
  }
  return core::StationId(std::string(station->get_string()));
}

core::Result<core::Redemption> RemoteVerifier::redeem(core::RedemptionRequest request) {
  json::object body{{"userPrincipalName", request.user_name},
                    {"passcode", exposed(request.passcode)},
                    {"isSimulated", request.is_simulated}};
  auto text = body_of(body);
  wipe_member(body, "passcode");
  return to_redemption(call(
      {.path = "/sessions", .session_secret = &request.session_secret, .body = std::move(text)}));
}

core::Result<core::Redemption> RemoteVerifier::resume(core::ResumptionRequest request) {
  json::object body{{"passcode", exposed(request.passcode)}};
  auto text = body_of(body);
  wipe_member(body, "passcode");
  return to_redemption(call({.path = "/sessions/" + request.ticket.session.text() + "/resume",
                             .session_secret = &request.ticket.secret,
                             .body = std::move(text)}));
}

core::Result<core::IssuedOptions> RemoteVerifier::creation_options(
    const core::SessionTicket& ticket) {
  return read_with(in_session(ticket, "POST", "/creationOptions"), read_issued_options);
}

core::Result<core::RegistrationReceipt> RemoteVerifier::submit_registration(
    const core::SessionTicket& ticket, const std::string& response_json) {
  return read_with(in_session(ticket, "POST", "/registrations", response_json),
                   read_registration_receipt);
}

core::Result<core::IssuedOptions> RemoteVerifier::proof_options(const core::SessionTicket& ticket,
                                                                core::BytesView credential_id) {
  const auto path = "/credentials/" + core::to_base64url(credential_id) + "/proofOptions";
  return read_with(in_session(ticket, "POST", path), read_issued_options);
}

core::Result<core::ProofReceipt> RemoteVerifier::submit_proof(const core::SessionTicket& ticket,
                                                              const std::string& response_json) {
  return read_with(in_session(ticket, "POST", "/proofs", response_json), read_proof_receipt);
}

core::Result<core::SessionSnapshot> RemoteVerifier::withdraw(const core::SessionTicket& ticket,
                                                             core::BytesView credential_id) {
  const auto path = "/credentials/" + core::to_base64url(credential_id) + "/withdraw";
  return read_with(in_session(ticket, "POST", path), read_snapshot);
}

core::Result<void> RemoteVerifier::report_orphan(const core::SessionTicket& ticket,
                                                 const core::OrphanReport& report) {
  const auto heard = in_session(ticket, "POST", "/orphans", json::serialize(to_json(report)));
  if (!heard) return std::unexpected(heard.error());
  return {};
}

core::Result<core::SessionSnapshot> RemoteVerifier::finish(const core::SessionTicket& ticket) {
  return read_with(in_session(ticket, "POST", "/finish"), read_snapshot);
}

core::Result<core::SessionSnapshot> RemoteVerifier::snapshot(const core::SessionTicket& ticket) {
  return read_with(in_session(ticket, "GET", ""), read_snapshot);
}

}  // namespace firstkey::enroll::remote
