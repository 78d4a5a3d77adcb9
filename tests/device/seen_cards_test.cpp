// What is told of cards when readers change and looks come back, in any order.

#include "device/seen_cards.h"

#include <doctest/doctest.h>

#include "tests/device/recording_sink.h"

using namespace std::chrono_literals;
using firstkey::device::CardLook;
using firstkey::device::CardVisit;
using firstkey::device::Error;
using firstkey::device::ErrorCode;
using firstkey::device::ReaderState;
using firstkey::device::SeenCards;
using firstkey::device::UsbAddress;
using firstkey::tests::RecordingSink;

namespace {

constexpr const char* kReader = "A reader 00 00";
const CardLook kKey = std::optional<UsbAddress>();

CardLook failed(ErrorCode code) {
  return std::unexpected(Error{.code = code});
}

ReaderState empty(std::uint32_t changes) {
  return {.name = kReader, .changes = changes};
}

ReaderState with_card(std::uint32_t changes) {
  return {.name = kReader, .has_card = true, .changes = changes};
}

struct Bench {
  RecordingSink sink;
  std::vector<CardVisit> looks;
  SeenCards cards{sink, [] { return std::string("GnuPG (scdaemon)"); }};

  /// The readers whose card was lifted.
  std::vector<std::string> update(const std::vector<ReaderState>& readers) {
    auto changes = cards.update(readers);
    looks.insert(looks.end(), changes.to_look_at.begin(), changes.to_look_at.end());
    return std::move(changes.lifted);
  }
};

}  // namespace

TEST_SUITE("device/seen_cards") {
  TEST_CASE("a card is told once it has been looked at") {
    Bench bench;
    CHECK(bench.update({with_card(1)}).empty());
    REQUIRE(bench.looks.size() == 1);
    CHECK(bench.sink.told().empty());
    CHECK_FALSE(bench.cards.await_looks(0ms));
    bench.cards.looked(bench.looks[0], std::optional(UsbAddress{.bus = 1, .device = 7}));
    CHECK(bench.cards.await_looks(0ms));
    CHECK(bench.sink.told() == std::vector<std::string>{"arrived ccid:A reader 00 00"});
    CHECK(bench.sink.last().usb == UsbAddress{.bus = 1, .device = 7});
    CHECK_FALSE(bench.sink.last().obstacle.has_value());
    CHECK_FALSE(bench.sink.last().is_simulated);
  }

  TEST_CASE("a card that is no key is shown with what is the matter") {
    for (const auto code :
         {ErrorCode::kNoApplet, ErrorCode::kBusy, ErrorCode::kNoAccess, ErrorCode::kIo}) {
      Bench bench;
      bench.update({with_card(1)});
      bench.cards.looked(bench.looks.at(0), failed(code));
      REQUIRE(bench.sink.last().obstacle.has_value());
      CHECK(bench.sink.last().obstacle->code == code);
      CHECK_FALSE(bench.sink.last().obstacle->remedy.empty());
    }
  }

  TEST_CASE("who may have a card is named, and nobody where nothing is known") {
    const Error busy{.code = ErrorCode::kBusy};
    CHECK(to_obstacle(busy, "").reason == "another program is using this card");
    CHECK(to_obstacle(busy, "GnuPG (scdaemon)").reason ==
          "another program is using this card, perhaps GnuPG (scdaemon)");
    Bench bench;
    bench.update({with_card(1)});
    bench.cards.looked(bench.looks.at(0), failed(ErrorCode::kBusy));
    CHECK(bench.sink.last().obstacle == to_obstacle(busy, "GnuPG (scdaemon)"));
  }

  TEST_CASE("a card that was lifted before its look came back is never told") {
    Bench bench;
    bench.update({with_card(1)});
    CHECK(bench.update({empty(2)}) == std::vector<std::string>{kReader});
    bench.cards.looked(bench.looks.at(0), kKey);
    CHECK(bench.sink.told().empty());
  }

  TEST_CASE("a look at the card before is not taken for the card that lies there now") {
    Bench bench;
    bench.update({with_card(1)});
    bench.update({empty(2)});
    bench.update({with_card(3)});
    REQUIRE(bench.looks.size() == 2);
    bench.cards.looked(bench.looks[0], failed(ErrorCode::kNoApplet));
    CHECK(bench.sink.told().empty());
    bench.cards.looked(bench.looks[1], kKey);
    CHECK_FALSE(bench.sink.last().obstacle.has_value());
  }

  TEST_CASE("a card exchanged between two news is two cards") {
    Bench bench;
    bench.update({with_card(1)});
    bench.cards.looked(bench.looks.at(0), kKey);
    CHECK(bench.update({with_card(3)}) == std::vector<std::string>{kReader});
    bench.cards.looked(bench.looks.at(1), kKey);
    CHECK(bench.sink.told() == std::vector<std::string>{"arrived ccid:A reader 00 00",
                                                        "removed ccid:A reader 00 00",
                                                        "arrived ccid:A reader 00 00"});
  }

  TEST_CASE("a reader that leaves takes its card along") {
    Bench bench;
    bench.update({with_card(1)});
    bench.cards.looked(bench.looks.at(0), kKey);
    CHECK(bench.update({}).size() == 1);
    CHECK(bench.sink.told().back() == "removed ccid:A reader 00 00");
  }

  TEST_CASE("a card that another program kept for itself is looked at again when it is free") {
    Bench bench;
    auto reader = with_card(1);
    reader.is_exclusive = true;
    bench.update({reader});
    bench.cards.looked(bench.looks.at(0), failed(ErrorCode::kBusy));
    reader.is_exclusive = false;
    bench.update({reader});
    REQUIRE(bench.looks.size() == 2);
    bench.cards.looked(bench.looks[1], kKey);
    CHECK(bench.sink.told().back() == "changed ccid:A reader 00 00");
    CHECK_FALSE(bench.sink.last().obstacle.has_value());
  }

  TEST_CASE("a card that was mute at first is looked at again when it speaks") {
    Bench bench;
    auto reader = with_card(1);
    reader.is_mute = true;
    bench.update({reader});
    bench.cards.looked(bench.looks.at(0), failed(ErrorCode::kIo));
    bench.update({reader});
    REQUIRE(bench.looks.size() == 1);
    reader.is_mute = false;
    bench.update({reader});
    REQUIRE(bench.looks.size() == 2);
    bench.cards.looked(bench.looks[1], kKey);
    CHECK_FALSE(bench.sink.last().obstacle.has_value());
  }

  TEST_CASE("a card that a look has woken is not looked at twice") {
    Bench bench;
    auto reader = with_card(1);
    reader.is_mute = true;
    bench.update({reader});
    bench.cards.looked(bench.looks.at(0), kKey);
    reader.is_mute = false;
    bench.update({reader});
    CHECK(bench.looks.size() == 1);
  }

  TEST_CASE("a card on contacts is told from one in the field") {
    for (const bool is_contactless : {true, false}) {
      Bench bench;
      auto reader = with_card(1);
      reader.is_contactless = is_contactless;
      bench.update({reader});
      bench.cards.looked(bench.looks.at(0), kKey);
      CHECK(bench.sink.last().display_name ==
            (is_contactless ? "card on A reader" : "card in A reader"));
      CHECK(bench.cards.is_contactless(kReader) == is_contactless);
    }
  }

  TEST_CASE("a card that was registered with is spent until it is lifted") {
    Bench bench;
    bench.update({with_card(1)});
    bench.cards.looked(bench.looks.at(0), kKey);
    const auto visit = bench.cards.usable_visit(kReader);
    REQUIRE(visit == bench.looks[0]);
    bench.cards.spend(visit.value());
    REQUIRE(bench.sink.last().obstacle.has_value());
    CHECK(bench.sink.last().obstacle->code == ErrorCode::kTouchNeeded);
    CHECK(bench.cards.usable_visit(kReader).error().code == ErrorCode::kTouchNeeded);
    bench.cards.looked(bench.looks[0], kKey);
    CHECK(bench.sink.last().obstacle.has_value());
    bench.update({with_card(3)});
    bench.cards.looked(bench.looks.at(1), kKey);
    CHECK_FALSE(bench.sink.last().obstacle.has_value());
    CHECK(bench.cards.usable_visit(kReader) == bench.looks[1]);
  }

  TEST_CASE("a card that was exchanged meanwhile is not spent by its predecessor") {
    Bench bench;
    bench.update({with_card(1)});
    bench.cards.looked(bench.looks.at(0), kKey);
    bench.update({with_card(3)});
    bench.cards.looked(bench.looks.at(1), kKey);
    bench.cards.spend(bench.looks[0]);
    CHECK(bench.cards.usable_visit(kReader).has_value());
  }

  TEST_CASE("a card on contacts has a touch of its own, and is not spent") {
    Bench bench;
    auto reader = with_card(1);
    reader.is_contactless = false;
    bench.update({reader});
    bench.cards.looked(bench.looks.at(0), kKey);
    bench.cards.spend(bench.looks[0]);
    CHECK(bench.cards.usable_visit(kReader).has_value());
    CHECK_FALSE(bench.sink.last().obstacle.has_value());
  }

  TEST_CASE("another look is worth while until the card is lifted or nobody listens") {
    Bench bench;
    bench.update({with_card(1)});
    CHECK(bench.cards.is_worth_another_look(bench.looks.at(0)));
    bench.update({with_card(3)});
    CHECK_FALSE(bench.cards.is_worth_another_look(bench.looks[0]));
    CHECK(bench.cards.is_worth_another_look(bench.looks.at(1)));
    bench.cards.close();
    CHECK_FALSE(bench.cards.is_worth_another_look(bench.looks[1]));
  }

  TEST_CASE("no look is worth while at a card that another program has for itself") {
    Bench bench;
    auto reader = with_card(1);
    reader.is_exclusive = true;
    bench.update({reader});
    CHECK_FALSE(bench.cards.is_worth_another_look(bench.looks.at(0)));
  }

  TEST_CASE("news of a card that is known starts no look") {
    Bench bench;
    bench.update({with_card(1)});
    bench.cards.looked(bench.looks.at(0), failed(ErrorCode::kBusy));
    bench.update({with_card(1)});
    CHECK(bench.looks.size() == 1);
    CHECK(bench.sink.told().size() == 1);
  }

  TEST_CASE("what PC/SC will tell by itself is not told as an obstacle") {
    for (const auto code :
         {ErrorCode::kGone, ErrorCode::kUnknownPath, ErrorCode::kNoReaderService}) {
      Bench bench;
      bench.update({with_card(1)});
      bench.cards.looked(bench.looks.at(0), failed(code));
      bench.update({});
      CHECK(bench.sink.told().empty());
    }
  }

  TEST_CASE("nothing is told after the close") {
    Bench bench;
    bench.update({with_card(1)});
    bench.cards.close();
    bench.cards.looked(bench.looks.at(0), kKey);
    bench.update({});
    CHECK(bench.sink.told().empty());
  }

  TEST_CASE("a card in a virtual reader is simulated, whatever it says") {
    Bench bench;
    bench.update({{.name = "Virtual PCD 00 00", .has_card = true, .changes = 1}});
    bench.cards.looked(bench.looks.at(0), kKey);
    CHECK(bench.sink.last().is_simulated);
  }
}
