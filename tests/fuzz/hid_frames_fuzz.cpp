// A key on the HID wire that sends whatever frames it likes, below the real libfido2. The input is
// a script: an act and its operands, one after the other, each played when a frame is waited for.
//
//   00 frame of 64 bytes                       as it is, whatever channel it names
//   01 frame of 60 bytes                       on the channel it was asked on
//   02 capabilities, channel (4)               CTAPHID_INIT with the nonce it was sent
//   03 size (2), that many bytes               CTAPHID_CBOR, packed as it should be
//   04 status                                  CTAPHID_KEEPALIVE
//   05 code                                    CTAPHID_ERROR
//   06 hundredths of a second                  silence
//   07                                         the person stops the call
//   08                                         the key is pulled
//   09 status                                  keep-alives until the call is over
//   0A                                         frames of another channel until the call is over

#include <deque>

#include "device/fido2_authenticator.h"
#include "device/hid_link.h"
#include "device/softkey/hid_frontend.h"
#include "tests/fuzz/input_script.h"
#include "tests/fuzz/reached.h"
#include "tests/fuzz/timed_calls.h"
#include "tests/fuzz/virtual_time.h"

using namespace firstkey;
using device::HidFrame;
using device::Result;
using std::chrono::milliseconds;

namespace {

constexpr std::uint8_t kInit = 0x86;
constexpr std::uint8_t kCbor = 0x90;
constexpr std::uint8_t kCancel = 0x91;
constexpr std::uint8_t kKeepAlive = 0xBB;
constexpr std::uint8_t kError = 0xBF;
constexpr std::uint32_t kBroadcast = 0xFFFFFFFF;
constexpr std::uint32_t kNobody = 0x4E4F424F;
/// How long a full-speed frame takes. Source: CTAP 2.1 §11.2.8.1, an interrupt endpoint's interval.
constexpr milliseconds kFrameTime{1};

tests::Reached opened("a key opened");
tests::Reached not_fido2("a key opened that speaks U2F only");
tests::Reached answered("an answer that libfido2 took");
tests::Reached touched("a touch told");
tests::Reached told_to_stop("a call ended by the person");
tests::Reached out_of_time("a call ended by its time");
tests::Reached gone("a pulled key told");
tests::Reached busy("a key told that another program holds");
tests::Reached garbage("garbage told");

std::uint32_t channel_of(const HidFrame& frame) {
  std::uint32_t channel = 0;
  for (std::size_t i = 0; i < sizeof channel; ++i) channel = channel << 8U | frame[i];
  return channel;
}

/// What the key does; it outlives the channels that lead to it.
class FrameScript {
 public:
  FrameScript(device::BytesView input, tests::TimedCalls& calls) : script_(input), calls_(calls) {}

  [[nodiscard]] Result<std::optional<HidFrame>> read(milliseconds timeout) {
    if (pending_.empty() && !flood_ && !is_pulled_) {
      if (script_.is_over()) return pause(timeout);
      play();
    }
    if (is_pulled_) return std::unexpected(device::Error{.code = device::ErrorCode::kGone});
    if (silence_ > milliseconds::zero())
      return pause(std::min(timeout, std::exchange(silence_, {})));
    if (pending_.empty() && flood_) pending_.push_back(*flood_);
    if (pending_.empty()) return std::nullopt;
    tests::let_pass(kFrameTime);
    const auto frame = pending_.front();
    pending_.pop_front();
    return frame;
  }

  [[nodiscard]] Result<void> write(const HidFrame& frame) {
    if (is_pulled_) return std::unexpected(device::Error{.code = device::ErrorCode::kGone});
    if (frame[4] != kCancel) flood_.reset();
    channel_ = channel_of(frame);
    if (frame[4] == kInit) std::copy_n(frame.begin() + 7, nonce_.size(), nonce_.begin());
    return {};
  }

 private:
  static Result<std::optional<HidFrame>> pause(milliseconds time) {
    tests::let_pass(time);
    return std::nullopt;
  }

  void play() {
    switch (script_.byte()) {
      case 0x00:
        return say_frame(0);
      case 0x01:
        return say_frame(4);
      case 0x02:
        return say_init();
      case 0x03:
        return say(kCbor, script_.take(script_.word()));
      case 0x04:
        return say(kKeepAlive, script_.take(1));
      case 0x05:
        return say(kError, script_.take(1));
      case 0x06:
        silence_ = 10 * milliseconds(script_.byte());
        return;
      case 0x07:
        return calls_.stop();
      case 0x08:
        is_pulled_ = true;
        return;
      case 0x09:
        flood_ = device::softkey::fragment(channel_, kKeepAlive, script_.take(1)).front();
        return;
      case 0x0A:
        flood_ = device::softkey::fragment(kNobody, kCbor, device::Bytes{0}).front();
        return;
      default:
        return;  // spends a byte, so that a script has an end
    }
  }
  void say_frame(std::size_t at) {
    HidFrame frame{};
    for (std::size_t i = 0; i < at; ++i) {
      frame[i] = static_cast<std::uint8_t>(channel_ >> (24U - 8U * i));
    }
    std::ranges::copy(script_.take(frame.size() - at),
                      frame.begin() + static_cast<std::ptrdiff_t>(at));
    pending_.push_back(frame);
  }
  void say_init() {
    const auto capabilities = script_.byte();
    device::Bytes answer(nonce_.begin(), nonce_.end());
    const auto channel = script_.take(4);
    answer.insert(answer.end(), channel.begin(), channel.end());
    answer.resize(nonce_.size() + 4);
    answer.insert(answer.end(), {2, 5, 4, 3, capabilities});  // CTAPHID 2, firmware 5.4.3
    for (const auto& frame : device::softkey::fragment(kBroadcast, kInit, answer)) {
      pending_.push_back(frame);
    }
  }
  void say(std::uint8_t command, device::BytesView payload) {
    for (const auto& frame : device::softkey::fragment(channel_, command, payload)) {
      pending_.push_back(frame);
    }
  }

  tests::InputScript script_;
  tests::TimedCalls& calls_;
  std::deque<HidFrame> pending_;
  std::optional<HidFrame> flood_;
  milliseconds silence_{};
  bool is_pulled_ = false;
  std::uint32_t channel_ = 0;
  std::array<std::uint8_t, 8> nonce_{};
};

class FuzzedChannel final : public device::FrameChannel {
 public:
  explicit FuzzedChannel(FrameScript& script) : script_(script) {}
  [[nodiscard]] Result<std::optional<HidFrame>> read(milliseconds timeout,
                                                     const device::WakeEvent& /*wake*/) override {
    return script_.read(timeout);
  }
  [[nodiscard]] Result<void> write(const HidFrame& frame) override { return script_.write(frame); }

 private:
  FrameScript& script_;
};

/// Makes a call in its time and notes how it ended.
template <class Call>
auto made(tests::TimedCalls& calls, const Call& call) {
  auto result = calls(call);
  const auto ended_with = [&](device::ErrorCode code) {
    return !result && result.error().code == code;
  };
  told_to_stop.count_if(ended_with(device::ErrorCode::kCancelled));
  out_of_time.count_if(ended_with(device::ErrorCode::kTimeout));
  gone.count_if(ended_with(device::ErrorCode::kGone));
  busy.count_if(ended_with(device::ErrorCode::kBusy));
  garbage.count_if(ended_with(device::ErrorCode::kGarbage));
  return result;
}

/// Makes the calls of an enrollment, whatever becomes of each.
class Client {
 public:
  Client(tests::TimedCalls& calls, FrameScript& script) : calls_(calls), script_(script) {}

  [[nodiscard]] bool open() {
    auto result = made(calls_, [this](const device::CallLimits& limits) {
      return device::Fido2Authenticator::open(
          std::make_unique<device::HidLink>(
              [this]() -> Result<std::unique_ptr<device::FrameChannel>> {
                return std::make_unique<FuzzedChannel>(script_);
              }),
          {.path = "/dev/hidraw7"},
          limits);
    });
    if (!result) return false;
    key_ = std::move(result.value());
    opened.count_if(key_->facts().is_fido2);
    not_fido2.count_if(!key_->facts().is_fido2);
    return true;
  }
  void use() {
    const device::Sha256 hash{};
    answered.count_if(
        made(calls_, [&](const auto& limits) { return key_->pin_retries(limits); }).has_value());
    touched.count_if(
        made(calls_, [&](const auto& limits) { return key_->wait_for_touch(limits); }).has_value());
    (void)made(calls_, [&](const auto& limits) {
      return key_->make_credential({.client_data_hash = hash,
                                    .rp_id = "example.org",
                                    .rp_name = "Example",
                                    .user_id = {1},
                                    .user_name = "lee@example.org",
                                    .user_display_name = "Lee",
                                    .algorithms = {device::kEs256}},
                                   nullptr,
                                   limits);
    });
    (void)made(calls_, [&](const auto& limits) {
      return key_->get_assertion(
          {.client_data_hash = hash, .rp_id = "example.org"}, nullptr, limits);
    });
  }

 private:
  tests::TimedCalls& calls_;
  FrameScript& script_;
  std::unique_ptr<device::Authenticator> key_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  tests::TimedCalls calls;
  FrameScript script({input, size}, calls);
  Client client(calls, script);
  if (client.open()) client.use();
  return 0;
}
