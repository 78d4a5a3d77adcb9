// session, lockout, audit, clock and store: looking after what runs.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/administration/audit_trail.h"
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

json::object audit_json(const core::AuditRow& row) {
  json::object details;
  for (const auto& [name, value] : row.details) details[name] = value;
  json::object personal;
  for (const auto& [name, field] : row.personal) personal[name] = field.value;
  return {{"chain", row.chain},
          {"sequence", row.sequence},
          {"activityDateTime", core::to_rfc3339(row.at)},
          {"action", row.action},
          {"outcome", row.outcome},
          {"correlationId", row.correlation.text()},
          {"details", std::move(details)},
          {"personal", std::move(personal)},
          {"hash", core::to_hex(row.hash)}};
}

struct AuditOptions {
  std::string correlation;
  std::string action;
  std::string reference;
  std::size_t limit = 100;
};

Result<void> list_audit(Workplace& workplace, const Output& output, const AuditOptions& options) {
  core::AuditQuery query{.correlation = std::nullopt,
                         .action = std::nullopt,
                         .reference = std::nullopt,
                         .limit = options.limit};
  if (!options.correlation.empty()) query.correlation = core::CorrelationId(options.correlation);
  if (!options.action.empty()) query.action = options.action;
  if (!options.reference.empty()) query.reference = options.reference;
  const auto listed = core::AuditTrail(workplace.administration()).list(query);
  if (!listed) return std::unexpected(listed.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& row : listed.value()) {
    std::string who;
    for (const auto& [name, field] : row.personal) {
      if (!field.value.empty()) who += (who.empty() ? "" : ", ") + field.value;
    }
    rows.push_back(
        {std::to_string(row.sequence), local_time(row.at), row.action, row.outcome, who});
    array.push_back(audit_json(row));
  }
  output.table({"Row", "Time", "Action", "Outcome", "Who and where"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> verify_audit(Workplace& workplace, const Output& output) {
  const auto summary = core::AuditTrail(workplace.administration()).verify();
  if (!summary) return std::unexpected(summary.error());
  output.line("Rows", fmt::format("{}, unbroken", summary->rows));
  json::array chains;
  for (const auto& head : summary->heads) {
    output.line(summary->heads.size() == 1 ? "Last hash" : fmt::format("Chain {}", head.chain),
                core::to_hex(head.hash));
    chains.push_back(
        {{"chain", head.chain}, {"rows", head.sequence}, {"lastHash", core::to_hex(head.hash)}});
  }
  output.object({{"rows", summary->rows}, {"chains", std::move(chains)}});
  return {};
}

void add_audit_commands(CLI::App& program, Invocation& invocation) {
  auto* audit = add_family(program, "audit", "The audit trail");
  const auto options = std::make_shared<AuditOptions>();
  auto* list = add_command(*audit,
                           invocation,
                           "list",
                           "Show the newest rows, oldest first",
                           [options](Workplace& workplace, const Output& output) {
                             return list_audit(workplace, output, *options);
                           });
  list->footer("Example:\n  firstkey audit list --reference 7KQM3T");
  list->add_option("--correlation", options->correlation, "One pass's story");
  list->add_option("--action", options->action, "An action, or a family: pass.");
  list->add_option("--reference", options->reference, "What a refused person was told");
  list->add_option("--limit", options->limit, "How many, 1..1000 [100]");
  add_command(*audit, invocation, "verify", "Check the whole trail", verify_audit);
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

  add_audit_commands(program, invocation);

  auto* clock = add_family(program, "clock", "The time decisions are made at");
  add_command(*clock, invocation, "show", "Show it beside the wall clock", show_clock);
  add_command(*clock,
              invocation,
              "reset",
              "Believe the wall clock again; deletes every pass and ends every session",
              reset_clock);

  auto* store = add_family(program, "store", "The store's file");
  add_command(*store, invocation, "check", "Check the file and the audit trail", check_store);
  add_command_on(
      *store,
      invocation,
      "backup",
      "Copy the store while it is used",
      {.argument = "path", .argument_help = "A file that does not exist", .run = back_up});
}

}  // namespace firstkey::enroll
