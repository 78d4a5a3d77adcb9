// The real firstkey-softkey found, lost and found again over UDP.

#include "device/simulator_source.h"

#include <chrono>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "device/composite_discovery.h"
#include "device/simulator_wire.h"
#include "device/udp_channel.h"
#include "tests/support/softkey_process.h"
#include "tests/support/udp_port.h"

using namespace std::chrono_literals;
using firstkey::device::CallLimits;
using firstkey::device::CompositeDiscovery;
using firstkey::device::ErrorCode;
using firstkey::device::KeepAlive;
using firstkey::device::KeyEvent;
using firstkey::device::KeySource;
using firstkey::device::SimulatorAddress;
using firstkey::device::SimulatorSource;
using firstkey::device::SimulatorWire;
using firstkey::device::UdpChannel;
using firstkey::device::WakeEvent;
using firstkey::tests::SoftkeyProcess;
using firstkey::tests::UdpPort;

namespace {

const CallLimits kPlenty{.time_left = 10s};
/// Only a test that fails waits as long.
constexpr std::chrono::seconds kPatience{20};
/// Longer than two probes: what has not been told by then will not be.
constexpr std::chrono::milliseconds kQuiet{1200};

std::unique_ptr<CompositeDiscovery> discover(std::vector<SimulatorAddress> addresses) {
  std::vector<std::unique_ptr<KeySource>> sources;
  sources.push_back(std::make_unique<SimulatorSource>(std::move(addresses)));
  return std::make_unique<CompositeDiscovery>(std::move(sources));
}

/// The next `count` events, however many waits they take.
std::vector<KeyEvent> next(CompositeDiscovery& discovery, std::size_t count) {
  std::vector<KeyEvent> events;
  while (events.size() < count) {
    const auto more = discovery.wait(kPatience, {});
    REQUIRE_FALSE(more.empty());
    events.insert(events.end(), more.begin(), more.end());
  }
  return events;
}

}  // namespace

TEST_SUITE("device/simulator_source") {
  TEST_CASE("a simulator that runs is there at once, and says that it is one") {
    const SoftkeyProcess softkey;
    const auto discovery = discover({softkey.address()});
    REQUIRE(discovery->keys().size() == 1);
    CHECK(discovery->keys()[0].path == softkey.path());
    CHECK(discovery->keys()[0].is_simulated);
    CHECK(discovery->obstacles().empty());
    const auto key = discovery->open(softkey.path(), kPlenty);
    REQUIRE_MESSAGE(key.has_value(), key.error().detail);
    CHECK(key.value()->facts().is_fido2);
    CHECK(key.value()->facts().is_simulated);
  }

  TEST_CASE("one that does not run is an obstacle until it is started") {
    SoftkeyProcess softkey;
    softkey.end();
    const auto discovery = discover({softkey.address()});
    CHECK(discovery->keys().empty());
    REQUIRE(discovery->obstacles().size() == 1);
    CHECK(discovery->obstacles()[0].code == ErrorCode::kGone);
    softkey.start();
    CHECK(next(*discovery, 1)[0].kind == KeyEvent::Kind::kArrived);
    CHECK(discovery->obstacles().empty());
  }

  TEST_CASE("ended it leaves, started again it is another arrival") {
    SoftkeyProcess softkey;
    const auto discovery = discover({softkey.address()});
    CHECK(next(*discovery, 1)[0].key.arrival == 1);
    softkey.end();
    CHECK(next(*discovery, 1)[0].kind == KeyEvent::Kind::kRemoved);
    softkey.start();
    CHECK(next(*discovery, 1)[0].key.arrival == 2);
  }

  TEST_CASE("re-plugged, or restarted faster than anybody looks, it is another arrival") {
    SoftkeyProcess softkey;
    const auto discovery = discover({softkey.address()});
    CHECK(next(*discovery, 1)[0].key.arrival == 1);
    softkey.replug();
    auto events = next(*discovery, 2);
    CHECK(events[0].kind == KeyEvent::Kind::kRemoved);
    CHECK(events[1].key.arrival == 2);
    softkey.end();
    softkey.start();
    events = next(*discovery, 2);
    CHECK(events[1].key.arrival == 3);
  }

  TEST_CASE("one that was restarted opens when it has been seen again, and not before") {
    SoftkeyProcess softkey;
    const auto wire = std::make_shared<SimulatorWire>(softkey.address());
    const WakeEvent never;
    CHECK(wire->probe(never) == SimulatorWire::Presence::kNew);
    softkey.end();
    softkey.start();
    CHECK(wire->open_channel().error().code == ErrorCode::kGone);
    CHECK(wire->probe(never) == SimulatorWire::Presence::kNew);
    CHECK(wire->open_channel().has_value());
  }

  TEST_CASE("one that is left alone, or in use, stays where it is") {
    const SoftkeyProcess softkey;
    const auto discovery = discover({softkey.address()});
    CHECK(next(*discovery, 1).size() == 1);
    CHECK(discovery->wait(kQuiet, {}).empty());
    const auto key = discovery->open(softkey.path(), kPlenty);
    REQUIRE(key.has_value());
    CHECK(discovery->wait(kQuiet, {}).empty());
  }

  TEST_CASE("one that ends while it is open leaves") {
    SoftkeyProcess softkey;
    const auto discovery = discover({softkey.address()});
    CHECK(next(*discovery, 1).size() == 1);
    const auto key = discovery->open(softkey.path(), kPlenty);
    REQUIRE(key.has_value());
    softkey.end();
    CHECK(next(*discovery, 1)[0].kind == KeyEvent::Kind::kRemoved);
  }

  TEST_CASE("re-plugged while it is open and idle, it leaves, and once it is closed it arrives") {
    const SoftkeyProcess softkey;
    const auto discovery = discover({softkey.address()});
    CHECK(next(*discovery, 1).size() == 1);
    auto key = discovery->open(softkey.path(), kPlenty);
    REQUIRE(key.has_value());
    softkey.replug();
    CHECK(next(*discovery, 1)[0].kind == KeyEvent::Kind::kRemoved);
    CHECK(key.value()->refresh(kPlenty).error().code == ErrorCode::kGone);
    CHECK(discovery->wait(kQuiet, {}).empty());
    key.value().reset();
    CHECK(next(*discovery, 1)[0].key.arrival == 2);
  }

  TEST_CASE("re-plugged while it waits for a touch, the call is told before it ends by itself") {
    const SoftkeyProcess softkey("--touch never");
    const auto discovery = discover({softkey.address()});
    CHECK(next(*discovery, 1).size() == 1);
    const auto key = discovery->open(softkey.path(), kPlenty);
    REQUIRE(key.has_value());
    const CallLimits limits{.time_left = kPatience,
                            .on_keep_alive = [&](KeepAlive) { softkey.replug(); }};
    CHECK(key.value()->wait_for_touch(limits).error().code == ErrorCode::kGone);
    CHECK(next(*discovery, 1)[0].kind == KeyEvent::Kind::kRemoved);
  }

  TEST_CASE("calls that follow each other closely are not disturbed by being watched") {
    const SoftkeyProcess softkey;
    const auto discovery = discover({softkey.address()});
    CHECK(next(*discovery, 1).size() == 1);
    const auto key = discovery->open(softkey.path(), kPlenty);
    REQUIRE(key.has_value());
    const auto end = std::chrono::steady_clock::now() + kQuiet;
    while (std::chrono::steady_clock::now() < end) {
      REQUIRE(key.value()->pin_retries(kPlenty) == 8);
    }
    CHECK(discovery->wait(std::chrono::milliseconds::zero(), {}).empty());
  }

  TEST_CASE("a reply port that another program holds is an obstacle") {
    const SoftkeyProcess softkey;
    const auto other_program = UdpChannel::open(softkey.address());
    REQUIRE(other_program.has_value());
    const auto discovery = discover({softkey.address()});
    CHECK(discovery->keys().empty());
    REQUIRE(discovery->obstacles().size() == 1);
    CHECK(discovery->obstacles()[0].code == ErrorCode::kBusy);
    CHECK(discovery->open(softkey.path(), kPlenty).error().code == ErrorCode::kBusy);
  }

  TEST_CASE("a simulator that nobody named cannot be opened") {
    const SoftkeyProcess softkey;
    const UdpPort port;
    const UdpPort reply_port;
    const auto discovery = discover({{.port = port.number(), .reply_port = reply_port.number()}});
    CHECK(discovery->open(softkey.path(), kPlenty).error().code == ErrorCode::kUnknownPath);
  }

  TEST_CASE("two simulators are two keys") {
    const SoftkeyProcess one;
    const SoftkeyProcess other;
    const auto discovery = discover({one.address(), other.address()});
    REQUIRE(discovery->keys().size() == 2);
    CHECK(discovery->keys()[1].path == other.path());
  }

  TEST_CASE("an open key outlives the discovery it came from") {
    const SoftkeyProcess softkey;
    auto discovery = discover({softkey.address()});
    const auto key = discovery->open(softkey.path(), kPlenty);
    REQUIRE(key.has_value());
    discovery.reset();
    CHECK(key.value()->refresh(kPlenty).has_value());
  }
}
