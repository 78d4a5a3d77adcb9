#pragma once
// Who asks for something to be administered, and how they name a person.

#include <cstdint>
#include <string>

#include "core/bytes.h"

namespace firstkey::core {

/// In process: the operating-system account that runs the program. It acts as the directory user it
/// was bound to when the store was initialised, and no other account can be bound.
struct Principal {
  std::uint32_t uid;

  friend bool operator==(const Principal&, const Principal&) = default;
};

/// A user's id or user principal name, as in Graph's /users/{id | userPrincipalName}. An id goes
/// first, so that nobody is shadowed by a name that looks like one.
struct UserReference {
  std::string text;
};

}  // namespace firstkey::core
