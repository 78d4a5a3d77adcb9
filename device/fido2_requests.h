#pragma once
// From requests to libfido2's objects and back to responses. No key is touched here.

#include <span>
#include <string>
#include <vector>

#include "device/error.h"
#include "device/fido2_handles.h"
#include "device/make_credential_message.h"
#include "device/types.h"

namespace firstkey::device {

/// The first wanted algorithm that the key lists; kUnsupportedAlgorithm.
[[nodiscard]] Result<CoseAlgorithm> choose_algorithm(std::span<const CoseAlgorithm> wanted,
                                                     const AuthenticatorFacts& facts);

/// What was chosen for a request to make a credential on one key.
struct CredentialPlan {
  CoseAlgorithm algorithm = kEs256;
  CredentialExtensions extensions;
  /// Whether the key is to verify its user by itself; omitted when a PIN does.
  fido_opt_t verification = FIDO_OPT_OMIT;
  std::vector<CredentialId> excluded;
};

/// Whether libfido2 1.12 can write this request.
[[nodiscard]] bool is_known_to_libfido2(const CredentialRequest& request,
                                        const CredentialPlan& plan);

/// What was chosen for a request to sign on one key.
struct AssertionPlan {
  int extensions = 0;  ///< FIDO_EXT_…
  fido_opt_t verification = FIDO_OPT_OMIT;
  std::span<const CredentialId> allowed;
};

/// The extensions of `request` that the key has, as libfido2 numbers them.
[[nodiscard]] int choose_extensions(const AssertionRequest& request,
                                    const AuthenticatorFacts& facts);

/// Errors: kBadRequest.
[[nodiscard]] Result<FidoCredential> to_fido_credential(const CredentialRequest& request,
                                                        const CredentialPlan& plan);
/// Errors: kBadRequest.
[[nodiscard]] Result<FidoAssertion> to_fido_assertion(const AssertionRequest& request,
                                                      const AssertionPlan& plan);

/// Errors: kGarbage.
[[nodiscard]] Result<CredentialResponse> to_response(const fido_cred_t& credential,
                                                     CoseAlgorithm algorithm);
/// The first assertion that came for one of `allowed`. Errors: kGarbage, kNoCredentials.
[[nodiscard]] Result<AssertionResponse> to_response(const fido_assert_t& assertion,
                                                    std::span<const CredentialId> allowed);

/// What an assertion's request takes in a message beside its list of credentials, at most; of the
/// silent look that names `rp_id` alone the same.
[[nodiscard]] std::size_t size_without_list(const AssertionRequest& request);
[[nodiscard]] std::size_t size_without_list(const std::string& rp_id);

}  // namespace firstkey::device
