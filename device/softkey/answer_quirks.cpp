#include "device/softkey/answer_quirks.h"

#include <algorithm>
#include <optional>

#include "device/softkey/authenticator_data.h"
#include "device/softkey/commands.h"
#include "device/softkey/info_quirks.h"
#include "device/softkey/map_edits.h"
#include "device/softkey/request_quirks.h"
#include "device/softkey/signed_anew.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kRpIdHashSize = 32;
constexpr int kFormat = 0x01;      // makeCredential; getAssertion has its credential there
constexpr int kCredential = 0x01;  // getAssertion
constexpr int kAuthData = 0x02;    // of both
constexpr int kStatement = 0x03;   // makeCredential; getAssertion has its signature there
constexpr int kUser = 0x04;        // getAssertion
constexpr int kPinRetries = 0x03;  // clientPIN
constexpr int kListedRps = 0x05;   // credentialManagement, as the next
constexpr int kListedCredentials = 0x09;
constexpr std::int64_t kEndless = std::int64_t{1} << 40U;
/// With what else is in a credential more than the 4096 bytes libfido2 takes.
constexpr std::size_t kLongCertificate = 5000;

bool is_ok(BytesView answer) {
  return !answer.empty() && answer[0] == static_cast<std::uint8_t>(Status::kOk);
}

Bytes with_body(BytesView body) {
  Bytes answer(1 + body.size(), static_cast<std::uint8_t>(Status::kOk));
  std::ranges::copy(body, answer.begin() + 1);
  return answer;
}

cbor::Map with_bad_signature(const cbor::Map& map) {
  const auto spoiled = [](Bytes signature) {
    if (!signature.empty()) signature.back() ^= 0x01U;
    return signature;
  };
  if (map.find(kStatement)->as<Bytes>() != nullptr) {
    return with_member(map, kStatement, spoiled(member<Bytes>(map, kStatement)));
  }
  const auto statement = member<cbor::Map>(map, kStatement);
  const auto* signature = statement.find("sig");
  if (signature == nullptr || signature->as<Bytes>() == nullptr) return map;
  return with_member(
      map, kStatement, with_value(statement, signature, spoiled(*signature->as<Bytes>())));
}

cbor::Map with_spoiled_auth_data(const Quirks& quirks, const cbor::Map& map) {
  auto auth_data = member<Bytes>(map, kAuthData);
  if (auth_data.size() <= kRpIdHashSize) return map;
  if (quirks.has(CryptoQuirk::kWrongRpIdHash)) auth_data.front() ^= 0x01U;
  if (quirks.has(CryptoQuirk::kUvDropped)) {
    auth_data[kRpIdHashSize] &= static_cast<std::uint8_t>(~kUserVerified);
  }
  return with_member(map, kAuthData, std::move(auth_data));
}

/// `map` with one bit of the "id" in its member `key` changed.
cbor::Map with_another_id(const cbor::Map& map, int key) {
  const auto named = member<cbor::Map>(map, key);
  const auto* id = named.find("id");
  if (id == nullptr || id->as<Bytes>() == nullptr) return map;
  auto changed = *id->as<Bytes>();
  changed.back() ^= 0x01U;  // ids are never empty
  return with_member(map, key, with_value(named, id, std::move(changed)));
}

cbor::Map with_spoiled_names(const Quirks& quirks, cbor::Map map) {
  if (quirks.has(CryptoQuirk::kWrongCredentialId)) map = with_another_id(map, kCredential);
  if (quirks.has(CryptoQuirk::kWrongUserHandle)) map = with_another_id(map, kUser);
  return map;
}

cbor::Map with_spoiled_statement(const Quirks& quirks, cbor::Map map) {
  if (quirks.has(ProtocolQuirk::kUnknownFormat)) map = with_member(map, kFormat, "acme");
  if (quirks.has(ProtocolQuirk::kLongAnswer)) {
    const auto statement = member<cbor::Map>(map, kStatement);
    const cbor::Array chain{Bytes(kLongCertificate)};
    map = with_member(map, kStatement, with_value(statement, statement.find("x5c"), chain));
  }
  return map;
}

/// `encoded`, a map of fewer than 24 members, with an end instead of a count.
Bytes without_count(Bytes encoded) {
  encoded.front() = 0xBF;
  encoded.push_back(0xFF);
  return encoded;
}

/// What makeCredential and getAssertion answer.
Bytes spoil_credential(const Quirks& quirks, const KeyParts& key, BytesView request, Bytes answer) {
  const auto map = map_in(answer);
  if (!map) return answer;
  cbor::Map changed = with_spoiled_auth_data(quirks, *map);
  if (quirks.has(CryptoQuirk::kWrongRpIdHash) || quirks.has(CryptoQuirk::kUvDropped)) {
    changed = signed_anew(key, request, changed);
  }
  if (quirks.has(CryptoQuirk::kBadSignature)) changed = with_bad_signature(changed);
  changed = request.front() == command::kGetAssertion
                ? with_spoiled_names(quirks, std::move(changed))
                : with_spoiled_statement(quirks, std::move(changed));
  auto body = cbor::encode(std::move(changed));
  if (quirks.has(ProtocolQuirk::kIndefiniteLength)) body = without_count(std::move(body));
  if (quirks.has(ProtocolQuirk::kTrailingBytes)) body.push_back(0x00);
  answer = with_body(body);
  if (quirks.has(ProtocolQuirk::kTruncatedAnswer)) answer.resize(answer.size() / 2);
  if (quirks.has(ProtocolQuirk::kGarbageAnswer)) std::fill(answer.begin() + 1, answer.end(), 0xFF);
  if (quirks.has(ProtocolQuirk::kHugeCount)) {
    answer = with_body(Bytes{0xBB, 0, 0, 0, 0, 0x10, 0, 0, 0});  // a map of 2^28 members
  }
  return answer;
}

/// A list's first answer, which tells how many there are.
Bytes spoil_list(BytesView answer) {
  const auto map = map_in(answer);
  if (!map) return {answer.begin(), answer.end()};
  return with_body(cbor::encode(
      with_member(with_member(*map, kListedRps, kEndless), kListedCredentials, kEndless)));
}

/// The status a second setPIN is refused with, if it is not the one of the specification.
std::optional<Status> set_twice_status(const Quirks& quirks) {
  if (quirks.has(PinQuirk::kSetTwiceNotAllowed)) return Status::kNotAllowed;
  if (quirks.has(PinQuirk::kSetTwicePinInvalid)) return Status::kPinInvalid;
  if (quirks.has(PinQuirk::kSetTwiceInvalidParameter)) return Status::kInvalidParameter;
  if (quirks.has(PinQuirk::kSetTwicePolicyViolation)) return Status::kPinPolicyViolation;
  return {};
}

/// What clientPIN answers.
Bytes spoil_pin(const Quirks& quirks, BytesView request, Bytes answer) {
  if (quirks.has(PinQuirk::kNoAttempts) && is_ok(answer) && asks_for_pin_attempts(request)) {
    return with_body(cbor::encode(with_member(map_in(answer).value(), kPinRetries, 0)));
  }
  const auto status = set_twice_status(quirks);
  const bool is_refused = answer == Bytes{static_cast<std::uint8_t>(Status::kPinAuthInvalid)};
  if (status && is_refused && is_set_pin(request)) return {static_cast<std::uint8_t>(*status)};
  return answer;
}

}  // namespace

Bytes spoil(const Quirks& quirks, const KeyParts& key, BytesView request, Bytes answer) {
  if (quirks.is_empty() || request.empty()) return answer;
  switch (request.front()) {
    case command::kMakeCredential:
    case command::kGetAssertion:
      return is_ok(answer) ? spoil_credential(quirks, key, request, std::move(answer)) : answer;
    case command::kCredentialManagement:
      return is_ok(answer) && quirks.has(ProtocolQuirk::kEndlessList) ? spoil_list(answer) : answer;
    case command::kGetInfo:
      return is_ok(answer) ? spoil_info(quirks, answer) : answer;
    case command::kClientPin:
      return spoil_pin(quirks, request, std::move(answer));
    default:
      return answer;
  }
}

}  // namespace firstkey::device::softkey
