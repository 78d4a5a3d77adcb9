#pragma once
// Administration of passes: issuing one, seeing where it stands, taking it back. The passcode
// leaves here once, in the answer to issue(); the store gets its verifier alone. Source: Graph
// temporaryAccessPassAuthenticationMethod.

#include <chrono>
#include <optional>
#include <vector>

#include "core/administration/administration.h"
#include "core/pass.h"
#include "core/pass_hash.h"
#include "core/pepper.h"
#include "core/random.h"
#include "core/secret.h"

namespace firstkey::core {

struct PassRequest {
  UserReference user;
  std::optional<Instant> start_at;               ///< nothing: now
  std::optional<std::chrono::minutes> lifetime;  ///< nothing: the policy's default
  std::optional<bool> is_one_time;               ///< nothing: as the policy has it
};

/// A pass as it may be shown: all but its verifier, with how it stands now.
struct PassView {
  PassId id;
  UserId user;
  std::string user_name;
  CorrelationId correlation;
  Instant created_at;
  UserId created_by;
  Instant start_at;
  Instant end_at;  ///< the first instant at which it is expired
  std::chrono::minutes lifetime{};
  bool is_one_time = false;
  bool is_bootstrap = false;
  std::optional<Instant> redeemed_at;
  UsabilityReason reason = UsabilityReason::kDisabledByPolicy;  ///< Graph methodUsabilityReason

  [[nodiscard]] bool is_usable() const noexcept {
    return reason == UsabilityReason::kEnabledByPolicy;
  }
};

struct IssuedPass {
  Secret passcode;  ///< canonical; in_groups() of core/passcode.h is the form to show
  PassView pass;
  std::optional<PassId> replaced;   ///< the user's earlier pass, deleted by this
  std::vector<ErrorCode> warnings;  ///< why redeeming it would be refused as things are
};

class PassIssuer {
 public:
  /// All must outlive this.
  PassIssuer(Administration& administration,
             Random& random,
             const Pepper& pepper,
             PassHasher& hasher)
      : administration_(administration), random_(random), pepper_(pepper), hasher_(hasher) {}

  /// Issues a pass in place of the user's earlier one, whose sessions end. A disabled user or one
  /// out of the policy's scope gets a pass with a warning. Nobody issues their own but the one
  /// whose bootstrap pass is over and void no sooner, while they are the only administrator and
  /// have no credential: it is issued anew.

  /// Errors: kUserUnknown, kExternalGuest, kPassDisabledByPolicy (passes are off),
  /// kMultiUseForbidden, kLifetimeOutOfRange (naming the range), kStartTimeInPast (by over a
  /// minute; less counts as now), kInvalidArgument (over a year ahead), kPepperUnreadable.
  [[nodiscard]] Result<IssuedPass> issue(const PassRequest& request);

  /// At most `limit` (1..1000) passes after `after` (empty: from the start), by id: those of users
  /// the actor may see passes of.
  [[nodiscard]] Result<std::vector<PassView>> list(const PassId& after, std::size_t limit);

  /// The pass of a user; everybody may see their own. `id`: only if it is this one.
  /// Errors: kUserUnknown, kPassUnknown.
  [[nodiscard]] Result<PassView> show(const UserReference& user,
                                      const std::optional<PassId>& id = std::nullopt);

  /// Deletes the pass of a user, whose sessions end; everybody may delete their own. `id`: only if
  /// it is this one. Errors: kUserUnknown, kPassUnknown.
  [[nodiscard]] Result<void> remove(const UserReference& user,
                                    const std::optional<PassId>& id = std::nullopt);

 private:
  struct Draft {
    Secret passcode;
    PassVerifier verifier;
    Alphabet alphabet = Alphabet::kCrockfordBase32;
  };

  /// Draws and hashes a passcode as the policy wants it at this moment.
  [[nodiscard]] Result<Draft> draft();
  /// The pass that `request` comes to, noted in the act. Errors: those of issue().
  [[nodiscard]] Result<Pass> decide(Act& act, const PassRequest& request, const Draft& draft);

  Administration& administration_;
  Random& random_;
  const Pepper& pepper_;
  PassHasher& hasher_;
};

[[nodiscard]] PassView view_of(ReadTransaction& view,
                               const Settings& settings,
                               const Pass& pass,
                               const User& user,
                               Instant now);

}  // namespace firstkey::core
