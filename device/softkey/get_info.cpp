#include "device/softkey/get_info.h"

#include "device/softkey/authenticator_config.h"
#include "device/softkey/large_blobs.h"
#include "device/softkey/request.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kFirmwareVersion = 0x0001'0000;
constexpr int kFingerprintModality = 0x02;  // FIDO Registry of Predefined Values §3.1

std::int64_t number(std::size_t value) {
  return static_cast<std::int64_t>(value);
}

bool has_pin_support(const KeyParts& key) {
  return key.settings.pin.support == ClientPin::Support::kFull;
}

bool is_preview(const KeyParts& key) {
  return key.settings.edition == Settings::Edition::kPreview;
}

cbor::Map preview_options(const KeyParts& key) {
  const bool has_accounts = key.settings.maximum_discoverable > 0;
  cbor::Map options{{"plat", false}, {"rk", has_accounts}, {"up", true}};
  if (key.settings.pin.fingerprint != ClientPin::Fingerprint::kNoSensor) {
    options.add("uv", key.client_pin.has_finger());
  }
  if (!has_pin_support(key)) return options;
  options.add("clientPin", key.client_pin.is_set());
  if (has_accounts) options.add("credentialMgmtPreview", true);
  return options;
}

cbor::Map options(const KeyParts& key) {
  if (is_preview(key)) return preview_options(key);
  const bool has_accounts = key.settings.maximum_discoverable > 0;
  cbor::Map options{
      {"plat", false}, {"rk", has_accounts}, {"up", true}, {"makeCredUvNotRqd", false}};
  options.add("authnrCfg", true);
  options.add("alwaysUv", key.store.configuration().always_verifies_user);
  options.add("largeBlobs", true);
  if (key.settings.attestation == AttestationKind::kPacked) {
    options.add("ep", key.store.configuration().allows_enterprise_attestation);
  }
  if (key.settings.pin.fingerprint != ClientPin::Fingerprint::kNoSensor) {
    options.add("uv", key.client_pin.has_finger());
  }
  if (!has_pin_support(key)) return options;
  options.add("clientPin", key.client_pin.is_set());
  options.add("pinUvAuthToken", true);
  options.add("setMinPINLength", true);
  if (has_accounts) options.add("credMgmt", true);
  return options;
}

/// alwaysUv switches U2F off, and so it is not mentioned (CTAP 2.1 §7.2.4).
cbor::Array versions(const KeyParts& key) {
  cbor::Array versions;
  if (key.settings.protocols != Settings::Protocols::kCtap2 &&
      !key.store.configuration().always_verifies_user) {
    versions.emplace_back("U2F_V2");
  }
  versions.emplace_back("FIDO_2_0");
  versions.emplace_back(is_preview(key) ? "FIDO_2_1_PRE" : "FIDO_2_1");
  return versions;
}

cbor::Array extensions(const KeyParts& key) {
  if (is_preview(key)) return {"credProtect", "hmac-secret"};
  cbor::Array extensions{"credBlob", "credProtect", "hmac-secret"};
  if (key.settings.maximum_discoverable > 0) extensions.emplace_back("largeBlobKey");
  if (has_pin_support(key)) extensions.emplace_back("minPinLength");
  extensions.emplace_back("hmac-secret-mc");
  return extensions;
}

cbor::Array algorithms() {
  cbor::Array algorithms;
  for (const auto algorithm : kAlgorithms) {
    algorithms.emplace_back(
        cbor::Map{{"alg", static_cast<int>(algorithm)}, {"type", "public-key"}});
  }
  return algorithms;
}

cbor::Array pin_protocols(const KeyParts& key) {
  if (is_preview(key)) return {static_cast<int>(ProtocolVersion::kOne)};
  cbor::Array protocols;
  for (const auto version : kProtocolVersions) protocols.emplace_back(static_cast<int>(version));
  return protocols;
}

void add_ctap21_members(const KeyParts& key, cbor::Map& info) {
  const std::size_t used = key.store.discoverable_count();
  const std::size_t most = key.settings.maximum_discoverable;
  info.add(0x0B, number(kMaximumLargeBlobArray));
  info.add(0x0E, kFirmwareVersion);
  info.add(0x0F, number(kMaximumBlobSize));
  info.add(0x14, number(used < most ? most - used : 0));
  if (has_pin_support(key)) {
    info.add(0x0C, key.store.configuration().demands_new_pin);
    info.add(0x0D, number(key.client_pin.minimum_length()));
    info.add(0x10, number(kMaximumRpIdsToldMinimumPinLength));
  }
  if (key.settings.pin.fingerprint != ClientPin::Fingerprint::kNoSensor) {
    info.add(0x12, kFingerprintModality);
  }
}

}  // namespace

Bytes get_info(const KeyParts& key) {
  cbor::Map info{{0x01, versions(key)},
                 {0x02, extensions(key)},
                 {0x03, BytesView(key.settings.aaguid)},
                 {0x04, options(key)},
                 {0x05, number(kMaximumMessageSize)},
                 {0x06, pin_protocols(key)},
                 {0x07, number(kMaximumCredentialsInList)},
                 {0x08, number(kMaximumCredentialIdSize)},
                 {0x09, cbor::Array{key.settings.transport}},
                 {0x0A, algorithms()}};
  if (!is_preview(key)) add_ctap21_members(key, info);
  return cbor::encode(info);
}

}  // namespace firstkey::device::softkey
