#pragma once
// The wire to a key that speaks CTAPHID. libfido2 packs and unpacks messages; this sees every frame
// on its way, and so: tells keep-alives (which libfido2 swallows), sends CTAPHID_CANCEL from the
// thread that waits, bounds each wait, drops frames that belong to other programs or to calls that
// were given up, and hands on no answer that is_bounded_answer() refuses. Messages that libfido2
// cannot write go out on its channel, between its own. Source: CTAP 2.1 §11.2.

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "device/frame_channel.h"
#include "device/link.h"

namespace firstkey::device {

class HidLink final : public Link {
 public:
  explicit HidLink(OpenChannel open_channel) : open_channel_(std::move(open_channel)) {}

  [[nodiscard]] bool connect() override;
  void disconnect() noexcept override;
  [[nodiscard]] int install_on(fido_dev_t& dev) override;
  [[nodiscard]] std::optional<Bytes> exchange(BytesView request) override;
  [[nodiscard]] bool carries_u2f() const noexcept override { return true; }
  [[nodiscard]] std::optional<Bytes> exchange_vendor(std::uint8_t command,
                                                     BytesView request) override;

  /// As libfido2 asks: a frame's length, or -1.
  [[nodiscard]] int read(std::span<unsigned char> out);
  /// As libfido2 asks: a report number and a frame, 65 bytes; their number, or -1.
  [[nodiscard]] int write(std::span<const unsigned char> report);

 private:
  using ChannelId = std::array<std::uint8_t, 4>;
  using Nonce = std::array<std::uint8_t, 8>;

  [[nodiscard]] std::optional<Bytes> transact(std::uint8_t command, BytesView request);
  [[nodiscard]] bool send(std::uint8_t command, BytesView request);
  [[nodiscard]] bool write(const HidFrame& frame);
  /// Waits for a frame of ours. Nothing: the call has failed.
  [[nodiscard]] std::optional<HidFrame> next_frame();
  /// Puts into `ready_` the frame `first`, and all that follow of its message when that is of
  /// `command`.
  [[nodiscard]] bool gather(std::uint8_t command, const HidFrame& first);
  /// The message whose frames are in `ready_`, which it empties.
  [[nodiscard]] Bytes take_message();
  void hear_keep_alive(const HidFrame& frame);
  [[nodiscard]] bool is_ours(const HidFrame& frame) const;
  [[nodiscard]] bool give_up_or_cancel();
  void send_cancel();

  OpenChannel open_channel_;
  std::unique_ptr<FrameChannel> channel_;
  std::deque<HidFrame> ready_;  // judged, and not yet read by libfido2
  ChannelId channel_id_{};      // of the last frame written, so of the answer awaited
  Nonce nonce_{};               // of the last CTAPHID_INIT
};

}  // namespace firstkey::device
