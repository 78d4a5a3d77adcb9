#include "enroll/event_stream.h"

#include <algorithm>

#include <boost/json.hpp>

#include "enroll/event_members.h"

namespace firstkey::enroll {

std::string to_json(const NumberedEvent& event) {
  boost::json::object object = members_of(event.event);
  object["id"] = event.id;
  object["serverNow"] = core::to_rfc3339(event.server_now);
  object["expiresAt"] = core::to_rfc3339(event.expires_at);
  return boost::json::serialize(object);
}

EventStream::EventStream(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) {}

std::uint64_t EventStream::publish(Event event,
                                   core::Instant server_now,
                                   core::Instant expires_at) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return 0;
  events_.push_back({.id = ++last_id_,
                     .server_now = server_now,
                     .expires_at = expires_at,
                     .event = std::move(event)});
  if (events_.size() > capacity_) events_.pop_front();
  changed_.notify_all();
  return last_id_;
}

void EventStream::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

Replay EventStream::since(std::uint64_t last_id) const {
  const std::lock_guard lock(mutex_);
  return replay(last_id);
}

Replay EventStream::wait_since(std::uint64_t last_id, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return is_closed_ || last_id_ > last_id; });
  return replay(last_id);
}

Replay EventStream::replay(std::uint64_t last_id) const {
  // A number from the future belongs to another stream: its reader has seen none of this one.
  const bool is_from_elsewhere = last_id > last_id_;
  if (is_from_elsewhere) last_id = 0;
  Replay replay{.is_closed = is_closed_};
  const auto first =
      std::ranges::upper_bound(events_, last_id, std::ranges::less{}, &NumberedEvent::id);
  replay.events.assign(first, events_.end());
  replay.has_gap = is_from_elsewhere || (!events_.empty() && last_id + 1 < events_.front().id);
  return replay;
}

}  // namespace firstkey::enroll
