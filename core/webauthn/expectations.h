#pragma once
// What a relying party expects of a ceremony, whichever it is. Closed by default: what is not
// listed or allowed here is refused, and an empty list allows nothing.

#include <string>
#include <vector>

#include "core/bytes.h"

namespace firstkey::core::webauthn {

enum class UserVerificationRule { kRequired, kNotRequired };
enum class CrossOriginRule { kRefused, kAllowed };
/// Whether the key may be copied to other devices (flag BE).
enum class BackupRule { kDeviceBoundOnly, kBackupEligibleAllowed };

struct CeremonyExpectations {
  Bytes challenge;
  std::string rp_id;                 ///< "example.org"
  std::vector<std::string> origins;  ///< compared as whole strings: no ports, suffixes or wildcards
  CrossOriginRule cross_origin = CrossOriginRule::kRefused;
  std::vector<std::string> top_origins;  ///< pages allowed to embed ours; needs kAllowed as well
  UserVerificationRule user_verification = UserVerificationRule::kRequired;
  BackupRule backup = BackupRule::kDeviceBoundOnly;
};

}  // namespace firstkey::core::webauthn
