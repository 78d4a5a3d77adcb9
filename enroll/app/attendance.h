#pragma once
// A person beside something that takes its time: a wait for a key, or a call on one. While it
// lives, ^C and its kin stop what is waited for, ^Z suspends the program, and the terminal's
// current line says what to do, with the time left counting down. With nobody at a terminal it
// shows nothing and obeys signals all the same. No prompt lives beside it.

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "core/clock.h"
#include "device/authenticator.h"
#include "device/wake_event.h"
#include "enroll/app/signal_watch.h"
#include "enroll/app/terminal.h"

namespace firstkey::enroll {

class Attendance {
 public:
  /// All outlive this; `terminal` may be null: nobody is there.
  Attendance(SignalWatch& signals, const core::Clock& clock, const Terminal* terminal);
  /// The line is taken off the screen.
  ~Attendance();
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

  /// Stops what is waited for when the person has enough.
  [[nodiscard]] std::stop_token stop_token() const { return enough_.get_token(); }
  [[nodiscard]] bool is_stopped() const { return enough_.stop_requested(); }

  /// Puts `text` on the current line instead of what stood there. Threads: any.
  void show(std::string_view text, std::optional<core::Duration> time_left = std::nullopt);
  /// A line that stays, above the current one. Threads: any.
  void say(std::string_view text);
  /// Takes the current line off the screen. Threads: any.
  void clear();

  /// Bounds of a call on a key that may want to be touched: `touch` is shown while it does.
  [[nodiscard]] device::CallLimits limits(std::chrono::milliseconds time_left, std::string touch);

 private:
  void watch(const std::stop_token& stop);
  void obey_signals();
  [[nodiscard]] int until_tick();
  // The rest holds mutex_.
  void draw();
  void wipe();

  SignalWatch& signals_;
  const core::Clock& clock_;
  const Terminal* const terminal_;
  std::stop_source enough_;
  device::WakeEvent news_;

  std::mutex mutex_;
  std::string text_;                        // empty: nothing is shown
  std::optional<core::Duration> deadline_;  // since boot
  bool is_drawn_ = false;

  std::jthread watcher_;  // last: it uses the rest
};

}  // namespace firstkey::enroll
