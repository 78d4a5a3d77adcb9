#include "core/webauthn/batch_line.h"

#include <boost/json/serialize.hpp>

#include "core/webauthn/json.h"
#include "core/webauthn/json_objects.h"
#include "core/webauthn/strict_json.h"
#include "core/webauthn/verdict_json.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

static_assert(kMaxBatchLine >= 2 * kMaxJsonSize, "a line has room for both documents");

Result<VerifiedCredential> verify_line(const json::object& line, const ExaminationTerms& terms) {
  const auto given = need_object(line, "options");
  if (!given) return std::unexpected(given.error());
  const auto options = read_creation_options(*given.value());
  if (!options) return std::unexpected(options.error());
  const auto answered = need_object(line, "response");
  if (!answered) return std::unexpected(answered.error());
  const auto response = read_registration_response(*answered.value());
  if (!response) return std::unexpected(response.error());
  const auto expected = expectations_of(options.value(), terms);
  if (!expected) return std::unexpected(expected.error());
  return RegistrationVerifier::verify(response.value(), expected.value());
}

/// The id as it stands in the line; nothing when it has none that is a text or a whole number.
const json::value* id_of(const json::object& line) {
  const auto* id = line.if_contains("id");
  return id != nullptr && (id->is_string() || id->is_int64() || id->is_uint64()) ? id : nullptr;
}

}  // namespace

LineAnswer answer_line(std::string_view line, std::uint64_t number, const ExaminationTerms& terms) {
  JsonMemory memory;
  const auto document = webauthn::parse_strict_json(line, kMaxBatchLine, memory);
  const auto object =
      document ? as_object(document.value(), "the line") : std::unexpected(document.error());
  const auto* id = object ? id_of(*object.value()) : nullptr;
  const auto verified =
      object ? verify_line(*object.value(), terms) : std::unexpected(object.error());

  json::object answer{{"id", id == nullptr ? json::value() : *id}};
  if (id == nullptr) answer["line"] = number;
  answer["verdict"] = verified ? "accept" : "refuse";
  answer["code"] = nullptr;
  answer["attestation"] = nullptr;
  if (verified) {
    answer["attestation"] = attestation_json(verified->value().attestation);
  } else {
    const auto code = to_string(verified.error().code);
    answer["code"] = json::string_view(code.data(), code.size());
  }
  return {.is_accepted = verified.has_value(), .json = json::serialize(answer)};
}

}  // namespace firstkey::core::webauthn
