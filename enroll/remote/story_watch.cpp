#include "enroll/remote/story_watch.h"

#include <utility>

namespace firstkey::enroll::remote {

namespace {

/// Rows read at once; a chain that grew by more in one pause is read on at the next look.
constexpr std::size_t kPage = 1000;

/// How far `chain` was known; a chain that is new was not at all.
std::int64_t sequence_in(const std::map<std::int64_t, std::int64_t>& ends, std::int64_t chain) {
  const auto known = ends.find(chain);
  return known == ends.end() ? 0 : known->second;
}

}  // namespace

StoryWatch::Listener::Listener(StoryWatch& watch, const core::CorrelationId& correlation, Wake wake)
    : watch_(watch) {
  const std::lock_guard lock(watch_.mutex_);
  entry_ = watch_.listeners_.emplace(correlation, std::move(wake));
}

StoryWatch::Listener::~Listener() {
  const std::lock_guard lock(watch_.mutex_);
  watch_.listeners_.erase(entry_);
}

void StoryWatch::look() {
  {
    const std::lock_guard lock(mutex_);
    if (listeners_.empty()) return ends_.reset();
  }
  auto news = news_since(ends_);
  if (!news) return;
  const bool is_first = !ends_;
  ends_ = std::move(news->ends);
  // What happened before the first look and after a stream's first portion was nobody's news.
  if (is_first) return wake(std::nullopt);
  wake(std::move(news->stories));
}

std::optional<StoryWatch::News> StoryWatch::news_since(const std::optional<Ends>& ends) {
  News news;
  const auto looked = store_.read([&](core::ReadTransaction& view) {
    news = {};
    for (const auto& head : view.audit_heads()) {
      auto at = ends ? sequence_in(ends.value(), head.chain) : head.sequence;
      if (at < head.sequence) {
        for (const auto& row : view.audit_rows({.chain = head.chain, .sequence = at}, kPage)) {
          if (row.chain != head.chain) break;
          news.stories.insert(row.correlation);
          at = row.sequence;
        }
      }
      news.ends[head.chain] = at;
    }
  });
  if (!looked) return std::nullopt;
  return news;
}

void StoryWatch::wake(const std::optional<std::set<core::CorrelationId>>& stories) {
  const std::lock_guard lock(mutex_);
  for (const auto& [correlation, wake] : listeners_) {
    if (!stories || stories->contains(correlation)) wake();
  }
}

}  // namespace firstkey::enroll::remote
