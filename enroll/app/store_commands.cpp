// store: making one, checking it, backing it up, and letting it go on elsewhere.

#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/administration/store_beginning.h"
#include "core/administration/store_care.h"
#include "core/pepper_mark.h"
#include "core/store/open_store.h"
#include "core/store/store_transfer.h"
#include "enroll/app/commands.h"

namespace firstkey::enroll {

namespace {

using core::Result;

/// Opening is what makes and migrates a store; nothing of it is used.
ExitCode open_only(const Invocation& invocation, core::StorePresence presence) {
  const auto output = invocation.output();
  const core::SystemClock clock;
  core::SystemRandom random;
  const auto opened = core::open_store(invocation.place.store, presence, clock, random);
  if (!opened) return output.failure(opened.error());
  output.line("Store", invocation.place.store + ", of this program's schema");
  output.object({{"store", invocation.place.store}});
  return ExitCode::kDone;
}

Result<void> check_store(Workplace& workplace, const Output& output) {
  const auto checked = core::StoreCare(workplace.administration(), workplace.clock()).check();
  if (!checked) return checked;
  output.say("The store is sound and its audit trail unbroken");
  output.object({{"isSound", true}});
  return {};
}

Result<void> back_up(Workplace& workplace, const Output& output, const std::string& path) {
  const auto copied = core::StoreCare(workplace.administration(), workplace.clock()).back_up(path);
  if (!copied) return copied;
  output.line("Copy", path);
  output.line("Not in it", "the pepper: back it up apart");
  output.object({{"path", path}});
  return {};
}

/// Restores the backup `file` where no store is. The pepper has to be here.
Result<core::RestoredStore> restore(const Place& place, const std::string& file) {
  const core::SystemClock clock;
  core::SystemRandom random;
  const auto pepper = core::KeyFilePepper::open(place.pepper());
  if (!pepper) return std::unexpected(pepper.error());
  const auto owner = begin_account(place, random);
  if (!owner) return std::unexpected(owner.error());
  core::RestoredStore restored;
  const auto done = core::restore_store(
      {.from = file,
       .to = place.store,
       .folder = place.folder,
       .check =
           [&](const core::Settings& settings) {
             return settings.pepper_mark ? core::check_mark(*settings.pepper_mark, pepper.value())
                                         : Result<void>();
           },
       .begin = [&](core::Store& store, const core::Settings& settings) -> Result<void> {
         const auto begun = core::begin_epoch(store, settings, owner.value());
         if (!begun) return std::unexpected(begun.error());
         restored = begun.value();
         return {};
       }},
      clock,
      random);
  if (!done) return std::unexpected(done.error());
  return restored;
}

ExitCode tell_restored(const Invocation& invocation, const std::string& file) {
  const auto output = invocation.output();
  const auto restored = restore(invocation.place, file);
  if (!restored) return output.failure(restored.error());
  output.line("Store", invocation.place.store + " (restored)");
  output.line("Void", fmt::format("passes: {}", restored->passes));
  output.line("Ended", fmt::format("open sessions: {}", restored->sessions));
  output.line("Stations", fmt::format("{}, to be added and joined anew", restored->stations));
  output.object({{"store", invocation.place.store},
                 {"epoch", restored->epoch},
                 {"passes", restored->passes},
                 {"sessions", restored->sessions},
                 {"stations", restored->stations}});
  return ExitCode::kDone;
}

Result<void> copy(Workplace& workplace,
                  const Output& output,
                  const Place& place,
                  const std::string& to) {
  const auto allowed =
      core::StoreCare(workplace.administration(), workplace.clock()).authorise_copy();
  if (!allowed) return allowed;
  const Place target{.store = to, .folder = place.folder};
  const auto owner = begin_account(target, workplace.random());
  if (!owner) return std::unexpected(owner.error());
  const auto copied =
      core::copy_store({.from = place.store,
                        .to = to,
                        .folder = place.folder,
                        .check = [](const core::Settings&) { return Result<void>(); },
                        .begin =
                            [&](core::Store& store, const core::Settings& settings) {
                              return core::begin_copy(store, settings, owner.value());
                            }},
                       workplace.clock(),
                       workplace.random());
  if (!copied) return copied;
  output.line("Store", to + " has everything and goes on");
  output.line("Over", place.store + " is refused from now on");
  output.object({{"store", to}});
  return {};
}

void add_transfer_commands(CLI::App& family, Invocation& invocation) {
  const auto file = std::make_shared<std::string>();
  auto* restoring = family.add_subcommand("restore", "Go on from a backup, where no store is");
  restoring->add_option("file", *file, "What `store backup` wrote")->required();
  restoring->footer(
      "What happened since the backup is not in it. So every pass and API credential is void,\n"
      "every session ends, and stations are added and joined anew. The pepper has to be here.");
  restoring->callback([&invocation, file] {
    invocation.action = [&invocation, file] { return tell_restored(invocation, *file); };
  });

  const auto to = std::make_shared<std::string>();
  auto* copying = add_command(family,
                              invocation,
                              "copy",
                              "Copy a file's store into a database, where it goes on",
                              [&invocation, to](Workplace& workplace, const Output& output) {
                                return copy(workplace, output, invocation.place, *to);
                              });
  copying->add_option("--to", *to, "postgresql://HOST/DATABASE, without a store")->required();
}

}  // namespace

void add_store_commands(CLI::App& program, Invocation& invocation) {
  auto* store = add_family(program, "store", "The store itself");
  const auto opening = [&](const char* name, const char* help, core::StorePresence presence) {
    store->add_subcommand(name, help)->callback([&invocation, presence] {
      invocation.action = [&invocation, presence] { return open_only(invocation, presence); };
    });
  };
  opening(
      "init", "Make its tables, for firstkey init to begin", core::StorePresence::kMayBeCreated);
  opening("migrate", "Bring its tables up to date", core::StorePresence::kMustExist);
  add_command(*store, invocation, "check", "Check the store and the audit trail", check_store);
  add_command_on(
      *store,
      invocation,
      "backup",
      "Copy the store while it is used",
      {.argument = "path", .argument_help = "A file that does not exist", .run = back_up});
  add_transfer_commands(*store, invocation);
}

}  // namespace firstkey::enroll
