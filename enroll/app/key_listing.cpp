#include "enroll/app/key_listing.h"

#include <boost/json.hpp>

#include "device/key_configuration.h"
#include "enroll/app/attendance.h"

namespace firstkey::enroll {

namespace json = boost::json;

Attempt<void> list_keys(const KeyDesk& desk) {
  const auto keys = keys_in_order(desk.discovery);
  const auto obstacles = desk.discovery.obstacles();
  if (keys.empty()) return std::unexpected(no_key(obstacles));
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& key : keys) {
    rows.push_back({key.path.text,
                    key.display_name,
                    std::string(transport_name(key.path.transport)),
                    std::string(state_of(key))});
    array.push_back(to_json(key));
  }
  const auto& output = desk.output;
  output.table({"Path", "Key", "Transport", "State"}, rows);
  for (const auto& key : keys) {
    if (key.obstacle) output.line("Careful", obstacle_sentence(key));
  }
  json::array others;
  for (const auto& obstacle : obstacles) {
    output.line("Careful", obstacle.reason + ": " + obstacle.remedy);
    others.push_back(to_json(obstacle));
  }
  output.object({{"value", std::move(array)}, {"obstacles", std::move(others)}});
  return {};
}

KeyReading read_key(const KeyDesk& desk, const KeyAtHand& hand) {
  auto& authenticator = *hand.authenticator;
  KeyReading reading{.key = hand.key, .facts = authenticator.facts()};
  Attendance attendance(desk.signals, desk.clock, desk.terminal);
  const auto limits = attendance.limits(kAnswerTime, "");
  if (reading.facts.has_pin()) {
    if (const auto left = authenticator.pin_retries(limits)) reading.pin_attempts_left = *left;
  }
  if (reading.facts.has_user_verification()) {
    if (const auto left = authenticator.uv_retries(limits)) reading.uv_attempts_left = *left;
  }
  if (auto serial = authenticator.configuration().serial(limits)) {
    reading.serial = std::move(serial.value());
  }
  return reading;
}

Attempt<void> describe_key(const KeyDesk& desk) {
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  tell(desk.output, read_key(desk, *hand));
  return {};
}

}  // namespace firstkey::enroll
