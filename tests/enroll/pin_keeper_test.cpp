#include "enroll/pin_keeper.h"

#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;

constexpr KeyId kKey{1};
constexpr KeyId kOther{2};

device::Pin pin(std::string_view text) {
  auto pin = device::Pin::create(text);
  REQUIRE(pin.has_value());
  return std::move(pin.value());
}

std::string text_of(const std::optional<device::Pin>& pin) {
  return pin ? std::string(pin->expose()) : "none";
}

/// Holds 1234 as the present PIN of kKey.
PinKeeper holding_pin() {
  PinKeeper pins;
  pins.ask(AskPin{.key = kKey});
  (void)pins.enter(pins.request(), pin("1234"));
  return pins;
}

}  // namespace

TEST_SUITE("enroll/pin_keeper") {
  TEST_CASE("an answer is of the key that was asked about, and the PIN is held") {
    PinKeeper pins;
    pins.ask(AskPin{.key = kKey});
    const auto input = pins.enter(pins.request(), pin("12345"));
    REQUIRE(input.has_value());
    CHECK(std::get<PinEntered>(*input).key == kKey);
    CHECK(std::get<PinEntered>(*input).code_points == 5);
    CHECK(text_of(pins.current()) == "12345");
  }

  TEST_CASE("each question has a number of its own, and only the last one can be answered") {
    PinKeeper pins;
    pins.ask(AskPin{.key = kKey});
    const auto first = pins.request();
    pins.ask(AskPin{.key = kOther});
    CHECK(pins.request() != first);
    CHECK_FALSE(pins.enter(first, pin("1234")).has_value());
    CHECK_FALSE(pins.decline(first).has_value());
    CHECK(text_of(pins.current()) == "none");
    CHECK(std::get<PinDeclined>(pins.decline(pins.request()).value()).key == kOther);
  }

  TEST_CASE("a question is answered once, and not after it was withdrawn") {
    PinKeeper pins = holding_pin();
    CHECK_FALSE(pins.enter(pins.request(), pin("9999")).has_value());
    CHECK(text_of(pins.current()) == "1234");
    pins.ask(AskPin{.key = kKey});
    pins.withdraw_request();
    CHECK_FALSE(pins.enter(pins.request(), pin("9999")).has_value());
  }

  TEST_CASE("a new PIN becomes the key's when the key has taken it") {
    PinKeeper pins = holding_pin();
    pins.ask(AskNewPin{.key = kKey});
    (void)pins.enter(pins.request(), pin("567890"));
    CHECK(text_of(pins.current()) == "1234");
    CHECK(text_of(pins.next()) == "567890");
    pins.adopt_new();
    CHECK(text_of(pins.current()) == "567890");
    CHECK(text_of(pins.next()) == "none");
  }

  TEST_CASE("asked for the present PIN again it forgets both, for a new one the new one only") {
    PinKeeper pins = holding_pin();
    pins.ask(AskNewPin{.key = kKey});
    (void)pins.enter(pins.request(), pin("567890"));
    pins.ask(AskNewPin{.key = kKey});
    CHECK(text_of(pins.next()) == "none");
    CHECK(text_of(pins.current()) == "1234");
    pins.ask(AskPin{.key = kKey});
    CHECK(text_of(pins.current()) == "none");
  }

  TEST_CASE("the time a PIN is kept for is the first that was named") {
    PinKeeper pins = holding_pin();
    CHECK_FALSE(pins.kept_until().has_value());
    pins.keep_until(60s);
    pins.keep_until(90s);
    CHECK(pins.kept_until() == core::Duration(60s));
  }

  TEST_CASE("in use again a PIN is kept without limit, and limited anew afterwards") {
    PinKeeper pins = holding_pin();
    pins.keep_until(60s);
    pins.keep_without_limit();
    CHECK_FALSE(pins.kept_until().has_value());
    pins.keep_until(90s);
    CHECK(pins.kept_until() == core::Duration(90s));
  }

  TEST_CASE("nothing is left of what was forgotten, its limit neither") {
    PinKeeper pins = holding_pin();
    pins.keep_until(60s);
    pins.forget();
    CHECK(text_of(pins.current()) == "none");
    CHECK_FALSE(pins.kept_until().has_value());
  }
}

}  // namespace firstkey::enroll::tests
