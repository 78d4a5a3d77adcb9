#include "device/softkey/hid_pump.h"

#include <algorithm>

namespace firstkey::device::softkey {
namespace {

constexpr int kTickInterval = 10;  // ms: how late a keep-alive or a delayed touch may be

}  // namespace

void HidPump::run(HidFrontend& frontend, OperatorInput& operator_input, TouchByPolicy& touch) {
  while (true) {
    const int timeout = frontend.is_busy() ? kTickInterval : -1;
    if (wait_for(descriptor(), operator_input, timeout)) {
      const auto reports = receive();
      if (!reports) return;
      for (const Report& report : *reports) send(frontend.receive(report));
    }
    for (const Gesture gesture : operator_input.read()) {
      switch (gesture) {
        case Gesture::kTouch:
          touch.touch();
          break;
        case Gesture::kPowerCycle:
          if (replug(operator_input) == Wire::kGone) return;
          frontend.power_cycle();
          break;
        case Gesture::kEnd:
          return;
      }
    }
    send(frontend.tick());
    if (!frontend.is_attached()) unplug();
  }
}

std::optional<Report> to_report(BytesView bytes) {
  if (bytes.size() == kReportSize + 1 && bytes.front() == 0) bytes = bytes.subspan(1);
  if (bytes.size() != kReportSize) return {};
  Report report{};
  std::ranges::copy(bytes, report.begin());
  return report;
}

}  // namespace firstkey::device::softkey
