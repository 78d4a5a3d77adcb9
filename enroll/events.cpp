#include "enroll/events.h"

#include <array>

#include <boost/json.hpp>

#include "core/bytes.h"
#include "enroll/event_members.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;

// In the order of the variant; tests/enroll/events_test.cpp holds each to its type.
constexpr std::array<std::string_view, std::variant_size_v<Event>> kNames = {
    "insert_key",      "key_inserted",   "key_removed",      "key_refused",
    "key_obstructed",  "key_ignored",    "key_unresponsive", "select_key",
    "key_locked",      "present_again",  "pin_needed",       "choose_pin",
    "pin_rejected",    "pin_set",        "touch_needed",     "touch_missed",
    "verifying",       "stored",         "refused",          "verifier_unreachable",
    "orphaned",        "orphan_removed", "proving",          "proof_needed",
    "wrong_proof_key", "proof_failed",   "withdrawn",        "completed",
    "finished",        "expired",        "cancelled",        "failed"};

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

std::string_view level_name(core::AttestationLevel level) {
  return level == core::AttestationLevel::kAttested ? "attested" : "notAttested";
}

std::uint64_t number_of(PinRequestId request) {
  return static_cast<std::uint64_t>(request);
}

// What an event carries beside its name; most carry nothing.
template <class E>
void add_members(json::object& /*object*/, const E& /*event*/) {}

void add_members(json::object& object, const KeyInserted& e) {
  object["displayName"] = e.display_name;
  object["transport"] = transport_name(e.transport);
}

void add_members(json::object& object, const KeyRejected& e) {
  object["reason"] = name_of(e.reason);
  object["advice"] = advice(e.reason);
}

void add_members(json::object& object, const KeyObstructed& e) {
  object["reason"] = e.reason;
  object["remedy"] = e.remedy;
}

void add_members(json::object& object, const KeyIgnored& e) {
  object["displayName"] = e.display_name;
}

void add_members(json::object& object, const SelectKey& e) {
  object["count"] = e.count;
}

void add_members(json::object& object, const KeyLocked& e) {
  object["lock"] = name_of(e.lock);
}

void add_members(json::object& object, const PinWanted& e) {
  object["requestId"] = number_of(e.request);
  object["purpose"] = name_of(e.purpose);
  object["wasWrong"] = e.was_wrong;
  if (e.attempts_left) object["attemptsLeft"] = *e.attempts_left;
}

void add_members(json::object& object, const NewPinWanted& e) {
  object["requestId"] = number_of(e.request);
  object["cause"] = name_of(e.cause);
  object["minimumLength"] = e.min_code_points;
}

void add_members(json::object& object, const NewPinRejected& e) {
  object["requestId"] = number_of(e.request);
  object["reason"] = name_of(e.flaw);
  object["minimumLength"] = e.min_code_points;
}

void add_members(json::object& object, const TouchWanted& e) {
  object["purpose"] = name_of(e.purpose);
}

void add_members(json::object& object, const TouchMissed& e) {
  object["reason"] = name_of(e.mishap);
}

void add_members(json::object& object, const CredentialStored& e) {
  object["credentialId"] = core::to_base64url(e.credential_id);
  object["attestationFormat"] = e.attestation_format;
  object["attestationLevel"] = level_name(e.attestation_level);
  object["trustRoot"] = e.trust_root;
}

void add_members(json::object& object, const RegistrationRefused& e) {
  object["code"] = core::to_string(e.code);
  object["detail"] = e.detail;
}

void add_members(json::object& object, const CredentialOrphaned& e) {
  object["credentialId"] = core::to_base64url(e.credential_id);
}

void add_members(json::object& object, const OrphanCleaned& e) {
  object["credentialId"] = core::to_base64url(e.credential_id);
}

void add_members(json::object& object, const ProofFailed& e) {
  object["reason"] = name_of(e.failure);
}

void add_members(json::object& object, const CredentialWithdrawn& e) {
  object["credentialId"] = core::to_base64url(e.credential_id);
}

void add_members(json::object& object, const CredentialCompleted& e) {
  object["credentialId"] = core::to_base64url(e.credential_id);
  object["isProven"] = e.is_proven;
  object["credentialsLeft"] = e.credentials_left;
}

void add_members(json::object& object, const CeremonyFinished& e) {
  object["credentials"] = e.credentials;
}

void add_members(json::object& object, const WindowExpired& e) {
  object["credentials"] = e.credentials;
}

void add_members(json::object& object, const CeremonyCancelled& e) {
  object["credentials"] = e.credentials;
}

void add_members(json::object& object, const CeremonyFailed& e) {
  object["code"] = core::to_string(e.code);
  object["detail"] = e.detail;
  object["credentials"] = e.credentials;
}

}  // namespace

json::object members_of(const Event& event) {
  json::object object;
  object["event"] = name_of(event);
  std::visit([&object](const auto& e) { add_members(object, e); }, event);
  return object;
}

std::string_view name_of(const Event& event) {
  return kNames.at(event.index());
}

std::string to_json(const Event& event) {
  return json::serialize(members_of(event));
}

std::optional<PinRequestId> request_in(const Event& event) {
  return std::visit(
      [](const auto& kind) -> std::optional<PinRequestId> {
        if constexpr (requires { kind.request; }) return kind.request;
        return std::nullopt;
      },
      event);
}

bool is_final(const Event& event) {
  return std::holds_alternative<CeremonyFinished>(event) ||
         std::holds_alternative<WindowExpired>(event) ||
         std::holds_alternative<CeremonyCancelled>(event) ||
         std::holds_alternative<CeremonyFailed>(event);
}

}  // namespace firstkey::enroll
