#pragma once
// The configuration of a key behind libfido2: reset by libfido2, all that came with CTAP 2.1 by our
// own messages. Source: CTAP 2.1 §6.6, §6.8, §6.11.

#include "device/key_configuration.h"
#include "device/open_key.h"

namespace firstkey::device {

class Fido2Configuration final : public KeyConfiguration {
 public:
  /// `key` outlives this object.
  explicit Fido2Configuration(OpenKey& key) noexcept : key_(key) {}

  [[nodiscard]] Result<std::optional<std::string>> serial(const CallLimits& limits) override;
  [[nodiscard]] Result<void> force_pin_change(const Pin* pin, const CallLimits& limits) override;
  [[nodiscard]] Result<Change> raise_min_pin_length(std::uint64_t code_points,
                                                    const Pin* pin,
                                                    const CallLimits& limits) override;
  [[nodiscard]] Result<void> share_min_pin_length(const std::vector<std::string>& rp_ids,
                                                  const Pin* pin,
                                                  const CallLimits& limits) override;
  [[nodiscard]] Result<Change> set_always_uv(AlwaysUv wanted,
                                             const Pin* pin,
                                             const CallLimits& limits) override;
  [[nodiscard]] Result<Change> enable_enterprise_attestation(const Pin* pin,
                                                             const CallLimits& limits) override;
  [[nodiscard]] Result<CredentialRoom> credential_room(const Pin* pin,
                                                       const CallLimits& limits) override;
  [[nodiscard]] Result<std::vector<StoredCredential>> credentials(
      const Pin* pin, const CallLimits& limits) override;
  [[nodiscard]] Result<std::vector<StoredCredential>> credentials_of(
      const std::string& rp_id, const Pin* pin, const CallLimits& limits) override;
  [[nodiscard]] Result<void> rename(const UserRename& change,
                                    const Pin* pin,
                                    const CallLimits& limits) override;
  [[nodiscard]] Result<void> remove(const CredentialId& id,
                                    const Pin* pin,
                                    const CallLimits& limits) override;
  [[nodiscard]] Result<void> reset(const CallLimits& limits) override;

 private:
  /// Has the key's present facts, so that what they say is no older than this call.
  [[nodiscard]] Result<void> require_min_pin_setting(RunningCall& call);
  /// Sets what `is_already` does not find in the key's present facts, and looks again.
  template <class IsAlready, class Set>
  [[nodiscard]] Result<Change> make_so(RunningCall& call,
                                       const IsAlready& is_already,
                                       const Set& set);

  OpenKey& key_;
};

}  // namespace firstkey::device
