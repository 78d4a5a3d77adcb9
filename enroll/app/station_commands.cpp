// station: add, list, remove, beside the store; join, at the station.

#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/administration/station_registry.h"
#include "core/passcode.h"
#include "enroll/app/commands.h"
#include "enroll/app/descriptor_input.h"
#include "enroll/app/input_file.h"
#include "enroll/app/station_access.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::Result;
using core::StationRegistry;

json::object station_json(const core::StationView& station) {
  json::object object{{"name", station.id.text()},
                      {"createdDateTime", core::to_rfc3339(station.created_at)},
                      {"joinedDateTime", nullptr}};
  if (station.joined_at) object["joinedDateTime"] = core::to_rfc3339(*station.joined_at);
  return object;
}

Result<void> add(Workplace& workplace, const Output& output, const std::string& name) {
  const auto added = StationRegistry(workplace.administration(), workplace.random()).add(name);
  if (!added) return std::unexpected(added.error());
  if (auto shown = output.secret_line(
          "Code", core::in_groups(added->code), "shown once; it cannot be shown again");
      !shown) {
    return shown;
  }
  output.line("Usable",
              fmt::format("until {}, once, at the station: firstkey station join --verifier URL",
                          local_time(added->station.code_expires_at)));
  return output.object_with_secret(station_json(added->station), "code", added->code);
}

Result<void> list(Workplace& workplace, const Output& output) {
  const auto stations = StationRegistry(workplace.administration(), workplace.random()).list();
  if (!stations) return std::unexpected(stations.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& station : stations.value()) {
    rows.push_back({station.id.text(),
                    local_time(station.created_at),
                    station.joined_at ? local_time(*station.joined_at)
                                      : "code until " + local_time(station.code_expires_at)});
    array.push_back(station_json(station));
  }
  output.table({"Station", "Added", "Joined"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> remove(Workplace& workplace, const Output& output, const std::string& name) {
  const auto removed = StationRegistry(workplace.administration(), workplace.random()).remove(name);
  if (!removed) return std::unexpected(removed.error());
  output.line("Removed", name + "; it is refused from now on");
  output.object({{"deleted", name}});
  return {};
}

constexpr std::size_t kLargestTrust = std::size_t{256} << 10U;
constexpr std::size_t kCredentialBytes = 32;

struct JoinOptions {
  std::string verifier;
  std::optional<int> code_fd;
  std::string trust;
};

/// The record to join with: the one an earlier try left, or a new one, written down.
Result<remote::StationRecord> begin(const remote::StationFile& file,
                                    const JoinOptions& options,
                                    std::string trust) {
  auto kept = file.load();
  if (!kept) return std::unexpected(kept.error());
  if (kept->has_value() && kept->value().name) {
    return core::fail(core::ErrorCode::kAlreadyExists,
                      "this station has joined " + kept->value().verifier + " as " +
                          kept->value().name->text() + "; remove its file to join anew");
  }
  core::SystemRandom random;
  remote::StationRecord record{.verifier = options.verifier,
                               .credential = kept->has_value() ? std::move(kept->value().credential)
                                                               : random.secret(kCredentialBytes),
                               .trust = std::move(trust),
                               .name = std::nullopt};
  if (auto gone = file.remove(); !gone) return std::unexpected(gone.error());
  if (auto begun = file.begin(record); !begun) return std::unexpected(begun.error());
  return record;
}

Attempt<core::StationId> join(const std::string& folder, const JoinOptions& options) {
  const auto as_failure = [](const auto& result) {
    return std::unexpected(to_failure(result.error()));
  };
  SignalWatch signals;
  if (!options.code_fd) return misuse("--code-fd is needed: the descriptor that holds the code");
  std::string trust;
  if (!options.trust.empty()) {
    auto read = read_input(options.trust, kLargestTrust);
    if (!read) return as_failure(read);
    trust = std::move(read.value());
  }
  if (const auto server = remote::ServerAddress::parse(options.verifier); !server) {
    return as_failure(server);
  }
  const auto code = read_secret_line(*options.code_fd, "--code-fd", signals);
  if (!code) return std::unexpected(code.error());
  const remote::StationFile file(station_file_path(folder));
  auto record = begin(file, options, std::move(trust));
  if (!record) return as_failure(record);
  auto access = StationAccess::with(std::move(record.value()));
  if (!access) return as_failure(access);
  auto name = access->verifier().join(code.value());
  if (!name) {
    // Refused for certain: the credential is nobody's, and the next code gets another.
    if (name.error().code == core::ErrorCode::kStationUnknown) (void)file.remove();
    return as_failure(name);
  }
  if (auto kept = file.complete(name.value()); !kept) return as_failure(kept);
  return std::move(name.value());
}

void add_join_command(CLI::App& family, Invocation& invocation) {
  auto* command = family.add_subcommand("join", "Make this machine a station of a verifier");
  const auto options = std::make_shared<JoinOptions>();
  command->add_option("--verifier", options->verifier, "https://HOST or https://HOST:PORT")
      ->required();
  command->add_option("--code-fd", options->code_fd, "Read the station's code from a descriptor");
  command->add_option(
      "--trust", options->trust, "Certificates in PEM to trust instead of the system's");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      const auto output = invocation.output();
      const auto name = join(invocation.place.folder, *options);
      if (!name) return output.failure(name.error());
      output.line("Joined", options->verifier + " as " + name->text());
      output.object({{"station", name->text()}, {"verifier", options->verifier}});
      return ExitCode::kDone;
    };
  });
}

}  // namespace

void add_station_commands(CLI::App& program, Invocation& invocation) {
  auto* family = add_family(program, "station", "Stations that call this verifier, or this one");
  add_command_on(
      *family,
      invocation,
      "add",
      "Admit a station by a code that is shown once",
      {.argument = "name", .argument_help = "What the audit trail calls it", .run = add});
  add_command(*family, invocation, "list", "Show the stations", list);
  add_command_on(*family,
                 invocation,
                 "remove",
                 "Refuse a station from now on",
                 {.argument = "name", .argument_help = "Its name", .run = remove});
  add_join_command(*family, invocation);
}

}  // namespace firstkey::enroll
