// However a ceremony ends, nothing of it stays open: no node, no socket, no file.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/e2e/kiosk.h"

using namespace firstkey;
using tests::Kiosk;
using tests::pin;
using namespace std::chrono_literals;

namespace {

/// Source: proc(5), /proc/self/fd: one entry a descriptor, that of this look among them.
std::ptrdiff_t open_descriptors() {
  namespace fs = std::filesystem;
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

struct Outcome {
  std::string name;
  const char* key_options;
  std::function<void(Kiosk&)> reach;
};

void reach_pin(Kiosk& kiosk) {
  kiosk.await("choose_pin");
}

void reach_touch(Kiosk& kiosk) {
  reach_pin(kiosk);
  kiosk.enter_pin(pin("2468"));
  kiosk.await("touch_needed");
}

void reach_proof(Kiosk& kiosk) {
  reach_touch(kiosk);
  kiosk.key.touch();
  kiosk.await("touch_needed");
}

void cancel(Kiosk& kiosk) {
  kiosk.runner().cancel();
  (void)kiosk.runner().wait();
}

const std::vector<Outcome>& outcomes() {
  static const std::vector<Outcome> all = {
      {"completed",
       "",
       [](Kiosk& kiosk) {
         kiosk.register_new_key();
         kiosk.await("completed");
         kiosk.runner().finish();
         (void)kiosk.runner().wait();
       }},
      {"cancelled at the PIN",
       "",
       [](Kiosk& kiosk) {
         reach_pin(kiosk);
         cancel(kiosk);
       }},
      {"cancelled at the touch",
       "--touch signal",
       [](Kiosk& kiosk) {
         reach_touch(kiosk);
         cancel(kiosk);
       }},
      {"cancelled at the proof",
       "--touch signal",
       [](Kiosk& kiosk) {
         reach_proof(kiosk);
         cancel(kiosk);
       }},
      {"the window's end at the touch",
       "--touch signal",
       [](Kiosk& kiosk) {
         reach_touch(kiosk);
         kiosk.clock.advance(10min);
         (void)kiosk.runner().wait();
       }},
      {"pulled at the touch",
       "--touch signal",
       [](Kiosk& kiosk) {
         reach_touch(kiosk);
         kiosk.key.replug();
         kiosk.await("key_removed");
         cancel(kiosk);
       }},
      {"pulled at the proof",
       "--touch signal",
       [](Kiosk& kiosk) {
         reach_proof(kiosk);
         kiosk.key.replug();
         kiosk.await("key_removed");
         cancel(kiosk);
       }},
      {"a key that ignores the cancel",
       "--touch signal --quirk cancel-ignored",
       [](Kiosk& kiosk) {
         reach_touch(kiosk);
         cancel(kiosk);
       }},
      {"taken away at the PIN", "", [](Kiosk& kiosk) { reach_pin(kiosk); }},
      {"taken away at the touch", "--touch signal", [](Kiosk& kiosk) { reach_touch(kiosk); }},
      {"taken away at the proof", "--touch signal", [](Kiosk& kiosk) { reach_proof(kiosk); }},
  };
  return all;
}

/// The source of simulators opens a socket now and then for a moment: the smallest of many counts.
std::ptrdiff_t descriptors_at_rest() {
  auto smallest = open_descriptors();
  for (int looks = 0; looks < 100; ++looks) {
    std::this_thread::yield();
    smallest = std::min(smallest, open_descriptors());
  }
  return smallest;
}

bool comes_back_to(std::ptrdiff_t count) {
  const auto patience = std::chrono::steady_clock::now() + 10s;
  while (open_descriptors() > count) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

TEST_SUITE("e2e/leftovers") {
  TEST_CASE("however a ceremony ends, no descriptor stays open") {
    for (const Outcome& outcome : outcomes()) {
      CAPTURE(outcome.name);
      Kiosk kiosk(outcome.key_options);
      while (kiosk.discovery().keys().empty()) std::this_thread::yield();
      // The store opens its files for the first to write and the first to read.
      auto ticket = kiosk.open(kiosk.lee, {.is_simulated = true});
      (void)kiosk.credentials();
      const auto before = descriptors_at_rest();
      kiosk.begin(std::move(ticket));
      outcome.reach(kiosk);
      kiosk.leave();
      CHECK(comes_back_to(before));
      CHECK(enroll::keys_left_alone() == 0);
    }
  }
}
