// A card whose calls hold their thread, for as long as the test says.

#include "device/card_thread.h"

#include <future>
#include <thread>

#include <doctest/doctest.h>

#include "tests/device/held_card.h"

using namespace std::chrono_literals;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::CardChannel;
using firstkey::device::CardEnding;
using firstkey::device::CardThread;
using firstkey::device::ErrorCode;
using firstkey::device::ReaderTurns;
using firstkey::device::Result;
using firstkey::device::RunningCall;
using firstkey::device::WakeEvent;
using firstkey::tests::HeldCard;

namespace {

constexpr auto kLong = 20s;

struct Bench {
  std::shared_ptr<ReaderTurns> turns = std::make_shared<ReaderTurns>();
  WakeEvent wake;

  Result<std::unique_ptr<CardChannel>> open(HeldCard& card,
                                            const CallLimits& limits = {.time_left = kLong},
                                            const std::string& reader = "A reader 00 00") {
    RunningCall call(limits, wake);
    return CardThread::open(*turns, reader, card.opener(), call, wake);
  }
};

}  // namespace

TEST_SUITE("device/card_thread") {
  TEST_CASE("an APDU goes to the card, and its answer comes back") {
    HeldCard card;
    Bench bench;
    const auto channel = bench.open(card);
    REQUIRE(channel.has_value());
    channel.value()->send(Bytes{1, 2});
    CHECK(channel.value()->receive(kLong, bench.wake).value() == Bytes{0x90, 0x00});
    CHECK(card.last_apdu() == Bytes{1, 2});
  }

  TEST_CASE("the ending that was chosen is the card's, and it has come when the channel is gone") {
    for (const auto ending : {CardEnding::kLeave, CardEnding::kPowerDown}) {
      HeldCard card;
      Bench bench;
      {
        const auto channel = bench.open(card);
        REQUIRE(channel.has_value());
        channel.value()->set_ending(ending);
      }
      CHECK(card.ending() == ending);
      CHECK(bench.turns->take("A reader 00 00", 0ms).has_value());
    }
  }

  TEST_CASE("waiting for an answer ends with the time, or with the wake, and can go on") {
    HeldCard card;
    Bench bench;
    const auto channel = bench.open(card);
    REQUIRE(channel.has_value());
    card.hold();
    channel.value()->send(Bytes{1});
    CHECK_FALSE(channel.value()->receive(5ms, bench.wake).value().has_value());
    bench.wake.signal();
    CHECK_FALSE(channel.value()->receive(kLong, bench.wake).value().has_value());
    bench.wake.clear();
    card.release();
    CHECK(channel.value()->receive(kLong, bench.wake).value().has_value());
  }

  TEST_CASE("a card that never answers blocks neither its user nor the next reader") {
    HeldCard card;
    HeldCard other;
    Bench bench;
    {
      const auto channel = bench.open(card);
      REQUIRE(channel.has_value());
      card.hold();
      channel.value()->send(Bytes{1});
      card.await_transmit();
    }
    const auto begin = std::chrono::steady_clock::now();
    CHECK(bench.open(card).error().code == ErrorCode::kBusy);
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
    CHECK(bench.open(other, {.time_left = kLong}, "Another reader 00 00").has_value());
    card.release();
    bench.turns->await_free("A reader 00 00");
    CHECK(bench.turns->take("A reader 00 00", 0ms).has_value());
  }

  TEST_CASE("opening a card that does not come back ends with the call") {
    HeldCard card;
    card.hold();
    Bench bench;
    CHECK(bench.open(card, {.time_left = 20ms}).error().code == ErrorCode::kTimeout);
    CHECK(bench.open(card).error().code == ErrorCode::kBusy);
    card.release();
    card.await_end();
  }

  TEST_CASE(
      "a card that another program has is busy after a while, and free when it is given back") {
    HeldCard card;
    card.hold();
    Bench bench;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(bench.open(card).error().code == ErrorCode::kBusy);
    CHECK(std::chrono::steady_clock::now() - begin >= CardThread::kOpeningPatience);
    CHECK(card.is_unwanted());
    CHECK(bench.turns->take("A reader 00 00", 0ms) == std::nullopt);
    card.release();
    bench.turns->await_free("A reader 00 00");
    CHECK(bench.open(card).has_value());
  }

  TEST_CASE("a card that another program gives back in time is opened") {
    HeldCard card;
    card.hold();
    card.set_connection({.longest_data = 1000});
    Bench bench;
    std::jthread other([&] {
      card.await_open();
      card.release();
    });
    const auto channel = bench.open(card);
    REQUIRE(channel.has_value());
    CHECK(channel.value()->connection().longest_data == 1000);
  }

  TEST_CASE("a stop ends the opening of a card that does not come back") {
    HeldCard card;
    card.hold();
    Bench bench;
    std::stop_source stop;
    std::jthread stopper([&] {
      card.await_open();
      stop.request_stop();
    });
    CHECK(bench.open(card, {.time_left = kLong, .stop = stop.get_token()}).error().code ==
          ErrorCode::kCancelled);
    card.release();
    card.await_end();
  }

  TEST_CASE("a reader in use is busy for a second, and free when its user has gone") {
    HeldCard card;
    Bench bench;
    auto channel = bench.open(card);
    REQUIRE(channel.has_value());
    CHECK(bench.open(card).error().code == ErrorCode::kBusy);
    channel = nullptr;
    CHECK(bench.open(card).has_value());
  }

  TEST_CASE("why a card did not open is told, and leaves the reader free") {
    HeldCard card;
    card.fail_opening(ErrorCode::kGone);
    Bench bench;
    CHECK(bench.open(card).error().code == ErrorCode::kGone);
    CHECK(bench.turns->take("A reader 00 00", kLong).has_value());
  }

  TEST_CASE("a lifted card frees its reader though its user is still there") {
    HeldCard card;
    Bench bench;
    const auto channel = bench.open(card);
    REQUIRE(channel.has_value());
    bench.turns->card_left("A reader 00 00");
    CHECK(bench.turns->take("A reader 00 00", kLong).has_value());
    channel.value()->send(Bytes{1});
    CHECK(channel.value()->receive(kLong, bench.wake).error().code == ErrorCode::kGone);
  }

  TEST_CASE("a card that is gone in the middle frees its reader") {
    HeldCard card;
    Bench bench;
    const auto channel = bench.open(card);
    REQUIRE(channel.has_value());
    card.fail_transmit(ErrorCode::kGone);
    channel.value()->send(Bytes{1});
    CHECK(channel.value()->receive(kLong, bench.wake).error().code == ErrorCode::kGone);
    CHECK(bench.turns->take("A reader 00 00", kLong).has_value());
  }

  TEST_CASE("who waits for a reader to be free waits as long as somebody has it") {
    Bench bench;
    bench.turns->await_free("A reader 00 00");
    auto turn = bench.turns->take("A reader 00 00", 0ms);
    REQUIRE(turn.has_value());
    auto waiting =
        std::async(std::launch::async, [&] { bench.turns->await_free("A reader 00 00"); });
    CHECK(waiting.wait_for(20ms) == std::future_status::timeout);
    turn.reset();
    CHECK(waiting.wait_for(kLong) == std::future_status::ready);
  }

  TEST_CASE("a lifting where nobody is frees nothing") {
    Bench bench;
    bench.turns->card_left("A reader 00 00");
    const auto turn = bench.turns->take("A reader 00 00", 0ms);
    REQUIRE(turn.has_value());
    bench.turns->card_left("A reader 00 00");
    CHECK_FALSE(bench.turns->take("A reader 00 00", 5ms).has_value());
  }
}
