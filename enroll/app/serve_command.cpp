// serve: the verifier for stations elsewhere.

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <unistd.h>

#include "core/api_admission.h"
#include "core/head_signer.h"
#include "core/local_verifier.h"
#include "core/station_admission.h"
#include "enroll/api/callers.h"
#include "enroll/app/commands.h"
#include "enroll/app/regular_work.h"
#include "enroll/graph/graph_routes.h"
#include "enroll/http/error_answer.h"
#include "enroll/http/server.h"
#include "enroll/remote/enrollment_routes.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;

/// Threads that wait for the store's one writer, which takes as many at once.
constexpr std::size_t kStoreWorkers = 8;
constexpr std::size_t kStoreRoom = 512;
/// Some seconds of hashing; who comes later is told to come back.
constexpr std::size_t kHashRoom = 64;
/// Source: ours. An enrollment is some ten requests.
constexpr http::Rate kAddressRate{.burst = 400, .a_second = 200};
constexpr http::Rate kStationRate{.burst = 200, .a_second = 50};
constexpr http::Rate kCallerRate{.burst = 200, .a_second = 50};
constexpr http::Rate kRefusalRate{.burst = 10, .a_second = 1};

struct ServeOptions {
  std::string listen;
  std::string insecure;
  std::string metrics;
  http::TlsFiles tls;
  std::string audit_heads;
  int audit_seconds = 60;
};

/// The signing of heads: once before anybody is served, at intervals, and once at the end.
class HeadWork {
 public:
  /// All must outlive this; `workplace` too.
  HeadWork(Workplace& workplace, core::AuditKey key, const ServeOptions& options)
      : key_(std::move(key)),
        signer_(workplace.store(), key_, options.audit_heads),
        interval_(options.audit_seconds) {}

  [[nodiscard]] core::Result<void> sign() {
    const auto head = signer_.sign();
    return head ? core::Result<void>() : std::unexpected(head.error());
  }
  /// From now on, telling `log` what fails.
  void begin(http::RequestLog& log) {
    regularly_.emplace(interval_, [this, &log] { sign_and_tell(log); });
  }
  void end(http::RequestLog& log) {
    regularly_.reset();
    sign_and_tell(log);
  }

 private:
  void sign_and_tell(http::RequestLog& log) {
    if (const auto done = sign(); !done) log.said("audit_head_failed", done.error().detail);
  }

  core::AuditKey key_;
  core::HeadSigner signer_;
  std::chrono::seconds interval_;
  std::optional<RegularWork> regularly_;
};

/// Nothing if heads are not asked for. Errors: those of AuditKey::open and HeadSigner::sign: a
/// trail that cannot be signed now is not served.
core::Result<std::unique_ptr<HeadWork>> head_work_in(Workplace& workplace,
                                                     const ServeOptions& options) {
  if (options.audit_heads.empty()) return nullptr;
  auto key = core::AuditKey::open(workplace.audit_key_path(), workplace.random());
  if (!key) return std::unexpected(key.error());
  auto work = std::make_unique<HeadWork>(workplace, std::move(key.value()), options);
  if (auto done = work->sign(); !done) return std::unexpected(done.error());
  return work;
}

/// "ADDRESS:PORT" or "[ADDRESS]:PORT".
std::optional<http::Door> door_of(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  http::Door door;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, door.port);
  if (error != std::errc() || rest != end) return std::nullopt;
  door.address = text.substr(0, colon);
  if (door.address.starts_with('[') && door.address.ends_with(']')) {
    door.address = door.address.substr(1, door.address.size() - 2);
  }
  return door;
}

/// Whether the program runs, and whether its store answers: for those who start and watch it.
void add_health_to(http::Router& router, core::Store& store, const core::Clock& clock) {
  router.add({"GET", "/healthz", http::Lane::kAtOnce, [](http::Request&, const http::Arguments&) {
                return http::Answer{.body = R"({"status":"ok"})"};
              }});
  router.add({"GET",
              "/readyz",
              http::Lane::kStore,
              [&store, &clock](http::Request& request, const http::Arguments&) {
                bool is_initialised = false;
                const auto looked = store.read([&](core::ReadTransaction& transaction) {
                  is_initialised = transaction.settings().has_value();
                });
                if (looked && is_initialised) return http::Answer{.body = R"({"status":"ok"})"};
                const auto error =
                    looked ? core::Error{.code = core::ErrorCode::kNotInitialised} : looked.error();
                return http::error_answer(error, request, clock.read().wall);
              }});
}

/// All of a running verifier but the server itself, in the order it is taken down in: workers last,
/// for what they hold is the server's.
class Service {
 public:
  explicit Service(Workplace& workplace)
      : workplace_(workplace),
        verifier_(workplace.store(), workplace.random(), workplace.pepper(), workplace.hasher()),
        admission_(workplace.store()),
        api_admission_(workplace.store()) {
    verifier_.set_at_full_station(core::AtFullStation::kIsRefused);
    routes_.add_to(router_);
    graph_.add_to(router_);
    add_health_to(router_, workplace.store(), workplace.clock());
    metrics_router_.add(
        {"GET", "/metrics", http::Lane::kAtOnce, [this](http::Request&, const http::Arguments&) {
           return http::Answer{.body = metrics_.text(),
                               .content_type = "text/plain; version=0.0.4"};
         }});
  }

  [[nodiscard]] http::Dispatcher& dispatcher() noexcept { return dispatcher_; }
  [[nodiscard]] http::Dispatcher& metrics_dispatcher() noexcept { return metrics_dispatcher_; }
  [[nodiscard]] http::Server::Reports reports() noexcept {
    return {.metrics = metrics_, .log = log_};
  }
  [[nodiscard]] http::RequestLog& log() noexcept { return log_; }
  /// Before the server goes, which what they hold belongs to.
  void end_workers() {
    story_work_.reset();
    hash_workers_.reset();
    store_workers_.reset();
  }

 private:
  [[nodiscard]] http::Dispatcher::Parts parts_with(const http::Router& router) {
    return {.router = router,
            .clock = workplace_.clock(),
            .random = workplace_.random(),
            .by_address = by_address_,
            .store_workers = *store_workers_,
            .hash_workers = *hash_workers_,
            .metrics = metrics_,
            .log = log_};
  }

  Workplace& workplace_;
  core::LocalVerifier verifier_;
  core::StationAdmission admission_;
  remote::StoryWatch story_watch_{workplace_.store()};
  core::ApiAdmission api_admission_;
  http::Metrics metrics_;
  http::RequestLog log_{workplace_.clock(), STDERR_FILENO};
  http::RateLimit by_address_{workplace_.clock(), kAddressRate};
  http::RateLimit by_station_{workplace_.clock(), kStationRate};
  http::RateLimit refusals_{workplace_.clock(), kRefusalRate};
  remote::EnrollmentRoutes routes_{{.verifier = verifier_,
                                    .admission = admission_,
                                    .store = workplace_.store(),
                                    .watch = story_watch_,
                                    .clock = workplace_.clock(),
                                    .by_station = by_station_,
                                    .refusals = refusals_}};
  http::RateLimit by_caller_{workplace_.clock(), kCallerRate};
  api::Callers callers_{{.admission = api_admission_, .refusals = refusals_}};
  graph::GraphRoutes graph_{
      {.reception = {.store = workplace_.store(),
                     .clock = workplace_.clock(),
                     .identify = [this](const auto& request) { return callers_.identify(request); },
                     .by_caller = by_caller_},
       .random = workplace_.random(),
       .pepper = workplace_.pepper(),
       .hasher = workplace_.hasher()}};
  http::Router router_;
  http::Router metrics_router_;
  std::unique_ptr<http::WorkerPool> store_workers_ =
      std::make_unique<http::WorkerPool>(kStoreWorkers, kStoreRoom);
  std::unique_ptr<http::WorkerPool> hash_workers_ = std::make_unique<http::WorkerPool>(
      std::max(2U, std::thread::hardware_concurrency()) - 1, kHashRoom);
  http::Dispatcher dispatcher_{parts_with(router_)};
  http::Dispatcher metrics_dispatcher_{parts_with(metrics_router_)};
  // What fails here fails again where it is told: in the next transaction.
  RegularWork ticks_{core::kTickInterval, [this] { (void)verifier_.tick(); }};
  std::unique_ptr<RegularWork> story_work_ =
      std::make_unique<RegularWork>(remote::kStoryPause, [this] { story_watch_.look(); });
};

/// The doors that were asked for. Errors: usage.
Attempt<std::vector<http::Door>> doors_of(const ServeOptions& options, Service& service) {
  std::vector<http::Door> doors;
  const auto add = [&](const std::string& text,
                       const http::TlsFiles* tls,
                       http::Dispatcher& dispatcher) -> Attempt<void> {
    auto door = door_of(text);
    if (!door) return misuse(text + " is no ADDRESS:PORT");
    door->tls = tls;
    door->dispatcher = &dispatcher;
    doors.push_back(std::move(*door));
    return {};
  };
  if (!options.listen.empty()) {
    if (options.tls.certificate.empty() || options.tls.key.empty()) {
      return misuse("--listen needs --certificate and --key");
    }
    if (auto added = add(options.listen, &options.tls, service.dispatcher()); !added) {
      return std::unexpected(added.error());
    }
  }
  if (!options.insecure.empty()) {
    if (auto added = add(options.insecure, nullptr, service.dispatcher()); !added) {
      return std::unexpected(added.error());
    }
  }
  if (doors.empty()) return misuse("say where to listen: --listen ADDRESS:PORT");
  if (!options.metrics.empty()) {
    if (auto added = add(options.metrics, nullptr, service.metrics_dispatcher()); !added) {
      return std::unexpected(added.error());
    }
  }
  return doors;
}

void tell_doors(const std::vector<http::Door>& doors,
                const std::vector<std::uint16_t>& ports,
                const Output& output) {
  json::array listening;
  for (std::size_t i = 0; i < doors.size(); ++i) {
    const bool is_v6 = doors[i].address.contains(':');
    const auto url = std::string(doors[i].tls != nullptr ? "https://" : "http://") +
                     (is_v6 ? "[" + doors[i].address + "]" : doors[i].address) + ":" +
                     std::to_string(ports[i]);
    output.line("Listening", url);
    listening.emplace_back(url);
  }
  output.object({{"listening", std::move(listening)}});
  (void)std::fflush(stdout);  // whoever started this waits for it
}

ExitCode serve(const Invocation& invocation, const ServeOptions& options) {
  const auto output = invocation.output();
  auto workplace = Workplace::open(invocation.place);
  if (!workplace) return output.failure(workplace.error());
  Service service(*workplace.value());
  const auto doors = doors_of(options, service);
  if (!doors) return output.failure(doors.error());
  auto server = http::Server::open(*doors, http::Limits{}, service.reports());
  if (!server) return output.failure(server.error());
  auto heads = head_work_in(*workplace.value(), options);
  if (!heads) return output.failure(heads.error());
  if (heads.value()) heads.value()->begin(service.log());
  tell_doors(*doors, server.value()->ports(), output);
  server.value()->run();
  service.end_workers();
  if (heads.value()) heads.value()->end(service.log());
  return ExitCode::kDone;
}

}  // namespace

void add_serve_command(CLI::App& program, Invocation& invocation) {
  auto* command = program.add_subcommand("serve", "Be the verifier of stations elsewhere");
  command->footer(
      "Examples:\n"
      "  firstkey serve --listen 0.0.0.0:8443 --certificate chain.pem --key key.pem\n"
      "  firstkey serve --insecure-http 127.0.0.1:8080 --metrics 127.0.0.1:9464\n"
      "SIGTERM finishes what runs and ends; SIGHUP reads the certificate again. Each request is a\n"
      "line of JSON on standard error.");
  const auto options = std::make_shared<ServeOptions>();
  command->add_option("--listen", options->listen, "ADDRESS:PORT for HTTPS; port 0: a free one");
  command->add_option("--certificate", options->tls.certificate, "Its certificate chain, in PEM");
  command->add_option("--key", options->tls.key, "The certificate's key, in PEM");
  command->add_option(
      "--insecure-http", options->insecure, "ADDRESS:PORT for plain HTTP, on loopback only");
  command->add_option(
      "--metrics", options->metrics, "ADDRESS:PORT for Prometheus, on loopback only");
  auto* heads = command->add_option(
      "--audit-heads", options->audit_heads, "Sign where the audit trail ends, into this file");
  command->add_option("--audit-interval", options->audit_seconds, "…every so many seconds [60]")
      ->needs(heads)
      ->check(CLI::Range(1, 86'400));
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return serve(invocation, *options); };
  });
}

}  // namespace firstkey::enroll
