#include "device/softkey/quirks.h"

#include <algorithm>

namespace firstkey::device::softkey {
namespace {

constexpr std::array kNames{
    QuirkName{"bad-signature", CryptoQuirk::kBadSignature},
    QuirkName{"wrong-rp-id-hash", CryptoQuirk::kWrongRpIdHash},
    QuirkName{"uv-dropped", CryptoQuirk::kUvDropped},
    QuirkName{"wrong-credential-id", CryptoQuirk::kWrongCredentialId},
    QuirkName{"wrong-user-handle", CryptoQuirk::kWrongUserHandle},
    QuirkName{"no-max-msg-size", ProtocolQuirk::kNoMaximumMessageSize},
    QuirkName{"unsorted-info", ProtocolQuirk::kUnsortedInfo},
    QuirkName{"up-false", ProtocolQuirk::kPresenceDenied},
    QuirkName{"garbage-info", ProtocolQuirk::kGarbageInfo},
    QuirkName{"garbage-answer", ProtocolQuirk::kGarbageAnswer},
    QuirkName{"truncated-answer", ProtocolQuirk::kTruncatedAnswer},
    QuirkName{"huge-count", ProtocolQuirk::kHugeCount},
    QuirkName{"trailing-bytes", ProtocolQuirk::kTrailingBytes},
    QuirkName{"indefinite-length", ProtocolQuirk::kIndefiniteLength},
    QuirkName{"unknown-format", ProtocolQuirk::kUnknownFormat},
    QuirkName{"long-answer", ProtocolQuirk::kLongAnswer},
    QuirkName{"unknown-status", ProtocolQuirk::kUnknownStatus},
    QuirkName{"denies", ProtocolQuirk::kDenies},
    QuirkName{"later-info", ProtocolQuirk::kLaterInfo},
    QuirkName{"room-untold", ProtocolQuirk::kRoomUntold},
    QuirkName{"cancel-ignored", ProtocolQuirk::kCancelIgnored},
    QuirkName{"cancel-misnamed", ProtocolQuirk::kCancelMisnamed},
    QuirkName{"endless-list", ProtocolQuirk::kEndlessList},
    QuirkName{"management-misnumbered", ProtocolQuirk::kManagementMisnumbered},
    QuirkName{"set-pin-twice-30", PinQuirk::kSetTwiceNotAllowed},
    QuirkName{"set-pin-twice-31", PinQuirk::kSetTwicePinInvalid},
    QuirkName{"set-pin-twice-02", PinQuirk::kSetTwiceInvalidParameter},
    QuirkName{"set-pin-twice-37", PinQuirk::kSetTwicePolicyViolation},
    QuirkName{"always-uv-after-pin", PinQuirk::kAlwaysUvAfterPin},
    QuirkName{"token-expires", PinQuirk::kTokenExpires},
    QuirkName{"set-pin-refused", PinQuirk::kSetRefused},
    QuirkName{"no-attempts", PinQuirk::kNoAttempts},
    QuirkName{"late-answer", TimingQuirk::kLateAnswer},
    QuirkName{"keep-alive-on-change", TimingQuirk::kKeepAliveOnChange},
    QuirkName{"no-keep-alive", TimingQuirk::kNoKeepAlive},
    QuirkName{"impatient", TimingQuirk::kImpatient},
    QuirkName{"never-answers", TimingQuirk::kNeverAnswers},
    QuirkName{"removed-while-opening", RemovalQuirk::kWhileOpening},
    QuirkName{"removed-while-waiting", RemovalQuirk::kWhileWaiting},
    QuirkName{"removed-before-answer", RemovalQuirk::kBeforeAnswer},
    QuirkName{"removed-before-proof", RemovalQuirk::kBeforeProof},
    QuirkName{"card-cold-power-up", CardQuirk::kColdPowerUp},
    QuirkName{"card-cold-select", CardQuirk::kColdSelect},
    QuirkName{"card-hangs", CardQuirk::kHangs},
    QuirkName{"card-slow", CardQuirk::kSlow},
    QuirkName{"card-no-polling", CardQuirk::kNoPolling},
    QuirkName{"card-bare-updates", CardQuirk::kBareUpdates},
    QuirkName{"card-pieces", CardQuirk::kPieces},
    QuirkName{"card-fetch-00", CardQuirk::kFetchPlain},
    QuirkName{"card-fetch-80", CardQuirk::kFetchNotPlain},
    QuirkName{"card-exact-length", CardQuirk::kExactLength},
    QuirkName{"card-no-chaining", CardQuirk::kNoChaining},
    QuirkName{"card-no-extended", CardQuirk::kNoExtended},
    QuirkName{"card-t0", CardQuirk::kT0},
};

}  // namespace

std::span<const QuirkName> quirk_names() {
  return kNames;
}

std::optional<Quirk> parse_quirk(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &QuirkName::name);
  return found == kNames.end() ? std::nullopt : std::optional(found->quirk);
}

}  // namespace firstkey::device::softkey
