#include "core/guess_limits.h"

#include <algorithm>

namespace firstkey::core {

namespace {

/// Counters of names nobody bears are kept like those of others, so their number is bounded. At the
/// bound those that count least go: to be rid of a counter of n attempts one has to fill the table
/// with counters of n attempts first, at twenty attempts in ten minutes a station.
constexpr std::size_t kMostCounters = 100'000;
constexpr std::size_t kEvictedAtOnce = 1'000;

Result<Sha256> keyed(const Pepper& pepper,
                     std::string_view scope,
                     std::string_view name,
                     std::string_view station) {
  std::string message("firstkey lockout 1");
  for (const auto part : {scope, name, station}) {
    message.push_back('\0');
    message.append(part);
  }
  return pepper.mac(pepper.current_key_id(), as_bytes(message));
}

LockoutCounter counter_of(WriteTransaction& transaction,
                          LockoutScope scope,
                          const Sha256& key,
                          Instant now) {
  const auto found = transaction.lockout(scope, key);
  if (found) return found.value();
  return {.scope = scope,
          .key = key,
          .attempts = 0,
          .first_at = now,
          .last_at = now,
          .blocked_until = {},
          .recent = {}};
}

/// The pause after the `attempts`th attempt: none while attempts are free, then 1, 2, 4 … minutes.
std::chrono::minutes pause_after(int attempts, const LockoutLimits& limits) {
  const int beyond = attempts - limits.free_attempts_per_name_and_station;
  if (beyond < 0) return std::chrono::minutes{0};
  constexpr int kLargestShift = 20;  // far beyond any longest pause a policy may have
  const std::chrono::minutes pause{1LL << std::min(beyond, kLargestShift)};
  return std::min(pause, limits.longest_pause);
}

/// The attempts of a station that still count. In any station_period there are never more than the
/// limit: an exact sliding window.
std::vector<Instant> still_counting(const LockoutCounter& station,
                                    const LockoutLimits& limits,
                                    Instant now) {
  auto recent = station.recent;
  std::erase_if(recent, [&](Instant at) { return at + limits.station_period <= now; });
  return recent;
}

void make_room(WriteTransaction& transaction) {
  if (transaction.count_lockouts() < kMostCounters) return;
  transaction.delete_least_lockouts(kEvictedAtOnce);
}

}  // namespace

Result<AttemptKeys> attempt_keys(const Pepper& pepper,
                                 std::string_view name,
                                 const StationId& station) {
  const auto pair = keyed(pepper, "name at station", name, station.text());
  const auto alone = name_lockout_key(pepper, name);
  const auto place = keyed(pepper, "station", {}, station.text());
  for (const auto* key : {&pair, &alone, &place}) {
    if (!*key) return std::unexpected(key->error());
  }
  return AttemptKeys{
      .name_at_station = pair.value(), .name = alone.value(), .station = place.value()};
}

Result<Sha256> name_lockout_key(const Pepper& pepper, std::string_view name) {
  return keyed(pepper, "name", name, {});
}

std::optional<Lockout> reserve_attempt(WriteTransaction& transaction,
                                       const LockoutLimits& limits,
                                       const AttemptKeys& keys,
                                       Instant now) {
  auto pair = counter_of(transaction, LockoutScope::kNameAtStation, keys.name_at_station, now);
  auto name = counter_of(transaction, LockoutScope::kName, keys.name, now);
  auto station = counter_of(transaction, LockoutScope::kStation, keys.station, now);

  if (name.attempts >= limits.attempts_per_name) {
    return Lockout{.scope = LockoutScope::kName, .until = std::nullopt};
  }
  station.recent = still_counting(station, limits, now);
  if (std::cmp_greater_equal(station.recent.size(), limits.attempts_per_station)) {
    return Lockout{.scope = LockoutScope::kStation,
                   .until = station.recent.front() + limits.station_period};
  }
  if (now < pair.blocked_until) {
    return Lockout{.scope = LockoutScope::kNameAtStation, .until = pair.blocked_until};
  }

  make_room(transaction);
  for (auto* counter : {&pair, &name, &station}) {
    ++counter->attempts;
    counter->last_at = now;
  }
  if (const auto pause = pause_after(pair.attempts, limits); pause.count() > 0) {
    pair.blocked_until = now + pause;
  }
  station.recent.push_back(now);
  station.attempts = static_cast<int>(station.recent.size());
  for (const auto* counter : {&pair, &name, &station}) transaction.put_lockout(*counter);
  return std::nullopt;
}

void release_attempt(WriteTransaction& transaction, const AttemptKeys& keys, Instant reserved_at) {
  transaction.delete_lockout(LockoutScope::kNameAtStation, keys.name_at_station);
  if (auto name = transaction.lockout(LockoutScope::kName, keys.name)) {
    --name->attempts;
    if (name->attempts <= 0) {
      transaction.delete_lockout(LockoutScope::kName, keys.name);
    } else {
      transaction.put_lockout(name.value());
    }
  }
  if (auto station = transaction.lockout(LockoutScope::kStation, keys.station)) {
    // This attempt and no later one: a failure that stayed must count for its whole period.
    const auto own = std::ranges::find(station->recent, reserved_at);
    if (own != station->recent.end()) station->recent.erase(own);
    station->attempts = static_cast<int>(station->recent.size());
    transaction.put_lockout(station.value());
  }
}

}  // namespace firstkey::core
