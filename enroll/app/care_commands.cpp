// session, lockout and clock: looking after what runs.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/administration/lockout_control.h"
#include "core/administration/session_control.h"
#include "core/administration/store_care.h"
#include "enroll/app/commands.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::Result;

std::string_view name_of(core::SessionState state) {
  switch (state) {
    case core::SessionState::kOpen:
      return "open";
    case core::SessionState::kCompleted:
      return "completed";
    case core::SessionState::kCancelled:
      return "cancelled";
    case core::SessionState::kExpired:
      return "expired";
    case core::SessionState::kEnded:
      return "ended";
  }
  return "ended";
}

Result<void> list_sessions(Workplace& workplace, const Output& output) {
  const auto sessions = core::SessionControl(workplace.administration()).list(100);
  if (!sessions) return std::unexpected(sessions.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& session : sessions.value()) {
    rows.push_back({session.id.text(),
                    session.user_name,
                    session.station.text(),
                    std::string(name_of(session.state)),
                    local_time(session.opened_at),
                    local_time(session.expires_at)});
    array.push_back({{"id", session.id.text()},
                     {"userPrincipalName", session.user_name},
                     {"station", session.station.text()},
                     {"state", std::string(name_of(session.state))},
                     {"openedDateTime", core::to_rfc3339(session.opened_at)},
                     {"expiresDateTime", core::to_rfc3339(session.expires_at)},
                     {"endedReason", session.ended_reason},
                     {"isSimulated", session.is_simulated},
                     {"credentials", session.credentials},
                     {"correlationId", session.correlation.text()}});
  }
  output.table({"Session", "User", "Station", "State", "Opened", "Expires"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> list_lockouts(Workplace& workplace, const Output& output) {
  const auto lockouts = core::LockoutControl(workplace.administration(), workplace.pepper()).list();
  if (!lockouts) return std::unexpected(lockouts.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& lockout : lockouts.value()) {
    const char* scope = lockout.scope == core::LockoutScope::kName      ? "name"
                        : lockout.scope == core::LockoutScope::kStation ? "station"
                                                                        : "name at station";
    const auto until = lockout.needs_clearing  ? std::string("cleared by staff")
                       : lockout.blocked_until ? local_time(lockout.blocked_until.value())
                                               : std::string("-");
    rows.push_back({scope,
                    lockout.user_name.value_or("-"),
                    std::to_string(lockout.attempts),
                    local_time(lockout.last_at),
                    until});
    array.push_back({{"scope", scope},
                     {"userPrincipalName", lockout.user_name.value_or("")},
                     {"attempts", lockout.attempts},
                     {"lastDateTime", core::to_rfc3339(lockout.last_at)},
                     {"needsClearing", lockout.needs_clearing}});
  }
  output.table({"Scope", "User", "Attempts", "Last", "Blocked until"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> show_clock(Workplace& workplace, const Output& output) {
  const auto state = core::StoreCare(workplace.administration(), workplace.clock()).clock();
  if (!state) return std::unexpected(state.error());
  const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(state->ahead()).count();
  output.line("Wall", local_time(state->reading.wall));
  output.line("Decides at", local_time(state->now));
  output.line("Ahead", fmt::format("{} s", ahead));
  if (state->certainty == core::ClockCertainty::kWentBackOverReboot) {
    output.line("Careful", "the clock went back while the machine was off");
  }
  output.object({{"wallDateTime", core::to_rfc3339(state->reading.wall)},
                 {"nowDateTime", core::to_rfc3339(state->now)},
                 {"aheadInSeconds", ahead},
                 {"isCertain", state->certainty == core::ClockCertainty::kCertain}});
  return {};
}

Result<void> reset_clock(Workplace& workplace, const Output& output) {
  const auto reset = core::StoreCare(workplace.administration(), workplace.clock()).reset_clock();
  if (!reset) return std::unexpected(reset.error());
  output.say(fmt::format("The wall clock is believed again; {} passes deleted, {} sessions ended",
                         reset->passes,
                         reset->sessions));
  output.object({{"passes", reset->passes}, {"sessions", reset->sessions}});
  return {};
}

}  // namespace

void add_care_commands(CLI::App& program, Invocation& invocation) {
  auto* session = add_family(program, "session", "Enrollment sessions");
  add_command(*session, invocation, "list", "List the newest sessions", list_sessions);
  add_command_on(
      *session,
      invocation,
      "end",
      "End an open session",
      {.argument = "id",
       .argument_help = "Session id",
       .run =
           [](Workplace& workplace, const Output& output, const std::string& id) -> Result<void> {
         const auto ended =
             core::SessionControl(workplace.administration()).end(core::SessionId(id));
         if (!ended) return ended;
         output.say("Ended");
         output.object({{"ended", id}});
         return {};
       }});

  auto* lockout = add_family(program, "lockout", "Limits on guessing");
  add_command(*lockout, invocation, "list", "List what is counted", list_lockouts);
  const auto stations = std::make_shared<std::vector<std::string>>();
  auto* clear = add_command_on(
      *lockout,
      invocation,
      "clear",
      "Forget the attempts at a name",
      {.argument = "user",
       .argument_help = "User principal name, in the directory or not",
       .run = [stations](Workplace& workplace, const Output& output, const std::string& name)
           -> Result<void> {
         std::vector<core::StationId> ids;
         for (const auto& station : *stations) ids.emplace_back(station);
         const auto cleared = core::LockoutControl(workplace.administration(), workplace.pepper())
                                  .clear_name(name, ids);
         if (!cleared) return cleared;
         output.say("Cleared " + name);
         output.object({{"cleared", name}});
         return {};
       }});
  clear->add_option("--station", *stations, "Also its pauses at this station; repeatable");

  auto* clock = add_family(program, "clock", "The time decisions are made at");
  add_command(*clock, invocation, "show", "Show it beside the wall clock", show_clock);
  add_command(*clock,
              invocation,
              "reset",
              "Believe the wall clock again; deletes every pass and ends every session",
              reset_clock);
}

}  // namespace firstkey::enroll
