#pragma once
// What an enrollment from the command line is asked for, and what it works with.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/random.h"
#include "core/verifier.h"
#include "device/pin.h"
#include "enroll/app/ceremony_view.h"
#include "enroll/app/key_access.h"
#include "enroll/app/signal_watch.h"
#include "enroll/app/terminal.h"
#include "enroll/ticket_file.h"

namespace firstkey::enroll {

/// What was asked for. What is absent is asked for at the terminal.
struct EnrollmentWish {
  std::string user_name;
  std::optional<core::Secret> passcode;
  std::optional<device::Pin> pin;
  std::optional<int> count;  ///< credentials, 1..10
  core::StationId station;
  bool is_resumption = false;
  KeyChoice keys;
};

/// All outlive the enrollment.
struct EnrollmentParts {
  core::Verifier& verifier;
  device::KeyDiscovery& discovery;
  const core::Clock& clock;
  core::Random& random;
  TicketFile& ticket_file;
  CeremonyView& view;
  SignalWatch& signals;
  const Terminal* terminal = nullptr;  ///< null: nobody is there
  std::function<void()> every_half_minute;
};

}  // namespace firstkey::enroll
