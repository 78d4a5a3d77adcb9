#pragma once
// The keys that are there: which may be used, which were put aside, and the worker of each that was
// opened. A key that is re-plugged is another one.
// Threads: the machine's alone; reports come from the workers' own threads.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "enroll/key_worker.h"
#include "enroll/states.h"

namespace firstkey::enroll {

class KeyRing {
 public:
  /// `discovery` outlives this object and the keys that are left alone.
  KeyRing(device::KeyDiscovery& discovery, KeyWorker::Report report)
      : discovery_(discovery), report_(std::move(report)) {}
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;
  /// Stops every key and waits kLeaveAloneAfter at most for each that hangs.
  ~KeyRing();

  void arrived(const device::SeenKey& key);
  /// It can no longer be used: it left, or an obstacle came up. `now`: on the boot clock, here and
  /// below.
  void left(KeyId key, core::Duration now);

  /// That can be opened and were not put aside, in order of arrival.
  [[nodiscard]] std::vector<PresentKey> candidates() const;
  [[nodiscard]] bool is_usable(KeyId key) const;

  /// What still runs at the key is stopped first. False: the key is not there any more.
  [[nodiscard]] bool begin(KeyId key,
                           KeyWork work,
                           std::chrono::milliseconds time_left,
                           core::Duration now);
  /// Stops what runs and leaves the key open.
  void interrupt(KeyId key, core::Duration now);
  /// After what was begun before; what is released meanwhile is closed afterwards. Does nothing if
  /// the key has left or was never opened.
  void remove(KeyId key, CredentialRemoval removal);
  void release(KeyId key, core::Duration now);
  void release_all(core::Duration now);
  void set_aside(KeyId key, core::Duration now);

  /// Whether a report is of the work begun last and not given up since. Its answer is its last one.
  [[nodiscard]] bool accept(const KeyReport& report);
  void remember_facts(KeyId key, device::AuthenticatorFacts facts);
  [[nodiscard]] device::AuthenticatorFacts facts(KeyId key) const;

  /// Keys that have not come back although their time was over long ago; they are left alone now.
  [[nodiscard]] std::vector<KeyId> leave_overdue_alone(core::Duration now);
  /// Nothing is under way at any key.
  [[nodiscard]] bool is_quiet() const;

 private:
  struct Place {
    device::SeenKey seen;
    bool is_aside = false;
    std::unique_ptr<KeyWorker> worker;
    std::uint64_t work = 0;     ///< begun last; 0: it has answered, or was given up
    core::Duration due{};       ///< when it must have come back
    core::Duration stop_due{};  ///< …and what was told to stop before it
    device::AuthenticatorFacts facts;
  };

  void stop(Place& place, core::Duration now);

  device::KeyDiscovery& discovery_;
  KeyWorker::Report report_;
  std::map<KeyId, Place> places_;
  std::vector<Place> leaving_;  ///< gone, but their thread is not yet
};

}  // namespace firstkey::enroll
