#include "device/softkey/info_quirks.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "device/softkey/map_edits.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kVersions = 0x01;
constexpr int kOptions = 0x04;
constexpr int kMaximumMessageSize = 0x05;
constexpr int kRoomLeft = 0x14;

Bytes with_body(BytesView body) {
  Bytes answer{static_cast<std::uint8_t>(Status::kOk)};
  append(answer, body);
  return answer;
}

/// Each member as it should be, and all of them from the last to the first.
Bytes unsorted(const cbor::Map& map) {
  Bytes out{static_cast<std::uint8_t>(0xA0U | map.members().size())};  // fewer than 24
  for (auto it = map.members().rbegin(); it != map.members().rend(); ++it) {
    append(out, cbor::encode(it->key));
    append(out, cbor::encode(it->value));
  }
  return out;
}

cbor::Map with_always_uv(const cbor::Map& info) {
  const auto options = member<cbor::Map>(info, kOptions);
  const auto* client_pin = options.find("clientPin");
  const auto* is_set = client_pin == nullptr ? nullptr : client_pin->as<bool>();
  if (is_set == nullptr || !*is_set) return info;
  auto versions = member<cbor::Array>(info, kVersions);
  std::erase_if(versions, [](const cbor::Value& version) {
    return version.as<std::string>() != nullptr && *version.as<std::string>() == "U2F_V2";
  });
  return with_member(with_member(info, kVersions, std::move(versions)),
                     kOptions,
                     with_value(options, options.find("alwaysUv"), true));
}

cbor::Map without_presence(const cbor::Map& info) {
  const auto options = member<cbor::Map>(info, kOptions);
  return with_member(info, kOptions, with_value(options, options.find("up"), false));
}

cbor::Map with_management_preview(const cbor::Map& info) {
  auto options = member<cbor::Map>(info, kOptions);
  options.add("credentialMgmtPreview", true);
  return with_member(info, kOptions, std::move(options));
}

/// Source: CTAP 2.3 §6.4: attestationFormats, uvCountSinceLastPinEntry, longTouchForReset,
/// pinComplexityPolicy, maxPINLength.
cbor::Map with_later_members(const cbor::Map& info) {
  auto versions = member<cbor::Array>(info, kVersions);
  versions.emplace_back("FIDO_2_2");
  versions.emplace_back("FIDO_2_3");
  auto options = member<cbor::Map>(info, kOptions);
  options.add("perCredMgmtRO", true);
  auto later =
      with_member(with_member(info, kVersions, std::move(versions)), kOptions, std::move(options));
  later.add(0x16, cbor::Array{"packed", "none"});
  later.add(0x17, 3);
  later.add(0x18, false);
  later.add(0x1B, true);
  later.add(0x1D, 63);
  return later;
}

}  // namespace

Bytes spoil_info(const Quirks& quirks, BytesView answer) {
  if (quirks.has(ProtocolQuirk::kGarbageInfo)) return with_body(Bytes{0xFF, 0xFF, 0xFF});
  auto info = map_in(answer).value();
  if (quirks.has(PinQuirk::kAlwaysUvAfterPin)) info = with_always_uv(info);
  if (quirks.has(ProtocolQuirk::kNoMaximumMessageSize)) {
    info = with_member(info, kMaximumMessageSize, {});
  }
  if (quirks.has(ProtocolQuirk::kRoomUntold)) info = with_member(info, kRoomLeft, {});
  if (quirks.has(ProtocolQuirk::kPresenceDenied)) info = without_presence(info);
  if (quirks.has(ProtocolQuirk::kManagementMisnumbered)) info = with_management_preview(info);
  if (quirks.has(ProtocolQuirk::kLaterInfo)) info = with_later_members(info);
  return with_body(quirks.has(ProtocolQuirk::kUnsortedInfo) ? unsorted(info) : cbor::encode(info));
}

}  // namespace firstkey::device::softkey
