// Requests of the enrollment API as a hostile client or station sends them: path, headers and body.
// Whatever is sent is answered with a status and a body that the real client can read; what a
// verifier is asked was read whole.

#include "core/redemption_maker.h"
#include "core/station_admission.h"
#include "core/store/memory_store.h"
#include "enroll/remote/enrollment_routes.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/input_script.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using tests::demand;

namespace {

tests::Reached redeemed("redemptions read");
tests::Reached reported("reports of orphans read");

class StillClock final : public core::Clock {
 public:
  [[nodiscard]] core::ClockReading read() const override {
    return {.wall = core::Instant(std::chrono::seconds(1'777'636'800)),
            .since_boot = std::chrono::hours(1),
            .boot_id = "boot"};
  }
};

/// Answers everything, once it has checked that it was asked something whole.
class AgreeingVerifier final : public core::Verifier {
 public:
  core::Result<core::Redemption> redeem(core::RedemptionRequest request) override {
    redeemed.count_if(true);
    demand(request.session_secret.size() == 32, "a session's secret has 32 bytes");
    demand(request.station.text() == "kiosk", "the station is the one that showed its credential");
    return core::RedemptionMaker::make({});
  }
  core::Result<core::Redemption> resume(core::ResumptionRequest request) override {
    check(request.ticket);
    return core::RedemptionMaker::make({});
  }
  core::Result<core::IssuedOptions> creation_options(const core::SessionTicket& ticket) override {
    check(ticket);
    return core::IssuedOptions{.json = "{}"};
  }
  core::Result<core::RegistrationReceipt> submit_registration(const core::SessionTicket& ticket,
                                                              const std::string&) override {
    check(ticket);
    return core::RegistrationReceipt{};
  }
  core::Result<core::IssuedOptions> proof_options(const core::SessionTicket& ticket,
                                                  core::BytesView) override {
    check(ticket);
    return core::IssuedOptions{.json = "{}"};
  }
  core::Result<core::ProofReceipt> submit_proof(const core::SessionTicket& ticket,
                                                const std::string&) override {
    check(ticket);
    return core::ProofReceipt{};
  }
  core::Result<core::SessionSnapshot> withdraw(const core::SessionTicket& ticket,
                                               core::BytesView) override {
    check(ticket);
    return core::SessionSnapshot{};
  }
  core::Result<void> report_orphan(const core::SessionTicket& ticket,
                                   const core::OrphanReport&) override {
    reported.count_if(true);
    check(ticket);
    return {};
  }
  core::Result<core::SessionSnapshot> finish(const core::SessionTicket& ticket) override {
    check(ticket);
    return core::SessionSnapshot{};
  }
  core::Result<core::SessionSnapshot> snapshot(const core::SessionTicket& ticket) override {
    check(ticket);
    return core::SessionSnapshot{};
  }

 private:
  static void check(const core::SessionTicket& ticket) {
    demand(ticket.secret.size() == 32, "a session's secret has 32 bytes");
    demand(!ticket.session.empty(), "a session has an id");
  }
};

/// The API, once for all inputs, with the station "kiosk" whose credential is 32 zeros.
class Api {
 public:
  Api() {
    core::Settings settings;
    settings.stations = {{.id = core::StationId("kiosk"),
                          .joined_at = core::Instant(),
                          .credential_hash = core::sha256(core::Bytes(32, 0))}};
    const auto written = store_.write([&](core::WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return core::Store::Ending::kCommit;
    });
    demand(written.has_value(), "a store in memory writes");
    routes_.add_to(router);
  }

  enroll::http::Router router;

 private:
  StillClock clock_;
  core::SystemRandom random_;
  core::MemoryStore store_{clock_, random_};
  core::StationAdmission admission_{store_};
  enroll::remote::StoryWatch watch_{store_};
  AgreeingVerifier verifier_;
  enroll::http::RateLimit unlimited_{clock_, {.burst = 2'000'000'000, .a_second = 1}};
  // None at all: a refusal writes nothing, so that memory stays as it is.
  enroll::http::RateLimit none_{clock_, {.burst = 0, .a_second = 1}};
  enroll::remote::EnrollmentRoutes routes_{{.verifier = verifier_,
                                            .admission = admission_,
                                            .store = store_,
                                            .watch = watch_,
                                            .clock = clock_,
                                            .by_station = unlimited_,
                                            .refusals = none_}};
};

std::string text_of(core::BytesView bytes) {
  return core::to_string(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  static Api api;
  tests::InputScript script({input, size});
  const auto flags = script.byte();
  enroll::http::Request request{.method = (flags & 1U) != 0 ? "GET" : "POST", .peer = "192.0.2.7"};
  const auto zeros = core::to_base64url(core::Bytes(32, 0));
  const bool is_known = (flags & 2U) == 0;
  request.headers.push_back(
      {"authorization", is_known ? "Bearer " + zeros : text_of(script.take(script.byte()))});
  const bool has_secret = (flags & 4U) == 0;
  request.headers.push_back(
      {"firstkey-session-secret", has_secret ? zeros : text_of(script.take(script.byte()))});
  request.path = text_of(script.take(script.byte()));
  request.body = text_of(script.take(size));
  const auto found = api.router.find(request.method, request.path);
  const auto* match = std::get_if<enroll::http::Router::Match>(&found);
  if (match == nullptr) return 0;
  const auto answer = match->route->action(request, match->arguments);
  demand(answer.status >= 200 && answer.status < 500, "bad input is never the server's failure");
  demand(!answer.body.empty(), "there is always a body");
  return 0;
}
