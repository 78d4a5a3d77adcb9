#pragma once
// The events of one session, as a stream of its station: those of its story after the last that the
// station has. It ends with the session. An event's id is its row's place in the audit trail, so
// that any program on the same store goes on where another left off.

#include <optional>
#include <string_view>

#include "core/session_story.h"
#include "enroll/http/event_feed.h"
#include "enroll/remote/story_watch.h"

namespace firstkey::enroll::remote {

class StoryFeed final : public http::EventFeed {
 public:
  /// All outlive the feed.
  struct Parts {
    core::Store& store;
    StoryWatch& watch;
  };
  /// `last_id`: what the station says it has, as "Last-Event-ID"; one that is no event of the
  /// session counts as none. Errors: those of core::story_of.
  [[nodiscard]] static core::Result<std::shared_ptr<StoryFeed>> open(Parts parts,
                                                                     core::SessionTicket ticket,
                                                                     std::string_view last_id);

  /// A store that fails has none for now.
  [[nodiscard]] Portion take() override;
  void listen(std::function<void()> wake) override;

 private:
  StoryFeed(Parts parts, core::SessionTicket ticket, core::CorrelationId correlation)
      : parts_(parts), ticket_(std::move(ticket)), correlation_(std::move(correlation)) {}

  Parts parts_;
  core::SessionTicket ticket_;
  core::CorrelationId correlation_;
  std::optional<core::AuditPlace> last_;  ///< of the last event that was sent
  std::optional<StoryWatch::Listener> listener_;
};

}  // namespace firstkey::enroll::remote
