#pragma once
// A Temporary Access Pass as the store keeps it: never the passcode, only a salted and peppered
// verifier. Source: Graph temporaryAccessPassAuthenticationMethod.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/policy.h"

namespace firstkey::core {

/// HMAC-SHA-256(pepper[key_id], Argon2id(normalised passcode, salt)), with all it takes to compute
/// it again: a later cost or kind does not invalidate older passes.
struct PassVerifier {
  int version = 1;
  std::string kind = "argon2id";
  std::uint32_t memory_kib = 19456;  ///< 19 MiB. Source: OWASP Password Storage, Argon2id minimum
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
  Bytes salt;          ///< 16 random bytes
  std::string key_id;  ///< which pepper
  Bytes digest;        ///< 32 bytes

  friend bool operator==(const PassVerifier&, const PassVerifier&) = default;
};

struct Pass {
  PassId id;
  UserId user;
  CorrelationId correlation;
  PassVerifier verifier;
  Alphabet alphabet = Alphabet::kCrockfordBase32;
  Instant created_at;
  UserId created_by;
  Instant start_at;
  std::chrono::minutes lifetime{60};  ///< 10..43200
  bool is_one_time = false;
  bool is_bootstrap = false;           ///< the first administrator's; void once a second exists
  std::optional<Instant> redeemed_at;  ///< one-time: when it was consumed; multi-use: first use

  /// The first instant at which the pass is expired.
  [[nodiscard]] Instant end() const { return start_at + lifetime; }
  friend bool operator==(const Pass&, const Pass&) = default;
};

/// Source: Graph methodUsabilityReason.
enum class UsabilityReason {
  kEnabledByPolicy,
  kDisabledByPolicy,
  kNotYetValid,
  kExpired,
  kOneTimeUsed,
};

/// "EnabledByPolicy", "DisabledByPolicy", …
[[nodiscard]] std::string_view to_string(UsabilityReason reason) noexcept;

}  // namespace firstkey::core
