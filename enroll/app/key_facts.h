#pragma once
// What a key says of itself, as JSON. Nothing in it is proven before an attestation is.

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "device/key_discovery.h"

namespace firstkey::enroll {

/// An open key as it was found.
struct KeyReading {
  device::SeenKey key;
  device::AuthenticatorFacts facts;
  std::optional<int> pin_attempts_left = std::nullopt;  ///< absent: no PIN, or not told
  std::optional<int> uv_attempts_left = std::nullopt;   ///< likewise, of fingers
  std::optional<std::string> serial = std::nullopt;     ///< absent: its maker offers none
};

[[nodiscard]] std::string_view transport_name(device::Transport transport);

/// Path, name, transport, and what stands in the way of using it.
[[nodiscard]] boost::json::object to_json(const device::SeenKey& key);
[[nodiscard]] boost::json::object to_json(const KeyReading& reading);
[[nodiscard]] boost::json::object to_json(const device::Obstacle& obstacle);

[[nodiscard]] boost::json::object pin_json(const KeyReading& reading);

[[nodiscard]] boost::json::object options_json(const device::AuthenticatorFacts& facts);

}  // namespace firstkey::enroll
