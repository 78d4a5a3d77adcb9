#include "device/fido2_requests.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "device/cbor_wrapping.h"

namespace firstkey::device {

namespace {

/// Source: libfido2 1.12, fido_cred_set_type(3).
constexpr std::array kKnownAlgorithms = {kEs256, kEdDsa, kEs384, kRs256};

/// Command byte, map heads, the hash, options and the proof of the PIN with its protocol: 120 bytes
/// hold them all with room to spare.
constexpr std::size_t kFixedParts = 120;

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

}  // namespace

Result<CoseAlgorithm> choose_algorithm(std::span<const CoseAlgorithm> wanted,
                                       const AuthenticatorFacts& facts) {
  for (const auto algorithm : wanted) {
    if (facts.has_algorithm(algorithm)) return algorithm;
  }
  return std::unexpected(Error{.code = ErrorCode::kUnsupportedAlgorithm,
                               .detail = "the key lists none of the wanted algorithms"});
}

bool is_known_to_libfido2(const CredentialRequest& request, CoseAlgorithm algorithm) {
  return !request.enterprise_attestation &&
         std::ranges::find(kKnownAlgorithms, algorithm) != kKnownAlgorithms.end();
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
  if (plan.extensions.has_hmac_secret) {
    setting << fido_cred_set_extensions(cred, FIDO_EXT_HMAC_SECRET);
  }
  if (plan.extensions.protection) {
    setting << fido_cred_set_prot(cred, std::to_underlying(*plan.extensions.protection));
  }
  for (const auto& id : plan.excluded) setting << fido_cred_exclude(cred, id.data(), id.size());
  if (auto set = setting.result("state the credential request"); !set) {
    return std::unexpected(set.error());
  }
  return credential;
}

Result<FidoAssertion> to_fido_assertion(const AssertionRequest& request,
                                        std::span<const CredentialId> allowed,
                                        fido_opt_t verification) {
  FidoAssertion assertion(fido_assert_new());
  if (!assertion) throw std::bad_alloc();
  auto* const fido = assertion.get();
  const auto& hash = request.client_data_hash;
  Setting setting;
  setting << fido_assert_set_clientdata_hash(fido, hash.data(), hash.size())
          << fido_assert_set_rp(fido, request.rp_id.c_str())
          << fido_assert_set_up(fido,
                                request.is_user_presence_wanted ? FIDO_OPT_OMIT : FIDO_OPT_FALSE)
          << fido_assert_set_uv(fido, verification);
  for (const auto& id : allowed) setting << fido_assert_allow_cred(fido, id.data(), id.size());
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
      .algorithm = algorithm};
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

Result<AssertionResponse> to_response(const fido_assert_t& assertion) {
  if (fido_assert_count(&assertion) == 0) {
    return std::unexpected(Error{.code = ErrorCode::kNoCredentials, .detail = "no assertion came"});
  }
  auto authenticator_data = unwrap_byte_string(
      copy(fido_assert_authdata_ptr(&assertion, 0), fido_assert_authdata_len(&assertion, 0)));
  if (!authenticator_data) return std::unexpected(authenticator_data.error());
  return AssertionResponse{
      .credential_id = copy(fido_assert_id_ptr(&assertion, 0), fido_assert_id_len(&assertion, 0)),
      .authenticator_data = std::move(authenticator_data.value()),
      .signature = copy(fido_assert_sig_ptr(&assertion, 0), fido_assert_sig_len(&assertion, 0)),
      .user_handle =
          copy(fido_assert_user_id_ptr(&assertion, 0), fido_assert_user_id_len(&assertion, 0))};
}

std::size_t size_without_list(const std::string& rp_id) {
  return kFixedParts + rp_id.size();
}

}  // namespace firstkey::device
