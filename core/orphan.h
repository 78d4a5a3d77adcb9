#pragma once
// An orphan: a credential on somebody's key that the relying party does not hold. It came out when
// nobody waited for it any more, was refused, or was withdrawn. It signs nobody in, but takes room
// on the key and shows up in its lists; so it stays on record until whoever holds that key next has
// removed it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"

namespace firstkey::core {

/// How it came to be one.
enum class OrphanCause : std::uint8_t {
  kTooLate,       ///< the window was over
  kCancelled,     ///< the person had broken off
  kRefused,       ///< by the verifier
  kVerifierLost,  ///< no verdict came
  kWithdrawn,     ///< stored, and not proved
};

/// The stable name, as audit rows show it: "too_late".
[[nodiscard]] std::string_view to_string(OrphanCause cause) noexcept;

struct OrphanRecord {
  Bytes credential_id;  ///< 1..1023 bytes, unique
  std::string rp_id;
  UserId user;                ///< for whom it was made
  SessionId session;          ///< in which
  CorrelationId correlation;  ///< of that session
  Bytes aaguid;               ///< 16 bytes; empty: not known
  OrphanCause cause = OrphanCause::kCancelled;
  Instant recorded_at;
  std::optional<Instant> removed_at;  ///< from its key

  friend bool operator==(const OrphanRecord&, const OrphanRecord&) = default;
};

/// What a station tells of one.
struct OrphanReport {
  Bytes credential_id;
  Bytes aaguid;  ///< of its key; empty: not known
  OrphanCause cause = OrphanCause::kCancelled;
  enum class Place : std::uint8_t { kOnKey, kRemoved };
  Place place = Place::kOnKey;

  friend bool operator==(const OrphanReport&, const OrphanReport&) = default;
};

/// What a station needs to know it by.
struct OrphanMark {
  Bytes credential_id;
  Bytes aaguid;  ///< of its key; empty: not known

  friend bool operator==(const OrphanMark&, const OrphanMark&) = default;
};

}  // namespace firstkey::core
