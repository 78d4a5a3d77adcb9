#include "enroll/event_stream.h"

#include <thread>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const core::Instant kNow{seconds(1777636800)};
const core::Instant kEnd = kNow + std::chrono::minutes(10);

void publish(EventStream& stream, int count) {
  for (int n = 0; n < count; ++n) stream.publish(InsertKey{}, kNow, kEnd);
}

std::vector<std::uint64_t> ids(const Replay& replay) {
  std::vector<std::uint64_t> numbers;
  for (const NumberedEvent& event : replay.events) numbers.push_back(event.id);
  return numbers;
}

}  // namespace

TEST_SUITE("enroll/event_stream") {
  TEST_CASE("events are numbered from one and replayed after the one last seen") {
    EventStream stream;
    publish(stream, 3);
    CHECK(ids(stream.since(0)) == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(ids(stream.since(1)) == std::vector<std::uint64_t>{2, 3});
    CHECK(ids(stream.since(3)).empty());
    CHECK_FALSE(stream.since(0).has_gap);
  }

  TEST_CASE("a full stream drops the oldest, and tells the reader who missed some") {
    EventStream stream(3);
    publish(stream, 5);
    CHECK(ids(stream.since(0)) == std::vector<std::uint64_t>{3, 4, 5});
    CHECK(stream.since(1).has_gap);
    CHECK_FALSE(stream.since(2).has_gap);
    CHECK_FALSE(stream.since(5).has_gap);
  }

  TEST_CASE("a reader who comes with a number from another stream gets all of this one") {
    EventStream stream;
    publish(stream, 2);
    const Replay replay = stream.since(40);
    CHECK(ids(replay) == std::vector<std::uint64_t>{1, 2});
    CHECK(replay.has_gap);
  }

  TEST_CASE("a closed stream still replays, and takes nothing more") {
    EventStream stream;
    publish(stream, 1);
    stream.close();
    CHECK(stream.publish(InsertKey{}, kNow, kEnd) == 0);
    CHECK(ids(stream.wait_since(0, milliseconds(0))) == std::vector<std::uint64_t>{1});
    CHECK(stream.since(1).is_closed);
  }

  TEST_CASE("a waiting reader is woken by an event and by the close") {
    EventStream stream;
    std::jthread writer([&stream] {
      publish(stream, 1);
      stream.close();
    });
    CHECK(ids(stream.wait_since(0, seconds(60))) == std::vector<std::uint64_t>{1});
    Replay replay = stream.wait_since(1, seconds(60));
    CHECK(replay.is_closed);
  }

  TEST_CASE("each event carries the window's end and the verifier's time") {
    EventStream stream;
    stream.publish(KeyLocked{PinLock::kForGood}, kNow, kEnd);
    const auto json = boost::json::parse(to_json(stream.since(0).events.at(0))).as_object();
    CHECK(json.at("id").to_number<int>() == 1);
    CHECK(json.at("event").as_string() == "key_locked");
    CHECK(json.at("lock").as_string() == "for_good");
    CHECK(json.at("serverNow").as_string() == "2026-05-01T12:00:00Z");
    CHECK(json.at("expiresAt").as_string() == "2026-05-01T12:10:00Z");
  }
}

}  // namespace firstkey::enroll::tests
