#pragma once
// The verifier's time, as far as a station knows it: what the last answer said, carried on by the
// station's boot clock. The wall clock of a station is never looked at, so setting it changes
// nothing. The countdown may be late by the time an answer travelled; the verifier decides anyway.

#include "core/clock.h"
#include "core/verifier.h"

namespace firstkey::enroll {

class ServerTime {
 public:
  /// `clock` outlives this object.
  ServerTime(const core::Clock& clock, const core::SessionSnapshot& snapshot) : clock_(clock) {
    learn(snapshot);
  }

  void learn(const core::SessionSnapshot& snapshot) {
    learn(snapshot.server_now);
    expires_at_ = snapshot.expires_at;
  }
  void learn(core::Instant server_now) {
    server_now_ = server_now;
    heard_at_ = uptime();
  }

  [[nodiscard]] core::Instant now() const { return server_now_ + (uptime() - heard_at_); }
  /// The first instant at which it is too late to register.
  [[nodiscard]] core::Instant expires_at() const noexcept { return expires_at_; }
  /// The station's boot clock: for limits that are the station's own.
  [[nodiscard]] core::Duration uptime() const { return clock_.read().since_boot; }
  /// When, on the boot clock, the verifier's time will be `instant`.
  [[nodiscard]] core::Duration uptime_at(core::Instant instant) const {
    return heard_at_ + (instant - server_now_);
  }

 private:
  const core::Clock& clock_;
  core::Instant server_now_;
  core::Instant expires_at_;
  core::Duration heard_at_{};
};

}  // namespace firstkey::enroll
