#pragma once
// The audit trail: hash chains. Each row holds its chain, its sequence in it, the hash of the row
// before it, and salted commitments of its personal fields, so that those can be erased later
// without breaking the chain. A store that one writer at a time changes has one chain; one that
// many change at once has a chain for each of them, so that no writer waits for another's row. One
// correlation id joins everything from a pass to its credential.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/random.h"
#include "core/result.h"

namespace firstkey::core {

/// What somebody did or tried. `action` is a dotted verb ("pass.issue"); `outcome` is "success" or
/// an ErrorCode's name. Nothing here is ever a passcode, PIN, secret or challenge.
struct AuditEvent {
  std::string action;
  std::string outcome = "success";
  CorrelationId correlation;
  std::map<std::string, std::string> details;   ///< ids, codes, counts: not personal
  std::map<std::string, std::string> personal;  ///< names of people and stations: committed to

  friend bool operator==(const AuditEvent&, const AuditEvent&) = default;
};

/// A personal field as a row keeps it. `value` and `salt` can be erased; the commitment stays.
struct PersonalField {
  Sha256 commitment{};  ///< SHA-256(salt || name || 0x00 || value)
  Bytes salt;           ///< 16 random bytes, empty once erased
  std::string value;    ///< empty once erased
  /// Of a row that is shown to who may not see names, so that it looks erased.
  bool is_withheld = false;

  /// Both go or neither: a value without its salt could be anything.
  [[nodiscard]] bool is_erased() const { return salt.empty() && value.empty() && !is_withheld; }
  friend bool operator==(const PersonalField&, const PersonalField&) = default;
};

/// The number of the only chain of a store that has one.
inline constexpr std::int64_t kFirstChain = 1;

struct AuditRow {
  std::int64_t chain = kFirstChain;
  std::int64_t sequence = 0;  ///< within its chain: from 1, without gaps
  Instant at;
  std::string action;
  std::string outcome;
  CorrelationId correlation;
  std::map<std::string, std::string> details;
  std::map<std::string, PersonalField> personal;
  Sha256 previous_hash{};  ///< zeros in the first row of a chain
  Sha256 hash{};           ///< over all the above but salts and values

  friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

/// Where a chain ends: which row the next one follows.
struct ChainHead {
  std::int64_t chain = kFirstChain;
  std::int64_t sequence = 0;  ///< of its last row; 0: it has none yet
  Sha256 hash{};              ///< of its last row; zeros: it has none yet

  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

/// A row's place in the order of chains and, within each, of sequences. As it is: before them all.
struct AuditPlace {
  std::int64_t chain = kFirstChain;
  std::int64_t sequence = 0;
};

/// What a story is asked for by: an id as the detail of its rows has it.
struct AuditSubject {
  enum class Kind : std::uint8_t { kPass, kCredential };
  Kind kind = Kind::kPass;
  std::string id;  ///< a pass's id; a credential's in base64url
};

/// The detail that names a subject of this kind: "passId".
[[nodiscard]] std::string_view detail_of(AuditSubject::Kind kind) noexcept;

/// Which rows; what is not set does not matter.
struct AuditQuery {
  std::optional<CorrelationId> correlation;  ///< one pass's story
  std::optional<std::string> action;         ///< "pass.issue"; "pass." takes all that begin so
  std::optional<std::string> reference;      ///< what a refused person was told
  std::size_t limit = 100;                   ///< 1..1000: the newest that match
};

/// A detail of `row`; empty if it has none of this name.
[[nodiscard]] std::string_view detail(const AuditRow& row, std::string_view name);

/// Whether `query` asks for `row`, its limit aside.
[[nodiscard]] bool matches(const AuditRow& row, const AuditQuery& query);

/// The row that follows `head`.
[[nodiscard]] AuditRow make_audit_row(const AuditEvent& event,
                                      const ChainHead& head,
                                      Instant at,
                                      Random& random);

/// The head of `row`'s chain while `row` is its last.
[[nodiscard]] ChainHead head_at(const AuditRow& row);

/// The hash `row` should have. The form hashed is told in core/README.md, "Audit".
[[nodiscard]] Sha256 audit_hash(const AuditRow& row);

/// Checks that `row` follows `before`, and its own hash and commitments. Errors: kAuditBroken,
/// naming the row and what differs.
[[nodiscard]] Result<void> verify_audit_row(const AuditRow& row, const ChainHead& before);

/// "row 7", or "row 7 of chain 2" where there may be others.
[[nodiscard]] std::string name_of_row(const AuditPlace& place);

}  // namespace firstkey::core
