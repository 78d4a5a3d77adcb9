#include "enroll/remote/wire.h"

#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/json.hpp>

namespace firstkey::enroll::remote {

namespace {

namespace json = boost::json;

/// Ends the reading of a document; caught in reading(), where it becomes kInvalidArgument.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Enum, std::size_t Size>
using Names = std::array<std::pair<Enum, std::string_view>, Size>;

constexpr Names<core::SessionState, 5> kStates{{{core::SessionState::kOpen, "open"},
                                                {core::SessionState::kCompleted, "completed"},
                                                {core::SessionState::kCancelled, "cancelled"},
                                                {core::SessionState::kExpired, "expired"},
                                                {core::SessionState::kEnded, "ended"}}};
constexpr Names<core::ProofRequirement, 3> kProofs{{{core::ProofRequirement::kRequired, "required"},
                                                    {core::ProofRequirement::kOffered, "offered"},
                                                    {core::ProofRequirement::kOff, "off"}}};
constexpr Names<core::AttestationLevel, 2> kLevels{
    {{core::AttestationLevel::kAttested, "attested"},
     {core::AttestationLevel::kNotAttested, "notAttested"}}};
constexpr Names<core::OrphanReport::Place, 2> kPlaces{
    {{core::OrphanReport::Place::kOnKey, "onKey"},
     {core::OrphanReport::Place::kRemoved, "removed"}}};
constexpr std::array kCauses{core::OrphanCause::kTooLate,
                             core::OrphanCause::kCancelled,
                             core::OrphanCause::kRefused,
                             core::OrphanCause::kVerifierLost,
                             core::OrphanCause::kWithdrawn};

template <class Enum, std::size_t Size>
std::string_view name_of(const Names<Enum, Size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "";
}

/// Reads members by name.
class Reader {
 public:
  explicit Reader(const json::value& value) : object_(value.if_object()) {
    if (object_ == nullptr) throw Malformed("an object is wanted");
  }

  [[nodiscard]] const json::value& member(std::string_view name) const {
    const auto* found = object_->if_contains(name);
    if (found == nullptr) throw Malformed(std::string(name) + " is missing");
    return *found;
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto* string = member(name).if_string();
    if (string == nullptr) throw Malformed(std::string(name) + " is not a string");
    return {string->data(), string->size()};
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    const auto* flag = member(name).if_bool();
    if (flag == nullptr) throw Malformed(std::string(name) + " is not true or false");
    return *flag;
  }
  [[nodiscard]] int number(std::string_view name) const {
    const auto* number = member(name).if_int64();
    if (number == nullptr || *number < 0 || *number > std::numeric_limits<int>::max()) {
      throw Malformed(std::string(name) + " is not a number, or too large");
    }
    return static_cast<int>(*number);
  }
  [[nodiscard]] core::Instant instant(std::string_view name) const {
    const auto instant = core::from_rfc3339(text(name));
    if (!instant) throw Malformed(std::string(name) + " is not an instant of RFC 3339");
    return *instant;
  }
  [[nodiscard]] core::Bytes bytes(std::string_view name) const {
    return bytes_of(text(name), name);
  }
  [[nodiscard]] const json::array& list(std::string_view name) const {
    const auto* array = member(name).if_array();
    if (array == nullptr) throw Malformed(std::string(name) + " is not a list");
    return *array;
  }
  template <class Enum, std::size_t Size>
  [[nodiscard]] Enum one_of(std::string_view name, const Names<Enum, Size>& names) const {
    const auto word = text(name);
    for (const auto& [value, known] : names) {
      if (known == word) return value;
    }
    throw Malformed(std::string(name) + " is none of the words it may be");
  }
  [[nodiscard]] static core::Bytes bytes_of(std::string_view text, std::string_view name) {
    auto bytes = core::from_base64url(text);
    if (!bytes) throw Malformed(std::string(name) + " is not base64url");
    return std::move(*bytes);
  }

 private:
  const json::object* object_;
};

template <class Value>
core::Result<Value> reading(const json::value& value, Value (*read)(const Reader&)) {
  try {
    return read(Reader(value));
  } catch (const Malformed& malformed) {
    return core::fail(core::ErrorCode::kInvalidArgument, malformed.what());
  }
}

core::SessionSnapshot snapshot_of(const Reader& reader) {
  core::SessionSnapshot snapshot{.session = core::SessionId(reader.text("sessionId")),
                                 .correlation = core::CorrelationId(reader.text("correlationId")),
                                 .user_name = reader.text("userPrincipalName"),
                                 .user_display_name = reader.text("userDisplayName"),
                                 .is_one_time = reader.flag("isUsableOnce"),
                                 .is_simulated = reader.flag("isSimulated"),
                                 .state = reader.one_of("state", kStates),
                                 .server_now = reader.instant("serverDateTime"),
                                 .expires_at = reader.instant("expiresDateTime"),
                                 .proof = reader.one_of("proof", kProofs),
                                 .credentials_left = reader.number("credentialsLeft"),
                                 .unproven = {}};
  for (const auto& id : reader.list("unproven")) {
    if (!id.is_string()) throw Malformed("unproven holds something but credential ids");
    snapshot.unproven.push_back(Reader::bytes_of(id.get_string(), "unproven"));
  }
  return snapshot;
}

core::IssuedOptions issued_of(const Reader& reader) {
  core::IssuedOptions issued{.json = json::serialize(reader.member("publicKey")),
                             .expires_at = reader.instant("expiresDateTime"),
                             .server_now = reader.instant("serverDateTime"),
                             .origin = reader.text("origin"),
                             .orphans = {}};
  for (const auto& entry : reader.list("orphans")) {
    const Reader mark(entry);
    issued.orphans.push_back(
        {.credential_id = mark.bytes("credentialId"), .aaguid = mark.bytes("aaguid")});
  }
  return issued;
}

core::RegistrationReceipt receipt_of(const Reader& reader) {
  return {.credential_id = reader.bytes("credentialId"),
          .aaguid = reader.bytes("aaguid"),
          .attestation_format = reader.text("attestationFormat"),
          .attestation_level = reader.one_of("attestationLevel", kLevels),
          .trust_root = reader.text("trustRoot"),
          .needs_proof = reader.flag("needsProof"),
          .session = snapshot_of(Reader(reader.member("session")))};
}

core::ProofReceipt proof_of(const Reader& reader) {
  return {.credential_id = reader.bytes("credentialId"),
          .session = snapshot_of(Reader(reader.member("session")))};
}

core::OrphanReport orphan_of(const Reader& reader) {
  core::OrphanReport report{.credential_id = reader.bytes("credentialId"),
                            .aaguid = reader.bytes("aaguid"),
                            .cause = core::OrphanCause::kCancelled,
                            .place = reader.one_of("place", kPlaces)};
  const auto cause = reader.text("cause");
  for (const auto known : kCauses) {
    if (core::to_string(known) != cause) continue;
    report.cause = known;
    return report;
  }
  throw Malformed("cause is none of the words it may be");
}

}  // namespace

json::object to_json(const core::SessionSnapshot& snapshot) {
  json::array unproven;
  for (const auto& id : snapshot.unproven) unproven.emplace_back(core::to_base64url(id));
  return {{"sessionId", snapshot.session.text()},
          {"correlationId", snapshot.correlation.text()},
          {"userPrincipalName", snapshot.user_name},
          {"userDisplayName", snapshot.user_display_name},
          {"isUsableOnce", snapshot.is_one_time},
          {"isSimulated", snapshot.is_simulated},
          {"state", name_of(kStates, snapshot.state)},
          {"serverDateTime", core::to_rfc3339(snapshot.server_now)},
          {"expiresDateTime", core::to_rfc3339(snapshot.expires_at)},
          {"proof", name_of(kProofs, snapshot.proof)},
          {"credentialsLeft", snapshot.credentials_left},
          {"unproven", std::move(unproven)}};
}

json::object to_json(const core::IssuedOptions& issued) {
  json::array orphans;
  for (const auto& mark : issued.orphans) {
    orphans.push_back({{"credentialId", core::to_base64url(mark.credential_id)},
                       {"aaguid", core::to_base64url(mark.aaguid)}});
  }
  return {{"publicKey", json::parse(issued.json)},  // written by core, so it reads
          {"expiresDateTime", core::to_rfc3339(issued.expires_at)},
          {"serverDateTime", core::to_rfc3339(issued.server_now)},
          {"origin", issued.origin},
          {"orphans", std::move(orphans)}};
}

json::object to_json(const core::RegistrationReceipt& receipt) {
  return {{"credentialId", core::to_base64url(receipt.credential_id)},
          {"aaguid", core::to_base64url(receipt.aaguid)},
          {"attestationFormat", receipt.attestation_format},
          {"attestationLevel", name_of(kLevels, receipt.attestation_level)},
          {"trustRoot", receipt.trust_root},
          {"needsProof", receipt.needs_proof},
          {"session", to_json(receipt.session)}};
}

json::object to_json(const core::ProofReceipt& receipt) {
  return {{"credentialId", core::to_base64url(receipt.credential_id)},
          {"session", to_json(receipt.session)}};
}

json::object to_json(const core::OrphanReport& report) {
  return {{"credentialId", core::to_base64url(report.credential_id)},
          {"aaguid", core::to_base64url(report.aaguid)},
          {"cause", core::to_string(report.cause)},
          {"place", name_of(kPlaces, report.place)}};
}

core::Result<core::SessionSnapshot> read_snapshot(const json::value& value) {
  return reading(value, snapshot_of);
}

core::Result<core::IssuedOptions> read_issued_options(const json::value& value) {
  return reading(value, issued_of);
}

core::Result<core::RegistrationReceipt> read_registration_receipt(const json::value& value) {
  return reading(value, receipt_of);
}

core::Result<core::ProofReceipt> read_proof_receipt(const json::value& value) {
  return reading(value, proof_of);
}

core::Result<core::OrphanReport> read_orphan_report(const json::value& value) {
  return reading(value, orphan_of);
}

}  // namespace firstkey::enroll::remote
