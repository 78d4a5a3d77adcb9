#include "enroll/app/key_facts.h"

#include <array>

#include <boost/json.hpp>

#include "core/aaguid.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using device::AuthenticatorFacts;
using device::Option;

struct NamedOption {
  const char* name;  ///< CTAP's. Source: CTAP 2.1 §6.4
  Option device::AuthenticatorOptions::* member;
};

constexpr std::array kOptions = {
    NamedOption{"plat", &device::AuthenticatorOptions::plat},
    NamedOption{"rk", &device::AuthenticatorOptions::rk},
    NamedOption{"clientPin", &device::AuthenticatorOptions::client_pin},
    NamedOption{"up", &device::AuthenticatorOptions::up},
    NamedOption{"uv", &device::AuthenticatorOptions::uv},
    NamedOption{"pinUvAuthToken", &device::AuthenticatorOptions::pin_uv_auth_token},
    NamedOption{"noMcGaPermissionsWithClientPin",
                &device::AuthenticatorOptions::no_mc_ga_permissions_with_client_pin},
    NamedOption{"largeBlobs", &device::AuthenticatorOptions::large_blobs},
    NamedOption{"ep", &device::AuthenticatorOptions::ep},
    NamedOption{"bioEnroll", &device::AuthenticatorOptions::bio_enroll},
    NamedOption{"credMgmt", &device::AuthenticatorOptions::cred_mgmt},
    NamedOption{"credentialMgmtPreview", &device::AuthenticatorOptions::credential_mgmt_preview},
    NamedOption{"authnrCfg", &device::AuthenticatorOptions::authnr_cfg},
    NamedOption{"setMinPINLength", &device::AuthenticatorOptions::set_min_pin_length},
    NamedOption{"makeCredUvNotRqd", &device::AuthenticatorOptions::make_cred_uv_not_rqd},
    NamedOption{"alwaysUv", &device::AuthenticatorOptions::always_uv},
    NamedOption{"uvAcfg", &device::AuthenticatorOptions::uv_acfg},
    NamedOption{"uvBioEnroll", &device::AuthenticatorOptions::uv_bio_enroll},
};

template <class Value>
void add_if_told(json::object& object, const char* name, const std::optional<Value>& value) {
  if (value) object[name] = *value;
}

std::string_view pin_state(const AuthenticatorFacts& facts) {
  if (!facts.supports_pin()) return "unsupported";
  return facts.has_pin() ? "set" : "notSet";
}

json::object certifications_json(const AuthenticatorFacts& facts) {
  json::object certifications;
  for (const auto& [name, level] : facts.certifications) certifications[name] = level;
  return certifications;
}

}  // namespace

std::string_view transport_name(device::Transport transport) {
  switch (transport) {
    case device::Transport::kUsb:
      return "usb";
    case device::Transport::kReader:
      return "reader";
    case device::Transport::kSimulator:
      return "simulator";
  }
  return "unknown";  // a value outside the enumeration
}

json::object to_json(const device::Obstacle& obstacle) {
  return {{"code", std::string(device::name_of(obstacle.code))},
          {"reason", obstacle.reason},
          {"remedy", obstacle.remedy}};
}

json::object to_json(const device::SeenKey& key) {
  json::object object{{"path", key.path.text},
                      {"displayName", key.display_name},
                      {"transport", std::string(transport_name(key.path.transport))},
                      {"isSimulated", key.is_simulated}};
  if (key.obstacle) object["obstacle"] = to_json(*key.obstacle);
  return object;
}

json::object pin_json(const KeyReading& reading) {
  json::object pin{{"state", std::string(pin_state(reading.facts))},
                   {"minimumLength", reading.facts.min_pin_length},
                   {"isChangeForced", reading.facts.is_pin_change_forced}};
  add_if_told(pin, "attemptsLeft", reading.pin_attempts_left);
  return pin;
}

json::object options_json(const AuthenticatorFacts& facts) {
  json::object options;
  for (const auto& [name, member] : kOptions) {
    const auto option = facts.options.*member;
    if (option != Option::kAbsent) options[name] = option == Option::kTrue;
  }
  return options;
}

json::object to_json(const KeyReading& reading) {
  const auto& facts = reading.facts;
  auto object = to_json(reading.key);
  object["isSimulated"] = reading.key.is_simulated || facts.is_simulated;
  object["isFido2"] = facts.is_fido2;
  object["aaGuid"] = core::aaguid_text(facts.aaguid);
  object["versions"] = json::array(facts.versions.begin(), facts.versions.end());
  object["extensions"] = json::array(facts.extensions.begin(), facts.extensions.end());
  object["transports"] = json::array(facts.transports.begin(), facts.transports.end());
  object["algorithms"] = json::array(facts.algorithms.begin(), facts.algorithms.end());
  object["certifications"] = certifications_json(facts);
  object["options"] = options_json(facts);
  object["pin"] = pin_json(reading);
  add_if_told(object, "serialNumber", reading.serial);
  add_if_told(object, "uvAttemptsLeft", reading.uv_attempts_left);
  add_if_told(object, "maxCredentialCountInList", facts.max_credentials_in_list);
  object["maxMsgSize"] = facts.max_message_size;
  add_if_told(object, "firmwareVersion", facts.firmware_version);
  add_if_told(object, "remainingDiscoverableCredentials", facts.remaining_discoverable_credentials);
  return object;
}

}  // namespace firstkey::enroll
