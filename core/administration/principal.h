#pragma once
// Who asks for something to be administered, and how they name a person.

#include <cstdint>
#include <string>
#include <variant>

#include "core/ids.h"

namespace firstkey::core {

/// In process: the operating-system account that runs the program. It acts as the directory user it
/// was bound to when the store was initialised, and no other account can be bound.
struct Account {
  std::uint32_t uid = 0;
  InstallationId installation = {};  ///< of a program whose store is a database; else empty

  friend bool operator==(const Account&, const Account&) = default;
};

/// Whoever showed the secret of this API credential (core/api_admission.h). It acts as its owner,
/// with those of its roles that the owner holds.
struct ApiCaller {
  ApiCredentialId credential;

  friend bool operator==(const ApiCaller&, const ApiCaller&) = default;
};

using Principal = std::variant<Account, ApiCaller>;

/// A user's id or user principal name, as in Graph's /users/{id | userPrincipalName}. An id goes
/// first, so that nobody is shadowed by a name that looks like one.
struct UserReference {
  std::string text;
};

}  // namespace firstkey::core
