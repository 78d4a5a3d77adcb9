#pragma once
// What carries the reports of a HID key: the loop all such wires share, and what each of them does
// its own way. A report is 64 bytes whatever the wire; some wires put its number, 0, before it.

#include <optional>

#include "device/softkey/hid_frontend.h"
#include "device/softkey/operator_input.h"
#include "device/softkey/user_presence.h"

namespace firstkey::device::softkey {

class HidPump {
 public:
  /// How long a key that was pulled out stays away, on wires where that can be seen.
  static constexpr Milliseconds kUnplugged{1'000};

  HidPump(const HidPump&) = delete;
  HidPump& operator=(const HidPump&) = delete;
  virtual ~HidPump() = default;

  /// Carries reports until `operator_input` says it is time to end or the wire is gone.
  void run(HidFrontend& frontend, OperatorInput& operator_input, TouchByPolicy& touch);

 protected:
  enum class Wire : std::uint8_t { kUp, kGone };

  HidPump() = default;
  HidPump(HidPump&&) = default;
  HidPump& operator=(HidPump&&) = default;

 private:
  /// What to wait on for receive().
  [[nodiscard]] virtual int descriptor() const = 0;
  /// The reports that have arrived, without blocking; nothing when the wire is gone.
  [[nodiscard]] virtual std::optional<Reports> receive() = 0;
  virtual void send(const Reports& reports) = 0;
  /// Pulls the key out, for good: replug() follows, or nothing. That it is out already is fine.
  virtual void unplug() = 0;
  /// Pulls the key out and plugs it in again. A gesture meanwhile is not kept waiting.
  [[nodiscard]] virtual Wire replug(const OperatorInput& operator_input) = 0;
};

/// `bytes` as a report, a leading report number 0 taken off; nothing for any other size.
[[nodiscard]] std::optional<Report> to_report(BytesView bytes);

}  // namespace firstkey::device::softkey
