// enroll: a pass becomes a registered key.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/station.h"
#include "enroll/app/commands.h"
#include "enroll/app/descriptor_input.h"
#include "enroll/app/enrollment.h"
#include "enroll/app/interruptible_call.h"
#include "enroll/app/screen_text.h"
#include "enroll/app/verdict_source.h"
#include "enroll/key_worker.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;

struct EnrollOptions {
  std::string user;
  bool is_resumption = false;
  std::optional<int> passcode_fd;
  std::optional<int> pin_fd;
  std::optional<int> count;
  std::string station;
  std::string verifier;
  bool shows_events = false;
  KeyOptions keys;
};

/// This machine's name, where it can be a station's.
std::string usual_station() {
  std::array<char, 65> name{};
  const bool is_known = ::gethostname(name.data(), name.size() - 1) == 0;
  return is_known && core::is_station_name(name.data()) ? name.data() : "station";
}

/// The passcode first: one descriptor may hold both, a line each.
Attempt<void> read_secrets(const EnrollOptions& options,
                           SignalWatch& signals,
                           EnrollmentWish& wish) {
  if (options.passcode_fd) {
    auto passcode = read_secret_line(*options.passcode_fd, "--passcode-fd", signals);
    if (!passcode) return std::unexpected(passcode.error());
    wish.passcode = std::move(*passcode);
  }
  if (options.pin_fd) {
    const auto line = read_secret_line(*options.pin_fd, "--pin-fd", signals);
    if (!line) return std::unexpected(line.error());
    const auto bytes = line->expose();  // on its way into a Pin, wiped memory to wiped memory
    auto pin = device::Pin::create({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!pin) return misuse("--pin-fd: a PIN has 4 characters or more, and at most 63 bytes");
    wish.pin = std::move(*pin);
  }
  for (const auto fd : {options.passcode_fd, options.pin_fd}) {
    if (fd && *fd > STDERR_FILENO) ::close(*fd);  // twice the same: the second time it is none
  }
  return {};
}

Attempt<EnrollmentWish> to_wish(const EnrollOptions& options, SignalWatch& signals) {
  auto keys = parse(options.keys);
  if (!keys) return std::unexpected(keys.error());
  const auto station = options.station.empty() ? usual_station() : options.station;
  if (!core::is_station_name(station)) {
    return misuse("--station is 1 to 64 letters, digits, hyphens, underscores and dots");
  }
  EnrollmentWish wish{.user_name = options.user,
                      .count = options.count,
                      .station = core::StationId(station),
                      .is_resumption = options.is_resumption,
                      .keys = std::move(*keys)};
  if (auto read = read_secrets(options, signals, wish); !read) {
    return std::unexpected(read.error());
  }
  return wish;
}

void write_to(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written <= 0) return;  // a reader that went away does not end an enrollment
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The story goes to standard output, and out of the way of the one object of --json.
CeremonyView::Screen screen_for(const EnrollOptions& options,
                                const Output& output,
                                const Terminal* terminal) {
  const bool takes_stderr = output.is_json() || options.shows_events;
  const int fd = takes_stderr ? STDERR_FILENO : STDOUT_FILENO;
  auto* const file = takes_stderr ? stderr : stdout;
  const bool is_live = terminal != nullptr && terminal->can_redraw() && ::isatty(fd) == 1;
  auto form = is_live ? ViewForm::kLive : ViewForm::kLines;
  if (output.is_json() && terminal == nullptr) form = ViewForm::kNothing;
  if (options.shows_events) form = ViewForm::kJsonLines;
  return {.write = [fd](std::string_view text) { write_to(fd, text); },
          .form = form,
          .has_colour = has_colour(file),
          .width = terminal != nullptr ? terminal->width() : 80};
}

/// The record as it is stored, where this program may see it, with the root its attestation led to;
/// of one stored before a resumption that root is not known any more.
json::object credential_json(VerdictSource& source, const CredentialStored& stored) {
  const auto record = source.record_of(stored.credential_id);
  auto object =
      record ? to_json(*record) : json::object{{"id", core::to_base64url(stored.credential_id)}};
  if (!stored.trust_root.empty()) object["trustRoot"] = stored.trust_root;
  return object;
}

void tell(const EnrollmentReport& report,
          VerdictSource& source,
          CeremonyView& view,
          const Output& output) {
  json::array credentials;
  for (const auto& stored : report.credentials) {
    credentials.push_back(credential_json(source, stored));
    view.say("Done",
             fmt::format("credential {} registered for {}; {} to spare",
                         short_id(stored.credential_id),
                         report.session.user_name,
                         countdown(report.time_to_spare)));
  }
  const auto spare = std::chrono::floor<std::chrono::seconds>(report.time_to_spare).count();
  output.object({{"userPrincipalName", report.session.user_name},
                 {"sessionId", report.session.session.text()},
                 {"correlationId", report.session.correlation.text()},
                 {"timeToSpareInSeconds", spare},
                 {"value", std::move(credentials)}});
}

std::string ticket_path(const std::string& folder, const core::StationId& station) {
  return folder + "/ticket-" + station.text();
}

/// Held while an enrollment runs at a station: two would share one ticket. Absent: another one is.
std::optional<device::FileDescriptor> lock_station(const std::string& ticket) {
  device::FileDescriptor lock(
      ::open((ticket + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (lock.is_open() && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return lock;
}

/// A key that ignores being stopped keeps its thread, and so does a call of the verifier that
/// nobody waits for; neither may outlive what it works with.
ExitCode leave(ExitCode code) {
  if (keys_left_alone() == 0 && calls_left_running() == 0) return code;
  (void)std::fflush(nullptr);
  std::_Exit(static_cast<int>(code));
}

ExitCode enroll(const Invocation& invocation, const EnrollOptions& options) {
  const auto output = invocation.output();
  SignalWatch signals;  // before the first thread
  auto wish = to_wish(options, signals);
  if (!wish) return output.failure(wish.error());
  const auto opened = VerdictSource::open(invocation.place, options.verifier);
  if (!opened) return output.failure(opened.error());
  auto& source = *opened.value();
  if (const auto& name = source.station()) wish->station = *name;
  const auto ticket = ticket_path(invocation.place.folder, wish->station);
  const auto lock = lock_station(ticket);
  if (!lock) {
    return output.failure(
        misuse("another enrollment runs at this station; give this one another --station").error());
  }
  const auto discovery = discover(wish->keys);
  TicketFile ticket_file(ticket);
  const auto terminal = Terminal::find();
  const auto* const person = terminal ? &*terminal : nullptr;
  CeremonyView view(screen_for(options, output, person), source.clock());
  Enrollment enrollment({.verifier = source.verifier(),
                         .discovery = *discovery,
                         .clock = source.clock(),
                         .random = source.random(),
                         .ticket_file = ticket_file,
                         .view = view,
                         .signals = signals,
                         .terminal = person,
                         .every_half_minute = [&source] { source.tick(); }});
  const auto report = enrollment.run(std::move(*wish));
  if (!report) return leave(output.failure(report.error()));
  tell(report.value(), source, view, output);
  return leave(ExitCode::kDone);
}

}  // namespace

void add_enroll_command(CLI::App& program, Invocation& invocation) {
  auto* command = program.add_subcommand("enroll", "Redeem a pass and register a key with it");
  command->footer(
      "Examples:\n  firstkey enroll lee@example.org\n"
      "  firstkey enroll --resume\n"
      "  firstkey --json enroll lee@example.org --passcode-fd 3 --pin-fd 4 3<passcode 4<pin\n"
      "Without a terminal --passcode-fd and --pin-fd are needed, and what would take a person\n"
      "ends the enrollment. 0 names standard input; one descriptor may hold both, a line each.");
  const auto options = std::make_shared<EnrollOptions>();
  command->add_option("user", options->user, "User principal name of the pass");
  command->add_flag("--resume",
                    options->is_resumption,
                    "Take up what a crash or a reboot broke off; the passcode is asked for again");
  command->add_option("--passcode-fd", options->passcode_fd, "Read the passcode from a descriptor");
  command->add_option("--pin-fd", options->pin_fd, "Read the key's PIN; a key without one gets it");
  command->add_option("--count", options->count, "Register so many keys [1]")
      ->check(CLI::Range(1, 10).description(""));
  command->add_option(
      "--station", options->station, "What the audit trail calls this place [host]");
  command->add_option(
      "--verifier", options->verifier, "Enroll at the verifier this station joined: https://HOST");
  command->add_flag("--events", options->shows_events, "Tell each step as JSON on standard error");
  add_key_options(*command, options->keys);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return enroll(invocation, *options); };
  });
}

}  // namespace firstkey::enroll
