// The subcommands and the PIN itself; steps are those of CTAP 2.1 §6.5.5, named at each.
#include "device/softkey/client_pin.h"

#include <algorithm>

#include "device/softkey/crypto.h"
#include "device/softkey/fields.h"
#include "device/softkey/utf8.h"

namespace firstkey::device::softkey {
namespace {

enum class Subcommand : std::uint8_t {
  kGetPinRetries = 0x01,
  kGetKeyAgreement = 0x02,
  kSetPin = 0x03,
  kChangePin = 0x04,
  kGetPinToken = 0x05,
  kGetTokenUsingUvWithPermissions = 0x06,
  kGetUvRetries = 0x07,
  kGetTokenUsingPinWithPermissions = 0x09,
};

// Parameters of the request (§6.5.5).
constexpr int kProtocol = 0x01;
constexpr int kSubcommand = 0x02;
constexpr int kKeyAgreement = 0x03;
constexpr int kPinUvAuthParam = 0x04;
constexpr int kNewPinEnc = 0x05;
constexpr int kPinHashEnc = 0x06;

// Members of the response.
constexpr int kResponseKeyAgreement = 0x01;
constexpr int kResponsePinRetries = 0x03;
constexpr int kResponsePowerCycleState = 0x04;

constexpr std::size_t kPaddedPinSize = 64;
constexpr std::size_t kMaximumPinBytes = 63;
constexpr std::size_t kPinHashSize = 16;

SecretBytes hash_of(BytesView pin) {
  const Sha256 digest = sha256(pin);
  return SecretBytes(Bytes(digest.begin(), digest.begin() + kPinHashSize));
}

struct NewPin {
  SecretBytes text;
  std::size_t length = 0;  ///< code points
};

/// The PIN inside its 64 zero-padded bytes.
/// Errors: kInvalidParameter for another size, kPinPolicyViolation for a PIN too short or too long.
Result<NewPin> unpad(SecretBytes padded, std::size_t minimum_length) {
  if (padded.size() != kPaddedPinSize) return std::unexpected(Status::kInvalidParameter);
  const BytesView bytes = padded.expose();
  const auto last = std::ranges::find_if(
      bytes.rbegin(), bytes.rend(), [](std::uint8_t byte) { return byte != 0; });
  const auto size = static_cast<std::size_t>(bytes.rend() - last);
  const auto length = count_code_points(bytes.first(size));
  if (!length || *length < minimum_length || size > kMaximumPinBytes) {
    return std::unexpected(Status::kPinPolicyViolation);
  }
  padded.truncate(size);
  return NewPin{std::move(padded), *length};
}

}  // namespace

ClientPin::ClientPin(CredentialStore& store, Settings settings, const Clock& clock, Random& random)
    : store_(store), settings_(settings), clock_(clock), random_(random) {
  reset_tokens();
}

Outcome ClientPin::answer(const cbor::Map& request) {
  const auto subcommand = required_field<std::int64_t>(request, kSubcommand);
  if (!subcommand) return std::unexpected(subcommand.error());
  if (**subcommand < 0 || **subcommand > 0xFF) return std::unexpected(Status::kInvalidSubcommand);
  const auto chosen = Subcommand{static_cast<std::uint8_t>(**subcommand)};
  if (settings_.support == Support::kKeyAgreementOnly && chosen != Subcommand::kGetKeyAgreement) {
    return std::unexpected(Status::kInvalidSubcommand);
  }
  switch (chosen) {
    case Subcommand::kGetPinRetries:
      return at_once(get_pin_retries());
    case Subcommand::kGetKeyAgreement:
      return at_once(get_key_agreement(request));
    case Subcommand::kSetPin:
      return at_once(set_pin(request));
    case Subcommand::kChangePin:
      return at_once(change_pin(request));
    case Subcommand::kGetPinToken:
      return at_once(get_pin_token(request));
    case Subcommand::kGetTokenUsingUvWithPermissions:
      return get_token_for_finger(request);
    case Subcommand::kGetUvRetries:
      return at_once(get_finger_attempts());
    case Subcommand::kGetTokenUsingPinWithPermissions:
      return at_once(get_token_with_permissions(request));
  }
  return std::unexpected(Status::kInvalidSubcommand);  // any other number a client may send
}

std::size_t ClientPin::minimum_length() const {
  return std::max(settings_.minimum_length, store_.configuration().minimum_pin_length.value_or(0));
}

void ClientPin::clear_token_permissions() {
  one_.token.clear_permissions();
  two_.token.clear_permissions();
}

Result<SharedSecret> ClientPin::decapsulate(ProtocolVersion version, const cbor::Map& peer) {
  return channel(version).protocol.decapsulate(peer);
}

void ClientPin::power_cycle() {
  consecutive_mismatches_ = 0;
  one_.protocol.regenerate();
  two_.protocol.regenerate();
  reset_tokens();
}

Result<Bytes> ClientPin::get_pin_retries() const {
  const Pin* pin = store_.pin();
  const int attempts_left = pin == nullptr ? kMaximumAttempts : pin->attempts_left;
  return cbor::encode(cbor::Map{
      {kResponsePinRetries, attempts_left},
      {kResponsePowerCycleState, consecutive_mismatches_ == kMaximumConsecutiveMismatches}});
}

Result<Bytes> ClientPin::get_key_agreement(const cbor::Map& request) {
  const auto channel = channel_of(request);
  if (!channel) return std::unexpected(channel.error());
  auto public_key = (*channel)->protocol.public_key();
  if (!public_key) return std::unexpected(public_key.error());
  return cbor::encode(cbor::Map{{kResponseKeyAgreement, std::move(*public_key)}});
}

Result<Bytes> ClientPin::set_pin(const cbor::Map& request) {  // §6.5.5.5
  const auto channel = channel_of(request);
  if (!channel) return std::unexpected(channel.error());
  const auto peer = required_field<cbor::Map>(request, kKeyAgreement);
  if (!peer) return std::unexpected(peer.error());
  const auto new_pin_enc = required_field<Bytes>(request, kNewPinEnc);
  if (!new_pin_enc) return std::unexpected(new_pin_enc.error());
  const auto param = required_field<Bytes>(request, kPinUvAuthParam);
  if (!param) return std::unexpected(param.error());
  if (is_set()) return std::unexpected(Status::kPinAuthInvalid);
  const auto secret = (*channel)->protocol.decapsulate(**peer);
  if (!secret) return std::unexpected(secret.error());
  if (!secret->authenticate(**new_pin_enc).equals(**param)) {
    return std::unexpected(Status::kPinAuthInvalid);
  }
  const auto stored = store_new_pin(*secret, **new_pin_enc);
  if (!stored) return std::unexpected(stored.error());
  return Bytes{};
}

Result<Bytes> ClientPin::change_pin(const cbor::Map& request) {  // §6.5.5.6
  const auto channel = channel_of(request);
  if (!channel) return std::unexpected(channel.error());
  const auto peer = required_field<cbor::Map>(request, kKeyAgreement);
  if (!peer) return std::unexpected(peer.error());
  const auto pin_hash_enc = required_field<Bytes>(request, kPinHashEnc);
  if (!pin_hash_enc) return std::unexpected(pin_hash_enc.error());
  const auto new_pin_enc = required_field<Bytes>(request, kNewPinEnc);
  if (!new_pin_enc) return std::unexpected(new_pin_enc.error());
  const auto param = required_field<Bytes>(request, kPinUvAuthParam);
  if (!param) return std::unexpected(param.error());
  const auto pin = pin_to_try();
  if (!pin) return std::unexpected(pin.error());
  const auto secret = (*channel)->protocol.decapsulate(**peer);
  if (!secret) return std::unexpected(secret.error());
  Bytes message = **new_pin_enc;
  append(message, **pin_hash_enc);
  if (!secret->authenticate(message).equals(**param))
    return std::unexpected(Status::kPinAuthInvalid);
  if (const auto right = check_pin(**channel, *secret, *pin, **pin_hash_enc); !right) {
    return std::unexpected(right.error());
  }
  const auto stored = store_new_pin(*secret, **new_pin_enc);
  if (!stored) return std::unexpected(stored.error());
  reset_tokens();
  return Bytes{};
}

Result<Pin> ClientPin::pin_to_try() const {
  const Pin* pin = store_.pin();
  if (pin == nullptr) return std::unexpected(Status::kPinNotSet);
  if (pin->attempts_left == 0) return std::unexpected(Status::kPinBlocked);
  if (consecutive_mismatches_ == kMaximumConsecutiveMismatches) {
    return std::unexpected(Status::kPinAuthBlocked);
  }
  return pin->clone();
}

Result<void> ClientPin::check_pin(Channel& channel,
                                  const SharedSecret& secret,
                                  const Pin& pin,
                                  BytesView pin_hash_enc) {
  const int attempts_left = pin.attempts_left - 1;
  if (const auto saved = store_.set_pin_attempts_left(attempts_left); !saved) return saved;
  const auto pin_hash = secret.decrypt(pin_hash_enc);
  if (pin_hash && pin.hash.equals(pin_hash->expose())) {
    consecutive_mismatches_ = 0;
    finger_attempts_left_ = kMaximumFingerAttempts;
    return store_.set_pin_attempts_left(kMaximumAttempts);
  }
  channel.protocol.regenerate();
  ++consecutive_mismatches_;
  if (attempts_left == 0) return std::unexpected(Status::kPinBlocked);
  if (consecutive_mismatches_ == kMaximumConsecutiveMismatches) {
    return std::unexpected(Status::kPinAuthBlocked);
  }
  return std::unexpected(Status::kPinInvalid);
}

Result<void> ClientPin::store_new_pin(const SharedSecret& secret, BytesView new_pin_enc) {
  auto padded = secret.decrypt(new_pin_enc);
  if (!padded) return std::unexpected(padded.error());
  const auto pin = unpad(std::move(*padded), minimum_length());
  if (!pin) return std::unexpected(pin.error());
  SecretBytes hash = hash_of(pin->text.expose());
  // §6.5.5.6: a PIN that must be changed is not changed into itself.
  if (store_.configuration().demands_new_pin && is_set() &&
      store_.pin()->hash.equals(hash.expose())) {
    return std::unexpected(Status::kPinPolicyViolation);
  }
  return store_.set_pin({std::move(hash), kMaximumAttempts, pin->length});
}

void ClientPin::reset_tokens() {
  one_.token.reset(random_);
  two_.token.reset(random_);
}

ClientPin::Channel& ClientPin::channel(ProtocolVersion version) {
  return version == ProtocolVersion::kOne ? one_ : two_;
}

Result<ClientPin::Channel*> ClientPin::channel_of(const cbor::Map& request) {
  const auto number = required_field<std::int64_t>(request, kProtocol);
  if (!number) return std::unexpected(number.error());
  const auto version = protocol_from(**number);
  if (!version) return std::unexpected(version.error());
  return &channel(*version);
}

}  // namespace firstkey::device::softkey
