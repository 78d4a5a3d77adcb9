#include "enroll/app/attendance.h"

#include <array>
#include <utility>

#include <poll.h>

#include "enroll/app/screen_text.h"

namespace firstkey::enroll {

namespace {

constexpr core::Duration kSecond = std::chrono::seconds(1);

}  // namespace

Attendance::Attendance(SignalWatch& signals, const core::Clock& clock, const Terminal* terminal)
    : signals_(signals),
      clock_(clock),
      terminal_(terminal),
      watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

Attendance::~Attendance() {
  watcher_.request_stop();
  news_.signal();
  watcher_.join();
  clear();
}

void Attendance::show(std::string_view text, std::optional<core::Duration> time_left) {
  {
    const std::lock_guard lock(mutex_);
    text_ = printable(text);
    deadline_.reset();
    if (time_left) deadline_ = clock_.read().since_boot + *time_left;
    draw();
  }
  news_.signal();  // the next second is another one now
}

void Attendance::say(std::string_view text) {
  if (terminal_ == nullptr) return;
  const std::lock_guard lock(mutex_);
  wipe();
  terminal_->write("  " + printable(text) + "\n");
  draw();
}

void Attendance::clear() {
  const std::lock_guard lock(mutex_);
  wipe();
  text_.clear();
  deadline_.reset();
}

device::CallLimits Attendance::limits(std::chrono::milliseconds time_left, std::string touch) {
  const auto begin = clock_.read().since_boot;
  return {.time_left = time_left,
          .stop = stop_token(),
          .on_keep_alive = [this, begin, time_left, touch = std::move(touch)](auto said) {
            if (said == device::KeepAlive::kProcessing) return clear();
            show(touch, time_left - (clock_.read().since_boot - begin));
          }};
}

void Attendance::watch(const std::stop_token& stop) {
  std::array<pollfd, 2> waited{pollfd{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = news_.fd(), .events = POLLIN, .revents = 0}};
  while (!stop.stop_requested()) {
    (void)::poll(waited.data(), waited.size(), until_tick());
    news_.clear();
    obey_signals();
    const std::lock_guard lock(mutex_);
    if (deadline_ && terminal_ != nullptr && terminal_->can_redraw()) draw();
  }
}

void Attendance::obey_signals() {
  while (const auto wish = signals_.take()) {
    if (*wish == SignalWatch::Wish::kEnd) {
      enough_.request_stop();
      continue;
    }
    const std::lock_guard lock(mutex_);
    wipe();
    SignalWatch::suspend();
    draw();
  }
}

int Attendance::until_tick() {
  constexpr int kForEver = -1;  // news_ ends it
  const std::lock_guard lock(mutex_);
  if (!deadline_ || terminal_ == nullptr) return kForEver;
  const auto left = *deadline_ - clock_.read().since_boot;
  if (left <= core::Duration::zero()) return kForEver;
  const auto part = left % kSecond;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(part).count()) + 1;
}

void Attendance::draw() {
  if (terminal_ == nullptr || text_.empty()) return;
  auto line = "  " + text_;
  if (deadline_) line += "  " + countdown(*deadline_ - clock_.read().since_boot) + " left";
  if (!terminal_->can_redraw()) {
    terminal_->write(line + "\n");
    return;
  }
  terminal_->write(std::string(kClearLine) + cut(line, terminal_->width()));
  is_drawn_ = true;
}

void Attendance::wipe() {
  if (std::exchange(is_drawn_, false)) terminal_->write(kClearLine);
}

}  // namespace firstkey::enroll
