#include "device/softkey/quirky_card.h"

#include <algorithm>
#include <utility>

#include "device/softkey/commands.h"
#include "device/softkey/status_word.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::uint8_t kClassPlain = 0x00;
constexpr std::uint8_t kChainingBit = 0x10;
constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kGetResponse = 0xC0;
constexpr std::uint8_t kCtapMessage = 0x10;
constexpr std::uint8_t kCtapGetResponse = 0x11;
constexpr std::uint8_t kClientPolls = 0x80;  // NFCCTAP_MSG P1
constexpr std::uint8_t kProcessing = 1;      // keep-alive status, as in CTAPHID
constexpr std::size_t kHeaderSize = 4;
constexpr std::size_t kParameter1 = 2;
constexpr std::size_t kStatusSize = 2;
constexpr std::uint8_t kMore = 0x61;  // ISO/IEC 7816-4 §5.6
constexpr std::uint8_t kWrongExpected = 0x6C;

/// Longer than an ATR can be (33 bytes, ISO/IEC 7816-3 §8.2): to vpcd, a power-up that failed.
const Bytes kNoAnswerToReset(40, 0x3B);
/// ISO/IEC 7816-3 §8.2: nothing said, so T=0.
const Bytes kAnswerToResetT0{0x3B, 0x00};

bool is_extended(BytesView command) {
  return command.size() > kHeaderSize + 1 && command[kHeaderSize] == 0;
}

/// Where the Le of a short command is, if it has one.
std::optional<std::size_t> position_of_le(BytesView command) {
  if (command.size() <= kHeaderSize || is_extended(command)) return {};
  if (command.size() == kHeaderSize + 1) return kHeaderSize;
  const std::size_t after_data = kHeaderSize + 1 + command[kHeaderSize];
  return command.size() == after_data + 1 ? std::optional(after_data) : std::nullopt;
}

StatusWord word_of(BytesView answer) {
  return static_cast<StatusWord>(read_be16(answer.last(kStatusSize)));
}

}  // namespace

Bytes QuirkyCard::answer_to_reset() const {
  if (quirks_.has(CardQuirk::kColdPowerUp) && power_ups_ <= kColdAttempts) return kNoAnswerToReset;
  return quirks_.has(CardQuirk::kT0) ? kAnswerToResetT0 : honest_.answer_to_reset();
}

void QuirkyCard::power_up() {
  ++power_ups_;
  under_way_.clear();
  kept_.clear();
  early_.reset();
  misjudged_.reset();
  honest_.power_up();
}

std::optional<Bytes> QuirkyCard::transmit(BytesView command) {
  const auto apdu = parse_apdu(command);
  if (!apdu || !is_held()) return honest_.transmit(command);
  const bool is_get_info =
      apdu->ins == kCtapMessage && !apdu->data.empty() && apdu->data.front() == command::kGetInfo;
  const bool is_opening = apdu->ins == kSelect || apdu->ins == kGetResponse || is_get_info;
  if (quirks_.has(CardQuirk::kHangs) && !is_opening) return {};
  if (auto refused = refusal(*apdu, command)) return refused;
  if (auto misjudged = std::exchange(misjudged_, {});
      misjudged && std::ranges::equal(misjudged->command, command)) {
    return std::move(misjudged->answer);
  }
  if (apdu->ins == kGetResponse && !kept_.empty()) {
    return demand_length(command, cut(std::exchange(kept_, {}), apdu->expected));
  }
  if (apdu->ins == kCtapGetResponse && early_) {
    if (clock_.now() < early_->due) return response(std::array{kProcessing}, StatusWord::kUpdate);
    return spoil(*apdu, command, std::exchange(early_, {})->answer);
  }
  return pass(*apdu, command);
}

std::optional<Bytes> QuirkyCard::refusal(const CommandApdu& apdu, BytesView command) {
  if (apdu.ins == kGetResponse) {
    const bool is_plain = apdu.cla == kClassPlain;
    const bool is_refused =
        quirks_.has(is_plain ? CardQuirk::kFetchNotPlain : CardQuirk::kFetchPlain);
    if (is_refused) return refuse(StatusWord::kUnknownClass);
  }
  if ((apdu.cla & kChainingBit) != 0 && quirks_.has(CardQuirk::kNoChaining)) {
    return refuse(StatusWord::kNoChaining);
  }
  if (is_extended(command) && quirks_.has(CardQuirk::kNoExtended)) {
    return refuse(StatusWord::kWrongLength);
  }
  if (apdu.ins == kSelect && quirks_.has(CardQuirk::kColdSelect) &&
      ++selections_ <= kColdAttempts) {
    return refuse(StatusWord::kFailed);
  }
  return {};
}

std::optional<Bytes> QuirkyCard::pass(const CommandApdu& apdu, BytesView command) {
  kept_.clear();
  early_.reset();
  Bytes passed(command.begin(), command.end());
  if (apdu.ins == kCtapMessage && quirks_.has(CardQuirk::kNoPolling)) {
    passed[kParameter1] = static_cast<std::uint8_t>(passed[kParameter1] & ~kClientPolls);
  }
  under_way_ = passed;
  auto answer = honest_.transmit(passed);
  if (!answer) return {};
  auto all = whole(std::move(*answer));
  const bool may_wait = apdu.ins == kCtapMessage && (passed[kParameter1] & kClientPolls) != 0 &&
                        all.size() > kStatusSize && word_of(all) == StatusWord::kOk;
  if (may_wait && quirks_.has(CardQuirk::kSlow)) {
    early_ = Early{std::move(all), clock_.now() + kSlowness};
    return response(std::array{kProcessing}, StatusWord::kUpdate);
  }
  return spoil(apdu, command, std::move(all));
}

std::optional<Bytes> QuirkyCard::tick() {
  auto answer = honest_.tick();
  if (!answer) return {};
  const auto apdu = parse_apdu(under_way_);
  return spoil(apdu.value(), under_way_, whole(std::move(*answer)));
}

Bytes QuirkyCard::whole(Bytes answer) {
  while (answer[answer.size() - kStatusSize] == kMore) {
    answer.resize(answer.size() - kStatusSize);
    // The honest card knows what it has kept back, and answers this at once.
    append(answer, honest_.transmit(Bytes{kClassPlain, kGetResponse, 0, 0, 0}).value());
  }
  return answer;
}

Bytes QuirkyCard::spoil(const CommandApdu& apdu, BytesView command, Bytes answer) {
  if (word_of(answer) == StatusWord::kUpdate) {
    return quirks_.has(CardQuirk::kBareUpdates) ? refuse(StatusWord::kUpdate) : answer;
  }
  // ISO/IEC 7816-3 §12.2.5: T=0 carries data one way only, so the answer is fetched.
  if (quirks_.has(CardQuirk::kT0) && !apdu.data.empty()) return cut(std::move(answer), 0);
  return demand_length(command, cut(std::move(answer), apdu.expected));
}

Bytes QuirkyCard::demand_length(BytesView command, Bytes answer) {
  const auto position = position_of_le(command);
  const std::size_t size = answer.size() - kStatusSize;
  if (!quirks_.has(CardQuirk::kExactLength) || !position || size == 0) return answer;
  const auto right = static_cast<std::uint8_t>(size);  // the longest, 256, is written as zero
  if (command[*position] == right) return answer;
  misjudged_ = Misjudged{Bytes(command.begin(), command.end()), std::move(answer)};
  misjudged_->command[*position] = right;
  return {kWrongExpected, right};
}

Bytes QuirkyCard::cut(Bytes answer, std::size_t most) {
  if (quirks_.has(CardQuirk::kPieces)) most = std::min(most, kPiece);
  const std::size_t size = answer.size() - kStatusSize;
  if (size <= most) return answer;
  kept_.assign(answer.begin() + static_cast<std::ptrdiff_t>(most), answer.end());
  answer.resize(most);
  const std::size_t left = std::min<std::size_t>(size - most, kPiece);
  append(answer, std::array{kMore, static_cast<std::uint8_t>(left)});
  return answer;
}

}  // namespace firstkey::device::softkey
