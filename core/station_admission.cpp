#include "core/station_admission.h"

#include <algorithm>
#include <utility>

#include "core/passcode.h"
#include "core/roles.h"
#include "core/session_rules.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kCredentialBytes = 32;

std::unexpected<Error> unknown() {
  return fail(ErrorCode::kStationUnknown,
              "this station is not known here; an administrator admits it with `firstkey station "
              "add`");
}

AuditEvent event_of(const char* action, const Station& station) {
  return {.action = action, .personal = {{"station", station.id.text()}}};
}

/// The station `code` still admits at `now`; null if none.
Station* admitted_by(std::vector<Station>& stations,
                     const Sha256& code,
                     const Sha256& credential,
                     Instant now) {
  const auto found = std::ranges::find_if(stations, [&](const Station& station) {
    return equal_constant_time(station.code_hash, code);
  });
  if (found == stations.end() || now >= found->code_expires_at) return nullptr;
  const bool is_repeated = found->joined_at && found->credential_hash == credential;
  return !found->joined_at || is_repeated ? &*found : nullptr;
}

}  // namespace

Result<StationId> StationAdmission::join(const Secret& code, const Secret& credential) {
  if (credential.size() != kCredentialBytes) {
    return fail(ErrorCode::kInvalidArgument, "a station's credential has 32 bytes");
  }
  const auto normalised = normalise_passcode(code, Alphabet::kCrockfordBase32);
  // Hashed: what the store compares and keeps.
  const auto code_hash = sha256(normalised ? normalised->expose() : BytesView());
  const auto credential_hash = sha256(credential.expose());
  return decide_in<StationId>(store_, [&](WriteTransaction& transaction) -> Result<StationId> {
    auto settings = transaction.settings();
    if (!settings) return fail(ErrorCode::kNotInitialised, "the store was never initialised");
    const auto now = transaction.clock().now;
    auto* const station = admitted_by(settings->stations, code_hash, credential_hash, now);
    if (station == nullptr) {
      transaction.append_audit({.action = "station.join",
                                .outcome = std::string(to_string(ErrorCode::kStationUnknown))});
      return unknown();
    }
    if (station->joined_at) return station->id;
    station->joined_at = now;
    station->credential_hash = credential_hash;
    transaction.append_audit(event_of("station.join", *station));
    auto id = station->id;
    transaction.put_settings(settings.value());
    return id;
  });
}

Result<StationId> StationAdmission::identify(const Secret& credential) {
  const auto hash = sha256(credential.expose());  // what the store compares
  std::optional<StationId> known;
  bool is_initialised = false;
  const auto looked = store_.read([&](ReadTransaction& transaction) {
    const auto settings = transaction.settings();
    is_initialised = settings.has_value();
    known.reset();
    if (!settings) return;
    for (const auto& station : settings->stations) {
      if (station.joined_at && equal_constant_time(station.credential_hash, hash)) {
        known = station.id;
      }
    }
  });
  if (!looked) return std::unexpected(looked.error());
  if (!is_initialised) return fail(ErrorCode::kNotInitialised, "the store was never initialised");
  const auto allowed = authorise({Role::kStation}, Operation::kRedeem, Subject::kNobody);
  if (!known || !allowed) return unknown();
  return std::move(known.value());
}

Result<void> StationAdmission::record_refusal(const std::string& address) {
  return store_.write([&](WriteTransaction& transaction) {
    transaction.append_audit({.action = "station.call",
                              .outcome = std::string(to_string(ErrorCode::kStationUnknown)),
                              .personal = {{"address", address}}});
    return Store::Ending::kCommit;
  });
}

}  // namespace firstkey::core
