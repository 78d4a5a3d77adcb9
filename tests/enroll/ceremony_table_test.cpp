// enroll/README.md, "States", is read and held against the machine.

#include <fstream>
#include <set>
#include <sstream>

#include "tests/enroll/ceremony_samples.h"

namespace firstkey::enroll::tests {

namespace {

struct TableRow {
  std::string state;
  std::string input;
  std::string when;
  std::string next;
  std::vector<std::string> commands;
  std::vector<std::string> events;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \r") - first + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(trimmed(part));
  return parts;
}

std::vector<std::string> listed(const std::string& text) {
  return trimmed(text).empty() ? std::vector<std::string>{} : split(text, ',');
}

struct Table {
  std::map<std::string, std::vector<std::string>> groups;
  std::vector<TableRow> rows;  ///< groups expanded, "same" replaced
};

void add_row(Table& table, const std::vector<std::string>& cells) {
  const auto group = table.groups.find(cells.at(1));
  const std::vector<std::string> states =
      group == table.groups.end() ? std::vector<std::string>{cells.at(1)} : group->second;
  for (const std::string& state : states) {
    table.rows.push_back({.state = state,
                          .input = cells.at(2),
                          .when = cells.at(3),
                          .next = cells.at(4) == "same" ? state : cells.at(4),
                          .commands = listed(cells.at(5)),
                          .events = listed(cells.at(6))});
  }
}

Table read_table() {
  std::ifstream file(std::string(FIRSTKEY_SOURCE_DIR) + "/enroll/README.md");
  REQUIRE(file);
  Table table;
  bool is_in_section = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) is_in_section = line == "## States";
    if (!is_in_section) continue;
    if (const auto equals = line.find(" = "); line.starts_with("- ") && equals != line.npos) {
      table.groups[line.substr(2, equals - 2)] = listed(line.substr(equals + 3));
    }
    if (!line.starts_with("| ") || line.starts_with("| State ")) continue;
    add_row(table, split(line, '|'));
  }
  REQUIRE(table.rows.size() > 100);
  return table;
}

/// The two commands that follow from a rule over the table, not from its rows.
std::vector<std::string> without_pin_rules(std::vector<std::string> commands) {
  std::erase(commands, "ForgetPin");
  std::erase(commands, "WithdrawPinRequest");
  return commands;
}

}  // namespace

TEST_SUITE("enroll/ceremony_table") {
  TEST_CASE("every row of the table is what the machine does") {
    for (const TableRow& row : read_table().rows) {
      CAPTURE(row.state);
      CAPTURE(row.input);
      CAPTURE(row.when);
      const auto circumstance = circumstances().find(row.when);
      REQUIRE(circumstance != circumstances().end());
      Situation situation{.state = sample_named(sample_states(), row.state),
                          .input = sample_named(sample_inputs(), row.input),
                          .context = sample_context()};
      circumstance->second(situation);

      const auto transition = step(situation.state, situation.input, situation.context);

      CHECK(name_of(transition.state) == row.next);
      CHECK(without_pin_rules(names_of(transition.commands)) == row.commands);
      CHECK(names_of(transition.events) == row.events);
    }
  }

  TEST_CASE("a pair without a row changes nothing, and says nothing") {
    std::set<std::pair<std::string, std::string>> with_row;
    for (const TableRow& row : read_table().rows) with_row.emplace(row.state, row.input);
    int pairs = 0;
    for (const State& state : sample_states()) {
      for (const Input& input : sample_inputs()) {
        ++pairs;
        const std::string state_name(name_of(state));
        const std::string input_name(name_of(input));
        if (with_row.contains({state_name, input_name})) continue;
        CAPTURE(state_name);
        CAPTURE(input_name);
        const auto transition = step(state, input, sample_context());
        CHECK(name_of(transition.state) == state_name);
        CHECK(transition.commands.empty());
        CHECK(transition.events.empty());
      }
    }
    CHECK(pairs == int(std::variant_size_v<State> * std::variant_size_v<Input>));
  }

  TEST_CASE("no circumstance the tests know is missing from the table") {
    std::set<std::string> used;
    for (const TableRow& row : read_table().rows) used.insert(row.when);
    for (const auto& [name, _] : circumstances()) {
      CAPTURE(name);
      CHECK(used.contains(name));
    }
  }
}

}  // namespace firstkey::enroll::tests
