#include "device/softkey/answer_quirks.h"

#include <algorithm>
#include <optional>

#include "device/softkey/authenticator_data.h"
#include "device/softkey/cbor.h"
#include "device/softkey/commands.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kRpIdHashSize = 32;
constexpr int kAuthData = 0x02;   // of both makeCredential and getAssertion
constexpr int kStatement = 0x03;  // makeCredential; getAssertion has its signature there
constexpr int kIsEnterprise = 0x04;
constexpr int kCredential = 0x01;  // of getAssertion's answer
constexpr int kHashToMake = 0x01;
constexpr int kRp = 0x02;
constexpr int kRpIdToAssert = 0x01;
constexpr int kHashToAssert = 0x02;
constexpr std::size_t kCredentialId = 32 + 1 + 4 + 16 + 2;  // WebAuthn L3 §6.5.2, in made data
constexpr int kListedRps = 0x05;
constexpr int kListedCredentials = 0x09;
constexpr std::int64_t kEndless = std::int64_t{1} << 40U;
constexpr int kInfoVersions = 0x01;
constexpr int kInfoOptions = 0x04;
constexpr int kInfoMaximumMessageSize = 0x05;

bool is_ok(BytesView answer) {
  return !answer.empty() && answer[0] == static_cast<std::uint8_t>(Status::kOk);
}

Bytes with_body(BytesView body) {
  Bytes answer{static_cast<std::uint8_t>(Status::kOk)};
  append(answer, body);
  return answer;
}

/// `map` with the value at `at`, a look-up in it, replaced; without `value`, left out.
cbor::Map with_value(const cbor::Map& map,
                     const cbor::Value* at,
                     const std::optional<cbor::Value>& value) {
  cbor::Map changed;
  for (const auto& member : map.members()) {
    if (at != &member.value) {
      changed.add(member.key, member.value);
    } else if (value) {
      changed.add(member.key, *value);
    }
  }
  return changed;
}

cbor::Map with_member(const cbor::Map& map, int key, const std::optional<cbor::Value>& value) {
  return with_value(map, map.find(key), value);
}

template <typename T>
T member(const cbor::Map& map, int key) {
  const auto* value = map.find(key);
  const T* found = value == nullptr ? nullptr : value->as<T>();
  return found == nullptr ? T{} : *found;
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

/// Who is asked to sign what, of either command.
struct Signed {
  std::string rp_id;
  Bytes client_data_hash;
  Bytes credential_id;
};

Signed read_made(const cbor::Map& parameters, const Bytes& auth_data) {
  const auto rp = member<cbor::Map>(parameters, kRp);
  const auto* rp_id = rp.find("id");
  Signed made{.client_data_hash = member<Bytes>(parameters, kHashToMake)};
  if (rp_id != nullptr && rp_id->as<std::string>() != nullptr) {
    made.rp_id = *rp_id->as<std::string>();
  }
  if (auth_data.size() < kCredentialId) return made;
  const BytesView rest = BytesView(auth_data).subspan(kCredentialId);
  const std::size_t length = auth_data[kCredentialId - 1];  // ours are shorter than 256
  made.credential_id.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
  return made;
}

Signed read_asserted(const cbor::Map& parameters, const cbor::Map& answer) {
  const auto credential = member<cbor::Map>(answer, kCredential);
  const auto* id = credential.find("id");
  return {.rp_id = member<std::string>(parameters, kRpIdToAssert),
          .client_data_hash = member<Bytes>(parameters, kHashToAssert),
          .credential_id = id == nullptr ? Bytes() : *id->as<Bytes>()};
}

/// `answer` with a signature over the authenticator data it has now; as it is where none was.
cbor::Map signed_anew(const KeyParts& key, BytesView request, const cbor::Map& answer) {
  const auto decoded = cbor::decode(request.subspan(1));
  const auto& parameters = *decoded->as<cbor::Map>();  // honestly answered, so well-formed
  const auto auth_data = member<Bytes>(answer, kAuthData);
  const bool is_made = request.front() == command::kMakeCredential;
  const auto what = is_made ? read_made(parameters, auth_data) : read_asserted(parameters, answer);
  const Credential* credential = key.store.find(what.credential_id, what.rp_id);
  if (credential == nullptr) return answer;
  const auto signing_key =
      SigningKey::from_pkcs8(credential->algorithm, credential->private_key.expose());
  if (!signing_key) return answer;
  if (is_made) {
    const auto scope = answer.find(kIsEnterprise) == nullptr ? Attestation::Scope::kModel
                                                             : Attestation::Scope::kThisKey;
    auto statement = key.attestation.attest(*signing_key, auth_data, what.client_data_hash, scope);
    return statement ? with_member(answer, kStatement, std::move(statement->members)) : answer;
  }
  Bytes message = auth_data;
  append(message, what.client_data_hash);
  auto signature = signing_key->sign(message);
  return signature ? with_member(answer, kStatement, std::move(*signature)) : answer;
}

/// What makeCredential and getAssertion answer.
Bytes spoil_credential(const Quirks& quirks, const KeyParts& key, BytesView request, Bytes answer) {
  const auto body = cbor::decode(BytesView(answer).subspan(1));
  const auto* map = body ? body->as<cbor::Map>() : nullptr;
  if (map == nullptr) return answer;
  cbor::Map changed = with_spoiled_auth_data(quirks, *map);
  if (quirks.has(CryptoQuirk::kWrongRpIdHash) || quirks.has(CryptoQuirk::kUvDropped)) {
    changed = signed_anew(key, request, changed);
  }
  if (quirks.has(CryptoQuirk::kBadSignature)) changed = with_bad_signature(changed);
  answer = with_body(cbor::encode(std::move(changed)));
  if (quirks.has(ProtocolQuirk::kTruncatedAnswer)) answer.resize(answer.size() / 2);
  if (quirks.has(ProtocolQuirk::kGarbageAnswer)) std::fill(answer.begin() + 1, answer.end(), 0xFF);
  if (quirks.has(ProtocolQuirk::kHugeCount)) {
    answer = with_body(Bytes{0xBB, 0, 0, 0, 0, 0x10, 0, 0, 0});  // a map of 2^28 members
  }
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
  const auto options = member<cbor::Map>(info, kInfoOptions);
  const auto* client_pin = options.find("clientPin");
  const auto* is_set = client_pin == nullptr ? nullptr : client_pin->as<bool>();
  if (is_set == nullptr || !*is_set) return info;
  auto versions = member<cbor::Array>(info, kInfoVersions);
  std::erase_if(versions, [](const cbor::Value& version) {
    return version.as<std::string>() != nullptr && *version.as<std::string>() == "U2F_V2";
  });
  return with_member(with_member(info, kInfoVersions, std::move(versions)),
                     kInfoOptions,
                     with_value(options, options.find("alwaysUv"), true));
}

/// A list's first answer, which tells how many there are.
Bytes spoil_list(BytesView answer) {
  const auto body = cbor::decode(answer.subspan(1));
  const auto* map = body ? body->as<cbor::Map>() : nullptr;
  if (map == nullptr) return {answer.begin(), answer.end()};
  return with_body(cbor::encode(
      with_member(with_member(*map, kListedRps, kEndless), kListedCredentials, kEndless)));
}

Bytes spoil_info(const Quirks& quirks, BytesView answer) {
  if (quirks.has(ProtocolQuirk::kGarbageInfo)) return with_body(Bytes{0xFF, 0xFF, 0xFF});
  const auto body = cbor::decode(answer.subspan(1));
  cbor::Map info = *body->as<cbor::Map>();
  if (quirks.has(PinQuirk::kAlwaysUvAfterPin)) info = with_always_uv(info);
  if (quirks.has(ProtocolQuirk::kNoMaximumMessageSize)) {
    info = with_member(info, kInfoMaximumMessageSize, {});
  }
  if (quirks.has(ProtocolQuirk::kPresenceDenied)) {
    const auto options = member<cbor::Map>(info, kInfoOptions);
    info = with_member(info, kInfoOptions, with_value(options, options.find("up"), false));
  }
  if (quirks.has(ProtocolQuirk::kManagementMisnumbered)) {
    auto options = member<cbor::Map>(info, kInfoOptions);
    options.add("credentialMgmtPreview", true);
    info = with_member(info, kInfoOptions, std::move(options));
  }
  return with_body(quirks.has(ProtocolQuirk::kUnsortedInfo) ? unsorted(info) : cbor::encode(info));
}

/// The status a second setPIN is refused with, if it is not the one of the specification.
std::optional<Status> set_twice_status(const Quirks& quirks) {
  if (quirks.has(PinQuirk::kSetTwiceNotAllowed)) return Status::kNotAllowed;
  if (quirks.has(PinQuirk::kSetTwicePinInvalid)) return Status::kPinInvalid;
  if (quirks.has(PinQuirk::kSetTwiceInvalidParameter)) return Status::kInvalidParameter;
  if (quirks.has(PinQuirk::kSetTwicePolicyViolation)) return Status::kPinPolicyViolation;
  return {};
}

bool is_set_pin(BytesView request) {
  constexpr int kSubcommand = 0x02;
  constexpr int kSetPin = 0x03;
  const auto body = cbor::decode(request.subspan(1));
  const auto* map = body ? body->as<cbor::Map>() : nullptr;
  return map != nullptr && member<std::int64_t>(*map, kSubcommand) == kSetPin;
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
    case command::kClientPin: {
      const auto status = set_twice_status(quirks);
      const bool is_refused = answer == Bytes{static_cast<std::uint8_t>(Status::kPinAuthInvalid)};
      if (status && is_refused && is_set_pin(request)) {
        return {static_cast<std::uint8_t>(*status)};
      }
      return answer;
    }
    default:
      return answer;
  }
}

}  // namespace firstkey::device::softkey
