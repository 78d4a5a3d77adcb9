#pragma once
// What a key says of itself, for people and as JSON. Nothing in it is proven before an attestation
// is.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "device/key_discovery.h"

namespace firstkey::enroll {

/// An open key as it was found.
struct KeyReading {
  device::SeenKey key;
  device::AuthenticatorFacts facts;
  /// Absent: without a PIN, or the key would not tell.
  std::optional<int> pin_attempts_left;
};

[[nodiscard]] std::string_view transport_name(device::Transport transport);

/// Path, name, transport, and what stands in the way of using it.
[[nodiscard]] boost::json::object to_json(const device::SeenKey& key);
[[nodiscard]] boost::json::object to_json(const KeyReading& reading);
[[nodiscard]] boost::json::object to_json(const device::Obstacle& obstacle);

/// Label and words, a line each.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> to_lines(const KeyReading& reading);

}  // namespace firstkey::enroll
