#pragma once
// A key behind libfido2, over whichever Link leads to it. Source: CTAP 2.1 §6; libfido2 1.12.

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "device/authenticator.h"
#include "device/credential_batches.h"
#include "device/fido2_configuration.h"
#include "device/fido2_requests.h"
#include "device/open_key.h"

namespace firstkey::device {

class Fido2Authenticator final : public Authenticator {
 public:
  using Origin = KeyOrigin;

  /// Errors: those of the link, kGarbage when getInfo cannot be read, kTimeout, kCancelled.
  [[nodiscard]] static Result<std::unique_ptr<Authenticator>> open(std::unique_ptr<Link> link,
                                                                   Origin origin,
                                                                   const CallLimits& limits);

  [[nodiscard]] const AuthenticatorFacts& facts() const noexcept override { return key_.facts(); }
  [[nodiscard]] Result<void> refresh(const CallLimits& limits) override;
  [[nodiscard]] Result<int> pin_retries(const CallLimits& limits) override;
  [[nodiscard]] Result<int> uv_retries(const CallLimits& limits) override;
  [[nodiscard]] Result<void> set_pin(const Pin& pin, const CallLimits& limits) override;
  [[nodiscard]] Result<void> change_pin(const Pin& current,
                                        const Pin& next,
                                        const CallLimits& limits) override;
  [[nodiscard]] Result<void> wait_for_touch(const CallLimits& limits) override;
  [[nodiscard]] Result<CredentialResponse> make_credential(const CredentialRequest& request,
                                                           const Pin* pin,
                                                           const CallLimits& limits) override;
  [[nodiscard]] Result<AssertionResponse> get_assertion(const AssertionRequest& request,
                                                        const Pin* pin,
                                                        const CallLimits& limits) override;
  [[nodiscard]] KeyConfiguration& configuration() noexcept override { return configuration_; }
  [[nodiscard]] bool is_gone() const noexcept override { return key_.is_gone(); }

 private:
  Fido2Authenticator(std::unique_ptr<Link> link, Origin origin)
      : key_(std::move(link), std::move(origin)) {}

  /// With a key that speaks U2F only. `pin` has no say.
  [[nodiscard]] Result<CredentialResponse> make_by_u2f(const CredentialRequest& request,
                                                       RunningCall& call);
  [[nodiscard]] Result<AssertionResponse> sign_by_u2f(const AssertionRequest& request,
                                                      RunningCall& call);
  [[nodiscard]] Result<fido_opt_t> own_verification(bool is_required, const Pin* pin) const;
  [[nodiscard]] Result<CredentialResponse> make_by_libfido2(const CredentialRequest& request,
                                                            const CredentialPlan& plan,
                                                            const Pin* pin,
                                                            RunningCall& call);
  /// What libfido2 1.12 cannot ask for.
  [[nodiscard]] Result<CredentialResponse> make_by_own_message(const CredentialRequest& request,
                                                               const CredentialPlan& plan,
                                                               const Pin* pin,
                                                               RunningCall& call);
  /// Cuts `ids` down to what fits one request that takes `other_bytes` for the rest: all of them,
  /// or the one that a silent look finds.
  [[nodiscard]] Result<std::vector<CredentialId>> ids_to_send(std::span<const CredentialId> ids,
                                                              std::size_t other_bytes,
                                                              const std::string& rp_id,
                                                              const Pin* pin,
                                                              RunningCall& call);
  /// One getAssertion with `allowed` as it is. A PIN wins over the key's own verification.
  [[nodiscard]] Result<FidoAssertion> assert_once(const AssertionRequest& request,
                                                  std::span<const CredentialId> allowed,
                                                  const Pin* pin,
                                                  RunningCall& call);
  /// What was asked of the signing credential's large blob. That nothing comes of it is told by the
  /// response: it is signed, and to be handed on.
  void use_large_blob(AssertionResponse& response,
                      const fido_assert_t& assertion,
                      const AssertionRequest& request,
                      const Pin* pin,
                      RunningCall& call);

  OpenKey key_;
  Fido2Configuration configuration_{key_};
};

}  // namespace firstkey::device
