#pragma once
// Tells streams of sessions that something may have happened in theirs: one look at the ends of the
// audit chains for all of them, so that a stream that waits costs the store nothing. Rows of other
// programs on the same store are seen as well as our own.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/store.h"

namespace firstkey::enroll::remote {

class StoryWatch {
 public:
  using Wake = std::function<void()>;

  /// `store` must outlive this.
  explicit StoryWatch(core::Store& store) : store_(store) {}

  /// Is told as long as it lives; the watch must outlive it.
  class Listener {
   public:
    Listener(StoryWatch& watch, const core::CorrelationId& correlation, Wake wake);
    /// Waits for a wake that runs.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    StoryWatch& watch_;
    std::multimap<core::CorrelationId, Wake>::iterator entry_;
  };

  /// Wakes whoever listens to a story that went on since the last look; all of them at the first
  /// one. To be called every kStoryPause by one thread. A store that fails is looked at again.
  void look();

 private:
  using Ends = std::map<std::int64_t, std::int64_t>;  // of chains: their last sequences
  struct News {
    Ends ends;
    std::set<core::CorrelationId> stories;
  };
  [[nodiscard]] std::optional<News> news_since(const std::optional<Ends>& ends);
  void wake(const std::optional<std::set<core::CorrelationId>>& stories);

  core::Store& store_;
  std::optional<Ends> ends_;  ///< absent: nobody listened at the last look
  std::mutex mutex_;
  std::multimap<core::CorrelationId, Wake> listeners_;
};

/// How late a stream may learn of something. Source: ours: a person does not notice.
inline constexpr std::chrono::milliseconds kStoryPause{300};

}  // namespace firstkey::enroll::remote
