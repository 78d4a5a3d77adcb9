#include "device/service_watch.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/support/temporary_folder.h"

using namespace std::chrono_literals;
using firstkey::device::ServiceWatch;
using firstkey::device::WakeEvent;
using firstkey::tests::TemporaryFolder;

namespace {

/// Whether a wait of an hour ends before.
template <class Act>
bool is_woken_by(const std::string& socket, Act act) {
  ServiceWatch watch(socket);
  WakeEvent stop;
  act(stop);
  const auto begin = std::chrono::steady_clock::now();
  watch.wait(1h, stop);
  return std::chrono::steady_clock::now() - begin < 1h;
}

}  // namespace

TEST_SUITE("device/service_watch") {
  TEST_CASE("a socket that comes between watching and waiting is not missed") {
    const TemporaryFolder folder;
    CHECK(is_woken_by(folder / "pcscd.comm",
                      [&](WakeEvent&) { std::ofstream(folder / "pcscd.comm") << 'x'; }));
  }

  TEST_CASE("a socket whose folder is yet to come is waited for in the folder above") {
    const TemporaryFolder folder;
    CHECK(is_woken_by(folder / "a/pcscd.comm",
                      [&](WakeEvent&) { std::filesystem::create_directory(folder / "a"); }));
  }

  TEST_CASE("a stop ends the wait, and so does the time for the next try") {
    const TemporaryFolder folder;
    CHECK(is_woken_by(folder / "pcscd.comm", [](WakeEvent& stop) { stop.signal(); }));
    ServiceWatch watch(folder / "pcscd.comm");
    const WakeEvent never;
    watch.wait(5ms, never);
  }
}
