#pragma once
// Administration of API credentials: making one, whose secret is shown once, seeing which there
// are, revoking one. One that is revoked is refused from its next call on, and so are all of a user
// who is disabled or deleted.

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/api_credential.h"
#include "core/random.h"

namespace firstkey::core {

/// How long one is good for. Source: ours: a quarter, so that whoever forgets one learns of it.
inline constexpr std::chrono::days kApiCredentialLife{90};
inline constexpr std::chrono::days kLongestApiCredentialLife{365};

struct ApiCredentialRequest {
  UserReference owner;
  std::string name;                     ///< 1 to 256 bytes without control characters
  std::optional<std::set<Role>> roles;  ///< all but Station if absent; of those the owner holds
  std::chrono::days life = kApiCredentialLife;  ///< 1..365
};

/// A credential as it may be shown.
struct ApiCredentialView {
  ApiCredential credential;  ///< without its hash
  std::string owner_name;
  ApiCredentialState state = ApiCredentialState::kUsable;
};

struct CreatedApiCredential {
  ApiCredentialView credential;
  Secret secret;  ///< as text, to be shown once
};

class ApiCredentialRegistry {
 public:
  /// Both outlive this.
  ApiCredentialRegistry(Administration& administration, Random& random)
      : administration_(administration), random_(random) {}

  /// Errors: kUserUnknown, kUserDisabled, kInvalidArgument (name or life out of range, a role the
  /// owner does not hold, too many of the owner's that are usable).
  [[nodiscard]] Result<CreatedApiCredential> create(const ApiCredentialRequest& request);
  /// At most `limit` (1..1000) after `after` (empty: from the start), by id, those that are over
  /// included.
  [[nodiscard]] Result<std::vector<ApiCredentialView>> list(const ApiCredentialId& after,
                                                            std::size_t limit);
  /// One that is over stays as it is. Errors: kApiCredentialUnknown.
  [[nodiscard]] Result<ApiCredentialView> revoke(const ApiCredentialId& id);

 private:
  Administration& administration_;
  Random& random_;
};

/// Revokes what `user` has, with an audit row each.
void revoke_api_credentials_of(WriteTransaction& transaction, const UserId& user, Instant now);

}  // namespace firstkey::core
