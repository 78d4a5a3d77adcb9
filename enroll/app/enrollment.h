#pragma once
// One enrollment from the command line, with its parts passed in: redeems or resumes through the
// verifier, runs the ceremony, lets the person and it talk, and says what came of it. Decides
// nothing about time, PIN or policy.

#include <optional>
#include <vector>

#include "core/error.h"
#include "enroll/app/enrollment_parts.h"
#include "enroll/app/failure.h"
#include "enroll/app/session_opener.h"
#include "enroll/ending.h"
#include "enroll/events.h"

namespace firstkey::enroll {

struct EnrollmentReport {
  core::SessionSnapshot session;
  /// Completed, in order. Of one that was stored before a resumption only the id is known.
  std::vector<CredentialStored> credentials;
  core::Duration time_to_spare{};
};

class Enrollment {
 public:
  using Parts = EnrollmentParts;

  explicit Enrollment(Parts parts) : parts_(std::move(parts)) {}

  /// Errors: "invalid_argument", naming the flag that is missing without a terminal; "no_key",
  /// before any pass is redeemed; those of the verifier and of failure_of().
  [[nodiscard]] Attempt<EnrollmentReport> run(EnrollmentWish wish);

 private:
  [[nodiscard]] Attempt<void> complete(EnrollmentWish& wish) const;
  [[nodiscard]] Attempt<void> expect_key(const EnrollmentWish& wish) const;
  [[nodiscard]] Attempt<EnrollmentReport> hold(EnrollmentWish wish, OpenedSession opened);

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
