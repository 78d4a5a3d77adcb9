#include "enroll/remote/story_feed.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/json.hpp>

namespace firstkey::enroll::remote {

namespace {

namespace json = boost::json;

/// "CHAIN.SEQUENCE"
std::string id_of(const core::AuditPlace& place) {
  return std::to_string(place.chain) + "." + std::to_string(place.sequence);
}

std::optional<core::AuditPlace> place_of(std::string_view id) {
  const auto point = id.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  core::AuditPlace place;
  const auto* const end = id.data() + id.size();
  const auto chain = std::from_chars(id.data(), id.data() + point, place.chain);
  const auto sequence = std::from_chars(id.data() + point + 1, end, place.sequence);
  const bool is_whole = chain.ec == std::errc() && chain.ptr == id.data() + point &&
                        sequence.ec == std::errc() && sequence.ptr == end;
  return is_whole ? std::optional(place) : std::nullopt;
}

std::string text_of(const core::StoryEvent& event) {
  json::object about{{"dateTime", core::to_rfc3339(event.at)}, {"outcome", event.outcome}};
  if (!event.credential_id.empty()) about["credentialId"] = event.credential_id;
  return "id: " + id_of(event.place) + "\nevent: " + event.action +
         "\ndata: " + json::serialize(about) + "\n\n";
}

}  // namespace

core::Result<std::shared_ptr<StoryFeed>> StoryFeed::open(Parts parts,
                                                         core::SessionTicket ticket,
                                                         std::string_view last_id) {
  const auto story = core::story_of(parts.store, ticket);
  if (!story) return std::unexpected(story.error());
  std::shared_ptr<StoryFeed> feed(new StoryFeed(parts, std::move(ticket), story->correlation));
  feed->last_ = place_of(last_id);
  return feed;
}

StoryFeed::Portion StoryFeed::take() {
  const auto story = core::story_of(parts_.store, ticket_);
  if (!story) {
    // With its user gone there is no session any more.
    const bool is_gone = story.error().code == core::ErrorCode::kSessionUnknown;
    return {.text = {}, .rest = is_gone ? Rest::kNone : Rest::kFollows};
  }
  const auto& events = story->events;
  const auto known = std::ranges::find_if(events, [this](const core::StoryEvent& event) {
    return last_ && event.place.chain == last_->chain && event.place.sequence == last_->sequence;
  });
  Portion portion;
  for (auto next = known == events.end() ? events.begin() : known + 1; next != events.end();
       ++next) {
    portion.text += text_of(*next);
    last_ = next->place;
  }
  if (story->state != core::SessionState::kOpen) portion.rest = Rest::kNone;
  return portion;
}

void StoryFeed::listen(std::function<void()> wake) {
  listener_.emplace(parts_.watch, correlation_, std::move(wake));
}

}  // namespace firstkey::enroll::remote
