// Messages of our own, past libfido2 and between its own, against a key in miniature.

#include "device/open_key.h"

#include <chrono>
#include <numeric>

#include <doctest/doctest.h>

#include "device/hid_link.h"
#include "tests/device/scripted_channel.h"

using namespace std::chrono_literals;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::ErrorCode;
using firstkey::device::HidLink;
using firstkey::device::KeepAlive;
using firstkey::device::OpenKey;
using firstkey::device::Result;
using firstkey::device::RunningCall;
using firstkey::tests::ScriptedHidKey;

namespace {

constexpr std::uint8_t kCommand = 0x0A;
const CallLimits kPlenty{.time_left = 10s};

/// {1: ["FIDO_2_1"], 5: 1200}
const Bytes kInfo{
    0x00, 0xA2, 0x01, 0x81, 0x68, 'F', 'I', 'D', 'O', '_', '2', '_', '1', 0x05, 0x19, 0x04, 0xB0};

struct Opened {
  explicit Opened(ScriptedHidKey& scripted)
      : key(std::make_unique<HidLink>(scripted.opener()), {.path = "/dev/hidraw7"}) {}

  Result<Bytes> exchange(const Bytes& request, const CallLimits& limits = kPlenty) {
    return key.within(limits,
                      [&](RunningCall& call) { return key.exchange(request, call, "try"); });
  }

  OpenKey key;
};

/// A CBOR byte string of `size` bytes behind a status of success.
Bytes answer_of(std::uint8_t size) {
  Bytes answer{0x00, 0x58, size};
  answer.resize(answer.size() + size, 0x5A);
  return answer;
}

}  // namespace

TEST_SUITE("device/open_key") {
  TEST_CASE("a request of many frames arrives whole, and so does its answer") {
    ScriptedHidKey scripted(kInfo);
    scripted.expect(kCommand, answer_of(200));
    Opened opened(scripted);
    for (const std::size_t size : {1U, 57U, 58U, 116U, 117U, 1200U}) {
      CAPTURE(size);
      Bytes request(size);
      std::iota(request.begin(), request.end(), std::uint8_t{kCommand});
      if (size > 1) scripted.expect(kCommand, answer_of(200));
      const auto answer = opened.exchange(request);
      REQUIRE_MESSAGE(answer.has_value(), answer.error().detail);
      CHECK(answer->size() == 202);
      CHECK(scripted.requests.back() == request);
    }
  }

  TEST_CASE("what is longer than the key's messages is not sent") {
    ScriptedHidKey scripted(kInfo);
    Opened opened(scripted);
    const auto refused = opened.exchange(Bytes(1201, kCommand));
    CHECK(refused.error().code == ErrorCode::kTooLarge);
    CHECK(scripted.requests.back() == Bytes{0x04});  // getInfo, from the opening
  }

  TEST_CASE("a status is told by its code") {
    ScriptedHidKey scripted(kInfo);
    scripted.expect(kCommand, Bytes{0x31});
    Opened opened(scripted);
    const auto refused = opened.exchange({kCommand});
    CHECK(refused.error().code == ErrorCode::kPinInvalid);
    CHECK(refused.error().fido_status == 0x31);
  }

  TEST_CASE("keep-alives are told, and the answer still comes") {
    ScriptedHidKey scripted(kInfo);
    scripted.expect(kCommand, [](ScriptedHidKey& self) {
      for (const auto status : Bytes{1, 1, 2}) self.say_keep_alive(status);
      self.say(ScriptedHidKey::kCbor, Bytes{0x00});
    });
    Opened opened(scripted);
    std::vector<KeepAlive> heard;
    const CallLimits limits{.time_left = 10s,
                            .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    CHECK(opened.exchange({kCommand}, limits)->empty());
    CHECK(heard == std::vector{KeepAlive::kProcessing, KeepAlive::kUserPresenceNeeded});
  }

  TEST_CASE("an answer that is none is garbage, and the key is opened anew") {
    const struct {
      std::string name;
      std::function<void(ScriptedHidKey&)> say;
    } cases[] = {
        {"no CBOR", [](auto& self) { self.say(ScriptedHidKey::kCbor, Bytes{0x00, 0xFF}); }},
        {"nothing", [](auto& self) { self.say(ScriptedHidKey::kCbor, Bytes{}); }},
        {"another command's", [](auto& self) { self.say(0x83, Bytes{0x00}); }},
    };
    for (const auto& [name, say] : cases) {
      CAPTURE(name);
      ScriptedHidKey scripted(kInfo);
      scripted.expect(kCommand, say);
      Opened opened(scripted);
      CHECK(opened.exchange({kCommand}).error().code == ErrorCode::kGarbage);
      scripted.expect(kCommand, Bytes{0x00});
      CHECK(opened.exchange({kCommand}).has_value());
      CHECK(scripted.opened == 2);
    }
  }

  TEST_CASE("a key that is pulled or held by another program says so") {
    ScriptedHidKey scripted(kInfo);
    scripted.expect(kCommand,
                    [](ScriptedHidKey& self) { self.say(ScriptedHidKey::kError, Bytes{0x06}); });
    scripted.expect(kCommand, [](ScriptedHidKey& self) { self.pull(); });
    Opened opened(scripted);
    CHECK(opened.exchange({kCommand}).error().code == ErrorCode::kBusy);
    CHECK(opened.exchange({kCommand}).error().code == ErrorCode::kGone);
    CHECK(opened.key.is_gone());
  }

  TEST_CASE("a stop cancels what was asked, and the key is free again") {
    ScriptedHidKey scripted(kInfo);
    scripted.expect(kCommand, [](ScriptedHidKey& self) { self.say_keep_alive(2); });
    Opened opened(scripted);
    std::stop_source stop;
    scripted.when_idle = [&] { stop.request_stop(); };
    CHECK(opened.exchange({kCommand}, {.time_left = 10s, .stop = stop.get_token()}).error().code ==
          ErrorCode::kCancelled);
    CHECK(scripted.cancels == 1);
    scripted.when_idle = nullptr;
    scripted.expect(kCommand, Bytes{0x00});
    CHECK(opened.exchange({kCommand}).has_value());
  }
}
