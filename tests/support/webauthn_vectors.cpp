#include "tests/support/webauthn_vectors.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <boost/json.hpp>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/client_data.h"

namespace firstkey::tests {

namespace {

namespace json = boost::json;
namespace webauthn = core::webauthn;

constexpr std::string_view kPath = FIRSTKEY_SOURCE_DIR "/tests/vectors/webauthn-l3.json";

const json::object& document() {
  static const json::value kDocument = [] {
    std::ifstream file{std::string(kPath)};
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return kDocument.as_object();
}

core::Bytes hex(const json::object& object, const char* name) {
  auto bytes = core::from_hex(std::string(object.at(name).as_string()));
  if (!bytes) throw std::runtime_error("the vectors are damaged");
  return std::move(bytes.value());
}

webauthn::CeremonyExpectations expectations(const core::Bytes& challenge,
                                            const core::Bytes& client_data,
                                            const webauthn::AuthenticatorData& data) {
  const bool is_cross_origin = webauthn::parse_client_data(client_data).value().is_cross_origin;
  return {.challenge = challenge,
          .rp_id = std::string(document().at("rpId").as_string()),
          .origins = {std::string(document().at("origin").as_string())},
          .cross_origin = is_cross_origin ? webauthn::CrossOriginRule::kAllowed
                                          : webauthn::CrossOriginRule::kRefused,
          .top_origins = {std::string(document().at("topOrigin").as_string())},
          .user_verification = data.is_user_verified ? webauthn::UserVerificationRule::kRequired
                                                     : webauthn::UserVerificationRule::kNotRequired,
          .backup = data.is_backup_eligible ? webauthn::BackupRule::kBackupEligibleAllowed
                                            : webauthn::BackupRule::kDeviceBoundOnly};
}

WebauthnVector read_vector(const json::object& entry) {
  const auto& made = entry.at("registration").as_object();
  const auto& used = entry.at("authentication").as_object();
  WebauthnVector vector;
  vector.name = std::string(entry.at("name").as_string());

  vector.registration.attestation_object = hex(made, "attestationObject");
  vector.registration.client_data_json = hex(made, "clientDataJSON");
  const auto object = webauthn::AttestationObject::parse(vector.registration.attestation_object);
  const auto data = webauthn::AuthenticatorData::parse(object.value().authenticator_data);
  vector.registration.id = core::to_bytes(data.value().credential->id);
  vector.expected.ceremony =
      expectations(hex(made, "challenge"), vector.registration.client_data_json, data.value());
  for (const int cose : {-7, -8, -35, -36, -53, -257}) {
    vector.expected.algorithms.push_back(webauthn::algorithm_from_cose(cose).value());
  }
  vector.expected.now = core::from_rfc3339("2026-05-01T12:00:00Z").value();

  vector.authentication.id = vector.registration.id;
  vector.authentication.client_data_json = hex(used, "clientDataJSON");
  vector.authentication.authenticator_data = hex(used, "authenticatorData");
  vector.authentication.signature = hex(used, "signature");
  const auto used_data =
      webauthn::AuthenticatorData::parse(vector.authentication.authenticator_data);
  vector.expected_assertion.ceremony = expectations(
      hex(used, "challenge"), vector.authentication.client_data_json, used_data.value());
  vector.expected_assertion.allow_credentials = {vector.registration.id};
  vector.expected_assertion.user_handle = core::Bytes{1, 2, 3};
  return vector;
}

}  // namespace

bool WebauthnVector::is_verifiable() const {
  return name.starts_with("none") || name.starts_with("packed") || name.starts_with("fido-u2f");
}

bool WebauthnVector::is_certified() const {
  return is_verifiable() && !name.starts_with("none") && !name.starts_with("packed-self");
}

const std::vector<WebauthnVector>& webauthn_vectors() {
  static const auto kVectors = [] {
    std::vector<WebauthnVector> vectors;
    for (const auto& entry : document().at("cases").as_array()) {
      vectors.push_back(read_vector(entry.as_object()));
    }
    return vectors;
  }();
  return kVectors;
}

const WebauthnVector& webauthn_vector(const std::string& name) {
  for (const auto& vector : webauthn_vectors()) {
    if (vector.name == name) return vector;
  }
  throw std::runtime_error("no such vector: " + name);
}

const core::Bytes& webauthn_vector_root() {
  static const auto kRoot =
      hex(document().at("attestationRoot").as_object(), "attestation_ca_cert");
  return kRoot;
}

}  // namespace firstkey::tests
