#include "enroll/app/key_blink.h"

#include <csignal>
#include <functional>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/enroll/app/key_desk_fixture.h"

namespace firstkey::enroll::tests {

namespace {

using firstkey::tests::fails;
using firstkey::tests::FakeKey;

/// Waits until `key` has been asked for all it expects.
std::function<void()> until_asked(const FakeKey& key) {
  return [&key] {
    while (key.calls_left() > 0) std::this_thread::yield();
  };
}

}  // namespace

TEST_SUITE("enroll/app/key_blink") {
  TEST_CASE("of several keys the touched one ends the blinking of all") {
    FakeKey one({.path = key_path("/dev/hidraw1")});
    FakeKey two({.path = key_path("/dev/hidraw2")});
    one.expect_touch().until_stopped();
    two.expect_touch().meanwhile(until_asked(one));
    KeyDeskFixture f;
    f.discovery.insert(one);
    f.discovery.insert(two);
    CHECK(code_of(blink_keys(f.desk())) == "done");
  }

  TEST_CASE("a key that gave up is made to blink again") {
    FakeKey key;
    key.expect_touch(fails(device::ErrorCode::kTouchTimeout));
    key.expect_touch();
    KeyDeskFixture f;
    f.discovery.insert(key);
    CHECK(code_of(blink_keys(f.desk())) == "done");
  }

  TEST_CASE("a key that left is told, and another goes on without it") {
    FakeKey one({.path = key_path("/dev/hidraw1")});
    FakeKey two({.path = key_path("/dev/hidraw2")});
    one.expect_touch(fails(device::ErrorCode::kGone));
    KeyDeskFixture f;
    f.discovery.insert(one);
    CHECK(code_of(blink_keys(f.desk())) == "gone");
    f.discovery.insert(two);
    one.expect_touch(fails(device::ErrorCode::kGone));
    two.expect_touch().meanwhile(until_asked(one));
    CHECK(code_of(blink_keys(f.desk())) == "done");
  }

  TEST_CASE("^C ends the blinking") {
    FakeKey key;
    key.expect_touch().meanwhile([] { (void)::kill(::getpid(), SIGINT); }).until_stopped();
    KeyDeskFixture f;
    f.discovery.insert(key);
    CHECK(code_of(blink_keys(f.desk())) == "cancelled");
  }

  TEST_CASE("what cannot blink is told, not waited for") {
    KeyDeskFixture f;
    CHECK(code_of(blink_keys(f.desk())) == "no_key");
    FakeKey card({.path = key_path("ccid:Reader 00 00")});
    f.discovery.insert(card);
    CHECK(code_of(blink_keys(f.desk())) == "cannot_blink");
    f.discovery.remove(card);
    FakeKey shut({.obstacle = no_permission()});
    f.discovery.insert(shut);
    CHECK(code_of(blink_keys(f.desk())) == "no_access");
  }
}

}  // namespace firstkey::enroll::tests
