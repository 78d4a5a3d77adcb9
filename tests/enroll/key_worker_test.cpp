#include "enroll/key_worker.h"

#include <latch>
#include <thread>

#include <doctest/doctest.h>

#include "enroll/mailbox.h"
#include "tests/support/fake_authenticator.h"

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;
using firstkey::tests::FakeKey;
using firstkey::tests::FakeKeyDiscovery;

/// A worker of a key that is plugged in, and what it reports.
struct Bench {
  explicit Bench(FakeKey& plugged_in) : key(plugged_in) {
    discovery.insert(key);
    worker.emplace(discovery, discovery.keys().front(), [this](KeyReport report) {
      reports.leave(std::move(report));
    });
  }
  /// Opens the key and waits until it is.
  void open() {
    const auto work = worker->begin(Opening{}, 10s);
    CHECK(next().work == work);
    CHECK(key.open_handles() == 1);
  }
  KeyReport next() {
    auto report = reports.take(20s);
    REQUIRE(report.has_value());
    return std::move(report.value());
  }

  FakeKey& key;
  FakeKeyDiscovery discovery;
  Mailbox<KeyReport> reports;
  std::optional<KeyWorker> worker;
};

template <class Condition>
void wait_until(Condition is_true) {
  while (!is_true()) std::this_thread::yield();
}

}  // namespace

TEST_SUITE("enroll/key_worker") {
  TEST_CASE("told to stop, a key is closed") {
    FakeKey key;
    Bench bench(key);
    bench.open();
    bench.worker->stop();
    (void)bench.next();
    CHECK(key.open_handles() == 0);
    wait_until([&] { return !bench.worker->is_busy(); });
    CHECK_FALSE(bench.worker->is_stopping());
  }

  TEST_CASE("what runs is stopped first, and says that it was") {
    FakeKey key;
    key.expect_touch().until_stopped();
    Bench bench(key);
    bench.open();
    (void)bench.worker->begin(Blinking{}, 10min);
    wait_until([&] { return key.calls_left() == 0; });
    bench.worker->stop();
    CHECK(bench.next().was_stopped);
    (void)bench.next();
    CHECK(key.open_handles() == 0);
  }

  TEST_CASE("a key that was closed is opened again by the next work") {
    FakeKey key;
    Bench bench(key);
    bench.open();
    bench.worker->stop();
    (void)bench.next();
    bench.open();
  }

  TEST_CASE("a closing that hangs counts as a key that does not stop") {
    FakeKey key;
    std::latch may_close(1);
    key.on_closing([&] { may_close.wait(); });
    Bench bench(key);
    bench.open();
    bench.worker->stop();
    CHECK(bench.worker->is_stopping());
    bench.worker->end_within(0ms);
    CHECK(keys_left_alone() == 1);
    may_close.count_down();
    wait_until([] { return keys_left_alone() == 0; });
    CHECK(key.open_handles() == 0);
  }

  TEST_CASE("ended, a worker closes its key and does nothing more") {
    FakeKey key;
    Bench bench(key);
    bench.open();
    bench.worker->end();
    (void)bench.worker->begin(Opening{}, 10s);
    wait_until([&] { return bench.worker->has_ended(); });
    CHECK(key.open_handles() == 0);
    CHECK_FALSE(bench.worker->is_busy());
    CHECK(bench.reports.is_empty());
  }

  TEST_CASE("destroyed in the middle of its work, a worker leaves nothing open") {
    FakeKey key;
    key.expect_touch().until_stopped();
    Bench bench(key);
    bench.open();
    (void)bench.worker->begin(Blinking{}, 10min);
    wait_until([&] { return key.calls_left() == 0; });
    bench.worker.reset();
    CHECK(key.open_handles() == 0);
    CHECK(keys_left_alone() == 0);
  }
}

}  // namespace firstkey::enroll::tests
