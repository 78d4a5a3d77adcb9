#pragma once
// The misbehaviours of real keys that a software key can be given, by kind. None is on unless asked
// for, and the honest code knows of none of them: quirky_key stands between it and the front ends,
// quirky_card between the card and its reader.
// Where each was seen is told in README.md, "Quirks".

#include <array>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <variant>

namespace firstkey::device::softkey {

enum class CryptoQuirk {
  kBadSignature,
  kWrongRpIdHash,
  kUvDropped,
  kWrongCredentialId,
  kWrongUserHandle,
};

enum class ProtocolQuirk {
  kNoMaximumMessageSize,
  kUnsortedInfo,
  kPresenceDenied,  ///< getInfo says "up" is false
  kGarbageInfo,
  kGarbageAnswer,
  kTruncatedAnswer,
  kHugeCount,
  kTrailingBytes,
  kIndefiniteLength,
  kUnknownFormat,
  kLongAnswer,
  kUnknownStatus,
  kDenies,
  kLaterInfo,   ///< getInfo with what came after CTAP 2.1
  kRoomUntold,  ///< getInfo does not say how many credentials there is room for
  kCancelIgnored,
  kCancelMisnamed,
  kEndlessList,            ///< credential management claims 2^40 of whatever it lists
  kManagementMisnumbered,  ///< claims credential management and knows its preview's number only
};

enum class PinQuirk {
  kSetTwiceNotAllowed,
  kSetTwicePinInvalid,
  kSetTwiceInvalidParameter,
  kSetTwicePolicyViolation,
  kAlwaysUvAfterPin,
  kTokenExpires,
  kSetRefused,
  kNoAttempts,
};

enum class TimingQuirk {
  kLateAnswer,
  kKeepAliveOnChange,
  kNoKeepAlive,
  kImpatient,
  kNeverAnswers,
};

enum class RemovalQuirk { kWhileOpening, kWhileWaiting, kBeforeAnswer, kBeforeProof };

/// Of the card around the key, so without effect but with --vpcd.
enum class CardQuirk {
  kColdPowerUp,
  kColdSelect,
  kHangs,
  kSlow,
  kNoPolling,
  kBareUpdates,
  kPieces,
  kFetchPlain,     ///< GET RESPONSE has to be of class 00
  kFetchNotPlain,  ///< GET RESPONSE has to be of class 80
  kExactLength,
  kNoChaining,
  kNoExtended,
  kT0,
};

using Quirk =
    std::variant<CryptoQuirk, ProtocolQuirk, PinQuirk, TimingQuirk, RemovalQuirk, CardQuirk>;

/// The quirks of one key.
class Quirks {
 public:
  void add(Quirk quirk) { all_.insert(quirk); }
  [[nodiscard]] bool has(Quirk quirk) const { return all_.contains(quirk); }
  [[nodiscard]] bool is_empty() const { return all_.empty(); }

 private:
  std::set<Quirk> all_;
};

struct QuirkName {
  std::string_view name;  ///< as the command line takes it
  Quirk quirk;
};

[[nodiscard]] std::span<const QuirkName> quirk_names();
/// Nothing if no quirk is called `name`.
[[nodiscard]] std::optional<Quirk> parse_quirk(std::string_view name);

}  // namespace firstkey::device::softkey
