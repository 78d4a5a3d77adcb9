// The pump of /dev/uhid over a socket pair that keeps message boundaries as the node does. The test
// is the kernel: it says all it has to say, hangs up, and reads what the key answered.

#include "device/softkey/uhid_pump.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <doctest/doctest.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <sys/socket.h>

#include "device/softkey/hid_identity.h"
#include "tests/device/softkey/test_key.h"

namespace {

using firstkey::device::softkey::append;
using firstkey::device::softkey::Bytes;
using firstkey::device::softkey::BytesView;
using firstkey::device::softkey::FileDescriptor;
using firstkey::device::softkey::HidFrontend;
using firstkey::device::softkey::kReportDescriptor;
using firstkey::device::softkey::kReportSize;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::OperatorInput;
using firstkey::device::softkey::Report;
using firstkey::device::softkey::TouchByPolicy;
using firstkey::device::softkey::TouchPolicy;
using firstkey::device::softkey::UhidPump;
using firstkey::tests::softkey::TestKey;

constexpr std::size_t kNumberedSize = kReportSize + 1;

/// INIT on the broadcast channel, which a key answers at once. Source: CTAP 2.1 §11.2.9.1.3.
Report init_report() {
  return {0xFF, 0xFF, 0xFF, 0xFF, 0x86, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8};
}

uhid_event output_event(BytesView bytes) {
  uhid_event event{};
  event.type = UHID_OUTPUT;
  event.u.output.rtype = UHID_OUTPUT_REPORT;
  event.u.output.size = static_cast<std::uint16_t>(bytes.size());
  std::ranges::copy(bytes, event.u.output.data);
  return event;
}

class UhidKernel {
 public:
  UhidKernel() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) ==
            0);
    kernel_ = FileDescriptor(ends[0]);
    node_ = FileDescriptor(ends[1]);
    REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &signals_before_) == 0);
  }
  ~UhidKernel() { pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr); }
  UhidKernel(const UhidKernel&) = delete;
  UhidKernel& operator=(const UhidKernel&) = delete;

  void say(const uhid_event& event) {
    REQUIRE(::write(kernel_.get(), &event, sizeof event) == sizeof event);
  }

  /// Runs the pump on what was said until it has heard it all; `signals` come meanwhile.
  std::vector<uhid_event> answers(const std::vector<int>& signals = {}) {
    auto operator_input = OperatorInput::open();
    REQUIRE(operator_input.has_value());
    for (const int signal : signals) REQUIRE(::raise(signal) == 0);
    auto pump = UhidPump::plug_into(std::move(node_), {.unplugged = Milliseconds{0}});
    REQUIRE(pump.has_value());
    if (signals.empty()) REQUIRE(::shutdown(kernel_.get(), SHUT_WR) == 0);
    TouchByPolicy touch{TouchPolicy{}};
    HidFrontend frontend(*key_.authenticator, key_.clock, key_.random);
    pump->run(frontend, *operator_input, touch);
    return heard();
  }
  [[nodiscard]] int power_cycles() const { return key_.user.power_cycles; }

 private:
  std::vector<uhid_event> heard() const {
    std::vector<uhid_event> events;
    uhid_event event{};
    while (::read(kernel_.get(), &event, sizeof event) == sizeof event) events.push_back(event);
    return events;
  }

  TestKey key_;
  FileDescriptor kernel_;
  FileDescriptor node_;
  sigset_t signals_before_{};
};

/// What kind of event each of them is.
std::vector<std::uint32_t> types(const std::vector<uhid_event>& events) {
  std::vector<std::uint32_t> found;
  for (const uhid_event& event : events) found.push_back(event.type);
  return found;
}

using Types = std::vector<std::uint32_t>;

}  // namespace

TEST_SUITE("device/softkey/uhid_pump") {
  TEST_CASE("the kernel is told of a USB device with the FIDO report descriptor") {
    UhidKernel kernel;
    const auto events = kernel.answers();
    REQUIRE(types(events) == Types{UHID_CREATE2});
    const uhid_create2_req& device = events.front().u.create2;
    CHECK(device.bus == BUS_USB);
    CHECK(device.rd_size == kReportDescriptor.size());
    CHECK(std::ranges::equal(BytesView(device.rd_data).first(device.rd_size), kReportDescriptor));
  }

  TEST_CASE("a report is answered with one of 64 bytes") {
    UhidKernel kernel;
    kernel.say(output_event(init_report()));
    const auto events = kernel.answers();
    REQUIRE(types(events) == Types{UHID_CREATE2, UHID_INPUT2});
    const uhid_input2_req& input = events.back().u.input2;
    CHECK(input.size == kReportSize);
    CHECK(input.data[4] == 0x86);
  }

  TEST_CASE("the report number that hidraw puts first is taken off") {
    UhidKernel kernel;
    Bytes numbered{0x00};
    append(numbered, init_report());
    REQUIRE(numbered.size() == kNumberedSize);
    kernel.say(output_event(numbered));
    const auto events = kernel.answers();
    REQUIRE(types(events) == Types{UHID_CREATE2, UHID_INPUT2});
    CHECK(events.back().u.input2.data[4] == 0x86);
  }

  TEST_CASE("what is no report is not answered") {
    UhidKernel kernel;
    const Bytes bytes(kNumberedSize + 1, 0x00);
    const Bytes other_number(kNumberedSize, 0x01);
    kernel.say(output_event(BytesView(init_report()).first(kReportSize - 1)));
    kernel.say(output_event(bytes));
    kernel.say(output_event(other_number));
    auto feature = output_event(init_report());
    feature.u.output.rtype = UHID_FEATURE_REPORT;
    kernel.say(feature);
    CHECK(types(kernel.answers()) == Types{UHID_CREATE2});
  }

  TEST_CASE("a size beyond the event's room is not believed") {
    UhidKernel kernel;
    auto event = output_event(init_report());
    event.u.output.size = UINT16_MAX;
    kernel.say(event);
    CHECK(types(kernel.answers()) == Types{UHID_CREATE2});
  }

  TEST_CASE("reports that are asked for or set past the endpoints are refused at once") {
    UhidKernel kernel;
    uhid_event get{};
    get.type = UHID_GET_REPORT;
    get.u.get_report.id = 7;
    kernel.say(get);
    uhid_event set{};
    set.type = UHID_SET_REPORT;
    set.u.set_report.id = 8;
    kernel.say(set);
    const auto events = kernel.answers();
    REQUIRE(types(events) == Types{UHID_CREATE2, UHID_GET_REPORT_REPLY, UHID_SET_REPORT_REPLY});
    CHECK(events[1].u.get_report_reply.id == 7);
    CHECK(events[1].u.get_report_reply.err == EIO);
    CHECK(events[2].u.set_report_reply.id == 8);
    CHECK(events[2].u.set_report_reply.err == EIO);
  }

  TEST_CASE("the kernel's news of starts and openings is no report") {
    UhidKernel kernel;
    for (const auto type : {UHID_START, UHID_OPEN, UHID_CLOSE, UHID_STOP}) {
      uhid_event event{};
      event.type = type;
      kernel.say(event);
    }
    CHECK(types(kernel.answers()) == Types{UHID_CREATE2});
  }

  TEST_CASE("pulled out and plugged in, the device goes, comes back and has forgotten") {
    UhidKernel kernel;
    const auto events = kernel.answers({SIGUSR2, SIGTERM});
    CHECK(types(events) == Types{UHID_CREATE2, UHID_DESTROY, UHID_CREATE2});
    CHECK(kernel.power_cycles() == 1);
  }

  TEST_CASE("a node that cannot be opened says why") {
    const auto pump = UhidPump::open({.path = "/nonexistent/uhid"});
    REQUIRE_FALSE(pump.has_value());
    CHECK(pump.error() == ENOENT);
  }
}
