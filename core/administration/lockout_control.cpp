#include "core/administration/lockout_control.h"

#include <map>

#include "core/administration/listing.h"
#include "core/guess_limits.h"

namespace firstkey::core {

namespace {

/// Hashing names takes about a microsecond each; more than this would keep a list waiting.
constexpr std::size_t kMostNamed = 10'000;

/// The names of the directory by the keys of their counters.
Result<std::map<Sha256, std::string>> names_by_key(ReadTransaction& view, const Pepper& pepper) {
  std::map<Sha256, std::string> names;
  std::optional<Error> failure;
  (void)any_user(view, [&](const User& user) {
    const auto key = name_lockout_key(pepper, normalised_name(user.name));
    if (!key) failure = key.error();
    if (key) names.emplace(key.value(), user.name);
    return failure.has_value() || names.size() >= kMostNamed;
  });
  if (failure) return std::unexpected(failure.value());
  return names;
}

LockoutView view_of(const LockoutCounter& counter, const LockoutLimits& limits, Instant now) {
  LockoutView view{.scope = counter.scope,
                   .key = counter.key,
                   .user_name = std::nullopt,
                   .attempts = counter.attempts,
                   .last_at = counter.last_at,
                   .blocked_until = std::nullopt,
                   .needs_clearing = false};
  switch (counter.scope) {
    case LockoutScope::kNameAtStation:
      if (now < counter.blocked_until) view.blocked_until = counter.blocked_until;
      break;
    case LockoutScope::kName:
      view.needs_clearing = counter.attempts >= limits.attempts_per_name;
      break;
    case LockoutScope::kStation: {
      std::vector<Instant> counting;
      for (const auto at : counter.recent) {
        if (now < at + limits.station_period) counting.push_back(at);
      }
      if (std::cmp_greater_equal(counting.size(), limits.attempts_per_station)) {
        view.blocked_until = counting.front() + limits.station_period;
      }
      break;
    }
  }
  return view;
}

using CounterKey = std::pair<LockoutScope, Sha256>;

/// Deletes those of `keys` that count something, which has to be one at least.
Result<Effect<void>> clearing(ReadTransaction& view, const std::vector<CounterKey>& keys) {
  std::vector<CounterKey> counted;
  for (const auto& key : keys) {
    if (view.lockout(key.first, key.second)) counted.push_back(key);
  }
  if (counted.empty()) return fail(ErrorCode::kNotFound, "no attempts are counted here");
  return [counted](WriteTransaction& transaction) {
    for (const auto& [scope, key] : counted) transaction.delete_lockout(scope, key);
  };
}

}  // namespace

Result<std::vector<LockoutView>> LockoutControl::list() {
  return administration_.look<std::vector<LockoutView>>(
      "lockout.list", [&](Act& act) -> Result<std::vector<LockoutView>> {
        if (auto allowed = act.authorise(Operation::kReadLockouts); !allowed) {
          return std::unexpected(allowed.error());
        }
        const auto names = names_by_key(act.view(), pepper_);
        if (!names) return std::unexpected(names.error());
        std::vector<LockoutView> views;
        for (const auto& counter : act.view().lockouts()) {
          views.push_back(view_of(counter, act.settings().pass_policy.lockout, act.now()));
          const auto name = names->find(counter.key);
          if (name != names->end()) views.back().user_name = name->second;
        }
        return views;
      });
}

Result<void> LockoutControl::clear_name(const std::string& name,
                                        const std::vector<StationId>& stations) {
  return administration_.act<void>("lockout.clear", [&](Act& act) -> Result<Effect<void>> {
    const auto normalised = normalised_name(name);
    const auto user = act.view().user_by_name(normalised);
    if (user) act.note_user(user.value());
    const auto allowed = user ? act.authorise(Operation::kClearLockout, user.value())
                              : act.authorise(Operation::kClearLockout);
    if (!allowed) return std::unexpected(allowed.error());
    if (normalised.empty()) return fail(ErrorCode::kInvalidArgument, "this cannot be a name");
    const auto key = name_lockout_key(pepper_, normalised);
    if (!key) return std::unexpected(key.error());
    std::vector<CounterKey> keys{{LockoutScope::kName, key.value()}};
    for (const auto& station : stations) {
      const auto attempt = attempt_keys(pepper_, normalised, station);
      if (!attempt) return std::unexpected(attempt.error());
      keys.emplace_back(LockoutScope::kNameAtStation, attempt->name_at_station);
    }
    return clearing(act.view(), keys);
  });
}

Result<void> LockoutControl::clear_station(const StationId& station) {
  return administration_.act<void>("lockout.clear", [&](Act& act) -> Result<Effect<void>> {
    if (auto allowed = act.authorise(Operation::kClearLockout); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (station.empty()) return fail(ErrorCode::kInvalidArgument, "a station has a name");
    const auto keys = attempt_keys(pepper_, {}, station);
    if (!keys) return std::unexpected(keys.error());
    return clearing(act.view(), {{LockoutScope::kStation, keys->station}});
  });
}

}  // namespace firstkey::core
