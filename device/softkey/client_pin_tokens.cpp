// The tokens of CTAP 2.1 §6.5.5.7: what they are exchanged for, and what they open.
#include "device/softkey/client_pin.h"
#include "device/softkey/fields.h"

namespace firstkey::device::softkey {
namespace {

// Parameters of the request (§6.5.5).
constexpr int kKeyAgreement = 0x03;
constexpr int kPinHashEnc = 0x06;
constexpr int kPermissions = 0x09;
constexpr int kRpId = 0x0A;

// Members of the response.
constexpr int kResponseToken = 0x02;
constexpr int kResponseUvRetries = 0x05;

/// The permissions of §6.5.5.7 that are for one relying party, which must be named.
constexpr std::uint8_t kForOneRp = Permission::kMakeCredential | Permission::kGetAssertion;

}  // namespace

bool ClientPin::has_finger() const {
  switch (settings_.fingerprint) {
    case Fingerprint::kNoSensor:
    case Fingerprint::kNoneEnrolled:
      return false;
    case Fingerprint::kMatches:
    case Fingerprint::kMismatches:
      return true;
  }
  return false;
}

Result<void> ClientPin::may_try_finger() const {
  if (finger_attempts_left_ == 0) return std::unexpected(Status::kUvBlocked);
  return {};
}

Result<void> ClientPin::try_finger() {
  if (settings_.fingerprint == Fingerprint::kMismatches) {
    --finger_attempts_left_;
    return std::unexpected(finger_attempts_left_ == 0 ? Status::kUvBlocked : Status::kUvInvalid);
  }
  finger_attempts_left_ = kMaximumFingerAttempts;
  return {};
}

bool ClientPin::admit(const PinUvAuth& auth, BytesView message, const TokenUse& use) {
  PinUvAuthToken& token = channel(auth.version).token;
  return authenticate(auth.version, token.value(), message).equals(auth.param) &&
         token.admit(clock_.now(), use);
}

Result<Bytes> ClientPin::get_pin_token(const cbor::Map& request) {  // §6.5.5.7.1
  // Its permissions are the default ones; the first use binds it to a relying party.
  const bool is_for_all = settings_.tokens == Settings::Tokens::kForAll;
  return issue_for_pin(request, {is_for_all ? settings_.permissions : kForOneRp, std::nullopt});
}

Result<Bytes> ClientPin::get_token_with_permissions(const cbor::Map& request) {  // §6.5.5.7.2
  if (settings_.tokens == Settings::Tokens::kForAll) {
    return std::unexpected(Status::kInvalidSubcommand);
  }
  auto grant = requested_grant(request);
  if (!grant) return std::unexpected(grant.error());
  return issue_for_pin(request, std::move(*grant));
}

Outcome ClientPin::get_token_for_finger(const cbor::Map& request) {  // §6.5.5.7.3
  if (settings_.fingerprint == Fingerprint::kNoSensor ||
      settings_.tokens == Settings::Tokens::kForAll) {
    return std::unexpected(Status::kInvalidSubcommand);
  }
  auto grant = requested_grant(request);
  if (!grant) return std::unexpected(grant.error());
  const auto channel = channel_of(request);
  if (!channel) return std::unexpected(channel.error());
  const auto peer = required_field<cbor::Map>(request, kKeyAgreement);
  if (!peer) return std::unexpected(peer.error());
  if (!has_finger()) return std::unexpected(Status::kNotAllowed);
  if (const auto may_try = may_try_finger(); !may_try) return std::unexpected(may_try.error());
  auto secret = (*channel)->protocol.decapsulate(**peer);
  if (!secret) return std::unexpected(secret.error());
  return Consent{[this,
                  &channel = **channel,
                  secret = std::move(*secret),
                  grant = std::move(*grant)]() mutable -> Result<Bytes> {
    if (const auto right = try_finger(); !right) return std::unexpected(right.error());
    return issue(channel, secret, std::move(grant));
  }};
}

Result<Bytes> ClientPin::get_finger_attempts() const {  // §6.5.5.3
  if (settings_.fingerprint == Fingerprint::kNoSensor) {
    return std::unexpected(Status::kInvalidSubcommand);
  }
  return cbor::encode(cbor::Map{{kResponseUvRetries, finger_attempts_left_}});
}

Result<ClientPin::Grant> ClientPin::requested_grant(const cbor::Map& request) const {
  const auto permissions = required_field<std::int64_t>(request, kPermissions);
  if (!permissions) return std::unexpected(permissions.error());
  const auto rp_id = optional_field<std::string>(request, kRpId);
  if (!rp_id) return std::unexpected(rp_id.error());
  if (**permissions <= 0) return std::unexpected(Status::kInvalidParameter);
  if ((**permissions & ~std::int64_t{settings_.permissions}) != 0) {
    return std::unexpected(Status::kUnauthorizedPermission);
  }
  if ((**permissions & kForOneRp) != 0 && *rp_id == nullptr) {
    return std::unexpected(Status::kMissingParameter);
  }
  return Grant{static_cast<std::uint8_t>(**permissions),
               *rp_id == nullptr ? std::nullopt : std::optional<std::string>(**rp_id)};
}

Result<Bytes> ClientPin::issue_for_pin(const cbor::Map& request, Grant grant) {
  const auto channel = channel_of(request);
  if (!channel) return std::unexpected(channel.error());
  const auto peer = required_field<cbor::Map>(request, kKeyAgreement);
  if (!peer) return std::unexpected(peer.error());
  const auto pin_hash_enc = required_field<Bytes>(request, kPinHashEnc);
  if (!pin_hash_enc) return std::unexpected(pin_hash_enc.error());
  const auto pin = pin_to_try();
  if (!pin) return std::unexpected(pin.error());
  const auto secret = (*channel)->protocol.decapsulate(**peer);
  if (!secret) return std::unexpected(secret.error());
  if (const auto right = check_pin(**channel, *secret, *pin, **pin_hash_enc); !right) {
    return std::unexpected(right.error());
  }
  if (store_.configuration().demands_new_pin) return std::unexpected(Status::kPinPolicyViolation);
  return issue(**channel, *secret, std::move(grant));
}

Result<Bytes> ClientPin::issue(Channel& channel, const SharedSecret& secret, Grant grant) {
  reset_tokens();
  channel.token.begin_using(clock_.now(), grant.permissions, std::move(grant.rp_id));
  auto encrypted = secret.encrypt(channel.token.value(), random_);
  if (!encrypted) return std::unexpected(encrypted.error());
  return cbor::encode(cbor::Map{{kResponseToken, std::move(*encrypted)}});
}

}  // namespace firstkey::device::softkey
