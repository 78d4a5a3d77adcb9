#pragma once
// What a stream of server-sent events sends: asked for the next portion at first, whenever it says
// that there may be more, and at every heartbeat. Source: HTML Living Standard, "Server-sent
// events".

#include <functional>
#include <string>

namespace firstkey::enroll::http {

class EventFeed {
 public:
  enum class Rest { kFollows, kNone };
  struct Portion {
    std::string text;  ///< whole events, each with its empty line; empty: none for now
    Rest rest = Rest::kFollows;
  };

  virtual ~EventFeed() = default;
  EventFeed() = default;
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  /// What came since the last call. May wait for the store. Threads: any, one at a time.
  [[nodiscard]] virtual Portion take() = 0;
  /// Before the first take(). `wake` is called whenever there may be more, on any thread, until
  /// this is destroyed, which waits for a call that runs.
  virtual void listen(std::function<void()> wake) = 0;
};

}  // namespace firstkey::enroll::http
