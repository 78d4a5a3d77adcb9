// The enrollment API as whoever calls it meets it: who is let in, what bad input gets.

#include "enroll/remote/enrollment_routes.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "enroll/remote/wire.h"
#include "tests/support/remote_access.h"
#include "tests/support/verifier_fixture.h"

namespace json = boost::json;
using firstkey::core::ErrorCode;
using firstkey::core::OrphanCause;
using firstkey::core::OrphanReport;
using firstkey::core::Secret;
using firstkey::core::SessionId;
using firstkey::core::StationId;
using firstkey::core::to_base64url;
using firstkey::core::WriteTransaction;
using firstkey::enroll::http::Answer;
using firstkey::enroll::http::Request;
using firstkey::enroll::remote::HttpsClient;
using firstkey::enroll::remote::read_orphan_report;
using firstkey::enroll::remote::RemoteVerifier;
using firstkey::enroll::remote::to_json;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

namespace {

class ApiFixture : public VerifierFixture<MemoryFixture> {
 public:
  ApiFixture() {
    edit_settings([](auto& settings) { settings.stations = {joined_station("kiosk")}; });
  }

  static std::string bearer(const std::string& station) {
    return "Bearer " + to_base64url(credential_of(station).expose());
  }
  static Request request(const std::string& method, const std::string& path) {
    return {.method = method,
            .path = "/enrollment/v1" + path,
            .headers = {{"authorization", bearer("kiosk")},
                        {"firstkey-session-secret",
                         to_base64url(EnrollmentFixture::secret_of("secret").expose())}}};
  }
  /// Asks with this body; the status.
  unsigned post(const std::string& path, const std::string& body) {
    auto asked = request("POST", path);
    asked.body = body;
    return served.ask(std::move(asked)).status;
  }
  static std::string code_of(const Answer& answer) {
    return std::string(json::parse(answer.body).at("error").at("code").as_string());
  }

  ServedVerifier served{store(), local, clock};
};

}  // namespace

TEST_SUITE("enroll/remote/enrollment_routes") {
  TEST_CASE("without a credential, or with one that is none, nothing is answered") {
    ApiFixture f;
    for (const auto* shown : {"", "Bearer", "Bearer abc", "Basic YTpi"}) {
      CAPTURE(shown);
      auto asked = f.request("POST", "/sessions");
      asked.headers.front().value = shown;
      const auto answer = f.served.ask(std::move(asked));
      CHECK(answer.status == 401);
      CHECK(f.code_of(answer) == "unauthenticated");
    }
  }

  TEST_CASE("a credential nobody holds is refused and audited, and over a limit only refused") {
    ApiFixture f;
    const auto ask = [&] {
      auto asked = f.request("GET", "/sessions/any");
      asked.headers.front().value = f.bearer("desk");
      return f.served.ask(std::move(asked));
    };
    for (int i = 0; i < 5; ++i) CHECK(f.code_of(ask()) == "station_unknown");
    CHECK(f.last_audit().action == "station.call");
    const auto rows = f.audit().size();
    CHECK(ask().status == 429);
    CHECK(f.audit().size() == rows);
  }

  TEST_CASE("a station joins by its code, and its credential counts from then on") {
    ApiFixture f;
    f.edit_settings([&](auto& settings) {
      auto station = joined_station("desk");
      station.joined_at.reset();
      station.credential_hash = {};
      station.code_hash = firstkey::core::sha256(firstkey::core::as_bytes("7KQM3TXF7KQM3TXF"));
      station.code_expires_at = f.clock.wall() + std::chrono::minutes(1);
      settings.stations.push_back(station);
    });
    RemoteVerifier desk(credential_of("desk"), [&](HttpsClient::Question question) {
      return firstkey::core::Result<Answer>(f.served.ask(std::move(question)));
    });
    CHECK(desk.join(Secret(firstkey::core::as_bytes("7kqm-3txf-7kqm-3txf"))) == StationId("desk"));
    CHECK(refusal(desk.join(Secret(firstkey::core::as_bytes("another")))) ==
          ErrorCode::kStationUnknown);
  }

  TEST_CASE("somebody else's session, or its secret alone, opens nothing") {
    ApiFixture f;
    const auto ticket = f.open_one_time();
    auto own = f.request("GET", "/sessions/" + ticket.session.text());
    CHECK(f.served.ask(own).status == 200);
    auto other = own;
    other.headers[1].value = to_base64url(EnrollmentFixture::secret_of("guess").expose());
    CHECK(f.code_of(f.served.ask(other)) == "session_unknown");
    other.headers[1].value = "short";
    CHECK(f.served.ask(other).status == 400);
    f.edit_settings([](auto& settings) { settings.stations.push_back(joined_station("desk")); });
    own.headers.front().value = f.bearer("desk");
    CHECK(f.code_of(f.served.ask(own)) == "session_unknown");
  }

  TEST_CASE("a redemption that lacks something, or has it wrong, says what") {
    ApiFixture f;
    for (const auto* body : {"",
                             "{",
                             "[]",
                             "{}",
                             R"({"userPrincipalName":"lee@example.org"})",
                             R"({"userPrincipalName":7,"passcode":"a"})",
                             R"({"userPrincipalName":"lee","passcode":["a"]})",
                             R"({"userPrincipalName":"lee","passcode":"a","isSimulated":1})",
                             R"({"userPrincipalName":"lee","passcode":"a","passcode":"b"})",
                             "{\"userPrincipalName\":\"\xFF\",\"passcode\":\"a\"}"}) {
      CAPTURE(body);
      CHECK(f.post("/sessions", body) == 400);
    }
    CHECK(f.post("/sessions", R"({"userPrincipalName":")" + std::string(5000, 'x') + "\"}") == 400);
  }

  TEST_CASE("members nobody knows are ignored, and a refusal is neutral") {
    ApiFixture f;
    auto asked = f.request("POST", "/sessions");
    asked.body = R"({"userPrincipalName":"nobody@example.org","passcode":"7KQM3TXF","extra":1})";
    const auto answer = f.served.ask(std::move(asked));
    CHECK(answer.status == 403);
    CHECK(f.code_of(answer) == "refused");
    CHECK(answer.principal == "station kiosk");
  }

  TEST_CASE("a replayed registration is answered as the first was; another's body is none") {
    ApiFixture f;
    const auto ticket = f.open_one_time();
    TestAuthenticator key;
    const auto response = f.response(ticket, key);
    const auto path = "/sessions/" + ticket.session.text() + "/registrations";
    CHECK(f.post(path, response) == 200);
    CHECK(f.post(path, response) == 200);
    CHECK(f.post(path, "{}") == 400);
    CHECK(f.post("/sessions/" + ticket.session.text() + "/orphans", R"({"place":"here"})") == 400);
  }

  TEST_CASE("a server too busy is asked again, as long as it says and not for ever") {
    int asked = 0;
    std::chrono::milliseconds rested{0};
    RemoteVerifier verifier(
        credential_of("kiosk"),
        [&](const HttpsClient::Question&) -> firstkey::core::Result<Answer> {
          ++asked;
          return Answer{.status = 429,
                        .body = R"({"error":{"code":"too_many_requests","message":"later"}})",
                        .headers = {{"retry-after", "3"}}};
        },
        [&](std::chrono::milliseconds time) { rested += time; });
    const auto ticket = EnrollmentFixture::ticket(SessionId("s"));
    CHECK(refusal(verifier.snapshot(ticket)) == ErrorCode::kVerifierUnreachable);
    CHECK(asked == 5);
    CHECK(rested == std::chrono::seconds(12));
  }

  TEST_CASE("an answer that does not read is no answer") {
    for (const auto* body : {"", "[]", "{}", R"({"sessionId":1})"}) {
      CAPTURE(body);
      RemoteVerifier verifier(credential_of("kiosk"),
                              [&](const HttpsClient::Question&) -> firstkey::core::Result<Answer> {
                                return Answer{.status = 200, .body = body};
                              });
      CHECK(refusal(verifier.snapshot(EnrollmentFixture::ticket(SessionId("s")))) ==
            ErrorCode::kVerifierUnreachable);
    }
  }

  TEST_CASE("every report of an orphan travels") {
    for (const auto cause : {OrphanCause::kTooLate,
                             OrphanCause::kCancelled,
                             OrphanCause::kRefused,
                             OrphanCause::kVerifierLost,
                             OrphanCause::kWithdrawn}) {
      const OrphanReport report{.credential_id = {1, 2},
                                .aaguid = {},
                                .cause = cause,
                                .place = OrphanReport::Place::kRemoved};
      CHECK(read_orphan_report(to_json(report)) == report);
    }
  }
}
