#include "core/webauthn/verdict_json.h"

#include <boost/json/array.hpp>

#include "core/webauthn/shared_evidence.h"

namespace firstkey::core::webauthn {

namespace {

boost::json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

std::string_view name_of(AttestationType type) {
  switch (type) {
    case AttestationType::kNone:
      return "none";
    case AttestationType::kSelf:
      return "self";
    case AttestationType::kCertified:
      return "certified";
  }
  return "";
}

}  // namespace

boost::json::object verdict_json(const VerdictNode& verdict) {
  boost::json::object object{{"step", view(verdict.name)},
                             {"source", view(verdict.source)},
                             {"outcome", view(to_string(verdict.outcome))}};
  if (verdict.refusal) {
    object["code"] = view(to_string(verdict.refusal->code));
    object["detail"] = quoted(verdict.refusal->detail);
  }
  if (!verdict.evidence.empty()) {
    boost::json::object evidence;
    for (const auto& [name, value] : verdict.evidence) evidence[view(name)] = value;
    object["evidence"] = std::move(evidence);
  }
  if (!verdict.parts.empty()) {
    boost::json::array steps;
    for (const auto& part : verdict.parts) steps.push_back(verdict_json(part));
    object["steps"] = std::move(steps);
  }
  return object;
}

boost::json::object attestation_json(const Attestation& attestation) {
  const bool is_attested = attestation.level == AttestationLevel::kAttested;
  boost::json::object object{
      {"format", attestation.format},
      {"type", view(name_of(attestation.type))},
      {"attestationLevel", is_attested ? "attested" : "notAttested"},
      {"trustRoot",
       is_attested ? boost::json::value(attestation.trust_root) : boost::json::value()}};
  if (attestation.metadata_number) object["metadataNumber"] = attestation.metadata_number.value();
  return object;
}

}  // namespace firstkey::core::webauthn
