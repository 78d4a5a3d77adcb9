#include "enroll/app/key_desk.h"

#include <utility>

#include "enroll/app/attendance.h"

namespace firstkey::enroll {

Attempt<KeyAtHand> take_key(const KeyDesk& desk) {
  auto key = the_key(desk.discovery, desk.choice);
  if (!key) return std::unexpected(key.error());
  if (key->obstacle) return std::unexpected(obstructed(*key));
  Attendance attendance(desk.signals, desk.clock, desk.terminal);
  auto opened = desk.discovery.open(key->path, attendance.limits(kAnswerTime, ""));
  if (!opened) return std::unexpected(to_failure(opened.error()));
  return KeyAtHand{.key = std::move(*key), .authenticator = std::move(opened.value())};
}

}  // namespace firstkey::enroll
