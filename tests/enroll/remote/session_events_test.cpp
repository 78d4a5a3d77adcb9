// The events of a session, as the station that opened it is told of them.

#include <algorithm>

#include <doctest/doctest.h>

#include "enroll/remote/story_feed.h"
#include "tests/support/remote_access.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::CorrelationId;
using firstkey::core::SessionTicket;
using firstkey::core::to_base64url;
using firstkey::enroll::http::Answer;
using firstkey::enroll::http::EventFeed;
using firstkey::enroll::http::Request;
using firstkey::enroll::remote::StoryWatch;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::minutes;

namespace {

class EventsFixture : public VerifierFixture<MemoryFixture> {
 public:
  EventsFixture() {
    edit_settings([](auto& settings) {
      settings.stations = {joined_station("kiosk"), joined_station("desk")};
    });
  }
  Answer ask(const SessionTicket& ticket,
             const std::string& last_id = "",
             const std::string& station = "kiosk") {
    return served.ask(Request{
        .method = "GET",
        .path = "/enrollment/v1/sessions/" + ticket.session.text() + "/events",
        .headers = {{"authorization", "Bearer " + to_base64url(credential_of(station).expose())},
                    {"firstkey-session-secret", to_base64url(ticket.secret.expose())},
                    {"last-event-id", last_id}}});
  }
  std::shared_ptr<EventFeed> stream(const SessionTicket& ticket, const std::string& last_id = "") {
    auto answer = ask(ticket, last_id);
    REQUIRE(answer.status == 200);
    REQUIRE(answer.events != nullptr);
    return std::move(answer.events);
  }

  ServedVerifier served{store(), local, clock};
};

/// The values of the field `name` in `text`, in order.
std::vector<std::string> fields_of(const std::string& text, const std::string& name) {
  std::vector<std::string> values;
  const auto mark = name + ": ";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    at += mark.size();
    values.push_back(text.substr(at, text.find('\n', at) - at));
  }
  return values;
}
std::vector<std::string> names_in(const EventFeed::Portion& portion) {
  return fields_of(portion.text, "event");
}

}  // namespace

TEST_SUITE("enroll/remote/session_events") {
  TEST_CASE("a stream tells what happened so far, then what happens, and ends with the session") {
    EventsFixture f;
    const auto ticket = f.open_one_time();
    const auto feed = f.stream(ticket);
    CHECK(names_in(feed->take()) == std::vector<std::string>{"pass.redeem"});
    TestAuthenticator key;
    (void)f.stored(ticket, key);
    const auto stored = feed->take();
    CHECK(names_in(stored) == std::vector<std::string>{"credential.register"});
    CHECK(stored.text.contains(to_base64url(key.id)));
    CHECK(stored.text.ends_with("\n\n"));
    CHECK(stored.rest == EventFeed::Rest::kFollows);
    REQUIRE(f.prove(ticket, key));
    REQUIRE(f.verifier.finish(ticket));
    const auto rest = feed->take();
    CHECK(names_in(rest) == std::vector<std::string>{"credential.prove", "session.complete"});
    CHECK(rest.rest == EventFeed::Rest::kNone);
  }

  TEST_CASE("a station that comes again is told what it missed, and no more") {
    EventsFixture f;
    const auto ticket = f.open_one_time();
    const auto ids = fields_of(f.stream(ticket)->take().text, "id");
    REQUIRE(ids.size() == 1);
    CHECK(f.stream(ticket, ids.back())->take().text.empty());
    TestAuthenticator key;
    (void)f.stored(ticket, key);
    CHECK(names_in(f.stream(ticket, ids.back())->take()) ==
          std::vector<std::string>{"credential.register"});
    for (const auto* other : {"", "1", "1.", ".1", "1.9999", "x.y", "1.1.1", "-1.-1"}) {
      CAPTURE(other);
      CHECK(names_in(f.stream(ticket, other)->take()).size() == 2);
    }
  }

  TEST_CASE("a window that ends is an event, and the last") {
    EventsFixture f;
    const auto ticket = f.open_one_time();
    const auto feed = f.stream(ticket);
    (void)feed->take();
    f.clock.advance(minutes(10));
    REQUIRE(f.local.tick());
    const auto last = feed->take();
    CHECK(names_in(last) == std::vector<std::string>{"session.expire"});
    CHECK(last.text.contains(R"("outcome":"window_over")"));
    CHECK(last.rest == EventFeed::Rest::kNone);
  }

  TEST_CASE("a stream tells of its own session alone") {
    EventsFixture f;
    const auto ticket = f.open_multi_use();
    const auto again =
        f.verifier.redeem({.user_name = f.lee.name,
                           .passcode = firstkey::core::Secret(firstkey::core::as_bytes(kPasscode)),
                           .station = firstkey::core::StationId("kiosk"),
                           .session_secret = EnrollmentFixture::secret_of("another secret"),
                           .is_simulated = false});
    REQUIRE(again);
    CHECK(std::ranges::count(names_in(f.stream(ticket)->take()), "pass.redeem") == 1);
  }

  TEST_CASE("another's session is not found, and nobody is told without a credential") {
    EventsFixture f;
    const auto ticket = f.open_one_time();
    CHECK(f.ask(ticket, "", "desk").status == 404);
    CHECK(f.ask(ticket, "", "nobody").status == 401);
    const SessionTicket stolen{.session = ticket.session,
                               .station = ticket.station,
                               .secret = EnrollmentFixture::secret_of("guess")};
    CHECK(f.ask(stolen).status == 404);
  }

  TEST_CASE("the stream of a user who is deleted ends") {
    EventsFixture f;
    const auto ticket = f.open_one_time();
    const auto feed = f.stream(ticket);
    f.write([&](auto& t) { t.delete_user(f.lee.id); });
    CHECK(feed->take().rest == EventFeed::Rest::kNone);
  }

  TEST_CASE("a stream is woken when its story goes on, whoever wrote it, and not by others") {
    EventsFixture f;
    const auto ticket = f.open_one_time();
    const auto feed = f.stream(ticket);
    int wakes = 0;
    feed->listen([&] { ++wakes; });
    f.served.watch().look();
    CHECK(wakes == 1);  // at the first look, for what nobody looked for before
    f.served.watch().look();
    CHECK(wakes == 1);
    f.write([](auto& t) { t.append_audit({.action = "user.add"}); });
    f.served.watch().look();
    CHECK(wakes == 1);
    REQUIRE(f.local.finish(ticket));
    f.served.watch().look();
    CHECK(wakes == 2);
  }

  TEST_CASE("who does not listen any more is not woken") {
    EventsFixture f;
    int wakes = 0;
    StoryWatch watch(f.store());
    {
      const StoryWatch::Listener listener(watch, CorrelationId("story"), [&] { ++wakes; });
      watch.look();
    }
    watch.look();
    const StoryWatch::Listener later(watch, CorrelationId("other"), [] {});
    f.write([](auto& t) {
      t.append_audit({.action = "pass.issue", .correlation = CorrelationId("story")});
    });
    watch.look();
    CHECK(wakes == 1);
  }
}
