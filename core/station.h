#pragma once
// A station: a kiosk, desk or script that may redeem passes and enroll, and nothing else. It is
// admitted by a code that is shown once and good for one joining, and shows a credential from then
// on that it drew itself. Of both only hashes are kept: code and credential are random enough
// (80 and 256 bits) not to be guessed from them.

#include <optional>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"

namespace firstkey::core {

struct Station {
  StationId id;        ///< its name, which sessions, lock-outs and the audit trail know it by
  Sha256 code_hash{};  ///< of the joining code in its canonical form
  Instant code_expires_at;
  Instant created_at;
  std::optional<Instant> joined_at;
  Sha256 credential_hash{};  ///< once it joined

  friend bool operator==(const Station&, const Station&) = default;
};

/// Letters, digits, hyphens, underscores and dots, 1 to 64, not a dot first.
[[nodiscard]] bool is_station_name(std::string_view name) noexcept;

}  // namespace firstkey::core
