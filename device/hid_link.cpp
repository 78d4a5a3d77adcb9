#include "device/hid_link.h"

#include <algorithm>
#include <ranges>
#include <span>

#include "device/cbor_bounds.h"

namespace firstkey::device {

namespace {

// Source: CTAP 2.1 §11.2.4 (packets) and §11.2.9 (commands). Bit 7 marks an initialization packet.
constexpr std::size_t kCommandOffset = 4;
constexpr std::size_t kSizeOffset = 5;
constexpr std::size_t kPayloadOffset = 7;
constexpr std::size_t kContinuationOffset = 5;
/// The first packet carries 57 bytes, 128 more carry 59 each.
constexpr std::size_t kMaxMessageSize = 57 + 128 * 59;
static_assert(kMaxMessageSize == 7609);
constexpr std::uint8_t kInitializationBit = 0x80;
constexpr std::uint8_t kCommandInit = 0x86;
constexpr std::uint8_t kCommandCbor = 0x90;
constexpr std::uint8_t kCommandCancel = 0x91;
constexpr std::uint8_t kCommandKeepAlive = 0xBB;
constexpr std::uint8_t kCommandError = 0xBF;
constexpr std::uint8_t kStatusProcessing = 1;
constexpr std::uint8_t kStatusUserPresenceNeeded = 2;
constexpr std::array<std::uint8_t, 4> kBroadcast{0xFF, 0xFF, 0xFF, 0xFF};

/// The handle of libfido2 is the Link itself (see open_link).
HidLink& to_hid_link(void* handle) {
  return static_cast<HidLink&>(*static_cast<Link*>(handle));
}

int read_frame(void* link, unsigned char* buffer, std::size_t length, int /*milliseconds*/) {
  return to_hid_link(link).read({buffer, length});
}

int write_frame(void* link, const unsigned char* buffer, std::size_t length) {
  return to_hid_link(link).write({buffer, length});
}

/// What a CTAPHID_ERROR says of our message. Its codes are among CTAP's statuses, but a message
/// that came in too slowly is no fault of the caller's time.
Error to_frame_error(const HidFrame& frame) {
  auto error = to_error(frame[kPayloadOffset], "CTAPHID");
  if (error.code == ErrorCode::kTimeout) error.code = ErrorCode::kIo;
  return error;
}

}  // namespace

bool HidLink::connect() {
  auto channel = open_channel_();
  if (!channel) {
    fail(channel.error());
    return false;
  }
  channel_ = std::move(channel.value());
  ready_.clear();
  mark_fresh();
  return true;
}

void HidLink::disconnect() noexcept {
  channel_.reset();
}

int HidLink::install_on(fido_dev_t& dev) {
  const fido_dev_io_t io{
      .open = open_link, .close = close_link, .read = read_frame, .write = write_frame};
  return fido_dev_set_io_functions(&dev, &io);
}

int HidLink::read(std::span<unsigned char> out) {
  if (call() == nullptr || !channel_ || out.size() < kHidFrameSize) return -1;
  if (ready_.empty()) {
    const auto first = next_frame();
    if (!first || !gather(kCommandCbor, *first)) return -1;
  }
  std::ranges::copy(ready_.front(), out.begin());
  ready_.pop_front();
  return static_cast<int>(kHidFrameSize);
}

std::optional<HidFrame> HidLink::next_frame() {
  while (true) {
    if (call()->is_over() && !give_up_or_cancel()) return std::nullopt;
    auto frame = channel_->read(call()->patience(), wake());
    if (!frame) {
      fail(frame.error());
      return std::nullopt;
    }
    if (frame.value() && is_ours(*frame.value())) return frame.value();
  }
}

bool HidLink::gather(std::uint8_t command, const HidFrame& first) {
  if (first[kCommandOffset] == kCommandError) {
    fail(to_frame_error(first));
    return false;
  }
  if (first[kCommandOffset] == kCommandKeepAlive) hear_keep_alive(first);
  ready_.push_back(first);
  if (first[kCommandOffset] != command) return true;
  const auto size = static_cast<std::size_t>(first[kSizeOffset] << 8U | first[kSizeOffset + 1]);
  if (size > kMaxMessageSize) {
    fail({.code = ErrorCode::kTooLarge, .detail = "an answer beyond CTAPHID's longest message"});
    return false;
  }
  Bytes message(first.begin() + kPayloadOffset, first.end());
  while (message.size() < size) {
    const auto frame = next_frame();
    if (!frame) return false;
    if ((frame.value()[kCommandOffset] & kInitializationBit) != 0) {
      fail({.code = ErrorCode::kGarbage, .detail = "an answer was broken off"});
      return false;
    }
    ready_.push_back(*frame);
    message.insert(message.end(), frame->begin() + kContinuationOffset, frame->end());
  }
  message.resize(size);
  if (command != kCommandCbor || is_bounded_answer(message)) return true;
  fail({.code = ErrorCode::kGarbage, .detail = "an answer is not the CBOR that CTAP allows"});
  return false;
}

void HidLink::hear_keep_alive(const HidFrame& frame) {
  if (call()->is_in_grace()) return;  // it has been told to stop
  const auto status = frame[kPayloadOffset];
  if (status == kStatusProcessing) call()->report(KeepAlive::kProcessing);
  if (status == kStatusUserPresenceNeeded) call()->report(KeepAlive::kUserPresenceNeeded);
}

int HidLink::write(std::span<const unsigned char> report) {
  if (call() == nullptr || !channel_ || report.size() != kHidFrameSize + 1) return -1;
  HidFrame frame{};
  std::ranges::copy(report.subspan(1), frame.begin());
  return write(frame) ? static_cast<int>(report.size()) : -1;
}

bool HidLink::write(const HidFrame& frame) {
  const bool is_initial = (frame[kCommandOffset] & kInitializationBit) != 0;
  // A message is sent whole or not at all: half of one would leave the key waiting for the rest.
  if (is_initial && call()->is_over()) {
    call()->fail(call()->end_reason());
    return false;
  }
  std::copy_n(frame.begin(), channel_id_.size(), channel_id_.begin());
  if (frame[kCommandOffset] == kCommandInit) {
    std::copy_n(frame.begin() + kPayloadOffset, nonce_.size(), nonce_.begin());
  }
  if (auto written = channel_->write(frame); !written) {
    fail(written.error());
    return false;
  }
  return true;
}

std::optional<Bytes> HidLink::exchange(BytesView request) {
  return transact(kCommandCbor, request);
}

std::optional<Bytes> HidLink::exchange_vendor(std::uint8_t command, BytesView request) {
  return transact(command | kInitializationBit, request);
}

std::optional<Bytes> HidLink::transact(std::uint8_t command, BytesView request) {
  if (call() == nullptr || !channel_ || !send(command, request)) return std::nullopt;
  while (true) {
    const auto first = next_frame();
    if (!first || !gather(command, *first)) return std::nullopt;
    if ((*first)[kCommandOffset] == command) return take_message();
    ready_.clear();
    if ((*first)[kCommandOffset] == kCommandKeepAlive) continue;
    fail({.code = ErrorCode::kGarbage, .detail = "an answer to something else"});
    return std::nullopt;
  }
}

bool HidLink::send(std::uint8_t command, BytesView request) {
  if (request.size() > kMaxMessageSize) {
    call()->fail({.code = ErrorCode::kTooLarge, .detail = "beyond CTAPHID's longest message"});
    return false;
  }
  ready_.clear();
  HidFrame frame{};
  const auto begin = [&](std::uint8_t mark, std::size_t payload) {
    frame.fill(0);
    std::ranges::copy(channel_id_, frame.begin());
    frame[kCommandOffset] = mark;
    const auto part = request.first(std::min(request.size(), kHidFrameSize - payload));
    std::ranges::copy(part, frame.begin() + static_cast<std::ptrdiff_t>(payload));
    request = request.subspan(part.size());
  };
  const auto size = request.size();
  begin(command, kPayloadOffset);
  frame[kSizeOffset] = static_cast<std::uint8_t>(size >> 8U);
  frame[kSizeOffset + 1] = static_cast<std::uint8_t>(size & 0xFFU);
  if (!write(frame)) return false;
  for (std::uint8_t sequence = 0; !request.empty(); ++sequence) {
    begin(sequence, kContinuationOffset);
    if (!write(frame)) return false;
  }
  return true;
}

Bytes HidLink::take_message() {
  const auto& first = ready_.front();
  const auto size = static_cast<std::size_t>(first[kSizeOffset] << 8U | first[kSizeOffset + 1]);
  Bytes message(first.begin() + kPayloadOffset, first.end());
  for (const auto& frame : ready_ | std::views::drop(1)) {
    message.insert(message.end(), frame.begin() + kContinuationOffset, frame.end());
  }
  message.resize(size);
  ready_.clear();
  return message;
}

/// Every program that has the node open sees every frame. An answer on the broadcast channel is to
/// the CTAPHID_INIT whose nonce it repeats.
bool HidLink::is_ours(const HidFrame& frame) const {
  if (!std::ranges::equal(std::span(frame).first<4>(), channel_id_)) return false;
  if (channel_id_ != kBroadcast) return true;
  return frame[kCommandOffset] != kCommandInit ||
         std::ranges::equal(std::span(frame).subspan(kPayloadOffset, nonce_.size()), nonce_);
}

/// The call is over: tells the key to stop, once, and says whether to wait on for its answer.
bool HidLink::give_up_or_cancel() {
  if (!call()->is_in_grace()) {
    call()->begin_grace();
    wake().clear();
    send_cancel();
  }
  if (!call()->is_grace_over()) return true;
  fail(call()->end_reason());
  return false;
}

void HidLink::send_cancel() {
  HidFrame frame{};
  std::ranges::copy(channel_id_, frame.begin());
  frame[kCommandOffset] = kCommandCancel;
  // A key that cannot be told is noticed by the read that follows.
  (void)channel_->write(frame);
}

}  // namespace firstkey::device
