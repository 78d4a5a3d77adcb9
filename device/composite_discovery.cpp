#include "device/composite_discovery.h"

#include <algorithm>
#include <utility>

namespace firstkey::device {

namespace {

using Kind = KeyEvent::Kind;

/// Longer waits are cut to this, so that the clock's arithmetic cannot overflow.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(24);

auto with_path(std::vector<SeenKey>& keys, const KeyPath& path) {
  return std::ranges::find(keys, path, &SeenKey::path);
}

const SeenKey* with_arrival(const std::vector<SeenKey>& keys, std::uint64_t arrival) {
  const auto found = std::ranges::find(keys, arrival, &SeenKey::arrival);
  return found == keys.end() ? nullptr : &*found;
}

/// Two readers of one USB device are two slots with a card each, so it takes a node and a reader.
bool are_one_key(const SeenKey& one, const SeenKey& other) {
  return one.usb && one.usb == other.usb && one.path.transport != other.path.transport;
}

}  // namespace

CompositeDiscovery::CompositeDiscovery(std::vector<std::unique_ptr<KeySource>> sources,
                                       std::optional<KeyPath> only)
    : sources_(std::move(sources)), only_(std::move(only)) {
  for (const auto& source : sources_) source->start(*this);
}

CompositeDiscovery::~CompositeDiscovery() {
  for (const auto& source : sources_) source->stop();
}

std::vector<SeenKey> CompositeDiscovery::keys() {
  const std::lock_guard lock(mutex_);
  return shown_;
}

std::vector<KeyEvent> CompositeDiscovery::wait(std::chrono::milliseconds timeout,
                                               std::stop_token stop) {
  std::unique_lock lock(mutex_);
  has_told_ = true;
  has_events_.wait_for(
      lock, stop, std::min(timeout, kLongestWait), [this] { return !events_.empty(); });
  return std::exchange(events_, {});
}

Result<std::unique_ptr<Authenticator>> CompositeDiscovery::open(const KeyPath& path,
                                                                const CallLimits& limits) {
  const auto source =
      std::ranges::find_if(sources_, [&](const auto& each) { return each->owns(path); });
  if (source == sources_.end() || !is_wanted(path)) {
    return std::unexpected(
        Error{.code = ErrorCode::kUnknownPath, .detail = "no source of keys has " + path.text});
  }
  return (*source)->open(path, limits);
}

std::vector<Obstacle> CompositeDiscovery::obstacles() {
  std::vector<Obstacle> all;
  for (const auto& source : sources_)
    std::ranges::move(source->obstacles(), std::back_inserter(all));
  return all;
}

void CompositeDiscovery::arrived(SeenKey key) {
  if (!is_wanted(key.path)) return;
  const std::lock_guard lock(mutex_);
  key.arrival = ++last_arrival_;
  present_.push_back(std::move(key));
  show();
}

void CompositeDiscovery::removed(const KeyPath& path) {
  const std::lock_guard lock(mutex_);
  const auto key = with_path(present_, path);
  if (key == present_.end()) return;
  present_.erase(key);
  show();
}

void CompositeDiscovery::changed(SeenKey key) {
  const std::lock_guard lock(mutex_);
  const auto known = with_path(present_, key.path);
  if (known == present_.end()) return;
  key.arrival = known->arrival;
  *known = std::move(key);
  show();
}

bool CompositeDiscovery::is_wanted(const KeyPath& path) const {
  return !only_ || *only_ == path;
}

bool CompositeDiscovery::is_hidden(const SeenKey& key) const {
  return std::ranges::any_of(present_, [&](const SeenKey& other) {
    return are_one_key(key, other) && outranks(other, key);
  });
}

/// Of two paths to one key: the one that can be used; else the one the caller knows of, for a
/// switch would look like pulling the key; else HID, which tells keep-alives and takes a
/// cancellation.
bool CompositeDiscovery::outranks(const SeenKey& one, const SeenKey& other) const {
  if (one.obstacle.has_value() != other.obstacle.has_value()) return !one.obstacle;
  if (has_told_) {
    const bool is_one_known = with_arrival(shown_, one.arrival) != nullptr;
    const bool is_other_known = with_arrival(shown_, other.arrival) != nullptr;
    if (is_one_known != is_other_known) return is_one_known;
  }
  return one.path.transport == Transport::kUsb;
}

void CompositeDiscovery::show() {
  std::vector<SeenKey> next;
  std::ranges::copy_if(
      present_, std::back_inserter(next), [this](const SeenKey& key) { return !is_hidden(key); });
  for (const auto& key : shown_) {
    if (with_arrival(next, key.arrival) == nullptr) queue(Kind::kRemoved, key);
  }
  for (const auto& key : next) {
    const auto* const before = with_arrival(shown_, key.arrival);
    if (before == nullptr) {
      queue(Kind::kArrived, key);
    } else if (*before != key) {
      queue(Kind::kChanged, key);
    }
  }
  shown_ = std::move(next);
}

/// What was not told yet is brought up to date rather than told in pieces, so the queue holds two
/// entries for a path at most, however long nobody waits.
void CompositeDiscovery::queue(KeyEvent::Kind kind, const SeenKey& key) {
  const auto untold = std::ranges::find_if(events_, [&](const KeyEvent& event) {
    return event.key.arrival == key.arrival && event.kind != Kind::kRemoved;
  });
  if (untold == events_.end()) {
    events_.push_back({.kind = kind, .key = key});
  } else if (kind == Kind::kChanged) {
    untold->key = key;
  } else {
    const bool is_arrival_told = untold->kind == Kind::kChanged;
    events_.erase(untold);
    if (is_arrival_told) events_.push_back({.kind = kind, .key = key});
  }
  has_events_.notify_all();
}

}  // namespace firstkey::device
