// What a program's choice leads to, with the real firstkey-softkey as the key.

#include "device/discovery.h"

#include <doctest/doctest.h>

#include "tests/support/softkey_process.h"

using firstkey::device::CallLimits;
using firstkey::device::DiscoveryChoice;
using firstkey::device::ErrorCode;
using firstkey::device::KeyPath;
using firstkey::device::make_discovery;
using firstkey::device::Transport;
using firstkey::tests::SoftkeyProcess;

namespace {

constexpr auto kRehearsal = DiscoveryChoice::Hardware::kExcluded;
/// No machine has as many.
const KeyPath kAbsentNode{.transport = Transport::kUsb, .text = "/dev/hidraw4294967295"};

}  // namespace

TEST_SUITE("device/discovery") {
  TEST_CASE("a simulator is there when it is named, and not otherwise") {
    const SoftkeyProcess softkey;
    CHECK(make_discovery({.hardware = kRehearsal})->keys().empty());
    CHECK(make_discovery({})->open(softkey.path(), CallLimits{}).error().code ==
          ErrorCode::kUnknownPath);
    const auto named = make_discovery({.hardware = kRehearsal, .simulators = {softkey.address()}});
    REQUIRE(named->keys().size() == 1);
    CHECK(named->keys()[0].path == softkey.path());
  }

  TEST_CASE("limited to one simulator the other is not there") {
    const SoftkeyProcess wanted;
    const SoftkeyProcess other;
    const auto discovery = make_discovery({.simulators = {other.address()}, .only = wanted.path()});
    REQUIRE(discovery->keys().size() == 1);
    CHECK(discovery->keys()[0].path == wanted.path());
    CHECK(discovery->obstacles().empty());
  }

  TEST_CASE("limited to a node no simulator is there") {
    const SoftkeyProcess softkey;
    const auto discovery = make_discovery({.simulators = {softkey.address()}, .only = kAbsentNode});
    CHECK(discovery->keys().empty());
    CHECK(discovery->open(softkey.path(), CallLimits{}).error().code == ErrorCode::kUnknownPath);
  }

  TEST_CASE("the USB bus is looked at unless hardware is left out") {
    const CallLimits limits{.time_left = std::chrono::seconds(1)};
    CHECK(make_discovery({})->open(kAbsentNode, limits).error().code == ErrorCode::kGone);
    CHECK(make_discovery({.hardware = kRehearsal})->open(kAbsentNode, limits).error().code ==
          ErrorCode::kUnknownPath);
  }
}
