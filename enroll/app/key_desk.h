#pragma once
// Where a command about keys is given: the keys it may use, and the person it talks to.

#include <memory>

#include "core/clock.h"
#include "device/authenticator.h"
#include "device/key_discovery.h"
#include "enroll/app/key_access.h"
#include "enroll/app/output.h"
#include "enroll/app/signal_watch.h"
#include "enroll/app/terminal.h"

namespace firstkey::enroll {

/// All outlive the command.
struct KeyDesk {
  device::KeyDiscovery& discovery;
  SignalWatch& signals;
  const core::Clock& clock;
  const Terminal* terminal = nullptr;  ///< null: nobody is there
  const KeyChoice& choice;
  const Output& output;
};

/// The key a command is about, open.
struct KeyAtHand {
  device::SeenKey key;
  std::unique_ptr<device::Authenticator> authenticator;
};

/// Time for a key to answer what takes no person: milliseconds, a slow card within two seconds.
inline constexpr std::chrono::seconds kAnswerTime{5};

/// Opens the one key of `desk.choice`. Uses up no PIN attempt and no presence.
/// Errors: those of the_key(), obstructed() and of the key.
[[nodiscard]] Attempt<KeyAtHand> take_key(const KeyDesk& desk);

}  // namespace firstkey::enroll
