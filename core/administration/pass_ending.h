#pragma once
// A pass deleted before its time, or after it: its sessions end with it, in the same transaction,
// and its story in the audit trail gets its last row.

#include <cstddef>
#include <cstdint>

#include "core/pass.h"
#include "core/store.h"

namespace firstkey::core {

enum class PassEnding : std::uint8_t {
  kDeleted,        ///< by staff or by its user
  kReplaced,       ///< by a newer pass of the user
  kUserDeleted,    ///< along with its user
  kBootstrapOver,  ///< a second administrator exists
  kClockReset,     ///< nobody can tell any more when it ends
  kRestored,       ///< its store goes on from a backup, which knows not whether it was redeemed
};

/// Deletes `pass`, ends its user's open sessions (kPassUnknown) and writes an audit row of it.
void end_pass(WriteTransaction& transaction, const Pass& pass, PassEnding ending, Instant now);

struct EndedAll {
  std::size_t passes = 0;
  std::size_t sessions = 0;  ///< that were open
};
/// Ends every open session, with `reason`, and then every pass.
EndedAll end_all(WriteTransaction& transaction, PassEnding ending, ErrorCode reason, Instant now);

}  // namespace firstkey::core
