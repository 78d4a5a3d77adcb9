#pragma once
// A station's way to a verifier elsewhere: its file in this machine's folder, the client and the
// verifier on top.

#include <memory>
#include <string>

#include "core/verifier.h"
#include "enroll/remote/https_client.h"
#include "enroll/remote/remote_verifier.h"
#include "enroll/remote/station_file.h"

namespace firstkey::enroll {

class StationAccess {
 public:
  /// As the station that joined `url`. Errors: kStationUnknown (it has not joined, or another
  /// verifier), kInvalidArgument, those of the file.
  [[nodiscard]] static core::Result<StationAccess> open(const std::string& folder,
                                                        const std::string& url);
  /// For joining: without a name yet.
  [[nodiscard]] static core::Result<StationAccess> with(remote::StationRecord record);

  [[nodiscard]] remote::RemoteVerifier& verifier() noexcept { return *verifier_; }
  [[nodiscard]] const core::StationId& name() const noexcept { return name_; }

 private:
  StationAccess() = default;
  std::unique_ptr<remote::HttpsClient> client_;
  std::unique_ptr<remote::RemoteVerifier> verifier_;  // uses the client
  core::StationId name_;
};

/// In this machine's own folder.
[[nodiscard]] std::string station_file_path(const std::string& folder);

}  // namespace firstkey::enroll
