#pragma once
// An API credential: what a script or service shows to act as a user of the directory over HTTP. It
// is 32 random bytes, shown once; of them only a hash is kept, for they cannot be guessed from it.
// It carries some of its owner's roles and never more than the owner holds at that moment.

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/roles.h"
#include "core/secret.h"

namespace firstkey::core {

struct ApiCredential {
  ApiCredentialId id;
  UserId owner;            ///< as whom it acts
  std::string name;        ///< what it is for, as people say it
  std::set<Role> roles;    ///< count as far as the owner holds them too; never Station
  Sha256 secret_hash{};    ///< unique
  std::int64_t epoch = 1;  ///< of the store when it was made: void in any other
  Instant created_at;
  UserId created_by;
  Instant expires_at;
  std::optional<Instant> revoked_at;
  std::optional<Instant> last_used_at;  ///< to the hour

  friend bool operator==(const ApiCredential&, const ApiCredential&) = default;
};

enum class ApiCredentialState : std::uint8_t { kUsable, kExpired, kRevoked };

/// What it is at `now` in a store of `epoch`; one of an earlier epoch is revoked.
[[nodiscard]] ApiCredentialState state_at(const ApiCredential& credential,
                                          std::int64_t epoch,
                                          Instant now) noexcept;

/// Errors: kApiCredentialUnknown (there is none), kApiCredentialExpired, kApiCredentialRevoked.
/// Their details are alike: whoever shows one learns nothing of it.
[[nodiscard]] Result<void> check_usable(const std::optional<ApiCredential>& credential,
                                        std::int64_t epoch,
                                        Instant now);

/// How a credential's secret is written: "fk_api_" and 32 bytes in base64url, 50 characters. The
/// prefix lets scanners of source code and logs find one that leaked, and tells it from a
/// station's.
[[nodiscard]] Secret api_secret_text(const Secret& secret);
/// The 32 bytes of what was shown; nothing if it is not of that form.
[[nodiscard]] std::optional<Secret> read_api_secret(const Secret& shown);

}  // namespace firstkey::core
