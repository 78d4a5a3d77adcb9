#pragma once
// The model: what a store must do, in the plainest form that does it. Every other store is tested
// against this one (tests/contract). A write transaction works on a copy and replaces the original
// when it commits, so rolling back is doing nothing.

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "core/store.h"

namespace firstkey::core {

/// Everything a store holds. Maps are ordered as the port promises its lists to be.
struct MemoryState {
  std::optional<Settings> settings;
  std::optional<ClockMark> mark;
  std::map<std::string, User> users;  ///< by normalised name
  std::map<PassId, Pass> passes;
  std::map<SessionId, Session> sessions;
  std::map<Bytes, Challenge> challenges;
  std::map<Bytes, CredentialRecord> credentials;
  std::map<Bytes, OrphanRecord> orphans;
  std::map<ApiCredentialId, ApiCredential> api_credentials;
  std::map<std::int64_t, StoredMetadata> metadata;
  std::map<std::pair<LockoutScope, Sha256>, LockoutCounter> lockouts;
  std::vector<AuditRow> audit;
};

class MemoryStore final : public Store {
 public:
  /// Both must outlive the store.
  MemoryStore(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  [[nodiscard]] Result<void> write(const Work& work) override;
  [[nodiscard]] Result<void> read(const ReadWork& work) override;
  [[nodiscard]] Result<void> check() override;
  /// Errors: kInvalidArgument: there is no file to copy.
  [[nodiscard]] Result<void> scrub() override;
  [[nodiscard]] Result<void> back_up(const std::string& path) override;

 private:
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  MemoryState state_;
};

}  // namespace firstkey::core
