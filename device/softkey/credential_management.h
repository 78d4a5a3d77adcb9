#pragma once
// authenticatorCredentialManagement: what is stored on the key is counted, listed, deleted and
// renamed by who holds a token for it. Source: CTAP 2.1 §6.8.

#include <optional>
#include <variant>

#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

/// What an enumeration has yet to give. Any other command ends it (§6, stateful commands).
struct Enumeration {
  /// The client asks again within this time or starts anew.
  static constexpr Milliseconds kPatience{30'000};

  using RpIds = std::vector<std::string>;
  using CredentialIds = std::vector<Bytes>;
  std::variant<RpIds, CredentialIds> left;
  std::string rp_id;  ///< whose credentials they are
  Instant last_given;
};

/// Errors: kNotAllowed when there is no enumeration to go on with, or no more of it;
/// kNoCredentials, kPuatRequired, kPinAuthInvalid, kInvalidSubcommand.
[[nodiscard]] Result<Bytes> credential_management(const KeyParts& key,
                                                  const cbor::Map& request,
                                                  std::optional<Enumeration>& enumeration);

}  // namespace firstkey::device::softkey
