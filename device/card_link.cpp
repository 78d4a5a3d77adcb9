#include "device/card_link.h"

#include <algorithm>

namespace firstkey::device {

namespace {

// Source: CTAP 2.1 §11.2.9; without bit 7, as libfido2 names them.
constexpr std::uint8_t kInit = 0x06;
constexpr std::uint8_t kCbor = 0x10;
constexpr std::uint8_t kCancel = 0x11;
constexpr std::uint8_t kMakeCredential = 0x01;  // CTAP 2.1 §6.1
constexpr std::uint8_t kCapabilityCbor = 0x04;
constexpr std::uint8_t kCapabilityNoU2fMessages = 0x08;
constexpr std::uint8_t kCtapHidVersion = 2;
constexpr std::array<std::uint8_t, 4> kAnyChannel{0, 0, 0, 1};
/// A nonce, a channel, the version of the protocol, three of the firmware, capabilities.
constexpr std::size_t kInitAnswerSize = 17;

/// The handle of libfido2 is the Link itself (see open_link).
CardLink& to_card_link(fido_dev_t* dev) {
  return static_cast<CardLink&>(*static_cast<Link*>(fido_dev_io_handle(dev)));
}

int send_message(fido_dev_t* dev,
                 std::uint8_t command,
                 const unsigned char* message,
                 std::size_t length) {
  return to_card_link(dev).send(command, {message, length});
}

int receive_message(fido_dev_t* dev,
                    std::uint8_t command,
                    unsigned char* buffer,
                    std::size_t length,
                    int /*milliseconds*/) {
  return to_card_link(dev).receive(command, {buffer, length});
}

/// libfido2 takes no transport without these, and with one it does not call them.
int read_no_frame(void* /*link*/, unsigned char* /*buffer*/, std::size_t /*length*/, int /*ms*/) {
  return -1;
}

int write_no_frame(void* /*link*/, const unsigned char* /*buffer*/, std::size_t /*length*/) {
  return -1;
}

}  // namespace

CardLink::~CardLink() {
  if (channel_) part();
  if (has_registered_) when_registered_();
}

void CardLink::part() noexcept {
  channel_->set_ending(CardEnding::kPowerDown);
  if (!is_stale()) {          // else whether it still listens is not known
    const CallLimits limits;  // no time but the grace
    RunningCall parting(limits, wake());
    transport_->deselect(parting);
  }
  channel_.reset();
}

bool CardLink::connect() {
  if (call() == nullptr) return false;
  if (is_stale()) channel_.reset();
  if (!channel_) {
    auto channel = open_card_(*call(), wake());
    if (!channel) {
      fail(channel.error());
      return false;
    }
    channel_ = std::move(channel.value());
  }
  transport_ = std::make_unique<NfcTransport>(*channel_, wake());
  if (!select()) return false;
  mark_fresh();
  return true;
}

void CardLink::disconnect() noexcept {}

bool CardLink::select() {
  const auto version = transport_->select(*call());
  if (!version) {
    fail(version.error());
    return false;
  }
  // Keys of both kinds call themselves U2F_V2, or nothing; only asking tells. CTAP 2.1 §11.3.3.
  is_ctap2_ = version->starts_with("FIDO_");
  if (is_ctap2_) return true;
  const auto answered = transport_->is_ctap2(*call());
  if (!answered) {
    fail(answered.error());
    return false;
  }
  is_ctap2_ = answered.value();
  return true;
}

int CardLink::install_on(fido_dev_t& dev) {
  const fido_dev_io_t io{
      .open = open_link, .close = close_link, .read = read_no_frame, .write = write_no_frame};
  if (const int status = fido_dev_set_io_functions(&dev, &io); status != FIDO_OK) return status;
  const fido_dev_transport_t transport{.rx = receive_message, .tx = send_message};
  return fido_dev_set_transport_functions(&dev, &transport);
}

int CardLink::send(std::uint8_t command, std::span<const unsigned char> message) {
  if (call() == nullptr || !channel_) return -1;
  switch (command) {
    case kInit:
      if (message.size() != nonce_.size()) return -1;
      std::ranges::copy(message, nonce_.begin());
      return 0;
    case kCbor:
      return begin(message) ? 0 : -1;
    case kCancel:
      if (auto told = transport_->cancel(*call()); !told) {
        fail(told.error());
        return -1;
      }
      return 0;
    default:
      fail({.code = ErrorCode::kUnsupportedCommand, .detail = "not for a card"});
      return -1;
  }
}

std::optional<Bytes> CardLink::exchange(BytesView request) {
  if (call() == nullptr || !channel_ || !begin(request)) return std::nullopt;
  return finish();
}

std::optional<Bytes> CardLink::exchange_vendor(std::uint8_t /*command*/, BytesView /*request*/) {
  if (call() != nullptr) {
    call()->fail({.code = ErrorCode::kUnsupportedCommand, .detail = "not for a card"});
  }
  return std::nullopt;
}

bool CardLink::begin(BytesView request) {
  // A message is sent whole or not at all.
  if (call()->is_over()) {
    call()->fail(call()->end_reason());
    return false;
  }
  is_registering_ = !request.empty() && request.front() == kMakeCredential;
  auto begun = transport_->begin(request, *call());
  if (!begun && channel_->was_reset()) {
    channel_.reset();
    if (!connect()) return false;
    begun = transport_->begin(request, *call());
  }
  if (begun) return true;
  fail(begun.error());
  return false;
}

int CardLink::receive(std::uint8_t command, std::span<unsigned char> out) {
  if (call() == nullptr || !channel_) return -1;
  if (command == kInit) return receive_init(out);
  if (command == kCbor) return receive_answer(out);
  fail({.code = ErrorCode::kUnsupportedCommand, .detail = "not for a card"});
  return -1;
}

int CardLink::receive_init(std::span<unsigned char> out) const {
  if (out.size() < kInitAnswerSize) return -1;
  std::ranges::fill(out, std::uint8_t{0});
  std::ranges::copy(nonce_, out.begin());
  std::ranges::copy(kAnyChannel, out.subspan(nonce_.size()).begin());
  out[nonce_.size() + kAnyChannel.size()] = kCtapHidVersion;
  out[kInitAnswerSize - 1] =
      is_ctap2_ ? kCapabilityCbor | kCapabilityNoU2fMessages : std::uint8_t{0};
  return static_cast<int>(kInitAnswerSize);
}

std::optional<Bytes> CardLink::finish() {
  auto answer = transport_->finish(*call());
  if (!answer) {
    fail(answer.error());
    return std::nullopt;
  }
  const bool is_ok = !answer->empty() && answer->front() == FIDO_OK;
  if (is_registering_ && is_ok) has_registered_ = true;
  return std::move(answer.value());
}

int CardLink::receive_answer(std::span<unsigned char> out) {
  const auto answer = finish();
  if (!answer) return -1;
  if (answer->size() > out.size()) {
    fail({.code = ErrorCode::kTooLarge, .detail = "an answer beyond what libfido2 takes"});
    return -1;
  }
  std::ranges::copy(*answer, out.begin());
  return static_cast<int>(answer->size());
}

}  // namespace firstkey::device
