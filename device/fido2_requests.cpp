#include "device/fido2_requests.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "device/cbor_wrapping.h"
#include "device/secret_bytes.h"

namespace firstkey::device {

namespace {

/// Source: libfido2 1.12, fido_cred_set_type(3).
constexpr std::array kKnownAlgorithms = {kEs256, kEdDsa, kEs384, kRs256};

/// Command byte, map heads, the hash, options and the proof of the PIN with its protocol: 120 bytes
/// hold them all with room to spare.
constexpr std::size_t kFixedParts = 120;
/// The map of extensions with every name and flag in it, and what hmac-secret takes beside.
constexpr std::size_t kExtensionNames = 48;
constexpr std::size_t kLongestHmacInput = 200;

Bytes copy(const unsigned char* data, std::size_t size) {
  if (data == nullptr) return {};
  return {data, data + size};
}

const char* text_or_none(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

/// Collects the statuses of libfido2's setters, of which each refuses only a bad argument.
class Setting {
 public:
  Setting& operator<<(int status) {
    if (status_ == FIDO_OK) status_ = status;
    return *this;
  }
  [[nodiscard]] Result<void> result(const char* doing) const {
    if (status_ == FIDO_OK) return {};
    return std::unexpected(Error{.code = ErrorCode::kBadRequest,
                                 .fido_status = status_,
                                 .detail = std::string(doing) + ": " + status_name(status_)});
  }

 private:
  int status_ = FIDO_OK;
};

void state_extensions(Setting& setting, fido_cred_t& cred, const CredentialExtensions& chosen) {
  int flags = 0;
  if (chosen.has_hmac_secret) flags |= FIDO_EXT_HMAC_SECRET;
  if (chosen.has_large_blob_key) flags |= FIDO_EXT_LARGEBLOB_KEY;
  if (chosen.has_min_pin_length) flags |= FIDO_EXT_MINPINLEN;
  if (flags != 0) setting << fido_cred_set_extensions(&cred, flags);
  if (chosen.blob) setting << fido_cred_set_blob(&cred, chosen.blob->data(), chosen.blob->size());
  if (chosen.protection)
    setting << fido_cred_set_prot(&cred, std::to_underlying(*chosen.protection));
}

/// One salt after the other, as libfido2 takes them.
Bytes joined(const HmacSalts& salts) {
  Bytes bytes(salts.first.begin(), salts.first.end());
  if (salts.second) bytes.insert(bytes.end(), salts.second->begin(), salts.second->end());
  return bytes;
}

void state_extensions(Setting& setting,
                      fido_assert_t& assertion,
                      const AssertionRequest& request,
                      int extensions) {
  if (extensions == 0) return;
  setting << fido_assert_set_extensions(&assertion, extensions);
  if ((extensions & FIDO_EXT_HMAC_SECRET) == 0) return;
  const auto salts = joined(request.hmac_salts.value());
  setting << fido_assert_set_hmac_salt(&assertion, salts.data(), salts.size());
}

/// Null for nothing. What libfido2 holds itself it wipes.
std::shared_ptr<const SecretBytes> copy_secret(const unsigned char* data, std::size_t size) {
  if (data == nullptr || size == 0) return nullptr;
  return std::make_shared<const SecretBytes>(copy(data, size));
}

}  // namespace

Result<CoseAlgorithm> choose_algorithm(std::span<const CoseAlgorithm> wanted,
                                       const AuthenticatorFacts& facts) {
  for (const auto algorithm : wanted) {
    if (facts.has_algorithm(algorithm)) return algorithm;
  }
  return std::unexpected(Error{.code = ErrorCode::kUnsupportedAlgorithm,
                               .detail = "the key lists none of the wanted algorithms"});
}

bool is_known_to_libfido2(const CredentialRequest& request, const CredentialPlan& plan) {
  return !request.enterprise_attestation && !plan.extensions.is_hmac_evaluated &&
         std::ranges::find(kKnownAlgorithms, plan.algorithm) != kKnownAlgorithms.end();
}

int choose_extensions(const AssertionRequest& request, const AuthenticatorFacts& facts) {
  const bool wants_blob_key = request.large_blob_act != LargeBlobAct::kNone;
  int chosen = 0;
  if (request.hmac_salts && facts.has_extension("hmac-secret")) chosen |= FIDO_EXT_HMAC_SECRET;
  if (request.is_blob_wanted && facts.has_extension("credBlob")) chosen |= FIDO_EXT_CRED_BLOB;
  if (wants_blob_key && facts.has_extension("largeBlobKey")) chosen |= FIDO_EXT_LARGEBLOB_KEY;
  return chosen;
}

Result<FidoCredential> to_fido_credential(const CredentialRequest& request,
                                          const CredentialPlan& plan) {
  FidoCredential credential(fido_cred_new());
  if (!credential) throw std::bad_alloc();
  auto* const cred = credential.get();
  const auto& hash = request.client_data_hash;
  const auto& user = request.user_id;
  Setting setting;
  setting << fido_cred_set_type(cred, plan.algorithm)
          << fido_cred_set_clientdata_hash(cred, hash.data(), hash.size())
          << fido_cred_set_rp(cred, request.rp_id.c_str(), text_or_none(request.rp_name))
          << fido_cred_set_user(cred,
                                user.data(),
                                user.size(),
                                text_or_none(request.user_name),
                                text_or_none(request.user_display_name),
                                nullptr)
          << fido_cred_set_rk(cred, request.is_resident_key_wanted ? FIDO_OPT_TRUE : FIDO_OPT_OMIT)
          << fido_cred_set_uv(cred, plan.verification);
  state_extensions(setting, *cred, plan.extensions);
  for (const auto& id : plan.excluded) setting << fido_cred_exclude(cred, id.data(), id.size());
  if (auto set = setting.result("state the credential request"); !set) {
    return std::unexpected(set.error());
  }
  return credential;
}

Result<FidoAssertion> to_fido_assertion(const AssertionRequest& request,
                                        const AssertionPlan& plan) {
  FidoAssertion assertion(fido_assert_new());
  if (!assertion) throw std::bad_alloc();
  auto* const fido = assertion.get();
  const auto& hash = request.client_data_hash;
  Setting setting;
  setting << fido_assert_set_clientdata_hash(fido, hash.data(), hash.size())
          << fido_assert_set_rp(fido, request.rp_id.c_str())
          << fido_assert_set_up(fido,
                                request.is_user_presence_wanted ? FIDO_OPT_OMIT : FIDO_OPT_FALSE)
          << fido_assert_set_uv(fido, plan.verification);
  state_extensions(setting, *fido, request, plan.extensions);
  for (const auto& id : plan.allowed) setting << fido_assert_allow_cred(fido, id.data(), id.size());
  if (auto set = setting.result("state the assertion request"); !set) {
    return std::unexpected(set.error());
  }
  return assertion;
}

Result<CredentialResponse> to_response(const fido_cred_t& credential, CoseAlgorithm algorithm) {
  const char* const format = fido_cred_fmt(&credential);
  CredentialResponse response{
      .authenticator_data =
          copy(fido_cred_authdata_raw_ptr(&credential), fido_cred_authdata_raw_len(&credential)),
      .attestation_statement =
          copy(fido_cred_attstmt_ptr(&credential), fido_cred_attstmt_len(&credential)),
      .credential_id = copy(fido_cred_id_ptr(&credential), fido_cred_id_len(&credential)),
      .algorithm = algorithm,
      .has_large_blob_key = fido_cred_largeblob_key_len(&credential) > 0};
  if (format == nullptr || response.authenticator_data.empty() ||
      response.attestation_statement.empty() || response.credential_id.empty()) {
    return std::unexpected(
        Error{.code = ErrorCode::kGarbage, .detail = "the credential's answer is incomplete"});
  }
  response.format = format;
  response.attestation_object = to_attestation_object(
      response.format, response.attestation_statement, response.authenticator_data);
  return response;
}

Result<AssertionResponse> to_response(const fido_assert_t& assertion,
                                      std::span<const CredentialId> allowed) {
  if (fido_assert_count(&assertion) == 0) {
    return std::unexpected(Error{.code = ErrorCode::kNoCredentials, .detail = "no assertion came"});
  }
  auto authenticator_data = unwrap_byte_string(
      copy(fido_assert_authdata_ptr(&assertion, 0), fido_assert_authdata_len(&assertion, 0)));
  if (!authenticator_data) return std::unexpected(authenticator_data.error());
  AssertionResponse response{
      .credential_id = copy(fido_assert_id_ptr(&assertion, 0), fido_assert_id_len(&assertion, 0)),
      .authenticator_data = std::move(authenticator_data.value()),
      .signature = copy(fido_assert_sig_ptr(&assertion, 0), fido_assert_sig_len(&assertion, 0)),
      .user_handle =
          copy(fido_assert_user_id_ptr(&assertion, 0), fido_assert_user_id_len(&assertion, 0)),
      .hmac_secret = copy_secret(fido_assert_hmac_secret_ptr(&assertion, 0),
                                 fido_assert_hmac_secret_len(&assertion, 0))};
  if (const auto size = fido_assert_blob_len(&assertion, 0); size > 0) {
    response.blob = copy(fido_assert_blob_ptr(&assertion, 0), size);
  }
  // A key may leave out the id when it was given one only. Source: CTAP 2.1 §6.2.2.
  if (response.credential_id.empty() && allowed.size() == 1) {
    response.credential_id = allowed.front();
  }
  return response;
}

std::size_t size_without_list(const AssertionRequest& request) {
  return size_without_list(request.rp_id) + (request.hmac_salts ? kLongestHmacInput : 0) +
         kExtensionNames;
}

std::size_t size_without_list(const std::string& rp_id) {
  return kFixedParts + rp_id.size();
}

}  // namespace firstkey::device
