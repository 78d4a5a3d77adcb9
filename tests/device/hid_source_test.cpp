// USB keys as libudev shows them. The kernel and udevd are umockdev's: it stands before libudev,
// sysfs and /dev, so everything above them is real. No rule of udev is applied there.

#include "device/hid_source.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <umockdev.h>
#include <unistd.h>

#include "device/composite_discovery.h"
#include "device/hid_node.h"
#include "tests/support/parts.h"

using namespace std::chrono_literals;
using firstkey::device::CallLimits;
using firstkey::device::CompositeDiscovery;
using firstkey::device::ErrorCode;
using firstkey::device::HidSource;
using firstkey::device::KeyEvent;
using firstkey::device::KeySource;
using firstkey::device::UsbAddress;

namespace {

/// Only a test that fails waits as long.
constexpr std::chrono::seconds kPatience{20};
constexpr const char* kUdevdSocket = "/run/udev/control";
constexpr uid_t kNobody = 65534;

/// libudev hears no events where no udevd runs, so a container without one gets the look of it, for
/// this process alone.
bool has_udevd() {
  if (std::filesystem::exists(kUdevdSocket)) return true;
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) != 0) {
    return false;
  }
  std::filesystem::create_directory("/run/udev");
  return static_cast<bool>(std::ofstream(kUdevdSocket));
}

/// For root no node is without permission.
void leave_root() {
  if (::geteuid() != 0) return;
  REQUIRE(::setresuid(kNobody, kNobody, kNobody) == 0);
  REQUIRE(::prctl(PR_SET_DUMPABLE, 1) == 0);  // the leak check attaches to its own process
}

/// Whether umockdev was loaded before everything else, which shows once there is something to mock.
bool has_umockdev() {
  UMockdevTestbed* const testbed = umockdev_testbed_new();
  const bool is_mocked = umockdev_in_mock_environment() != FALSE;
  g_object_unref(testbed);
  return is_mocked;
}

bool is_ready() {
  static const bool is_prepared = [] {
    if (!has_umockdev() || !has_udevd()) return false;
    leave_root();
    return true;
  }();
  return is_prepared;
}

constexpr const char* kFidoDescriptor = "06D0F10901A10109201500";
constexpr const char* kKeyboardDescriptor = "05010906A101C0";

/// A bus of nothing but what a test plugs in.
class MockBus {
 public:
  MockBus() : testbed_(umockdev_testbed_new()) {}
  ~MockBus() { g_object_unref(testbed_); }
  MockBus(const MockBus&) = delete;
  MockBus& operator=(const MockBus&) = delete;

  /// A USB device `number` with one HID interface, whose node is /dev/hidraw`number`.
  void plug(int number, const std::string& descriptor = kFidoDescriptor) {
    const std::string text = std::to_string(number);
    const std::string usb = "/devices/pci0/usb1/1-" + text;
    add("P: " + usb + "\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nA: busnum=1\\n\nA: devnum=" +
        text + "\\n\nA: manufacturer=Acme\\n\nA: product=Acme Key\x1b[2J\\n\nA: serial=SN" + text +
        "\\n\n");
    const std::string hid = usb + "/0003:1050:0407." + text;
    add("P: " + hid + "\nE: SUBSYSTEM=hid\nE: HID_NAME=Acme\nH: report_descriptor=" + descriptor +
        "\n");
    add_node(hid, number);
  }
  /// As a program makes one through /dev/uhid.
  void make_virtual(int number) {
    const std::string hid = "/devices/virtual/misc/uhid/0003:1050:0407." + std::to_string(number);
    add("P: " + hid +
        "\nE: SUBSYSTEM=hid\nE: HID_NAME=Made up\nH: report_descriptor=" + kFidoDescriptor + "\n");
    add_node(hid, number);
  }
  void pull(int number) {
    umockdev_testbed_uevent(testbed_, node_paths_.at(number).c_str(), "remove");
    pull_unheard(number);
  }
  /// Pulled, and the event lost.
  void pull_unheard(int number) {
    umockdev_testbed_remove_device(testbed_, node_paths_.at(number).c_str());
  }
  /// udevd says so once a rule or an administrator has changed a node.
  void change(int number) {
    umockdev_testbed_uevent(testbed_, node_paths_.at(number).c_str(), "change");
  }
  void allow(int number, std::filesystem::perms permissions) const {
    gchar* const root = umockdev_testbed_get_root_dir(testbed_);
    const std::filesystem::path folder(root);
    g_free(root);
    std::filesystem::permissions(folder / ("dev/hidraw" + std::to_string(number)), permissions);
  }

 private:
  void add(const std::string& description) {
    GError* error = nullptr;
    umockdev_testbed_add_from_string(testbed_, description.c_str(), &error);
    const std::string fault = error == nullptr ? "" : error->message;
    g_clear_error(&error);
    REQUIRE(fault.empty());
  }
  /// With contents, for without it umockdev makes the node a link, whose permissions are another's.
  void add_node(const std::string& hid, int number) {
    const std::string name = "hidraw" + std::to_string(number);
    node_paths_[number] = "/sys" + hid + "/hidraw/" + name;
    add("P: " + hid + "/hidraw/" + name + "\nN: " + name + "=00" +
        "\nE: SUBSYSTEM=hidraw\nE: DEVNAME=/dev/" + name +
        "\nE: MAJOR=240\nE: MINOR=" + std::to_string(number) + "\n");
  }

  UMockdevTestbed* testbed_;
  std::map<int, std::string> node_paths_;
};

std::unique_ptr<CompositeDiscovery> discover() {
  std::vector<std::unique_ptr<KeySource>> sources;
  sources.push_back(std::make_unique<HidSource>());
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
    bus.plug(4, kKeyboardDescriptor);
    const auto discovery = discover();
    CHECK(discovery->keys().empty());
    bus.plug(5, kKeyboardDescriptor);
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
