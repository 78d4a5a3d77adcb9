#pragma once
// Orphans on record: how they get there, who may say so, and when they are over.

#include <cstddef>
#include <vector>

#include "core/orphan.h"
#include "core/result.h"
#include "core/session.h"
#include "core/store.h"

namespace firstkey::core {

/// What a station may put on record in one session: more than a person tries keys, far less than
/// would fill a store.
inline constexpr std::size_t kOrphansPerSession = 16;
/// What a station is told: the latest, which are the likeliest to come back.
inline constexpr std::size_t kOrphansTold = 64;

/// Puts the credential on record as an orphan of `session`, with its audit row, unless it is there.
void record_orphan(WriteTransaction& transaction,
                   const Session& session,
                   const OrphanReport& orphan,
                   Instant now);

/// What a withdrawn credential leaves on its key.
[[nodiscard]] OrphanReport orphan_of(const CredentialRecord& withdrawn);

/// Hears a station of `session`, which may have ended: a credential often comes out just then.
/// Saying the same again changes nothing. Errors: kInvalidArgument, kCredentialExists (it is
/// registered, so it is none), kTooManyCredentials (of this session's station).
[[nodiscard]] Result<void> hear_of_orphan(WriteTransaction& transaction,
                                          const Session& session,
                                          const OrphanReport& report,
                                          Instant now);

[[nodiscard]] std::vector<OrphanMark> orphans_to_tell(ReadTransaction& transaction);

}  // namespace firstkey::core
