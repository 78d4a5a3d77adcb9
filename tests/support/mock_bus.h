#pragma once
// A USB bus of nothing but what a test plugs in, as libudev shows it: umockdev stands before
// libudev, sysfs and /dev, when it is loaded first (LD_PRELOAD), so everything above them is real.
// No rule of udev is applied there.

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <umockdev.h>

namespace firstkey::tests {

class MockBus {
 public:
  // Report descriptors.
  static constexpr const char* kKey = "06D0F10901A10109201500";
  static constexpr const char* kKeyboard = "05010906A101C0";

  /// Whether umockdev was loaded before everything else, and libudev can be made to hear events:
  /// where no udevd runs, this process gets the look of one, in a mount namespace of its own.
  [[nodiscard]] static bool is_possible() { return is_loaded() && has_udevd(); }

  MockBus() : testbed_(umockdev_testbed_new()) {}
  ~MockBus() { g_object_unref(testbed_); }
  MockBus(const MockBus&) = delete;
  MockBus& operator=(const MockBus&) = delete;

  /// A USB device `number` with one HID interface, whose node is /dev/hidraw`number`.
  void plug(int number, const std::string& descriptor = kKey) {
    prepare(number, descriptor);
    appear(number);
  }
  /// All of it but the node.
  void prepare(int number, const std::string& descriptor = kKey) {
    const std::string text = std::to_string(number);
    const std::string usb = usb_device(number);
    add("P: " + usb +
        "\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nA: idVendor=20a0\\n\nA: busnum=1\\n\nA: "
        "devnum=" +
        text + "\\n\nA: manufacturer=Acme\\n\nA: product=Acme Key\x1b[2J\\n\nA: serial=SN" + text +
        "\\n\n");
    add("P: " + interface_of(number) +
        "\nE: SUBSYSTEM=hid\nE: HID_NAME=Acme\nH: report_descriptor=" + descriptor + "\n");
  }
  /// The node, of which udevd tells.
  void appear(int number) { add_node(interface_of(number), number); }
  /// As a program makes one through /dev/uhid.
  void make_virtual(int number) {
    const std::string hid = "/devices/virtual/misc/uhid/0003:1050:0407." + std::to_string(number);
    add("P: " + hid + "\nE: SUBSYSTEM=hid\nE: HID_NAME=Made up\nH: report_descriptor=" + kKey +
        "\n");
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
    std::filesystem::permissions(root() / ("dev/hidraw" + std::to_string(number)), permissions);
  }
  /// Not made yet by the kernel; show() makes it, and udevd has not told of it.
  void hide(int number) const { std::filesystem::rename(listed(number), hidden(number)); }
  void show(int number) const { std::filesystem::rename(hidden(number), listed(number)); }
  void announce(int number) {
    umockdev_testbed_uevent(testbed_, node_paths_.at(number).c_str(), "add");
  }

 private:
  static bool is_loaded() {
    UMockdevTestbed* const testbed = umockdev_testbed_new();
    const bool is_mocked = umockdev_in_mock_environment() != FALSE;
    g_object_unref(testbed);
    return is_mocked;
  }
  static bool has_udevd() {
    if (std::filesystem::exists(kUdevdSocket)) return true;
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) != 0) {
      return false;
    }
    std::filesystem::create_directory("/run/udev");
    return static_cast<bool>(std::ofstream(kUdevdSocket));
  }
  [[nodiscard]] std::filesystem::path root() const {
    gchar* const text = umockdev_testbed_get_root_dir(testbed_);
    std::filesystem::path folder(text);
    g_free(text);
    return folder;
  }
  [[nodiscard]] std::filesystem::path listed(int number) const {
    return root() / "sys/class/hidraw" / ("hidraw" + std::to_string(number));
  }
  [[nodiscard]] std::filesystem::path hidden(int number) const {
    return root() / ("hidraw" + std::to_string(number));
  }
  static std::string usb_device(int number) {
    return "/devices/pci0/usb1/1-" + std::to_string(number);
  }
  static std::string interface_of(int number) {
    return usb_device(number) + "/0003:1050:0407." + std::to_string(number);
  }
  void add(const std::string& description) {
    GError* error = nullptr;
    umockdev_testbed_add_from_string(testbed_, description.c_str(), &error);
    const std::string fault = error == nullptr ? "" : error->message;
    g_clear_error(&error);
    if (!fault.empty()) throw std::runtime_error(fault);
  }
  /// With contents, for without it umockdev makes the node a link, whose permissions are another's.
  void add_node(const std::string& hid, int number) {
    const std::string name = "hidraw" + std::to_string(number);
    node_paths_[number] = "/sys" + hid + "/hidraw/" + name;
    add("P: " + hid + "/hidraw/" + name + "\nN: " + name + "=00" +
        "\nE: SUBSYSTEM=hidraw\nE: DEVNAME=/dev/" + name +
        "\nE: MAJOR=240\nE: MINOR=" + std::to_string(number) + "\n");
  }

  static constexpr const char* kUdevdSocket = "/run/udev/control";

  UMockdevTestbed* testbed_;
  std::map<int, std::string> node_paths_;
};

}  // namespace firstkey::tests
