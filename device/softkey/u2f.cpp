#include "device/softkey/u2f.h"

#include <algorithm>

#include "device/softkey/authenticator_data.h"
#include "device/softkey/status_word.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::uint8_t kClass = 0x00;
constexpr std::uint8_t kRegister = 0x01;
constexpr std::uint8_t kAuthenticate = 0x02;
constexpr std::uint8_t kVersion = 0x03;

// P1 of authenticate.
constexpr std::uint8_t kCheckOnly = 0x07;
constexpr std::uint8_t kDemandPresence = 0x03;
constexpr std::uint8_t kWaivePresence = 0x08;

constexpr std::size_t kParameterSize = 32;
constexpr std::size_t kKeyHandleSize = 32;
constexpr std::uint8_t kReserved = 0x05;  // opens what register answers

struct Parameters {
  BytesView challenge;
  Sha256 application{};
};

Parameters parameters_of(BytesView data) {
  Parameters parameters{.challenge = data.first(kParameterSize)};
  std::ranges::copy(data.subspan(kParameterSize, kParameterSize), parameters.application.begin());
  return parameters;
}

/// 04 || x || y
Result<Bytes> public_point(const SigningKey& key) {
  const auto point = p256_point(key.handle());
  if (!point) return std::unexpected(point.error());
  Bytes out{0x04};
  append(out, point->x);
  append(out, point->y);
  return out;
}

Result<Credential> new_credential(const KeyParts& key,
                                  const SigningKey& signing_key,
                                  const Sha256& application) {
  auto private_key = signing_key.to_pkcs8();
  if (!private_key) return std::unexpected(private_key.error());
  return Credential{.id = key.random.bytes(kKeyHandleSize),
                    .rp_id = {},
                    .rp_id_hash = application,
                    .user_id = {},
                    .user_name = {},
                    .user_display_name = {},
                    .algorithm = Algorithm::kEs256,
                    .private_key = std::move(*private_key),
                    .hmac_secrets = {}};
}

/// What register answers and stores, but for the status word.
Result<Bytes> make(const KeyParts& key, const Parameters& parameters) {
  const auto signing_key = SigningKey::generate(Algorithm::kEs256);
  if (!signing_key) return std::unexpected(signing_key.error());
  const auto point = public_point(*signing_key);
  if (!point) return std::unexpected(point.error());
  auto credential = new_credential(key, *signing_key, parameters.application);
  if (!credential) return std::unexpected(credential.error());
  Bytes message{0x00};
  append(message, parameters.application);
  append(message, parameters.challenge);
  append(message, credential->id);
  append(message, *point);
  const auto signature = key.attestation.sign(message);
  if (!signature) return std::unexpected(signature.error());
  Bytes body{kReserved};
  append(body, *point);
  body.push_back(static_cast<std::uint8_t>(credential->id.size()));
  append(body, credential->id);
  append(body, key.attestation.certificate());
  append(body, *signature);
  if (const auto added = key.store.add(std::move(*credential)); !added) {
    return std::unexpected(added.error());
  }
  return body;
}

/// What authenticate answers, but for the status word.
Result<Bytes> sign(const KeyParts& key,
                   const Credential& credential,
                   const Parameters& parameters,
                   std::uint8_t presence) {
  const auto signing_key =
      SigningKey::from_pkcs8(credential.algorithm, credential.private_key.expose());
  if (!signing_key) return std::unexpected(signing_key.error());
  const auto count = key.store.raise_sign_count(Bytes(credential.id));
  if (!count) return std::unexpected(count.error());
  Bytes body{presence};
  append_be32(body, *count);
  Bytes message(parameters.application.begin(), parameters.application.end());
  append(message, body);
  append(message, parameters.challenge);
  const auto signature = signing_key->sign(message);
  if (!signature) return std::unexpected(signature.error());
  append(body, *signature);
  return body;
}

Bytes to_response(const Result<Bytes>& body) {
  return body ? response(*body, StatusWord::kOk) : refuse(StatusWord::kFailed);
}

/// Null unless U2F may sign with it: it knows one algorithm, and nothing of verified users.
const Credential* find_usable(const KeyParts& key, BytesView handle, const Sha256& application) {
  const Credential* credential = key.store.find(handle, application);
  const bool is_usable = credential != nullptr && credential->algorithm == Algorithm::kEs256 &&
                         credential->protection != CredProtect::kUvRequired;
  return is_usable ? credential : nullptr;
}

}  // namespace

Bytes U2f::answer(const CommandApdu& apdu) {
  if (apdu.cla != kClass) return refuse(StatusWord::kUnknownClass);
  switch (apdu.ins) {
    case kRegister:
      return enroll(apdu);
    case kAuthenticate:
      return authenticate(apdu);
    case kVersion:
      if (!apdu.data.empty()) return refuse(StatusWord::kWrongLength);
      return response(as_bytes("U2F_V2"), StatusWord::kOk);
    default:
      return refuse(StatusWord::kUnknownInstruction);
  }
}

Bytes U2f::enroll(const CommandApdu& apdu) {
  if (apdu.data.size() != 2 * kParameterSize) return refuse(StatusWord::kWrongLength);
  if (!is_user_present()) return refuse(StatusWord::kConditionsNotSatisfied);
  if (key_.store.count() >= CredentialStore::kMaximumCount) return refuse(StatusWord::kFull);
  return to_response(make(key_, parameters_of(apdu.data)));
}

Bytes U2f::authenticate(const CommandApdu& apdu) {
  constexpr std::size_t kHead = 2 * kParameterSize + 1;
  if (apdu.data.size() < kHead || apdu.data.size() != kHead + apdu.data[kHead - 1]) {
    return refuse(StatusWord::kWrongLength);
  }
  const bool is_presence_waived = apdu.p1 == kWaivePresence;
  if (apdu.p1 != kCheckOnly && apdu.p1 != kDemandPresence && !is_presence_waived) {
    return refuse(StatusWord::kWrongParameters);
  }
  const Parameters parameters = parameters_of(apdu.data);
  const Credential* credential =
      find_usable(key_, apdu.data.subspan(kHead), parameters.application);
  if (credential == nullptr) return refuse(StatusWord::kWrongData);
  // Check-only tells by this very refusal that the key knows the handle.
  if (apdu.p1 == kCheckOnly) return refuse(StatusWord::kConditionsNotSatisfied);
  if (is_presence_waived) return to_response(sign(key_, *credential, parameters, 0));
  if (!is_user_present()) return refuse(StatusWord::kConditionsNotSatisfied);
  return to_response(sign(key_, *credential, parameters, kUserPresent));
}

bool U2f::is_user_present() {
  const Instant now = key_.clock.now();
  if (!asked_ || now - *asked_ >= kQuestionLimit) {
    presence_.ask(now);
    asked_ = now;
  }
  const bool is_present = presence_.poll(now) == Presence::kGranted;
  if (is_present) asked_.reset();
  return is_present;
}

}  // namespace firstkey::device::softkey
