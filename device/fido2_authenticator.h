#pragma once
// A key behind libfido2, over whichever Link leads to it. Falling back to U2F is off: a key that
// claims CTAP 2 and fails getInfo is an error, one that never claimed it is U2F only and says so.
// Source: CTAP 2.1 §6; libfido2 1.12.

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "device/authenticator.h"
#include "device/credential_batches.h"
#include "device/fido2_handles.h"
#include "device/link.h"

namespace firstkey::device {

class Fido2Authenticator final : public Authenticator {
 public:
  struct Origin {
    std::string path;  ///< for messages
    bool is_simulated = false;
    /// A card is chosen by being held to its reader; asking for a touch would use its presence up.
    bool is_chosen_by_placing = false;
  };

  /// Errors: those of the link, kGarbage when getInfo cannot be read, kTimeout, kCancelled.
  [[nodiscard]] static Result<std::unique_ptr<Authenticator>> open(std::unique_ptr<Link> link,
                                                                   Origin origin,
                                                                   const CallLimits& limits);

  [[nodiscard]] const AuthenticatorFacts& facts() const noexcept override { return facts_; }
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
  [[nodiscard]] bool is_gone() const noexcept override { return link_->is_gone(); }

 private:
  Fido2Authenticator(std::unique_ptr<Link> link, Origin origin)
      : link_(std::move(link)), origin_(std::move(origin)) {}

  /// Runs `body(RunningCall&)` with the link bounded by `limits` and the device open.
  template <class Body>
  [[nodiscard]] auto within(const CallLimits& limits, const Body& body)
      -> decltype(body(std::declval<RunningCall&>()));
  [[nodiscard]] Result<void> open_device(RunningCall& call);
  [[nodiscard]] Result<void> read_facts(RunningCall& call);
  [[nodiscard]] Result<void> require_fido2() const;
  [[nodiscard]] Result<fido_opt_t> own_verification(bool is_required, const Pin* pin) const;
  /// Cuts `ids` down to what fits one request: all of them, or the one that a silent look finds.
  [[nodiscard]] Result<std::vector<CredentialId>> ids_to_send(std::span<const CredentialId> ids,
                                                              std::size_t other_bytes,
                                                              const std::string& rp_id,
                                                              const Pin* pin,
                                                              RunningCall& call);
  /// One getAssertion with `allowed` as it is. A PIN wins over the key's own verification.
  [[nodiscard]] Result<AssertionResponse> assert_once(const AssertionRequest& request,
                                                      std::span<const CredentialId> allowed,
                                                      const Pin* pin,
                                                      RunningCall& call);

  std::unique_ptr<Link> link_;
  Origin origin_;
  FidoDevice dev_;  // after link_: closed before the link goes
  AuthenticatorFacts facts_;
};

}  // namespace firstkey::device
