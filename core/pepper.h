#pragma once
// The key that makes a stolen store useless for guessing passcodes. A port: a 0600 key file today,
// hardware some day.

#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "core/secret.h"

namespace firstkey::core {

/// Tells a store's pepper from another's and tells nothing of it: a MAC of a fixed text.
struct PepperMark {
  std::string key_id;  ///< the key it was made with, current or not by now
  Sha256 mac{};

  friend bool operator==(const PepperMark&, const PepperMark&) = default;
};

class Pepper {
 public:
  virtual ~Pepper() = default;
  Pepper() = default;
  Pepper(const Pepper&) = delete;
  Pepper& operator=(const Pepper&) = delete;

  /// Names the key that mac() uses for new verifiers; stored with each of them.
  [[nodiscard]] virtual std::string current_key_id() const = 0;
  /// HMAC-SHA-256 of `message` under the key `key_id`. Errors: kPepperUnreadable if it is not held.
  [[nodiscard]] virtual Result<Sha256> mac(const std::string& key_id, BytesView message) const = 0;
};

}  // namespace firstkey::core
