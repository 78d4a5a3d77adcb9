// A hidraw node as its file descriptor behaves: whole reports in, whole reports out.

#include "device/hidraw_channel.h"

#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

using namespace std::chrono_literals;
using firstkey::device::ErrorCode;
using firstkey::device::FileDescriptor;
using firstkey::device::HidFrame;
using firstkey::device::HidrawChannel;
using firstkey::device::kHidFrameSize;
using firstkey::device::WakeEvent;

namespace {

/// Only a test that fails waits as long.
constexpr std::chrono::seconds kPatience{20};

/// The node's two sides. Like a node, the socket keeps each report apart.
class OpenNode {
 public:
  OpenNode() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) ==
            0);
    channel = std::make_unique<HidrawChannel>(FileDescriptor(ends[0]));
    key = FileDescriptor(ends[1]);
  }
  void say(std::size_t size) const {
    const std::array<std::uint8_t, kHidFrameSize + 1> report{1, 2, 3};
    REQUIRE(::write(key.get(), report.data(), size) == static_cast<ssize_t>(size));
  }

  std::optional<HidFrame> read(std::chrono::milliseconds patience = kPatience) const {
    const auto frame = channel->read(patience, wake);
    REQUIRE_MESSAGE(frame.has_value(), frame.error().detail);
    return frame.value();
  }

  std::unique_ptr<HidrawChannel> channel;
  FileDescriptor key;
  WakeEvent wake;
};

}  // namespace

TEST_SUITE("device/hidraw_channel") {
  TEST_CASE("a report goes out behind report number 0") {
    OpenNode node;
    CHECK(node.channel->write(HidFrame{7, 8}).has_value());
    std::array<std::uint8_t, 100> heard{};
    CHECK(::read(node.key.get(), heard.data(), heard.size()) == kHidFrameSize + 1);
    CHECK(heard[0] == 0);
    CHECK(heard[1] == 7);
    CHECK(heard[2] == 8);
  }

  TEST_CASE("a whole report comes in, a shorter one is dropped") {
    OpenNode node;
    node.say(kHidFrameSize - 1);
    node.say(kHidFrameSize);
    CHECK_FALSE(node.read().has_value());
    CHECK((node.read() == HidFrame{1, 2, 3}));
  }

  TEST_CASE("a wait ends with nothing when it is woken, or its time is over") {
    OpenNode node;
    CHECK_FALSE(node.read(1ms).has_value());
    node.wake.signal();
    CHECK_FALSE(node.read().has_value());
  }

  TEST_CASE("what had come before the key left is still read, then it is gone") {
    OpenNode node;
    node.say(kHidFrameSize);
    node.key = FileDescriptor();
    CHECK((node.read() == HidFrame{1, 2, 3}));
    CHECK(node.channel->read(kPatience, node.wake).error().code == ErrorCode::kGone);
  }

  TEST_CASE("where no node is the key is gone") {
    const firstkey::tests::TemporaryFolder folder;
    CHECK(HidrawChannel::open(folder / "hidraw0").error().code == ErrorCode::kGone);
  }
}
