#pragma once
// A ceremony as a person sees it: a line an event, and on the current line whose turn it is, with
// the time left counting down. Piped, the same lines without redrawing; or each event as JSON.
//
// The countdown starts from what the verifier said (serverNow, expiresAt) and runs on the time
// since boot, which nobody sets: a wrong wall clock at the station changes nothing.

#include <functional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "enroll/app/event_text.h"
#include "enroll/event_stream.h"

namespace firstkey::enroll {

enum class ViewForm {
  kLive,       ///< a terminal: the countdown is drawn again on its line
  kLines,      ///< plain lines
  kJsonLines,  ///< to_json(NumberedEvent), one a line
  kNothing,
};

class CeremonyView {
 public:
  struct Screen {
    std::function<void(std::string_view)> write;
    ViewForm form = ViewForm::kLines;
    bool has_colour = false;
    std::size_t width = 80;  ///< columns
  };

  /// `clock` outlives this.
  CeremonyView(Screen screen, const core::Clock& clock);

  void show(const NumberedEvent& event);
  /// A line of the front end's own among those of the ceremony.
  void say(std::string_view label, std::string_view text);
  /// Draws the countdown again, if a line has one. Once a second does.
  void tick();
  /// Ends the current line, for something else to be written.
  void end_line();
  /// From the last event on; nothing is negative.
  [[nodiscard]] core::Duration time_left() const;

 private:
  void write_line(const EventText& text);
  void draw_waiting();
  [[nodiscard]] std::string with_time_left(const std::string& text) const;
  [[nodiscard]] std::string coloured(std::string_view code, const std::string& text) const;

  Screen screen_;
  const core::Clock& clock_;
  core::Duration deadline_{};  ///< since boot
  EventText waiting_;          ///< on the current line
  bool has_open_line_ = false;
};

}  // namespace firstkey::enroll
