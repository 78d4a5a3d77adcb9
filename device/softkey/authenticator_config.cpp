#include "device/softkey/authenticator_config.h"

#include "device/softkey/fields.h"

namespace firstkey::device::softkey {
namespace {

enum class Subcommand : std::uint8_t {
  kEnableEnterpriseAttestation = 0x01,
  kToggleAlwaysUv = 0x02,
  kSetMinimumPinLength = 0x03,
};

// Parameters of the request, then those of setMinPINLength (§6.11).
constexpr int kSubcommand = 0x01;
constexpr int kSubcommandParams = 0x02;
constexpr PinUvAuthKeys kAuthKeys{.param = 0x04, .protocol = 0x03};
constexpr int kNewMinimum = 0x01;
constexpr int kRpIds = 0x02;
constexpr int kForceChange = 0x03;

constexpr std::uint8_t kCommand = 0x0D;
constexpr std::int64_t kLongestPin = 63;  // §6.5.1: no PIN has more bytes

struct Request {
  Subcommand subcommand;
  cbor::Map params;  ///< empty if there are none
};

Result<Request> parse(const cbor::Map& members) {
  const auto subcommand = required_field<std::int64_t>(members, kSubcommand);
  if (!subcommand) return std::unexpected(subcommand.error());
  if (**subcommand < 0 || **subcommand > 0xFF) return std::unexpected(Status::kInvalidParameter);
  const auto params = optional_field<cbor::Map>(members, kSubcommandParams);
  if (!params) return std::unexpected(params.error());
  return Request{Subcommand{static_cast<std::uint8_t>(**subcommand)},
                 *params == nullptr ? cbor::Map{} : **params};
}

/// §6.11, steps 3 and 4: a token where anybody can get one; alwaysUv alone may be taken back by who
/// could never verify.
Result<void> admit(const KeyParts& key, const cbor::Map& members, const Request& request) {
  const bool is_always = key.store.configuration().always_verifies_user;
  const bool is_way_out = request.subcommand == Subcommand::kToggleAlwaysUv;
  if (!key.client_pin.can_verify_user() && (!is_always || is_way_out)) return {};
  const auto auth = required_pin_uv_auth(members, kAuthKeys);
  if (!auth) return std::unexpected(auth.error());
  Bytes message(32, 0xFF);
  message.push_back(kCommand);
  message.push_back(static_cast<std::uint8_t>(request.subcommand));
  if (!request.params.is_empty()) append(message, cbor::encode(request.params));
  if (!key.client_pin.admit(*auth,
                            message,
                            {.permission = Permission::kAuthenticatorConfiguration,
                             .reach = TokenUse::Reach::kWholeKey})) {
    return std::unexpected(Status::kPinAuthInvalid);
  }
  return {};
}

Result<Bytes> save(const KeyParts& key, Configuration configuration) {
  const auto saved = key.store.configure(std::move(configuration));
  if (!saved) return std::unexpected(saved.error());
  return Bytes{};
}

Result<std::vector<std::string>> read_rp_ids(const cbor::Array& items) {
  if (items.size() > kMaximumRpIdsToldMinimumPinLength) {
    return std::unexpected(Status::kKeyStoreFull);
  }
  std::vector<std::string> rp_ids;
  for (const auto& item : items) {
    const auto* rp_id = item.as<std::string>();
    if (rp_id == nullptr) return std::unexpected(Status::kCborUnexpectedType);
    rp_ids.push_back(*rp_id);
  }
  return rp_ids;
}

/// Whether the PIN there is does not satisfy `minimum`; one of unknown length is not trusted to.
bool is_pin_too_short(const KeyParts& key, std::size_t minimum) {
  const Pin* pin = key.store.pin();
  return pin != nullptr && pin->length.value_or(0) < minimum;
}

Result<Bytes> set_minimum_pin_length(const KeyParts& key, const cbor::Map& params) {  // §6.11.4
  const auto minimum = optional_field<std::int64_t>(params, kNewMinimum);
  if (!minimum) return std::unexpected(minimum.error());
  const auto rp_ids = optional_field<cbor::Array>(params, kRpIds);
  if (!rp_ids) return std::unexpected(rp_ids.error());
  const auto force = optional_field<bool>(params, kForceChange);
  if (!force) return std::unexpected(force.error());
  Configuration next = key.store.configuration();
  if (*minimum != nullptr) {
    const auto present = static_cast<std::int64_t>(key.client_pin.minimum_length());
    if (**minimum < present || **minimum > kLongestPin) {
      return std::unexpected(Status::kPinPolicyViolation);
    }
    next.minimum_pin_length = static_cast<std::size_t>(**minimum);
    if (**minimum > present && is_pin_too_short(key, *next.minimum_pin_length)) {
      next.demands_new_pin = true;
    }
  }
  if (*force != nullptr && **force) {
    if (!key.client_pin.is_set()) return std::unexpected(Status::kPinNotSet);
    next.demands_new_pin = true;
  }
  if (*rp_ids != nullptr) {
    auto told = read_rp_ids(**rp_ids);
    if (!told) return std::unexpected(told.error());
    next.rp_ids_told_minimum_pin_length = std::move(*told);
  }
  auto saved = save(key, std::move(next));
  if (saved && key.store.configuration().demands_new_pin) key.client_pin.reset_tokens();
  return saved;
}

bool is_supported(const KeyParts& key, Subcommand subcommand) {
  switch (subcommand) {
    case Subcommand::kEnableEnterpriseAttestation:
      return key.settings.attestation == AttestationKind::kPacked;
    case Subcommand::kToggleAlwaysUv:
      return true;
    case Subcommand::kSetMinimumPinLength:
      return key.settings.pin.support == ClientPin::Support::kFull;
  }
  return false;  // any other number a client may send
}

}  // namespace

Result<Bytes> configure(const KeyParts& key, const cbor::Map& members) {
  const auto request = parse(members);
  if (!request) return std::unexpected(request.error());
  if (!is_supported(key, request->subcommand)) return std::unexpected(Status::kInvalidParameter);
  if (const auto admitted = admit(key, members, *request); !admitted) {
    return std::unexpected(admitted.error());
  }
  Configuration next = key.store.configuration();
  switch (request->subcommand) {
    case Subcommand::kEnableEnterpriseAttestation:  // §6.11.1
      next.allows_enterprise_attestation = true;
      return save(key, std::move(next));
    case Subcommand::kToggleAlwaysUv:  // §6.11.2
      next.always_verifies_user = !next.always_verifies_user;
      return save(key, std::move(next));
    case Subcommand::kSetMinimumPinLength:
      return set_minimum_pin_length(key, request->params);
  }
  return std::unexpected(Status::kInvalidParameter);
}

}  // namespace firstkey::device::softkey
