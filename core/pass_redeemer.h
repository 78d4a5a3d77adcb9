#pragma once
// Turning a name and a passcode into an enrollment session. Two transactions around one slow hash:
// the first reserves the attempt, durably; the second decides, and consumes a one-time pass, opens
// the session and writes the audit row in one piece. Whatever is wrong with name, passcode or pass,
// the person gets one sentence and a reference; staff find the reason under it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "core/guess_limits.h"
#include "core/pass_hash.h"
#include "core/pepper.h"
#include "core/random.h"
#include "core/result.h"
#include "core/session_rules.h"
#include "core/store.h"
#include "core/verifier.h"

namespace firstkey::core {

/// How long an attempt waits when its station has reached its limit while others of the station
/// succeed, as when a box of keys is provisioned at once: none of them was a guess.
inline constexpr std::chrono::seconds kLongestTurn{30};
/// … and how long while none does.
inline constexpr std::chrono::seconds kLongestStillness{2};

/// What an attempt does at a station that has reached its limit: waits for its turn, or is refused
/// at once, where its thread is wanted by others.
enum class AtFullStation : std::uint8_t { kWaits, kIsRefused };

class PassRedeemer {
 public:
  /// Lets so much time go by; from any thread.
  using Rest = std::function<void(std::chrono::milliseconds)>;

  /// All must outlive this.
  PassRedeemer(
      Store& store, Random& random, const Pepper& pepper, PassHasher& hasher, Rest rest = sleep)
      : store_(store), random_(random), pepper_(pepper), hasher_(hasher), rest_(std::move(rest)) {}

  void set_at_full_station(AtFullStation what) noexcept { at_full_station_ = what; }

  /// See Verifier::redeem. Besides its errors: kLockedOut, alike for real and unknown names, and
  /// kSimulatorNotAllowed, only to somebody whose passcode was right; neither consumes the pass.
  [[nodiscard]] Result<Redemption> redeem(RedemptionRequest request);
  /// See Verifier::resume.
  [[nodiscard]] Result<Redemption> resume(ResumptionRequest request);

 private:
  /// What the first transaction learnt: enough for the hash, nothing decided yet.
  struct Attempt {
    AttemptKeys keys;
    Instant reserved_at;
    std::string name;  ///< normalised; empty if the name cannot be one
    std::optional<Pass> pass;
  };
  struct Reservation {
    Result<Attempt> attempt;
    /// The station's count, when it is what stood in the way.
    std::optional<LockoutCounter> full_station;
  };

  static void sleep(std::chrono::milliseconds time);

  [[nodiscard]] Result<Attempt> begin_attempt(const std::string& user_name,
                                              const StationId& station);
  [[nodiscard]] Reservation reserve(const std::string& name, const AttemptKeys& keys);
  [[nodiscard]] Result<bool> is_right(const Attempt& attempt, const Secret& passcode);
  [[nodiscard]] Result<Redemption> settle(WriteTransaction& transaction,
                                          const Attempt& attempt,
                                          bool is_passcode_right,
                                          const RedemptionRequest& request);
  [[nodiscard]] Result<LiveSession> open_session(WriteTransaction& transaction,
                                                 LiveSession live,
                                                 const RedemptionRequest& request);
  [[nodiscard]] std::unexpected<Error> refuse(WriteTransaction& transaction,
                                              const char* action,
                                              ErrorCode reason,
                                              const Attempt& attempt,
                                              const StationId& station);

  Store& store_;
  Random& random_;
  const Pepper& pepper_;
  PassHasher& hasher_;
  const Rest rest_;
  AtFullStation at_full_station_ = AtFullStation::kWaits;
};

}  // namespace firstkey::core
