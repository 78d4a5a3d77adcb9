#pragma once
// The key policy as settings and people have it: Graph's property names where Graph has the
// property, ours beside them. For settings.cpp; others use key_policy_to_json().

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/key_policy.h"

namespace firstkey::core {

[[nodiscard]] boost::json::object key_policy_json(const KeyPolicy& policy);

/// Throws Malformed (strict_object.h).
[[nodiscard]] KeyPolicy read_key_policy(const boost::json::value& value);

}  // namespace firstkey::core
