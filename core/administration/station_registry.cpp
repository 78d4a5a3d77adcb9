#include "core/administration/station_registry.h"

#include <algorithm>
#include <utility>

#include "core/passcode.h"

namespace firstkey::core {

namespace {

/// Source: ours. 80 bits: not to be guessed, nor found from its hash.
constexpr int kCodeSymbols = 16;
/// All are read with every decision.
constexpr std::size_t kMostStations = 1000;

StationView view_of(const Station& station) {
  return {.id = station.id,
          .created_at = station.created_at,
          .joined_at = station.joined_at,
          .code_expires_at = station.code_expires_at};
}

}  // namespace

Result<AdmittedStation> StationRegistry::add(const std::string& name) {
  auto code = draw_passcode(Alphabet::kCrockfordBase32, kCodeSymbols, random_);
  const auto code_hash = sha256(code.expose());  // what the store keeps
  const auto decide = [&](Act& act) -> Result<Effect<StationView>> {
    if (auto allowed = act.authorise(Operation::kWriteStations); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (!is_station_name(name)) {
      return fail(ErrorCode::kInvalidArgument,
                  "a station's name is 1 to 64 letters, digits, hyphens, underscores and dots");
    }
    act.note("station", name);
    auto settings = act.settings();
    auto& stations = settings.stations;
    if (std::ranges::find(stations, StationId(name), &Station::id) != stations.end()) {
      return fail(ErrorCode::kAlreadyExists,
                  "there is a station of this name; remove it first, or name this one otherwise");
    }
    if (stations.size() >= kMostStations) {
      return fail(ErrorCode::kInvalidArgument, "there are 1000 stations; remove one first");
    }
    const Station station{.id = StationId(name),
                          .code_hash = code_hash,
                          .code_expires_at = act.now() + kJoiningTime,
                          .created_at = act.now(),
                          .joined_at = std::nullopt};
    stations.push_back(station);
    std::ranges::sort(stations, {}, &Station::id);
    return [settings, added = view_of(station)](WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return added;
    };
  };
  auto added = administration_.act<StationView>("station.add", decide);
  if (!added) return std::unexpected(added.error());
  return AdmittedStation{.station = std::move(added.value()), .code = std::move(code)};
}

Result<std::vector<StationView>> StationRegistry::list() {
  const auto look = [](Act& act) -> Result<std::vector<StationView>> {
    if (auto allowed = act.authorise(Operation::kReadStations); !allowed) {
      return std::unexpected(allowed.error());
    }
    std::vector<StationView> views;
    std::ranges::transform(act.settings().stations, std::back_inserter(views), view_of);
    return views;
  };
  return administration_.look<std::vector<StationView>>("station.list", look);
}

Result<StationView> StationRegistry::remove(const std::string& name) {
  const auto decide = [&](Act& act) -> Result<Effect<StationView>> {
    if (auto allowed = act.authorise(Operation::kWriteStations); !allowed) {
      return std::unexpected(allowed.error());
    }
    auto settings = act.settings();
    const auto found = std::ranges::find(settings.stations, StationId(name), &Station::id);
    if (found == settings.stations.end()) {
      return fail(ErrorCode::kNotFound, "there is no station of this name");
    }
    act.note("station", name);
    auto removed = view_of(*found);
    settings.stations.erase(found);
    return [settings, removed](WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return removed;
    };
  };
  return administration_.act<StationView>("station.remove", decide);
}

}  // namespace firstkey::core
