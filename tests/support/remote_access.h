#pragma once
// A verifier reached over the enrollment API, routes and wire and all but the network: what a
// station has. The suites of LocalVerifier run over it as well (tests/enroll/remote/).

#include <cctype>
#include <future>
#include <map>
#include <string>
#include <utility>

#include <fcntl.h>

#include "core/local_verifier.h"
#include "core/station_admission.h"
#include "device/file_descriptor.h"
#include "enroll/http/dispatcher.h"
#include "enroll/remote/enrollment_routes.h"
#include "enroll/remote/remote_verifier.h"
#include "tests/contract/store_fixtures.h"

namespace firstkey::tests {

/// What a server has between its connections and a verifier.
class ServedVerifier {
 public:
  ServedVerifier(core::Store& store, core::Verifier& verifier, const core::Clock& clock)
      : admission_(store),
        by_station_(clock, kNoLimit),
        refusals_(clock, {.burst = 5, .a_second = 1}),
        watch_(store),
        routes_({.verifier = verifier,
                 .admission = admission_,
                 .store = store,
                 .watch = watch_,
                 .clock = clock,
                 .by_station = by_station_,
                 .refusals = refusals_}),
        by_address_(clock, kNoLimit),
        log_(clock, nowhere_.get()),
        dispatcher_({.router = router_,
                     .clock = clock,
                     .random = random_,
                     .by_address = by_address_,
                     .store_workers = workers_,
                     .hash_workers = workers_,
                     .metrics = metrics_,
                     .log = log_}) {
    routes_.add_to(router_);
  }

  [[nodiscard]] enroll::remote::StoryWatch& watch() noexcept { return watch_; }

  /// Waits for the answer.
  enroll::http::Answer ask(enroll::http::Request request) {
    request.peer = "192.0.2.7";
    std::promise<enroll::http::Answer> given;
    auto answer = given.get_future();
    dispatcher_.dispatch(std::move(request),
                         [&](enroll::http::Answer done) { given.set_value(std::move(done)); });
    return answer.get();
  }
  /// The same, as a client's library would ask.
  enroll::http::Answer ask(enroll::remote::HttpsClient::Question question) {
    enroll::http::Request request{.method = std::move(question.method),
                                  .path = std::move(question.path),
                                  .body = std::move(question.body)};
    for (auto& header : question.headers) {
      for (auto& c : header.name) c = static_cast<char>(std::tolower(c));
      request.headers.push_back(std::move(header));
    }
    return ask(std::move(request));
  }

 private:
  static constexpr enroll::http::Rate kNoLimit{.burst = 1'000'000, .a_second = 1'000'000};

  core::SystemRandom random_;
  core::StationAdmission admission_;
  enroll::http::RateLimit by_station_;
  enroll::http::RateLimit refusals_;
  enroll::remote::StoryWatch watch_;
  enroll::remote::EnrollmentRoutes routes_;
  enroll::http::Router router_;
  enroll::http::RateLimit by_address_;
  device::FileDescriptor nowhere_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  enroll::http::Metrics metrics_;
  enroll::http::RequestLog log_;
  enroll::http::WorkerPool workers_{2, 64};
  enroll::http::Dispatcher dispatcher_;
};

/// The credential of a test's station.
inline core::Secret credential_of(const std::string& station) {
  const auto digest = core::sha256(core::as_bytes("credential of " + station));
  return core::Secret(core::BytesView(digest));
}

inline core::Station joined_station(const std::string& name) {
  return {.id = core::StationId(name),
          .code_hash = core::sha256(core::as_bytes("code of " + name)),
          .code_expires_at = {},
          .created_at = {},
          .joined_at = core::Instant(),
          .credential_hash = core::sha256(credential_of(name).expose())};
}

/// All stations of a test at once: each call goes out with the credential of its ticket's station.
class RemoteAccess final : public core::Verifier {
 public:
  using Verifier = RemoteAccess;

  RemoteAccess(core::Store& store, core::LocalVerifier& local, const core::Clock& clock)
      : store_(store), local_(local), served_(store, local, clock) {}

  RemoteAccess& verifier() { return *this; }

  core::Result<core::Redemption> redeem(core::RedemptionRequest request) override {
    auto& station = of(request.station);
    return station.redeem(std::move(request));
  }
  core::Result<core::Redemption> resume(core::ResumptionRequest request) override {
    auto& station = of(request.ticket.station);
    return station.resume(std::move(request));
  }
  core::Result<core::IssuedOptions> creation_options(const core::SessionTicket& ticket) override {
    return of(ticket.station).creation_options(ticket);
  }
  core::Result<core::RegistrationReceipt> submit_registration(const core::SessionTicket& ticket,
                                                              const std::string& json) override {
    return of(ticket.station).submit_registration(ticket, json);
  }
  core::Result<core::IssuedOptions> proof_options(const core::SessionTicket& ticket,
                                                  core::BytesView id) override {
    return of(ticket.station).proof_options(ticket, id);
  }
  core::Result<core::ProofReceipt> submit_proof(const core::SessionTicket& ticket,
                                                const std::string& json) override {
    return of(ticket.station).submit_proof(ticket, json);
  }
  core::Result<core::SessionSnapshot> withdraw(const core::SessionTicket& ticket,
                                               core::BytesView id) override {
    return of(ticket.station).withdraw(ticket, id);
  }
  core::Result<void> report_orphan(const core::SessionTicket& ticket,
                                   const core::OrphanReport& report) override {
    return of(ticket.station).report_orphan(ticket, report);
  }
  core::Result<core::SessionSnapshot> finish(const core::SessionTicket& ticket) override {
    return of(ticket.station).finish(ticket);
  }
  core::Result<core::SessionSnapshot> snapshot(const core::SessionTicket& ticket) override {
    return of(ticket.station).snapshot(ticket);
  }
  /// What a server does by itself.
  core::Result<void> tick() { return local_.tick(); }

 private:
  enroll::remote::RemoteVerifier& of(const core::StationId& station) {
    const auto found = stations_.find(station);
    if (found != stations_.end()) return found->second;
    commit(store_, [&](core::WriteTransaction& t) {
      auto settings = t.settings().value();
      settings.stations.push_back(joined_station(station.text()));
      t.put_settings(settings);
    });
    return stations_
        .try_emplace(
            station,
            credential_of(station.text()),
            [this](enroll::remote::HttpsClient::Question question)
                -> core::Result<enroll::http::Answer> { return served_.ask(std::move(question)); },
            [](std::chrono::milliseconds) {})
        .first->second;
  }

  core::Store& store_;
  core::LocalVerifier& local_;
  ServedVerifier served_;
  std::map<core::StationId, enroll::remote::RemoteVerifier> stations_;
};

/// A store in memory, and the verifier on top of it elsewhere.
class RemoteFixture : public MemoryFixture {
 public:
  using Access = RemoteAccess;
};

}  // namespace firstkey::tests
