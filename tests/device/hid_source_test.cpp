// USB keys as libudev shows them. The kernel and udevd are umockdev's: it stands before libudev,
// sysfs and /dev, so everything above them is real. No rule of udev is applied there.

#include "device/hid_source.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "device/composite_discovery.h"
#include "device/hid_node.h"
#include "tests/device/fake_key_source.h"
#include "tests/support/mock_bus.h"
#include "tests/support/parts.h"

using namespace std::chrono_literals;
using firstkey::device::CallLimits;
using firstkey::device::CompositeDiscovery;
using firstkey::device::ErrorCode;
using firstkey::device::HidSource;
using firstkey::device::KeyEvent;
using firstkey::device::KeyPath;
using firstkey::device::KeySource;
using firstkey::device::Transport;
using firstkey::device::UsbAddress;
using firstkey::tests::FakeBus;
using firstkey::tests::FakeKeySource;
using firstkey::tests::MockBus;

namespace {

/// Only a test that fails waits as long.
constexpr std::chrono::seconds kPatience{20};
constexpr uid_t kNobody = 65534;

/// For root no node is without permission.
void leave_root() {
  if (::geteuid() != 0) return;
  REQUIRE(::setresuid(kNobody, kNobody, kNobody) == 0);
  REQUIRE(::prctl(PR_SET_DUMPABLE, 1) == 0);  // the leak check attaches to its own process
}

bool is_ready() {
  static const bool is_prepared = [] {
    if (!MockBus::is_possible()) return false;
    leave_root();
    return true;
  }();
  return is_prepared;
}

std::unique_ptr<CompositeDiscovery> discover() {
  std::vector<std::unique_ptr<KeySource>> sources;
  sources.push_back(std::make_unique<HidSource>());
  return std::make_unique<CompositeDiscovery>(std::move(sources));
}

const KeyPath kReader{.transport = Transport::kReader, .text = "ccid:Acme Key 00 00"};

/// USB with readers beside it, which the test plays.
std::unique_ptr<CompositeDiscovery> discover_with(FakeBus& readers) {
  std::vector<std::unique_ptr<KeySource>> sources;
  sources.push_back(std::make_unique<HidSource>());
  sources.push_back(std::make_unique<FakeKeySource>(readers, Transport::kReader));
  return std::make_unique<CompositeDiscovery>(std::move(sources));
}

KeyEvent next(CompositeDiscovery& discovery) {
  const auto events = discovery.wait(kPatience, {});
  REQUIRE(events.size() == 1);
  return events[0];
}

/// Declares that a test needs umockdev; ends it where that is absent.
bool lacks_umockdev() {
  return firstkey::tests::part_is_absent("umockdev, or a udevd to look like", is_ready());
}

}  // namespace

TEST_SUITE("device/hid_source") {
  TEST_CASE("a key that is there is found, with its name, its place and no obstacle") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.plug(4);
    const auto discovery = discover();
    const auto keys = discovery->keys();
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].path.text == "/dev/hidraw4");
    CHECK(keys[0].display_name == "Acme Key[2J (USB)");
    CHECK(keys[0].usb == UsbAddress{.bus = 1, .device = 4});
    CHECK_FALSE(keys[0].is_simulated);
    CHECK_FALSE(keys[0].obstacle.has_value());
    CHECK(discovery->obstacles().empty());
  }

  TEST_CASE("a key comes, goes, and comes back as another arrival") {
    if (lacks_umockdev()) return;
    MockBus bus;
    const auto discovery = discover();
    bus.plug(4);
    const auto arrived = next(*discovery);
    CHECK(arrived.kind == KeyEvent::Kind::kArrived);
    CHECK(arrived.key.path.text == "/dev/hidraw4");
    bus.pull(4);
    CHECK(next(*discovery).kind == KeyEvent::Kind::kRemoved);
    bus.plug(5);
    CHECK(next(*discovery).key.arrival == 2);
  }

  TEST_CASE("a HID device that is no key is not seen, early or late") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.plug(4, MockBus::kKeyboard);
    const auto discovery = discover();
    CHECK(discovery->keys().empty());
    bus.plug(5, MockBus::kKeyboard);
    bus.plug(6);
    CHECK(next(*discovery).key.path.text == "/dev/hidraw6");
  }

  TEST_CASE("a key without permission is shown, and changes once it is granted or taken away") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.plug(4);
    bus.allow(4, std::filesystem::perms::none);
    const auto discovery = discover();
    const auto locked = next(*discovery);
    REQUIRE(locked.key.obstacle.has_value());
    CHECK(locked.key.obstacle->code == ErrorCode::kNoAccess);
    CHECK(discovery->open(locked.key.path, CallLimits{.time_left = 1s}).error().code ==
          ErrorCode::kNoAccess);
    bus.allow(4, std::filesystem::perms::owner_all);
    const auto granted = next(*discovery);
    CHECK(granted.kind == KeyEvent::Kind::kChanged);
    CHECK(granted.key.arrival == locked.key.arrival);
    CHECK_FALSE(granted.key.obstacle.has_value());
    bus.allow(4, std::filesystem::perms::none);
    CHECK(next(*discovery).key.obstacle.has_value());
  }

  TEST_CASE(
      "a node that gets its permissions is told once udevd is done with it, and without an "
      "obstacle") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.plug(4);
    bus.plug(5);
    bus.allow(5, std::filesystem::perms::none);
    bus.hide(5);
    const auto discovery = discover();
    CHECK(next(*discovery).key.path.text == "/dev/hidraw4");
    bus.show(5);
    bus.allow(5, std::filesystem::perms::owner_read);  // the first of several changes
    bus.allow(4, std::filesystem::perms::none);
    CHECK(next(*discovery).key.path.text == "/dev/hidraw4");
    bus.allow(5, std::filesystem::perms::owner_all);
    bus.announce(5);
    const auto told = next(*discovery);
    CHECK(told.key.path.text == "/dev/hidraw5");
    CHECK_FALSE(told.key.obstacle.has_value());
  }

  TEST_CASE("two keys are two, and each goes alone") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.plug(4);
    bus.plug(5);
    const auto discovery = discover();
    CHECK(discovery->wait(kPatience, {}).size() == 2);
    bus.pull(4);
    CHECK(next(*discovery).key.path.text == "/dev/hidraw4");
    REQUIRE(discovery->keys().size() == 1);
    CHECK(discovery->keys()[0].path.text == "/dev/hidraw5");
  }

  TEST_CASE("a node and a reader at one USB address are one key, at two addresses two") {
    if (lacks_umockdev()) return;
    MockBus bus;
    FakeBus readers;
    readers.at_start = {{.path = kReader, .usb = UsbAddress{.bus = 1, .device = 4}}};
    bus.plug(4);
    const auto discovery = discover_with(readers);
    CHECK(next(*discovery).key.path.text == "/dev/hidraw4");
    CHECK(discovery->keys().size() == 1);
    bus.plug(5);
    CHECK(next(*discovery).key.path.text == "/dev/hidraw5");
    CHECK(discovery->keys().size() == 2);
  }

  TEST_CASE("a key whose node may not be opened is used through its reader") {
    if (lacks_umockdev()) return;
    MockBus bus;
    FakeBus readers;
    readers.at_start = {{.path = kReader, .usb = UsbAddress{.bus = 1, .device = 4}}};
    bus.plug(4);
    bus.allow(4, std::filesystem::perms::none);
    const auto discovery = discover_with(readers);
    CHECK(next(*discovery).key.path == kReader);
    bus.allow(4, std::filesystem::perms::owner_all);
    bus.plug(5);
    CHECK(next(*discovery).key.path.text == "/dev/hidraw5");
    CHECK(discovery->keys()[0].path == kReader);
  }

  TEST_CASE("a removal whose event was lost is seen at the next look at everything") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.plug(4);
    bus.plug(5);
    const auto discovery = discover();
    CHECK(discovery->wait(kPatience, {}).size() == 2);
    bus.pull_unheard(4);
    bus.allow(5, std::filesystem::perms::owner_all);
    const auto seen = next(*discovery);
    CHECK(seen.kind == KeyEvent::Kind::kRemoved);
    CHECK(seen.key.path.text == "/dev/hidraw4");
  }

  TEST_CASE("an event that changes nothing is not told") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.plug(4);
    const auto discovery = discover();
    CHECK(next(*discovery).kind == KeyEvent::Kind::kArrived);
    bus.change(4);
    bus.plug(5);
    CHECK(next(*discovery).key.path.text == "/dev/hidraw5");
  }

  TEST_CASE("a node that a program made up says that it is simulated") {
    if (lacks_umockdev()) return;
    MockBus bus;
    bus.make_virtual(4);
    const auto discovery = discover();
    REQUIRE(discovery->keys().size() == 1);
    CHECK(discovery->keys()[0].is_simulated);
    CHECK_FALSE(discovery->keys()[0].usb.has_value());
    CHECK(discovery->keys()[0].display_name == "Made up (simulated)");
    CHECK(firstkey::device::read_origin(discovery->keys()[0].path).is_simulated);
    bus.plug(5);
    const auto origin = firstkey::device::read_origin(
        {.transport = firstkey::device::Transport::kUsb, .text = "/dev/hidraw5"});
    CHECK_FALSE(origin.is_simulated);
    CHECK(origin.usb_serial == "SN5");
    CHECK(origin.usb_vendor == 0x20A0);
  }

  TEST_CASE("a path where nothing is cannot be opened") {
    if (lacks_umockdev()) return;
    const MockBus bus;
    const auto discovery = discover();
    const auto path = firstkey::device::KeyPath::parse("/dev/hidraw9");
    REQUIRE(path.has_value());
    CHECK(discovery->open(*path, CallLimits{.time_left = 1s}).error().code == ErrorCode::kGone);
  }
}
