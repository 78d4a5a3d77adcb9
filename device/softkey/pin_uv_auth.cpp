#include "device/softkey/pin_uv_auth.h"

#include "device/softkey/fields.h"

namespace firstkey::device::softkey {
namespace {

Result<PinUvAuth> with_protocol(const cbor::Map& request, const Bytes& param, int protocol_key) {
  const auto number = required_field<std::int64_t>(request, protocol_key);
  if (!number) return std::unexpected(number.error());
  const auto version = protocol_from(**number);
  if (!version) return std::unexpected(version.error());
  return PinUvAuth{*version, param};
}

}  // namespace

Result<ProtocolVersion> protocol_from(std::int64_t number) {
  for (const auto version : kProtocolVersions) {
    if (number == static_cast<std::int64_t>(version)) return version;
  }
  return std::unexpected(Status::kInvalidParameter);
}

Result<std::optional<PinUvAuth>> optional_pin_uv_auth(const cbor::Map& request,
                                                      PinUvAuthKeys keys) {
  const auto param = optional_field<Bytes>(request, keys.param);
  if (!param) return std::unexpected(param.error());
  if (*param == nullptr) return std::nullopt;
  if ((*param)->empty()) return PinUvAuth{};
  return with_protocol(request, **param, keys.protocol);
}

Result<PinUvAuth> required_pin_uv_auth(const cbor::Map& request, PinUvAuthKeys keys) {
  const auto param = optional_field<Bytes>(request, keys.param);
  if (!param) return std::unexpected(param.error());
  if (*param == nullptr) return std::unexpected(Status::kPuatRequired);
  return with_protocol(request, **param, keys.protocol);
}

}  // namespace firstkey::device::softkey
