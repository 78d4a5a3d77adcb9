#include "device/make_credential_message.h"

#include <utility>

#include "device/cbor_view.h"
#include "device/cbor_wrapping.h"
#include "device/cbor_writer.h"

namespace firstkey::device {

namespace {

constexpr std::uint8_t kCommand = 0x01;

// Source: CTAP 2.1 §6.1, parameters of the request and members of the answer.
constexpr int kClientDataHash = 0x01;
constexpr int kRp = 0x02;
constexpr int kUser = 0x03;
constexpr int kAlgorithms = 0x04;
constexpr int kExcludeList = 0x05;
constexpr int kExtensions = 0x06;
constexpr int kOptions = 0x07;
constexpr int kProof = 0x08;
constexpr int kProtocol = 0x09;
constexpr int kEnterpriseAttestation = 0x0A;
constexpr int kFormat = 0x01;
constexpr int kAuthenticatorData = 0x02;
constexpr int kStatement = 0x03;
constexpr int kIsEnterpriseAttested = 0x04;
constexpr int kLargeBlobKey = 0x05;

/// Source: WebAuthn L3 §5.4.3 (user handles).
constexpr std::size_t kMaxUserId = 64;

// Authenticator data. Source: WebAuthn L3 §6.1, §6.5.2 (attested credential data).
constexpr std::size_t kFlags = 32;
constexpr std::uint8_t kHasAttestedCredential = 0x40;
constexpr std::size_t kIdLength = 32 + 1 + 4 + 16;
constexpr std::size_t kId = kIdLength + 2;

/// A list's key and the head of its array, at most.
constexpr std::size_t kListHead = 1 + 3;
/// The proof under protocol two, the longer.
constexpr std::size_t kLongestProof = 32;
/// A map of four with a COSE_Key of 75 bytes, two salts under protocol two and their proof.
constexpr std::size_t kLongestHmacInput = 1 + 1 + 75 + 1 + 2 + 80 + 1 + 2 + 32 + 2;

std::unexpected<Error> refuse(ErrorCode code, std::string why) {
  return std::unexpected(Error{.code = code, .detail = std::move(why)});
}

std::size_t count(bool is_there) {
  return is_there ? 1 : 0;
}

void write_parties(CborWriter& out, const CredentialRequest& request) {
  const bool has_rp_name = !request.rp_name.empty();
  out.integer(kRp).map(1 + count(has_rp_name)).text("id").text(request.rp_id);
  if (has_rp_name) out.text("name").text(request.rp_name);
  const bool has_name = !request.user_name.empty();
  const bool has_display_name = !request.user_display_name.empty();
  out.integer(kUser).map(1 + count(has_name) + count(has_display_name));
  out.text("id").bytes(request.user_id);
  if (has_name) out.text("name").text(request.user_name);
  if (has_display_name) out.text("displayName").text(request.user_display_name);
}

void write_excluded(CborWriter& out, std::span<const CredentialId> excluded) {
  if (excluded.empty()) return;
  out.integer(kExcludeList).array(excluded.size());
  for (const auto& id : excluded) {
    out.map(2).text("id").bytes(id).text("type").text("public-key");
  }
}

std::size_t count(const MakeCredentialMessage& message) {
  const auto& extensions = message.extensions;
  return count(extensions.blob.has_value()) + count(extensions.protection.has_value()) +
         count(extensions.has_hmac_secret) + count(extensions.has_large_blob_key) +
         count(extensions.has_min_pin_length) + count(!message.hmac_input.empty());
}

void write_extensions(CborWriter& out, const MakeCredentialMessage& message) {
  const auto& extensions = message.extensions;
  if (count(message) == 0) return;
  out.integer(kExtensions).map(count(message));
  if (extensions.blob) out.text("credBlob").bytes(*extensions.blob);
  if (extensions.protection) {
    out.text("credProtect").integer(std::to_underlying(*extensions.protection));
  }
  if (extensions.has_hmac_secret) out.text("hmac-secret").yes();
  if (extensions.has_large_blob_key) out.text("largeBlobKey").yes();
  if (extensions.has_min_pin_length) out.text("minPinLength").yes();
  if (!message.hmac_input.empty()) out.text("hmac-secret-mc").encoded(message.hmac_input);
}

void write_options(CborWriter& out,
                   const CredentialRequest& request,
                   const UserVerification& verification) {
  const auto members = count(request.is_resident_key_wanted) + count(verification.is_asked_of_key);
  if (members == 0) return;
  out.integer(kOptions).map(members);
  if (request.is_resident_key_wanted) out.text("rk").yes();
  if (verification.is_asked_of_key) out.text("uv").yes();
}

/// Nothing: the data hold no credential.
std::optional<CredentialId> read_credential_id(BytesView data) {
  if (data.size() < kId || (data[kFlags] & kHasAttestedCredential) == 0) return std::nullopt;
  const auto length = static_cast<std::size_t>(data[kIdLength] << 8U | data[kIdLength + 1]);
  // A public key follows, which takes a byte at least.
  if (length == 0 || data.size() - kId <= length) return std::nullopt;
  const auto id = data.subspan(kId, length);
  return CredentialId(id.begin(), id.end());
}

}  // namespace

Result<CredentialExtensions> choose_extensions(const CredentialRequest& request,
                                               const AuthenticatorFacts& facts) {
  CredentialExtensions chosen{
      .protection = std::nullopt,
      .has_hmac_secret = request.is_hmac_secret_wanted && facts.has_extension("hmac-secret"),
      .has_min_pin_length = request.is_min_pin_length_wanted && facts.has_extension("minPinLength"),
      .has_large_blob_key = request.is_large_blob_key_wanted && request.is_resident_key_wanted &&
                            facts.has_extension("largeBlobKey"),
      .blob = std::nullopt};
  chosen.is_hmac_evaluated = chosen.has_hmac_secret && request.hmac_salts.has_value() &&
                             facts.has_extension("hmac-secret-mc");
  if (request.blob && request.blob->size() <= facts.max_blob_length) chosen.blob = request.blob;
  if (facts.has_extension("credProtect")) {
    chosen.protection = request.credential_protection;
  } else if (request.credential_protection && request.is_credential_protection_enforced) {
    return refuse(ErrorCode::kUnsupportedExtension, "the key has no credProtect");
  }
  return chosen;
}

Bytes to_make_credential(const CredentialRequest& request,
                         const MakeCredentialMessage& message,
                         const UserVerification& verification) {
  const bool has_options = request.is_resident_key_wanted || verification.is_asked_of_key;
  CborWriter out;
  out.command(kCommand)
      .map(4 + count(!message.excluded.empty()) + count(count(message) > 0) + count(has_options) +
           2 * count(verification.proof.has_value()) +
           count(request.enterprise_attestation.has_value()))
      .integer(kClientDataHash)
      .bytes(request.client_data_hash);
  write_parties(out, request);
  out.integer(kAlgorithms).array(1).map(2);
  out.text("alg").integer(message.algorithm).text("type").text("public-key");
  write_excluded(out, message.excluded);
  write_extensions(out, message);
  write_options(out, request, verification);
  if (verification.proof) {
    out.integer(kProof).bytes(verification.proof->param);
    out.integer(kProtocol).integer(std::to_underlying(verification.proof->protocol));
  }
  if (request.enterprise_attestation) {
    out.integer(kEnterpriseAttestation)
        .integer(std::to_underlying(*request.enterprise_attestation));
  }
  return std::move(out).take();
}

Result<CredentialResponse> read_made_credential(BytesView answer, CoseAlgorithm algorithm) {
  const auto members = CborView::parse(answer);
  if (!members) return std::unexpected(members.error());
  const auto format_member = members->find(kFormat);
  const auto data_member = members->find(kAuthenticatorData);
  const auto statement = members->find(kStatement);
  const auto format = format_member ? format_member->as_text() : std::nullopt;
  const auto data = data_member ? data_member->as_bytes() : std::nullopt;
  const auto id = data ? read_credential_id(*data) : std::nullopt;
  if (!format || format->empty() || !id || !statement || !statement->is_map()) {
    return refuse(ErrorCode::kGarbage, "the credential's answer is incomplete");
  }
  const auto attested = members->find(kIsEnterpriseAttested);
  if (attested && !attested->as_boolean()) {
    return refuse(ErrorCode::kGarbage, "whether it is an enterprise attestation is not said");
  }
  const auto statement_bytes = statement->encoded();
  return CredentialResponse{
      .format = std::string(*format),
      .authenticator_data = Bytes(data->begin(), data->end()),
      .attestation_statement = Bytes(statement_bytes.begin(), statement_bytes.end()),
      .attestation_object = to_attestation_object(*format, statement_bytes, *data),
      .credential_id = *id,
      .algorithm = algorithm,
      .is_enterprise_attested = attested && attested->as_boolean() == true,
      .has_large_blob_key = members->find(kLargeBlobKey).has_value()};
}

std::size_t size_without_list(const CredentialRequest& request) {
  MakeCredentialMessage most{.algorithm = kRs256,
                             .extensions = {.protection = CredentialProtection::kUvRequired,
                                            .has_hmac_secret = true,
                                            .has_min_pin_length = request.is_min_pin_length_wanted,
                                            .has_large_blob_key = request.is_large_blob_key_wanted,
                                            .blob = request.blob}};
  if (request.hmac_salts) most.hmac_input.resize(kLongestHmacInput);
  const UserVerification proved{.proof = PinUvAuthProof{.param = Bytes(kLongestProof)},
                                .is_asked_of_key = true};
  return to_make_credential(request, most, proved).size() + kListHead;
}

Result<void> check_request(const CredentialRequest& request, const AuthenticatorFacts& facts) {
  if (request.user_id.empty() || request.user_id.size() > kMaxUserId) {
    return refuse(ErrorCode::kBadRequest, "a user id has 1 to 64 bytes");
  }
  if (request.rp_id.empty()) return refuse(ErrorCode::kBadRequest, "no relying party is named");
  if (request.enterprise_attestation && facts.options.ep != Option::kTrue) {
    return refuse(ErrorCode::kUnsupportedOption, "enterprise attestation is not enabled on it");
  }
  const auto size = size_without_list(request);
  if (size <= facts.max_message_size) return {};
  const auto names =
      request.rp_name.size() + request.user_name.size() + request.user_display_name.size();
  return refuse(ErrorCode::kTooLarge,
                "the names of relying party and user take " + std::to_string(names) + " of " +
                    std::to_string(size) + " bytes, and the key takes messages of " +
                    std::to_string(facts.max_message_size));
}

}  // namespace firstkey::device
