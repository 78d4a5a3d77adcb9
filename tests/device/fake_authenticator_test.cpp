#include "tests/support/fake_authenticator.h"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using firstkey::device::AlwaysUv;
using firstkey::device::CallLimits;
using firstkey::device::Change;
using firstkey::device::ErrorCode;
using firstkey::device::KeepAlive;
using firstkey::device::KeyEvent;
using firstkey::device::Option;
using firstkey::device::Pin;
using firstkey::tests::fails;
using firstkey::tests::FakeAuthenticator;
using firstkey::tests::FakeKey;
using firstkey::tests::FakeKeyDiscovery;
using firstkey::tests::stored_credential;

TEST_SUITE("device/fake_authenticator") {
  TEST_CASE("a script is followed in its order") {
    FakeKey key;
    key.expect_set_pin("1234");
    key.expect_credential({{.format = "packed"}})
        .with_pin("1234")
        .saying({KeepAlive::kProcessing, KeepAlive::kUserPresenceNeeded});
    FakeAuthenticator authenticator(key);
    std::vector<KeepAlive> heard;
    const CallLimits limits{.time_left = 1s,
                            .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    const auto pin = Pin::create("1234");
    REQUIRE(pin.has_value());
    CHECK(authenticator.set_pin(*pin, limits).has_value());
    CHECK(authenticator.facts().options.client_pin == Option::kTrue);
    CHECK(authenticator.make_credential({}, &*pin, limits)->format == "packed");
    CHECK(heard == std::vector{KeepAlive::kProcessing, KeepAlive::kUserPresenceNeeded});
  }

  TEST_CASE("a waiting call ends when it is stopped, when its time is up, when the key is pulled") {
    FakeKey key;
    key.expect_touch().until_stopped();
    key.expect_touch().until_stopped();
    key.expect_touch().until_stopped();
    FakeAuthenticator authenticator(key);
    std::stop_source stop;
    std::jthread stopper([&] { stop.request_stop(); });
    CHECK(authenticator.wait_for_touch({.time_left = 10s, .stop = stop.get_token()}).error().code ==
          ErrorCode::kCancelled);
    CHECK(authenticator.wait_for_touch({.time_left = 1ms}).error().code == ErrorCode::kTimeout);
    std::jthread puller([&] { key.pull(); });
    auto code = authenticator.wait_for_touch({.time_left = 10s}).error().code;
    CHECK(code == ErrorCode::kGone);
    puller.join();
    CHECK(authenticator.is_gone());
    while (key.calls_left() > 0) {  // pulled before the third call began: its script remains
      key.plug_in();
      CHECK(authenticator.wait_for_touch({.time_left = 1ms}).error().code == ErrorCode::kTimeout);
    }
  }

  TEST_CASE("arrivals and removals are told once, and keys already there first") {
    FakeKey key;
    FakeKeyDiscovery discovery;
    discovery.insert(key);
    const auto arrived = discovery.wait(1s, {});
    REQUIRE(arrived.size() == 1);
    CHECK(arrived[0].kind == KeyEvent::Kind::kArrived);
    discovery.remove(key);
    discovery.insert(key);
    const auto changed = discovery.wait(1s, {});
    REQUIRE(changed.size() == 2);
    CHECK(changed[0].kind == KeyEvent::Kind::kRemoved);
    CHECK(changed[1].key.arrival != changed[0].key.arrival);
    CHECK(discovery.wait(1ms, {}).empty());
  }

  TEST_CASE("opening tells an absent key from one that may not be opened") {
    FakeKey shut({.obstacle = firstkey::device::Obstacle{.code = ErrorCode::kNoAccess}});
    FakeKeyDiscovery discovery;
    CHECK(discovery.open(shut.description().path, {.time_left = 1s}).error().code ==
          ErrorCode::kUnknownPath);
    discovery.insert(shut);
    CHECK(discovery.open(shut.description().path, {.time_left = 1s}).error().code ==
          ErrorCode::kNoAccess);
  }

  TEST_CASE("a configuration keeps what is changed and refuses what a key would") {
    FakeKey key;
    auto& configuration = key.configuration();
    configuration.pin = "2468";
    configuration.stored = {stored_credential("example.org", {1}, "lee")};
    const CallLimits limits{.time_left = 1s};
    const auto right = Pin::create("2468");
    const auto wrong = Pin::create("1357");
    CHECK(configuration.remove({1}, &*wrong, limits).error().code == ErrorCode::kPinInvalid);
    CHECK(configuration.remove({2}, &*right, limits).error().code == ErrorCode::kNoCredentials);
    CHECK(configuration.remove({1}, &*right, limits).has_value());
    CHECK(configuration.stored.empty());
    CHECK(configuration.set_always_uv(AlwaysUv::kOn, &*right, limits) == Change::kMade);
    CHECK(configuration.set_always_uv(AlwaysUv::kOn, &*right, limits) == Change::kNotNeeded);
    CHECK(key.facts().options.always_uv == Option::kTrue);
  }
}
