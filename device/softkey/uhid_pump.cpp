#include "device/softkey/uhid_pump.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <linux/input.h>
#include <linux/uhid.h>

#include "device/softkey/hid_identity.h"

namespace firstkey::device::softkey {
namespace {

static_assert(sizeof(uhid_create2_req::rd_data) >= kReportDescriptor.size());
static_assert(sizeof(uhid_input2_req::data) >= kReportSize);

std::expected<void, int> write_event(int node, const uhid_event& event) {
  if (::write(node, &event, sizeof event) == sizeof event) return {};
  return std::unexpected(errno);
}

std::expected<void, int> create_device(int node) {
  uhid_event event{};
  event.type = UHID_CREATE2;
  uhid_create2_req& device = event.u.create2;
  const std::string_view name(kProductName);
  std::ranges::copy(name, device.name);  // the rest, its end included, is zero
  std::ranges::copy(kReportDescriptor, device.rd_data);
  device.rd_size = static_cast<std::uint16_t>(kReportDescriptor.size());
  device.bus = BUS_USB;  // libfido2 and browsers leave keys on other buses alone
  device.vendor = kVendorId;
  device.product = kProductId;
  device.version = kDeviceRelease;
  return write_event(node, event);
}

void destroy_device(int node) {
  uhid_event event{};
  event.type = UHID_DESTROY;
  // A kernel that took the device away first has nothing to destroy, nor one without it.
  (void)write_event(node, event);
}

std::optional<Report> output_report(const uhid_output_req& output) {
  if (output.rtype != UHID_OUTPUT_REPORT) return {};
  const std::size_t size = std::min<std::size_t>(output.size, sizeof output.data);
  return to_report(BytesView(output.data, size));
}

/// Reports are sent and not asked for in CTAPHID; an asker left without an answer would wait 5 s.
void refuse_get_report(int node, std::uint32_t request) {
  uhid_event event{};
  event.type = UHID_GET_REPORT_REPLY;
  event.u.get_report_reply.id = request;
  event.u.get_report_reply.err = EIO;
  (void)write_event(node, event);
}

void refuse_set_report(int node, std::uint32_t request) {
  uhid_event event{};
  event.type = UHID_SET_REPORT_REPLY;
  event.u.set_report_reply.id = request;
  event.u.set_report_reply.err = EIO;
  (void)write_event(node, event);
}

}  // namespace

std::string to_string(const UhidNode& node) {
  return "uhid:" + node.path.string();
}

std::expected<UhidPump, int> UhidPump::open(const UhidNode& node) {
  FileDescriptor file(::open(node.path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return std::unexpected(errno);
  return plug_into(std::move(file), node);
}

std::expected<UhidPump, int> UhidPump::plug_into(FileDescriptor node, UhidNode address) {
  if (const auto created = create_device(node.get()); !created) {
    return std::unexpected(created.error());
  }
  return UhidPump(std::move(node), std::move(address));
}

std::optional<Reports> UhidPump::receive() {
  uhid_event event{};
  const ssize_t size = ::read(node_.get(), &event, sizeof event);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Reports{};
  if (size <= 0) return {};
  if (event.type == UHID_GET_REPORT) refuse_get_report(node_.get(), event.u.get_report.id);
  if (event.type == UHID_SET_REPORT) refuse_set_report(node_.get(), event.u.set_report.id);
  if (event.type != UHID_OUTPUT) return Reports{};
  const auto report = output_report(event.u.output);
  return report ? Reports{*report} : Reports{};
}

void UhidPump::send(const Reports& reports) {
  for (const Report& report : reports) {
    uhid_event event{};
    event.type = UHID_INPUT2;
    event.u.input2.size = kReportSize;
    std::ranges::copy(report, event.u.input2.data);
    // Nobody may have the node open: as with a wire, the client notices by what it does not get.
    (void)write_event(node_.get(), event);
  }
}

void UhidPump::unplug() {
  destroy_device(node_.get());
}

HidPump::Wire UhidPump::replug(const OperatorInput& operator_input) {
  unplug();
  // A gesture meanwhile (an end, most likely) is not kept waiting.
  (void)wait_for(-1, operator_input, static_cast<int>(address_.unplugged.count()));
  return create_device(node_.get()) ? Wire::kUp : Wire::kGone;
}

}  // namespace firstkey::device::softkey
