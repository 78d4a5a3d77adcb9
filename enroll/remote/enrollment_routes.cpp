#include "enroll/remote/enrollment_routes.h"

#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <sodium.h>

#include "core/strict_json.h"
#include "enroll/http/error_answer.h"
#include "enroll/remote/story_feed.h"
#include "enroll/remote/wire.h"

namespace firstkey::enroll::remote {

namespace {

namespace json = boost::json;
using http::Lane;

/// A secret of 32 bytes, as base64url without padding.
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSmallBody = 4096;
constexpr std::string_view kSessions = "/enrollment/v1/sessions/{}";

/// Bytes that were secret for as long as the request lasts: both forms are wiped.
std::optional<core::Secret> secret_of(std::string_view text) {
  auto bytes = core::from_base64url(text);
  if (!bytes || bytes->size() != kSecretBytes) return std::nullopt;
  core::Secret secret{core::BytesView(*bytes)};
  ::sodium_memzero(bytes->data(), bytes->size());
  return secret;
}

/// The credential of "Authorization: Bearer …".
std::optional<core::Secret> credential_of(const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.header("authorization");
  if (!header.starts_with(kScheme)) return std::nullopt;
  return secret_of(header.substr(kScheme.size()));
}

core::Result<json::value> parsed(std::string_view body) {
  auto value = core::parse_strict_json(body, kSmallBody);
  if (!value) {
    return core::fail(core::ErrorCode::kInvalidArgument, "not JSON: " + value.error().detail);
  }
  return std::move(value.value());
}

std::optional<std::string> text_in(json::value& body, std::string_view name) {
  const auto* object = body.if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains(name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return std::string(member->get_string());
}

/// The secret member `name`, wiped where it was.
std::optional<core::Secret> secret_in(json::value& body, std::string_view name) {
  auto* object = body.if_object();
  auto* member = object == nullptr ? nullptr : object->if_contains(name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  auto& text = member->get_string();
  core::Secret secret(core::as_bytes({text.data(), text.size()}));
  ::sodium_memzero(text.data(), text.size());
  return secret;
}

std::unexpected<core::Error> missing(const char* what) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::string(what) + " is missing or wrong");
}

core::Result<json::object> to_outcome(const auto& result) {
  if (!result) return std::unexpected(result.error());
  return to_json(result.value());
}

}  // namespace

void EnrollmentRoutes::add(http::Router& router,
                           const std::string& method,
                           const std::string& pattern,
                           Lane lane,
                           Answering answering) {
  router.add({method,
              pattern,
              lane,
              [this, does = std::move(answering)](http::Request& request,
                                                  const http::Arguments& arguments) {
                auto given = answer(request, arguments, does);
                ::sodium_memzero(request.body.data(), request.body.size());
                return given;
              }});
}

void EnrollmentRoutes::add_in_session(http::Router& router,
                                      const std::string& method,
                                      const std::string& pattern,
                                      AnsweringInSession answering) {
  add(router,
      method,
      std::string(kSessions) + pattern,
      Lane::kStore,
      [does = std::move(answering)](const Call& call) -> Outcome {
        auto secret = secret_of(call.request.header("firstkey-session-secret"));
        if (!secret) return missing("Firstkey-Session-Secret");
        const core::SessionTicket ticket{.session = core::SessionId(call.arguments.front()),
                                         .station = call.station,
                                         .secret = std::move(*secret)};
        return does(call, ticket);
      });
}

void EnrollmentRoutes::add_to(http::Router& router) {
  router.add({"POST",
              "/enrollment/v1/stations/join",
              Lane::kStore,
              [this](http::Request& request, const http::Arguments&) {
                auto given = join(request);
                ::sodium_memzero(request.body.data(), request.body.size());
                return given;
              }});
  add(router, "POST", "/enrollment/v1/sessions", Lane::kHash, [this](const Call& call) {
    return redeem(call);
  });
  add(router, "POST", std::string(kSessions) + "/resume", Lane::kHash, [this](const Call& call) {
    return resume(call);
  });
  add_in_session(router, "GET", "", [this](const Call&, const core::SessionTicket& ticket) {
    return to_outcome(parts_.verifier.snapshot(ticket));
  });
  add_in_session(
      router, "POST", "/creationOptions", [this](const Call&, const core::SessionTicket& ticket) {
        return to_outcome(parts_.verifier.creation_options(ticket));
      });
  add_in_session(
      router,
      "POST",
      "/registrations",
      [this](const Call& call, const core::SessionTicket& ticket) {
        return to_outcome(parts_.verifier.submit_registration(ticket, call.request.body));
      });
  add_in_session(router, "POST", "/finish", [this](const Call&, const core::SessionTicket& ticket) {
    return to_outcome(parts_.verifier.finish(ticket));
  });
  router.add({"GET",
              std::string(kSessions) + "/events",
              Lane::kStore,
              [this](http::Request& request, const http::Arguments& arguments) {
                return events(request, arguments);
              }});
  add_proofs_to(router);
}

void EnrollmentRoutes::add_proofs_to(http::Router& router) {
  const auto with_credential = [](const Call& call, const auto& ask) -> Outcome {
    const auto id = core::from_base64url(call.arguments[1]);
    if (!id) return missing("the credential's id");
    return to_outcome(ask(core::BytesView(*id)));
  };
  add_in_session(router,
                 "POST",
                 "/credentials/{}/proofOptions",
                 [this, with_credential](const Call& call, const core::SessionTicket& ticket) {
                   return with_credential(call, [&](core::BytesView id) {
                     return parts_.verifier.proof_options(ticket, id);
                   });
                 });
  add_in_session(router,
                 "POST",
                 "/credentials/{}/withdraw",
                 [this, with_credential](const Call& call, const core::SessionTicket& ticket) {
                   return with_credential(call, [&](core::BytesView id) {
                     return parts_.verifier.withdraw(ticket, id);
                   });
                 });
  add_in_session(
      router, "POST", "/proofs", [this](const Call& call, const core::SessionTicket& ticket) {
        return to_outcome(parts_.verifier.submit_proof(ticket, call.request.body));
      });
  add_in_session(router,
                 "POST",
                 "/orphans",
                 [this](const Call& call, const core::SessionTicket& ticket) -> Outcome {
                   const auto body = parsed(call.request.body);
                   if (!body) return std::unexpected(body.error());
                   const auto report = read_orphan_report(body.value());
                   if (!report) return std::unexpected(report.error());
                   const auto heard = parts_.verifier.report_orphan(ticket, report.value());
                   if (!heard) return std::unexpected(heard.error());
                   return json::object();
                 });
}

std::expected<core::StationId, http::Answer> EnrollmentRoutes::recognise(http::Request& request) {
  const auto now = parts_.clock.read().wall;
  const auto credential = credential_of(request);
  if (!credential) {
    const http::Refusal refusal{
        .status = 401, .code = "unauthenticated", .message = "a station's credential is needed"};
    return std::unexpected(http::error_answer(refusal, request, now));
  }
  auto station = parts_.admission.identify(*credential);
  if (!station && station.error().code == core::ErrorCode::kStationUnknown) {
    return std::unexpected(refuse_caller(request));
  }
  if (!station) return std::unexpected(http::error_answer(station.error(), request, now));
  if (const auto wait = parts_.by_station.take(station->text())) {
    return std::unexpected(http::try_later(*wait, request, now));
  }
  return std::move(station.value());
}

http::Answer EnrollmentRoutes::answer(http::Request& request,
                                      const http::Arguments& arguments,
                                      const Answering& answering) {
  const auto station = recognise(request);
  if (!station) return station.error();
  const auto outcome =
      answering({.request = request, .arguments = arguments, .station = station.value()});
  auto given = outcome ? http::Answer{.body = json::serialize(outcome.value())}
                       : http::error_answer(outcome.error(), request, parts_.clock.read().wall);
  given.principal = "station " + station->text();
  return given;
}

http::Answer EnrollmentRoutes::events(http::Request& request, const http::Arguments& arguments) {
  const auto now = parts_.clock.read().wall;
  const auto station = recognise(request);
  if (!station) return station.error();
  auto secret = secret_of(request.header("firstkey-session-secret"));
  if (!secret) {
    const auto wrong = missing("Firstkey-Session-Secret");
    return http::error_answer(wrong.error(), request, now);
  }
  core::SessionTicket ticket{.session = core::SessionId(arguments.front()),
                             .station = station.value(),
                             .secret = std::move(*secret)};
  auto feed = StoryFeed::open({.store = parts_.store, .watch = parts_.watch},
                              std::move(ticket),
                              request.header("last-event-id"));
  if (!feed) return http::error_answer(feed.error(), request, now);
  return {.content_type = "text/event-stream",
          .principal = "station " + station->text(),
          .events = std::move(feed.value())};
}

http::Answer EnrollmentRoutes::refuse_caller(http::Request& request) {
  const auto now = parts_.clock.read().wall;
  if (const auto wait = parts_.refusals.take(request.peer)) {
    return http::try_later(*wait, request, now);
  }
  if (const auto told = parts_.admission.record_refusal(request.peer); !told) {
    return http::error_answer(told.error(), request, now);
  }
  return http::error_answer({.code = core::ErrorCode::kStationUnknown,
                             .detail = "this station is not known here; ask an administrator"},
                            request,
                            now);
}

http::Answer EnrollmentRoutes::join(http::Request& request) {
  const auto now = parts_.clock.read().wall;
  if (const auto wait = parts_.refusals.take(request.peer)) {
    return http::try_later(*wait, request, now);
  }
  auto body = parsed(request.body);
  if (!body) return http::error_answer(body.error(), request, now);
  const auto code = secret_in(body.value(), "code");
  const auto text = secret_in(body.value(), "credential");
  // Read as text, straight from wiped memory.
  const auto bytes = text ? text->expose() : core::BytesView();
  const auto credential = secret_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!code || !credential) {
    const auto wrong = missing("code or credential");
    return http::error_answer(wrong.error(), request, now);
  }
  const auto station = parts_.admission.join(*code, *credential);
  if (!station) return http::error_answer(station.error(), request, now);
  return {.body = json::serialize(json::object{{"station", station->text()}}),
          .principal = "station " + station->text()};
}

EnrollmentRoutes::Outcome EnrollmentRoutes::redeem(const Call& call) {
  auto body = parsed(call.request.body);
  if (!body) return std::unexpected(body.error());
  auto user_name = text_in(body.value(), "userPrincipalName");
  auto passcode = secret_in(body.value(), "passcode");
  auto secret = secret_of(call.request.header("firstkey-session-secret"));
  const auto* simulated = user_name ? body->get_object().if_contains("isSimulated") : nullptr;
  if (!user_name) return missing("userPrincipalName");
  if (!passcode) return missing("passcode");
  if (!secret) return missing("Firstkey-Session-Secret");
  if (simulated != nullptr && !simulated->is_bool()) return missing("isSimulated");
  core::RedemptionRequest request{.user_name = std::move(*user_name),
                                  .passcode = std::move(*passcode),
                                  .station = call.station,
                                  .session_secret = std::move(*secret),
                                  .is_simulated = simulated != nullptr && simulated->get_bool()};
  const auto redemption = parts_.verifier.redeem(std::move(request));
  if (!redemption) return std::unexpected(redemption.error());
  return to_json(redemption->snapshot());
}

EnrollmentRoutes::Outcome EnrollmentRoutes::resume(const Call& call) {
  auto body = parsed(call.request.body);
  if (!body) return std::unexpected(body.error());
  auto passcode = secret_in(body.value(), "passcode");
  auto secret = secret_of(call.request.header("firstkey-session-secret"));
  if (!passcode) return missing("passcode");
  if (!secret) return missing("Firstkey-Session-Secret");
  core::ResumptionRequest request{.ticket = {.session = core::SessionId(call.arguments.front()),
                                             .station = call.station,
                                             .secret = std::move(*secret)},
                                  .passcode = std::move(*passcode)};
  const auto redemption = parts_.verifier.resume(std::move(request));
  if (!redemption) return std::unexpected(redemption.error());
  return to_json(redemption->snapshot());
}

}  // namespace firstkey::enroll::remote
