#include "enroll/app/ceremony_view.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "enroll/app/screen_text.h"
#include "tests/support/fake_clock.h"

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;
using firstkey::tests::FakeClock;

/// A view, what it wrote, and a ceremony whose window is ten minutes.
struct Seen {
  explicit Seen(ViewForm form, bool has_colour = false, std::size_t width = 80)
      : view({.write = [this](std::string_view piece) { text += piece; },
              .form = form,
              .has_colour = has_colour,
              .width = width},
             clock) {}

  void show(Event event) {
    view.show({.id = ++id,
               .server_now = core::Instant(1h),
               .expires_at = core::Instant(1h + 10min),
               .event = std::move(event)});
  }
  /// What was written since the last look.
  std::string take() { return std::exchange(text, {}); }

  FakeClock clock;
  std::string text;
  std::uint64_t id = 0;
  CeremonyView view;
};

}  // namespace

TEST_SUITE("enroll/app/ceremony_view") {
  TEST_CASE("piped, each event is a plain line") {
    Seen seen(ViewForm::kLines);
    seen.show(KeyInserted{.display_name = "A key"});
    CHECK(seen.take() == "  Found      A key\n");
    seen.show(TouchWanted{Purpose::kRegistration});
    const auto line = seen.take();
    CHECK(line.find('\r') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.ends_with("10:00 left\n"));
    seen.view.tick();
    CHECK(seen.take().empty());
  }

  TEST_CASE("at a terminal the countdown is drawn again on its line, by the time since boot") {
    Seen seen(ViewForm::kLive);
    seen.show(TouchWanted{Purpose::kRegistration});
    CHECK(seen.take().find("10:00 left") != std::string::npos);
    seen.clock.advance(29s);
    seen.view.tick();
    const auto drawn = seen.take();
    CHECK(drawn.starts_with("\r"));
    CHECK(drawn.find("9:31 left") != std::string::npos);
    CHECK(drawn.find('\n') == std::string::npos);
  }

  TEST_CASE("a wall clock that is set moves no countdown") {
    Seen seen(ViewForm::kLive);
    seen.show(InsertKey{});
    seen.clock.set_wall_by(100h);
    CHECK(seen.view.time_left() == 10min);
  }

  TEST_CASE("the time left ends at zero") {
    Seen seen(ViewForm::kLive);
    seen.show(InsertKey{});
    seen.clock.advance(10min - 1s);
    CHECK(seen.view.time_left() == 1s);
    seen.clock.advance(1s);
    CHECK(seen.view.time_left() == 0s);
    seen.clock.advance(1s);
    CHECK(seen.view.time_left() == 0s);
  }

  TEST_CASE("the person's turn stays on the screen, the machine's makes way") {
    Seen seen(ViewForm::kLive);
    seen.show(TouchWanted{Purpose::kRegistration});
    (void)seen.take();
    seen.show(VerifyingNow{});
    CHECK(seen.take().starts_with("\n"));
    seen.show(CredentialCompleted{.is_proven = true});
    CHECK(seen.take().starts_with("\r\x1b[K  Proved"));
  }

  TEST_CASE("a redrawn line never wraps") {
    for (const std::size_t width : {20U, 40U, 80U, 200U}) {
      CAPTURE(width);
      Seen seen(ViewForm::kLive, false, width);
      seen.show(ProofKeyWanted{});
      CHECK(width_of(seen.take().substr(4)) <= width);
    }
  }

  TEST_CASE("colour is for a person at a terminal only") {
    Seen coloured(ViewForm::kLive, true);
    coloured.show(KeyLeft{});
    CHECK(coloured.take().find("\x1b[33m") != std::string::npos);
    Seen plain(ViewForm::kLive, false);
    plain.show(KeyLeft{});
    CHECK(plain.take().find('\x1b') == std::string::npos);
  }

  TEST_CASE("a question is left to its prompt at a terminal, and told otherwise") {
    Seen live(ViewForm::kLive);
    live.show(PinWanted{});
    CHECK(live.take().empty());
    Seen piped(ViewForm::kLines);
    piped.show(PinWanted{.attempts_left = 8});
    CHECK(piped.take().find("8 attempts left") != std::string::npos);
  }

  TEST_CASE("names of keys cannot repaint the screen") {
    Seen seen(ViewForm::kLines);
    seen.show(KeyInserted{.display_name = "A\x1b[2J\r\nkey"});
    CHECK(seen.take() == "  Found      A?[2J??key\n");
  }

  TEST_CASE("for a script each event is a line of JSON") {
    Seen seen(ViewForm::kJsonLines);
    seen.show(KeyLocked{PinLock::kForGood});
    seen.view.say("Done", "not an event");
    const auto line = seen.take();
    const auto object = boost::json::parse(line).as_object();
    CHECK(object.at("event").as_string() == "key_locked");
    CHECK(object.at("id").as_int64() == 1);
    CHECK(line.find('\n') == line.size() - 1);
  }
}

}  // namespace firstkey::enroll::tests
