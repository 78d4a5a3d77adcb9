#include "device/softkey/get_info.h"

#include "device/softkey/request.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kFirmwareVersion = 0x0001'0000;

std::int64_t number(std::size_t value) {
  return static_cast<std::int64_t>(value);
}

bool has_pin_support(const KeyParts& key) {
  return key.settings.pin.support == ClientPin::Support::kFull;
}

cbor::Map options(const KeyParts& key) {
  const bool has_accounts = key.settings.maximum_discoverable > 0;
  cbor::Map options{
      {"plat", false}, {"rk", has_accounts}, {"up", true}, {"makeCredUvNotRqd", false}};
  if (!has_pin_support(key)) return options;
  options.add("clientPin", key.client_pin.is_set());
  options.add("pinUvAuthToken", true);
  if (has_accounts) options.add("credMgmt", true);
  return options;
}

cbor::Array algorithms() {
  cbor::Array algorithms;
  for (const auto algorithm : kAlgorithms) {
    algorithms.emplace_back(
        cbor::Map{{"alg", static_cast<int>(algorithm)}, {"type", "public-key"}});
  }
  return algorithms;
}

}  // namespace

Bytes get_info(const KeyParts& key) {
  cbor::Array protocols;
  for (const auto version : kProtocolVersions) protocols.emplace_back(static_cast<int>(version));
  const std::size_t used = key.store.discoverable_count();
  const std::size_t most = key.settings.maximum_discoverable;
  cbor::Map info{{0x01, cbor::Array{"FIDO_2_0", "FIDO_2_1"}},
                 {0x02, cbor::Array{"credProtect", "hmac-secret"}},
                 {0x03, BytesView(key.settings.aaguid)},
                 {0x04, options(key)},
                 {0x05, number(kMaximumMessageSize)},
                 {0x06, std::move(protocols)},
                 {0x07, number(kMaximumCredentialsInList)},
                 {0x08, number(kMaximumCredentialIdSize)},
                 {0x09, cbor::Array{key.settings.transport}},
                 {0x0A, algorithms()},
                 {0x0E, kFirmwareVersion},
                 {0x14, number(used < most ? most - used : 0)}};
  if (has_pin_support(key)) info.add(0x0D, number(key.client_pin.minimum_length()));
  return cbor::encode(info);
}

}  // namespace firstkey::device::softkey
