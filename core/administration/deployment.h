#pragma once
// The beginning of a store: its relying party, its first administrator and the operating-system
// account that acts as them. Once a credential exists the RP ID is fixed, for a credential is bound
// to it for life.

#include <string>

#include "core/administration/administration.h"
#include "core/administration/pass_issuer.h"
#include "core/settings.h"

namespace firstkey::core {

struct DeploymentRequest {
  RelyingParty relying_party;
  std::string administrator_name;          ///< user principal name
  std::string administrator_display_name;  ///< empty: the name
};

struct InitialisedDeployment {
  User administrator;
  IssuedPass bootstrap;
};

class Deployment {
 public:
  /// All must outlive this.
  Deployment(Administration& administration, Random& random, PassHasher& hasher)
      : administration_(administration), random_(random), hasher_(hasher) {}

  /// Binds the principal's account to the first administrator, who gets every administrator role
  /// and one pass: the only one anybody is given by themselves, void once a second administrator
  /// exists; PassIssuer::issue renews one that ended unused.
  /// Errors: kAlreadyInitialised, kInvalidArgument (also: the principal is no account),
  /// kPepperUnreadable.
  [[nodiscard]] Result<InitialisedDeployment> initialise(const DeploymentRequest& request);

  [[nodiscard]] Result<RelyingParty> relying_party();

  /// Replaces the relying party. Errors: kInvalidArgument, kRelyingPartyFixed (another id while a
  /// credential exists).
  [[nodiscard]] Result<void> set_relying_party(const RelyingParty& relying_party);

 private:
  Administration& administration_;
  Random& random_;
  PassHasher& hasher_;
};

}  // namespace firstkey::core
