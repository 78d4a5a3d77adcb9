// A machine, or a container, where no udevd runs.

#include <filesystem>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>

#include "device/composite_discovery.h"
#include "device/hid_source.h"
#include "tests/support/parts.h"

using firstkey::device::CompositeDiscovery;
using firstkey::device::ErrorCode;
using firstkey::device::HidSource;
using firstkey::device::KeySource;

namespace {

/// Hides a udevd that does run from this process alone.
bool is_without_udevd() {
  constexpr const char* kUdevdSocket = "/run/udev/control";
  if (!std::filesystem::exists(kUdevdSocket)) return true;
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) == 0;
}

}  // namespace

TEST_SUITE("device/udev_absence") {
  TEST_CASE("without a udevd the source says that later keys are not noticed, and still stops") {
    if (firstkey::tests::part_is_absent("root, to hide udevd with", is_without_udevd())) return;
    std::vector<std::unique_ptr<KeySource>> sources;
    sources.push_back(std::make_unique<HidSource>());
    CompositeDiscovery discovery(std::move(sources));
    REQUIRE(discovery.obstacles().size() == 1);
    CHECK(discovery.obstacles()[0].code == ErrorCode::kIo);
  }
}
