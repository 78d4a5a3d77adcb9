// Keys on several buses, seen as one list of keys.

#include "device/composite_discovery.h"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/device/fake_key_source.h"

using namespace std::chrono_literals;
using firstkey::device::CompositeDiscovery;
using firstkey::device::ErrorCode;
using firstkey::device::KeyEvent;
using firstkey::device::KeyPath;
using firstkey::device::KeySource;
using firstkey::device::Obstacle;
using firstkey::device::SeenKey;
using firstkey::device::Transport;
using firstkey::device::UsbAddress;
using firstkey::tests::FakeBus;
using firstkey::tests::FakeKeySource;

namespace {

constexpr std::chrono::milliseconds kNoWait{0};
constexpr UsbAddress kPort{.bus = 1, .device = 7};
const KeyPath kNode{.transport = Transport::kUsb, .text = "/dev/hidraw3"};
const KeyPath kOtherNode{.transport = Transport::kUsb, .text = "/dev/hidraw4"};
const KeyPath kReader{.transport = Transport::kReader, .text = "ccid:Key 00 00"};
const KeyPath kOtherReader{.transport = Transport::kReader, .text = "ccid:Key 00 01"};
const Obstacle kLocked{.code = ErrorCode::kNoAccess, .reason = "no permission"};

SeenKey at(const KeyPath& path, std::optional<UsbAddress> usb = std::nullopt) {
  return {.path = path, .usb = usb};
}

SeenKey locked(SeenKey key) {
  key.obstacle = kLocked;
  return key;
}

/// "+/dev/hidraw3#1 -ccid:Key 00 00#2 ~…": what happened, where, to which arrival.
std::string story(const std::vector<KeyEvent>& events) {
  std::string told;
  for (const auto& event : events) {
    switch (event.kind) {
      case KeyEvent::Kind::kArrived:
        told += "+";
        break;
      case KeyEvent::Kind::kRemoved:
        told += "-";
        break;
      case KeyEvent::Kind::kChanged:
        told += "~";
        break;
    }
    told += event.key.path.text + "#" + std::to_string(event.key.arrival) + " ";
  }
  return told;
}

/// USB and readers, joined on first use so that a test can say what is there at the start.
class TwoBuses {
 public:
  CompositeDiscovery& discovery() {
    if (!discovery_) {
      std::vector<std::unique_ptr<KeySource>> sources;
      sources.push_back(std::make_unique<FakeKeySource>(usb, Transport::kUsb));
      sources.push_back(std::make_unique<FakeKeySource>(readers, Transport::kReader));
      discovery_ = std::make_unique<CompositeDiscovery>(std::move(sources), only);
    }
    return *discovery_;
  }
  std::string wait() { return story(discovery().wait(kNoWait, {})); }

  FakeBus usb;
  FakeBus readers;
  std::optional<KeyPath> only;

 private:
  std::unique_ptr<CompositeDiscovery> discovery_;  // before the buses go
};

}  // namespace

TEST_SUITE("device/composite_discovery") {
  TEST_CASE("the first wait reports what is there, the next what has changed since") {
    TwoBuses buses;
    buses.usb.at_start = {at(kNode)};
    buses.readers.at_start = {at(kReader)};
    CHECK(buses.wait() == "+/dev/hidraw3#1 +ccid:Key 00 00#2 ");
    CHECK(buses.wait().empty());
    buses.usb.sink->removed(kNode);
    buses.usb.sink->arrived(at(kOtherNode));
    CHECK(buses.wait() == "-/dev/hidraw3#1 +/dev/hidraw4#3 ");
    CHECK(buses.wait().empty());
  }

  TEST_CASE("a key that comes back to its path is another arrival") {
    TwoBuses buses;
    buses.usb.at_start = {at(kNode)};
    CHECK(buses.wait() == "+/dev/hidraw3#1 ");
    buses.usb.sink->removed(kNode);
    buses.usb.sink->arrived(at(kNode));
    CHECK(buses.wait() == "-/dev/hidraw3#1 +/dev/hidraw3#2 ");
  }

  TEST_CASE("a key that came and went unseen is not told") {
    TwoBuses buses;
    CHECK(buses.wait().empty());
    for (int times = 0; times < 3; ++times) {
      buses.usb.sink->arrived(at(kNode));
      buses.usb.sink->removed(kNode);
    }
    CHECK(buses.wait().empty());
  }

  TEST_CASE("an obstacle that goes is told of the same arrival") {
    TwoBuses buses;
    buses.usb.at_start = {locked(at(kNode))};
    CHECK(buses.wait() == "+/dev/hidraw3#1 ");
    buses.usb.sink->changed(at(kNode));
    CHECK(buses.wait() == "~/dev/hidraw3#1 ");
    REQUIRE(buses.discovery().keys().size() == 1);
    CHECK_FALSE(buses.discovery().keys()[0].obstacle.has_value());
  }

  TEST_CASE("a change before the arrival was told goes into the arrival") {
    TwoBuses buses;
    buses.usb.at_start = {locked(at(kNode))};
    buses.discovery();
    buses.usb.sink->changed(at(kNode));
    const auto events = buses.discovery().wait(kNoWait, {});
    CHECK(story(events) == "+/dev/hidraw3#1 ");
    CHECK_FALSE(events[0].key.obstacle.has_value());
  }

  TEST_CASE("a key that changed and went untold is told as gone") {
    TwoBuses buses;
    buses.usb.at_start = {locked(at(kNode))};
    CHECK(buses.wait() == "+/dev/hidraw3#1 ");
    buses.usb.sink->changed(at(kNode));
    buses.usb.sink->removed(kNode);
    CHECK(buses.wait() == "-/dev/hidraw3#1 ");
  }

  TEST_CASE("one USB device on two paths is shown once, as HID, in whichever order it is found") {
    TwoBuses hid_first;
    hid_first.usb.at_start = {at(kNode, kPort)};
    hid_first.readers.at_start = {at(kReader, kPort)};
    CHECK(hid_first.wait() == "+/dev/hidraw3#1 ");
    TwoBuses reader_first;
    reader_first.readers.at_start = {at(kReader, kPort)};
    reader_first.discovery();
    reader_first.usb.sink->arrived(at(kNode, kPort));
    CHECK(reader_first.wait() == "+/dev/hidraw3#2 ");
  }

  TEST_CASE("a path the caller knows of is kept when a better one comes") {
    TwoBuses buses;
    buses.readers.at_start = {at(kReader, kPort)};
    CHECK(buses.wait() == "+ccid:Key 00 00#1 ");
    buses.usb.sink->arrived(at(kNode, kPort));
    CHECK(buses.wait().empty());
  }

  TEST_CASE("when the HID path cannot be used the other one is shown") {
    TwoBuses buses;
    buses.usb.at_start = {locked(at(kNode, kPort))};
    buses.readers.at_start = {at(kReader, kPort)};
    CHECK(buses.wait() == "+ccid:Key 00 00#2 ");
    buses.readers.sink->changed(locked(at(kReader, kPort)));
    CHECK(buses.wait() == "~ccid:Key 00 00#2 ");
    buses.usb.sink->changed(at(kNode, kPort));
    CHECK(buses.wait() == "-ccid:Key 00 00#2 +/dev/hidraw3#1 ");
  }

  TEST_CASE("when the path shown goes the other one shows") {
    TwoBuses buses;
    buses.usb.at_start = {at(kNode, kPort)};
    buses.readers.at_start = {at(kReader, kPort)};
    CHECK(buses.wait() == "+/dev/hidraw3#1 ");
    buses.usb.sink->removed(kNode);
    CHECK(buses.wait() == "-/dev/hidraw3#1 +ccid:Key 00 00#2 ");
    buses.readers.sink->removed(kReader);
    CHECK(buses.wait() == "-ccid:Key 00 00#2 ");
  }

  TEST_CASE("when the hidden path goes nothing is told") {
    TwoBuses buses;
    buses.usb.at_start = {at(kNode, kPort)};
    buses.readers.at_start = {at(kReader, kPort)};
    CHECK(buses.wait() == "+/dev/hidraw3#1 ");
    buses.readers.sink->removed(kReader);
    CHECK(buses.wait().empty());
    CHECK(buses.discovery().keys().size() == 1);
  }

  TEST_CASE("keys without an address, at different ones, or in two slots of a reader are several") {
    const struct {
      std::string name;
      SeenKey one;
      SeenKey other;
    } pairs[] = {
        {"no address", at(kNode), at(kReader)},
        {"another device", at(kNode, kPort), at(kReader, UsbAddress{1, 8})},
        {"another bus", at(kNode, kPort), at(kReader, UsbAddress{2, 7})},
        {"two slots", at(kOtherReader, kPort), at(kReader, kPort)},
    };
    for (const auto& [name, one, other] : pairs) {
      CAPTURE(name);
      TwoBuses buses;
      buses.readers.at_start = {one, other};
      buses.discovery();
      CHECK(buses.discovery().keys().size() == 2);
    }
  }

  TEST_CASE("a path is opened by the source that owns it, any other is unknown") {
    TwoBuses buses;
    CHECK(buses.discovery().open(kReader, {}).error().code == ErrorCode::kGone);
    CHECK(buses.readers.opened == std::vector{kReader});
    CHECK(buses.usb.opened.empty());
    const KeyPath simulator{.transport = Transport::kSimulator, .text = "udp:127.0.0.1:1:2"};
    CHECK(buses.discovery().open(simulator, {}).error().code == ErrorCode::kUnknownPath);
  }

  TEST_CASE("limited to one path, no other is shown or opened") {
    TwoBuses buses;
    buses.only = kReader;
    buses.usb.at_start = {at(kNode, kPort)};
    buses.readers.at_start = {at(kReader, kPort)};
    CHECK(buses.wait() == "+ccid:Key 00 00#1 ");
    buses.usb.sink->removed(kNode);
    CHECK(buses.wait().empty());
    CHECK(buses.discovery().open(kNode, {}).error().code == ErrorCode::kUnknownPath);
    CHECK(buses.usb.opened.empty());
  }

  TEST_CASE("the obstacles of every source are told") {
    TwoBuses buses;
    CHECK(buses.discovery().obstacles().empty());
    buses.usb.obstacles = {kLocked};
    buses.readers.obstacles = {kLocked, kLocked};
    CHECK(buses.discovery().obstacles().size() == 3);
  }

  TEST_CASE("a key that comes while waited for ends the wait") {
    TwoBuses buses;
    buses.discovery();
    std::jthread plug([&] { buses.usb.sink->arrived(at(kNode)); });
    CHECK(story(buses.discovery().wait(20s, {})) == "+/dev/hidraw3#1 ");
  }

  TEST_CASE("a stop ends the wait, whether it came before or meanwhile") {
    TwoBuses buses;
    std::stop_source before;
    before.request_stop();
    CHECK(buses.discovery().wait(20s, before.get_token()).empty());
    std::stop_source meanwhile;
    std::jthread stopper([&] { meanwhile.request_stop(); });
    CHECK(buses.discovery().wait(20s, meanwhile.get_token()).empty());
  }

  TEST_CASE("several sources may report at once") {
    TwoBuses buses;
    buses.discovery();
    const auto plug_and_pull = [](FakeBus& bus, const KeyPath& path) {
      for (int times = 0; times < 200; ++times) {
        bus.sink->arrived(at(path));
        bus.sink->removed(path);
      }
      bus.sink->arrived(at(path));
    };
    {
      std::jthread usb([&] { plug_and_pull(buses.usb, kNode); });
      std::jthread readers([&] { plug_and_pull(buses.readers, kReader); });
      (void)buses.wait();
      (void)buses.discovery().keys();
    }
    CHECK(buses.discovery().keys().size() == 2);
  }
}
