#pragma once
// One enrollment from the command line, with its parts passed in: redeems or resumes through the
// verifier, runs the ceremony, lets the person and it talk, and says what came of it. Decides
// nothing about time, PIN or policy.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/verifier.h"
#include "device/pin.h"
#include "enroll/app/ceremony_view.h"
#include "enroll/app/failure.h"
#include "enroll/app/key_access.h"
#include "enroll/app/signal_watch.h"
#include "enroll/app/terminal.h"
#include "enroll/ending.h"
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

struct EnrollmentReport {
  core::SessionSnapshot session;
  /// Completed, in order. Of one that was stored before a resumption only the id is known.
  std::vector<CredentialStored> credentials;
  core::Duration time_to_spare{};
};

class Enrollment {
 public:
  /// All outlive the enrollment.
  struct Parts {
    core::Verifier& verifier;
    device::KeyDiscovery& discovery;
    const core::Clock& clock;
    core::Random& random;
    TicketFile& ticket_file;
    CeremonyView& view;
    SignalWatch& signals;
    const Terminal* terminal = nullptr;  ///< null: nobody is there
    std::function<void()> every_half_minute;
    /// How long keys that are plugged in may take to be seen.
    std::chrono::milliseconds patience = kUsualPatience;
  };

  explicit Enrollment(Parts parts) : parts_(std::move(parts)) {}

  /// Errors: "invalid_argument", naming the flag that is missing without a terminal; "no_key",
  /// before any pass is redeemed; those of the verifier and of failure_of().
  [[nodiscard]] Attempt<EnrollmentReport> run(EnrollmentWish wish);

 private:
  enum class SecretOrigin {
    kDrawn,  ///< for this run
    kKept,   ///< from a run that ended before it heard of its redemption
  };
  struct StationSecret {
    core::Secret secret;
    SecretOrigin origin = SecretOrigin::kDrawn;
  };
  struct Opened {
    core::SessionTicket ticket;
    core::SessionSnapshot snapshot;
  };

  [[nodiscard]] Attempt<void> complete(EnrollmentWish& wish) const;
  [[nodiscard]] Attempt<void> expect_key(const EnrollmentWish& wish) const;
  [[nodiscard]] Attempt<StationSecret> session_secret(const core::StationId& station) const;
  [[nodiscard]] Attempt<Opened> redeem(EnrollmentWish& wish, const StationSecret& station);
  [[nodiscard]] Attempt<Opened> resume(EnrollmentWish& wish);
  [[nodiscard]] Attempt<core::Secret> passcode(EnrollmentWish& wish) const;
  [[nodiscard]] bool drives_simulated_key(const EnrollmentWish& wish) const;
  [[nodiscard]] Attempt<EnrollmentReport> hold(EnrollmentWish wish, Opened opened);

  Parts parts_;
};

/// Why an ended ceremony is no success: nothing if at least `count` credentials were completed.
/// `given_up` is the front end's own reason for having cancelled it, `failed` the ceremony's last
/// words.
[[nodiscard]] std::optional<Failure> failure_of(const Ending& ending,
                                                int count,
                                                const std::optional<Failure>& given_up,
                                                const std::optional<core::Error>& failed);

}  // namespace firstkey::enroll
