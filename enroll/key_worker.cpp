#include "enroll/key_worker.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "enroll/mailbox.h"

namespace firstkey::enroll {

namespace {

/// A wait between two looks whether the box was closed; being woken does not depend on it.
constexpr std::chrono::milliseconds kIdle = std::chrono::minutes(1);
/// Closing a key talks to nobody.
constexpr std::chrono::milliseconds kForClosing = device::kCancelGrace;

std::atomic<int>& left_alone() noexcept {
  static std::atomic<int> count = 0;
  return count;
}

struct Job {
  std::uint64_t number = 0;
  KeyWork work;
  std::chrono::milliseconds time_left{};
  std::stop_token stop;
};

bool asks_for_touch(const KeyWork& work) {
  return std::holds_alternative<CredentialMaking>(work) || std::holds_alternative<Signing>(work);
}

}  // namespace

int keys_left_alone() noexcept {
  return left_alone().load();
}

struct KeyWorker::Desk {
  Desk(device::KeyDiscovery& discovery, device::SeenKey key, Report to)
      : calls(discovery, std::move(key)), report(std::move(to)) {}

  KeyCalls calls;  ///< the thread's alone, but for has_removed()
  Report report;
  Mailbox<Job> jobs;

  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t returned = 0;  ///< the number of the last work that came back
  bool has_ended = false;
  bool is_left_alone = false;
};

KeyWorker::KeyWorker(device::KeyDiscovery& discovery, device::SeenKey key, Report report)
    : desk_(std::make_shared<Desk>(discovery, std::move(key), std::move(report))),
      thread_([desk = desk_] { work(*desk); }) {}

KeyWorker::~KeyWorker() {
  if (thread_.joinable()) end_within(kLeaveAloneAfter);
}

void KeyWorker::end_within(std::chrono::milliseconds patience) {
  end();
  std::unique_lock lock(desk_->mutex);
  if (desk_->changed.wait_for(lock, patience, [this] { return desk_->has_ended; })) {
    lock.unlock();
    thread_.join();
    return;
  }
  desk_->is_left_alone = true;
  left_alone() += 1;
  thread_.detach();
}

std::uint64_t KeyWorker::begin(KeyWork work, std::chrono::milliseconds time_left) {
  desk_->jobs.leave({.number = ++begun_,
                     .work = std::move(work),
                     .time_left = time_left,
                     .stop = stop_.get_token()});
  return begun_;
}

void KeyWorker::remove(CredentialRemoval work) {
  desk_->jobs.leave(
      {.number = ++begun_, .work = std::move(work), .time_left = kForRemoval, .stop = {}});
}

void KeyWorker::interrupt() {
  std::exchange(stop_, std::stop_source()).request_stop();
  stopped_ = begun_;
}

void KeyWorker::stop() {
  std::exchange(stop_, std::stop_source()).request_stop();
  stopped_ = begin(Closing{}, kForClosing);  // which may hang as well as what it ends
}

void KeyWorker::end() {
  stopped_ = begun_;
  stop_.request_stop();
  desk_->jobs.close();
}

bool KeyWorker::is_stopping() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->returned < stopped_ && !desk_->has_ended;
}

bool KeyWorker::has_removed() const {
  return desk_->calls.has_removed();
}

bool KeyWorker::is_busy() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->returned < begun_ && !desk_->has_ended;
}

bool KeyWorker::has_ended() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->has_ended;
}

void KeyWorker::work(Desk& desk) {
  while (!desk.jobs.is_closed()) {
    const auto job = desk.jobs.take(kIdle);
    if (!job) continue;
    const KeyId key = desk.calls.id();
    device::CallLimits limits{
        .time_left = job->time_left, .stop = job->stop, .on_keep_alive = nullptr};
    const auto tell = [&desk, key, number = job->number](Input news) {
      desk.report({.key = key, .work = number, .answer = std::move(news)});
    };
    if (asks_for_touch(job->work)) {
      limits.on_keep_alive = [&tell, key](device::KeepAlive said) {
        if (said == device::KeepAlive::kUserPresenceNeeded) tell(TouchNeeded{key});
      };
    }
    KeyAnswer answer = desk.calls.carry_out(job->work, limits, tell);
    desk.report({.key = key,
                 .work = job->number,
                 .was_stopped = job->stop.stop_requested(),
                 .answer = std::move(answer)});
    const std::lock_guard lock(desk.mutex);
    desk.returned = job->number;
  }
  (void)desk.calls.carry_out(Closing{}, {}, [](const Input&) {});
  const std::lock_guard lock(desk.mutex);
  desk.has_ended = true;
  if (desk.is_left_alone) left_alone() -= 1;
  desk.changed.notify_all();
}

}  // namespace firstkey::enroll
