#pragma once
// Where an enrollment's verdicts come from: the store of this workstation, or a verifier elsewhere
// that this station joined. What runs on top cannot tell the two apart.

#include <memory>
#include <optional>
#include <string>

#include "core/credential.h"
#include "core/local_verifier.h"
#include "enroll/app/station_access.h"
#include "enroll/app/workplace.h"

namespace firstkey::enroll {

class VerdictSource {
 public:
  /// `url` empty: beside the store. Errors: those of Workplace::open or StationAccess::open.
  [[nodiscard]] static core::Result<std::unique_ptr<VerdictSource>> open(const Place& place,
                                                                         const std::string& url);

  [[nodiscard]] core::Verifier& verifier() noexcept;
  [[nodiscard]] core::Random& random() noexcept { return random_; }
  [[nodiscard]] const core::Clock& clock() const noexcept { return clock_; }
  /// The name under which this station joined; absent beside the store, where any will do.
  [[nodiscard]] const std::optional<core::StationId>& station() const noexcept { return station_; }
  /// The stored record; absent where it is elsewhere.
  [[nodiscard]] std::optional<core::CredentialRecord> record_of(const core::Bytes& credential_id);
  /// Every half minute; a server does this by itself.
  void tick();

 private:
  VerdictSource() = default;

  core::SystemClock clock_;
  core::SystemRandom random_;
  std::unique_ptr<Workplace> workplace_;  // of the two pairs one is there
  std::unique_ptr<core::LocalVerifier> local_;
  std::optional<StationAccess> access_;
  std::optional<core::StationId> station_;
};

}  // namespace firstkey::enroll
