#pragma once
// The first half of an enrollment from the command line: passcode and ticket become an open
// session. A signal ends it promptly at any moment, and its last words say how things stand: the
// pass not redeemed, the session open and its ticket kept, or the answer still outstanding, when
// the ticket is kept as well and redeeming again with it finds out.

#include "enroll/app/enrollment_parts.h"
#include "enroll/app/failure.h"
#include "enroll/app/interruptible_call.h"

namespace firstkey::enroll {

struct OpenedSession {
  core::SessionTicket ticket;
  core::SessionSnapshot snapshot;
};

class SessionOpener {
 public:
  /// `parts` outlive this object; the verifier also a call that was left running.
  explicit SessionOpener(const EnrollmentParts& parts) : parts_(parts) {}

  /// Redeems the pass of `wish`, or resumes what its station holds a ticket of.
  /// Errors: "invalid_argument", when another session is open here, or none; "cancelled"; those of
  /// Verifier::redeem and Verifier::resume.
  [[nodiscard]] Attempt<OpenedSession> open(EnrollmentWish& wish);

 private:
  enum class SecretOrigin {
    kDrawn,  ///< for this run
    kKept,   ///< from a run that ended before it heard of its redemption
  };
  struct StationSecret {
    core::Secret secret;
    SecretOrigin origin = SecretOrigin::kDrawn;
  };

  [[nodiscard]] Attempt<StationSecret> session_secret(const core::StationId& station) const;
  [[nodiscard]] Attempt<OpenedSession> redeem(EnrollmentWish& wish, const StationSecret& station);
  [[nodiscard]] Attempt<OpenedSession> resume(EnrollmentWish& wish);
  [[nodiscard]] Awaited<core::Result<core::Redemption>> ask_verifier(const EnrollmentWish& wish,
                                                                     core::Secret code,
                                                                     const core::Secret& secret);
  [[nodiscard]] OpenedSession keep(const core::StationId& station,
                                   const core::Secret& secret,
                                   const core::SessionSnapshot& snapshot);
  [[nodiscard]] Attempt<core::Secret> passcode(EnrollmentWish& wish) const;
  [[nodiscard]] bool drives_simulated_key(const EnrollmentWish& wish) const;

  const EnrollmentParts& parts_;
};

}  // namespace firstkey::enroll
