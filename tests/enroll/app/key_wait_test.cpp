#include "enroll/app/key_wait.h"

#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/enroll/app/key_desk_fixture.h"

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;
using firstkey::tests::FakeKey;

/// A wait that is over before it begins: what it finds by then is its answer.
KeyWait over_at_once(Awaited awaited) {
  return {.awaited = awaited, .limit = 0s};
}

}  // namespace

TEST_SUITE("enroll/app/key_wait") {
  TEST_CASE("a key that is there is not waited for, unless a new one is wanted") {
    FakeKey key;
    KeyDeskFixture f;
    f.discovery.insert(key);
    CHECK(code_of(wait_for_key(f.desk(), {})) == "done");
    CHECK(code_of(wait_for_key(f.desk(), over_at_once(Awaited::kNewKey))) == "no_key");
  }

  TEST_CASE("a key that comes later ends the wait") {
    for (const auto awaited : {Awaited::kKey, Awaited::kNewKey}) {
      FakeKey key;
      KeyDeskFixture f;
      const std::jthread person([&] { f.discovery.insert(key); });
      CHECK(code_of(wait_for_key(f.desk(), {.awaited = awaited})) == "done");
    }
  }

  TEST_CASE("the wait for a removal is over when no key is left") {
    FakeKey one({.path = key_path("/dev/hidraw1")});
    FakeKey two({.path = key_path("/dev/hidraw2")});
    KeyDeskFixture f;
    f.discovery.insert(one);
    f.discovery.insert(two);
    CHECK(code_of(wait_for_key(f.desk(), over_at_once(Awaited::kRemoval))) == "key_present");
    f.discovery.remove(one);
    CHECK(code_of(wait_for_key(f.desk(), over_at_once(Awaited::kRemoval))) == "key_present");
    const std::jthread person([&] { f.discovery.remove(two); });
    CHECK(code_of(wait_for_key(f.desk(), {.awaited = Awaited::kRemoval})) == "done");
  }

  TEST_CASE("with --device the others do not count") {
    FakeKey one({.path = key_path("/dev/hidraw1")});
    KeyDeskFixture f;
    f.discovery.insert(one);
    f.choice.only = key_path("/dev/hidraw2");
    CHECK(code_of(wait_for_key(f.desk(), over_at_once(Awaited::kKey))) == "no_key");
    CHECK(code_of(wait_for_key(f.desk(), {.awaited = Awaited::kRemoval})) == "done");
  }

  TEST_CASE("a key without access is no end of the wait, but the reason when time is over") {
    FakeKey key({.obstacle = no_permission()});
    KeyDeskFixture f;
    f.discovery.insert(key);
    const auto waited = wait_for_key(f.desk(), over_at_once(Awaited::kKey));
    CHECK(code_of(waited) == "no_access");
    CHECK(waited.error().exit_code == ExitCode::kNoKey);
  }

  TEST_CASE("a card without FIDO is no end of the wait, but the reason when time is over") {
    FakeKey card(
        {.obstacle = device::Obstacle{
             .code = device::ErrorCode::kNoApplet, .reason = "no FIDO", .remedy = "take another"}});
    KeyDeskFixture f;
    f.discovery.insert(card);
    CHECK(code_of(wait_for_key(f.desk(), over_at_once(Awaited::kKey))) == "no_applet");
  }

  TEST_CASE("^C ends the wait") {
    KeyDeskFixture f;
    (void)::kill(::getpid(), SIGINT);
    const auto waited = wait_for_key(f.desk(), {});
    CHECK(code_of(waited) == "cancelled");
    CHECK(waited.error().exit_code == ExitCode::kCancelled);
  }
}

}  // namespace firstkey::enroll::tests
