#pragma once
// The numbered, bounded, replayable story of one ceremony. Numbers rise by one from 1; the oldest
// events are dropped when the stream is full, and a reader who missed some is told so. Every event
// carries the window's end and the verifier's time, so that any screen can draw the countdown.
// Threads: any, for every operation.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.h"
#include "enroll/events.h"

namespace firstkey::enroll {

struct NumberedEvent {
  std::uint64_t id = 0;
  core::Instant server_now;
  core::Instant expires_at;
  Event event;
};

/// One JSON object: id, event, its members, serverNow, expiresAt (RFC 3339 UTC).
[[nodiscard]] std::string to_json(const NumberedEvent& event);

struct Replay {
  std::vector<NumberedEvent> events;  ///< oldest first
  bool has_gap = false;               ///< events after the asked one were dropped meanwhile
  bool is_closed = false;             ///< nothing will come after these
};

class EventStream {
 public:
  /// More than an enrollment with many failed keys tells; a reader rarely lags by more than one.
  static constexpr std::size_t kDefaultCapacity = 512;

  explicit EventStream(std::size_t capacity = kDefaultCapacity);

  /// Returns the event's number; 0 when the stream is closed and the event was dropped.
  std::uint64_t publish(Event event, core::Instant server_now, core::Instant expires_at);
  /// Wakes every reader; later events are dropped.
  void close();

  /// Everything after `last_id` (0: from the beginning). Never blocks.
  [[nodiscard]] Replay since(std::uint64_t last_id) const;
  /// Like since(), but waits up to `timeout` for something to come or for the close.
  [[nodiscard]] Replay wait_since(std::uint64_t last_id, std::chrono::milliseconds timeout) const;

 private:
  [[nodiscard]] Replay replay(std::uint64_t last_id) const;

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<NumberedEvent> events_;
  std::uint64_t last_id_ = 0;
  bool is_closed_ = false;
};

}  // namespace firstkey::enroll
