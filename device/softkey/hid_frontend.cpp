#include "device/softkey/hid_frontend.h"

#include <algorithm>

namespace firstkey::device::softkey {

enum class HidFrontend::Error : std::uint8_t {  // §11.2.9.1.6
  kInvalidCommand = 0x01,
  kInvalidLength = 0x03,
  kInvalidSequence = 0x04,
  kMessageTimeout = 0x05,
  kChannelBusy = 0x06,
  kInvalidChannel = 0x0B,
};

namespace {

// §11.2.9, with the bit that marks an initialisation frame.
constexpr std::uint8_t kInitialisationBit = 0x80;
constexpr std::uint8_t kPing = 0x81;
constexpr std::uint8_t kMsg = 0x83;  // U2F
constexpr std::uint8_t kInit = 0x86;
constexpr std::uint8_t kWink = 0x88;
constexpr std::uint8_t kCbor = 0x90;
constexpr std::uint8_t kCancel = 0x91;
constexpr std::uint8_t kKeepAlive = 0xBB;
constexpr std::uint8_t kError = 0xBF;

constexpr std::uint32_t kBroadcast = 0xFFFFFFFF;
constexpr std::size_t kNonceSize = 8;
constexpr std::size_t kInitialisationHeader = 7;  // channel, command, two bytes of length
constexpr std::size_t kContinuationHeader = 5;    // channel, sequence
constexpr std::size_t kInitialisationRoom = kReportSize - kInitialisationHeader;
constexpr std::size_t kContinuationRoom = kReportSize - kContinuationHeader;
static_assert(HidFrontend::kMaximumPayload == kInitialisationRoom + 128 * kContinuationRoom);
static_assert(HidFrontend::kMaximumPayload == 7609);  // §11.2.4

constexpr std::uint8_t kProtocolVersion = 2;
constexpr std::array<std::uint8_t, 3> kDeviceVersion{0, 1, 0};
// Capability flags of INIT (§11.2.9.1.3).
constexpr std::uint8_t kCanWink = 0x01;
constexpr std::uint8_t kCanCbor = 0x04;
constexpr std::uint8_t kCannotMsg = 0x08;
constexpr std::uint8_t kUserPresenceNeeded = 2;  // KEEPALIVE status

}  // namespace

Reports fragment(std::uint32_t channel, std::uint8_t command, BytesView payload) {
  Reports reports;
  std::uint8_t sequence = 0;
  do {
    Bytes frame;
    append_be32(frame, channel);
    if (reports.empty()) {
      frame.push_back(command);
      append_be16(frame, static_cast<std::uint16_t>(payload.size()));
    } else {
      frame.push_back(sequence++);
    }
    const BytesView part = payload.first(std::min(payload.size(), kReportSize - frame.size()));
    append(frame, part);
    payload = payload.subspan(part.size());
    Report report{};
    std::ranges::copy(frame, report.begin());
    reports.push_back(report);
  } while (!payload.empty());
  return reports;
}

HidFrontend::KeepAlives keep_alives_of(const Quirks& quirks) {
  if (quirks.has(TimingQuirk::kNoKeepAlive)) return HidFrontend::KeepAlives::kNone;
  if (quirks.has(TimingQuirk::kKeepAliveOnChange)) return HidFrontend::KeepAlives::kOnChange;
  return HidFrontend::KeepAlives::kEveryInterval;
}

Reports HidFrontend::receive(const Report& report) {
  if (!is_attached()) return {};
  const ChannelId channel = read_be32(report);
  if ((report[4] & kInitialisationBit) == 0) return receive_continuation(channel, report);
  return receive_initialisation(channel, report);
}

Reports HidFrontend::receive_initialisation(ChannelId channel, const Report& report) {
  const std::uint8_t command = report[4];
  const std::size_t size = read_be16(BytesView(report).subspan(5));
  // INIT comes through at any time: a new channel, or an old one that starts afresh (§11.2.9.1.3).
  if (command == kInit && (channel == kBroadcast || is_allocated(channel))) {
    if (size != kNonceSize) return fail(channel, Error::kInvalidLength);
    return initialise(channel, BytesView(report).subspan(kInitialisationHeader, kNonceSize));
  }
  if (channel == kBroadcast || !is_allocated(channel)) {
    return fail(channel, Error::kInvalidChannel);
  }
  if (command == kCancel) return cancel(channel);
  if (is_taken_by_another(channel) || working_) return fail(channel, Error::kChannelBusy);
  if (assembly_) {
    assembly_.reset();
    return fail(channel, Error::kInvalidSequence);
  }
  if (size > kMaximumPayload) return fail(channel, Error::kInvalidLength);
  return begin_message(channel, report);
}

Reports HidFrontend::receive_continuation(ChannelId channel, const Report& report) {
  // Frames nobody waits for are left over from a message already refused: §11.2.5.2 drops them.
  if (!assembly_ || assembly_->channel != channel) return {};
  if (report[4] != assembly_->next_sequence) {
    assembly_.reset();
    return fail(channel, Error::kInvalidSequence);
  }
  ++assembly_->next_sequence;
  assembly_->deadline = clock_.now() + kFrameTimeout;
  const std::size_t missing = assembly_->size - assembly_->payload.size();
  append(assembly_->payload,
         BytesView(report).subspan(kContinuationHeader, std::min(missing, kContinuationRoom)));
  if (assembly_->payload.size() < assembly_->size) return {};
  const Assembly whole = std::move(*assembly_);
  assembly_.reset();
  return complete(whole.channel, whole.command, whole.payload);
}

Reports HidFrontend::begin_message(ChannelId channel, const Report& report) {
  const std::size_t size = read_be16(BytesView(report).subspan(5));
  const BytesView part =
      BytesView(report).subspan(kInitialisationHeader, std::min(size, kInitialisationRoom));
  if (part.size() == size) return complete(channel, report[4], part);
  assembly_ = Assembly{.channel = channel,
                       .command = report[4],
                       .size = size,
                       .payload = Bytes(part.begin(), part.end()),
                       .deadline = clock_.now() + kFrameTimeout};
  return {};
}

Reports HidFrontend::complete(ChannelId channel, std::uint8_t command, BytesView payload) {
  switch (command) {
    case kPing:
      return fragment(channel, kPing, payload);
    case kWink:
      if (!payload.empty()) return fail(channel, Error::kInvalidLength);
      ++winks_;
      return fragment(channel, kWink, {});
    case kMsg:
      return answer_u2f(channel, payload);
    case kCbor:
      return start_cbor(channel, payload);
    default:
      return fail(channel, Error::kInvalidCommand);
  }
}

Reports HidFrontend::initialise(ChannelId channel, BytesView nonce) {
  abandon(channel);
  Bytes answer(nonce.begin(), nonce.end());
  append_be32(answer, channel == kBroadcast ? allocate() : channel);
  answer.push_back(kProtocolVersion);
  append(answer, kDeviceVersion);
  answer.push_back(capabilities());
  return fragment(channel, kInit, answer);
}

std::uint8_t HidFrontend::capabilities() const {
  const auto protocols = key_.protocols();
  return static_cast<std::uint8_t>(kCanWink | (protocols.has_ctap2 ? kCanCbor : 0U) |
                                   (protocols.has_u2f ? 0U : kCannotMsg));
}

Reports HidFrontend::answer_u2f(ChannelId channel, BytesView apdu) {
  if (!key_.protocols().has_u2f) return fail(channel, Error::kInvalidCommand);
  return fragment(channel, kMsg, key_.answer_u2f(apdu));
}

Reports HidFrontend::start_cbor(ChannelId channel, BytesView request) {
  if (!key_.protocols().has_ctap2) return fail(channel, Error::kInvalidCommand);
  if (request.empty()) return fail(channel, Error::kInvalidLength);
  if (const auto answer = key_.start(request)) return fragment(channel, kCbor, *answer);
  working_ = Working{channel, clock_.now()};
  return tick();
}

Reports HidFrontend::cancel(ChannelId channel) {
  if (!working_ || working_->channel != channel) return {};  // §11.2.9.1.5: nothing to cancel
  const auto answer = key_.cancel();
  if (!answer) return {};  // a key that does not hear it goes on as if nothing had been said
  working_.reset();
  return fragment(channel, kCbor, *answer);
}

Reports HidFrontend::tick() {
  if (!is_attached()) return {};
  const Instant now = clock_.now();
  if (assembly_ && now >= assembly_->deadline) {
    const ChannelId channel = assembly_->channel;
    assembly_.reset();
    return fail(channel, Error::kMessageTimeout);
  }
  if (!working_) return {};
  const ChannelId channel = working_->channel;
  if (const auto answer = key_.poll()) {
    working_.reset();
    return fragment(channel, kCbor, *answer);
  }
  return is_attached() ? keep_alive(now) : Reports{};  // it may have been pulled out just now
}

Reports HidFrontend::keep_alive(Instant now) {
  if (now < working_->next_keep_alive) return {};
  switch (keep_alives_) {
    case KeepAlives::kEveryInterval:
      working_->next_keep_alive = now + kKeepAliveInterval;
      break;
    case KeepAlives::kOnChange:
      working_->next_keep_alive = Instant::max();
      break;
    case KeepAlives::kNone:
      return {};
  }
  return fragment(working_->channel, kKeepAlive, std::array{kUserPresenceNeeded});
}

void HidFrontend::power_cycle() {
  channels_.clear();
  assembly_.reset();
  working_.reset();
  key_.power_cycle();
}

Reports HidFrontend::fail(ChannelId channel, Error error) const {
  return fragment(channel, kError, std::array{static_cast<std::uint8_t>(error)});
}

void HidFrontend::abandon(ChannelId channel) {
  if (assembly_ && assembly_->channel == channel) assembly_.reset();
  if (working_ && working_->channel == channel) {
    working_.reset();
    (void)key_.cancel();  // the client that would have heard the answer started afresh
  }
}

bool HidFrontend::is_allocated(ChannelId channel) const {
  return std::ranges::find(channels_, channel) != channels_.end();
}

bool HidFrontend::is_taken_by_another(ChannelId channel) const {
  return (assembly_ && assembly_->channel != channel) || (working_ && working_->channel != channel);
}

HidFrontend::ChannelId HidFrontend::allocate() {
  ChannelId channel = 0;
  do {
    channel = read_be32(random_.bytes(sizeof(ChannelId)));
  } while (channel == 0 || channel == kBroadcast || is_allocated(channel));
  if (channels_.size() == kMaximumChannels) channels_.erase(channels_.begin());
  channels_.push_back(channel);
  return channel;
}

}  // namespace firstkey::device::softkey
