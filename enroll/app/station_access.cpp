#include "enroll/app/station_access.h"

#include <chrono>
#include <utility>

namespace firstkey::enroll {

namespace {

/// Source: ours. A hash in a queue takes seconds; a person gives up in half a minute.
constexpr std::chrono::seconds kLongestCall{20};

}  // namespace

std::string station_file_path(const std::string& folder) {
  return folder + "/station";
}

core::Result<StationAccess> StationAccess::with(remote::StationRecord record) {
  auto server = remote::ServerAddress::parse(record.verifier);
  if (!server) return std::unexpected(server.error());
  auto client = remote::HttpsClient::create(std::move(server.value()), record.trust);
  if (!client) return std::unexpected(client.error());
  StationAccess access;
  access.client_ = std::move(client.value());
  access.name_ = record.name.value_or(core::StationId());
  access.verifier_ = std::make_unique<remote::RemoteVerifier>(
      std::move(record.credential),
      [client = access.client_.get()](remote::HttpsClient::Question question) {
        return client->ask(std::move(question), kLongestCall);
      });
  return access;
}

core::Result<StationAccess> StationAccess::open(const std::string& folder, const std::string& url) {
  auto record = remote::StationFile(station_file_path(folder)).load();
  if (!record) return std::unexpected(record.error());
  if (!record->has_value() || !record->value().name || record->value().verifier != url) {
    return core::fail(
        core::ErrorCode::kStationUnknown,
        "this station has not joined " + url +
            "; an administrator there adds it, then: firstkey station join --verifier " + url +
            " --code-fd N");
  }
  return with(std::move(record->value()));
}

}  // namespace firstkey::enroll
