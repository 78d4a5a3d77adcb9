#pragma once
// The key's memory. Every change is durable before it is visible: a change that cannot be saved is
// answered with kOther and leaves the store as it was.

#include <functional>
#include <memory>
#include <string_view>

#include "device/softkey/key_state.h"
#include "device/softkey/state_storage.h"

namespace firstkey::device::softkey {

class CredentialStore {
 public:
  /// Discoverable and other credentials together; keeps the state file below its own limit.
  static constexpr std::size_t kMaximumCount = 1000;

  enum class OpenFault : std::uint8_t { kUnreadable, kDamaged, kNewerVersion };

  [[nodiscard]] static std::expected<CredentialStore, OpenFault> open(
      std::unique_ptr<StateStorage> storage);

  /// Null unless a credential with this id belongs to `rp_id`. Valid until the next change.
  [[nodiscard]] const Credential* find(BytesView id, std::string_view rp_id) const;
  [[nodiscard]] const Credential* find(BytesView id, const Sha256& rp_id_hash) const;
  /// Newest first (CTAP 2.1 §6.2.2 step 12). Valid until the next change.
  [[nodiscard]] std::vector<const Credential*> discoverable_for(std::string_view rp_id) const;
  /// In the order of their making. Valid until the next change.
  [[nodiscard]] std::vector<const Credential*> discoverable() const;
  [[nodiscard]] std::size_t discoverable_count() const { return discoverable().size(); }
  [[nodiscard]] std::size_t count() const { return state_.credentials.size(); }
  /// Whether adding a discoverable credential for this account would replace one.
  [[nodiscard]] bool has_account(std::string_view rp_id, BytesView user_id) const;

  /// A discoverable credential takes the place of the one of the same relying party and user.
  [[nodiscard]] Result<void> add(Credential credential);
  /// Nothing happens if there is no credential with this id.
  [[nodiscard]] Result<void> remove(BytesView id);
  /// What names the user of the credential with this id from now on.
  [[nodiscard]] Result<void> rename_user(BytesView id,
                                         std::optional<std::string> name,
                                         std::optional<std::string> display_name);
  /// Returns the raised count, already saved.
  [[nodiscard]] Result<std::uint32_t> raise_sign_count(BytesView id);

  /// Null while none is set. Valid until the next change.
  [[nodiscard]] const Pin* pin() const { return state_.pin ? &*state_.pin : nullptr; }
  /// A new PIN is what a key that demanded one was waiting for.
  [[nodiscard]] Result<void> set_pin(Pin pin);
  [[nodiscard]] Result<void> set_pin_attempts_left(int attempts_left);

  [[nodiscard]] const Configuration& configuration() const { return state_.configuration; }
  [[nodiscard]] Result<void> configure(Configuration configuration);

  /// Empty until written. Valid until the next change.
  [[nodiscard]] BytesView large_blobs() const { return state_.large_blobs; }
  [[nodiscard]] Result<void> set_large_blobs(Bytes serialized);

  /// Null until one has been set. Valid until the next change.
  [[nodiscard]] const AttestationRoot* attestation_root() const {
    return state_.attestation_root ? &*state_.attestation_root : nullptr;
  }
  [[nodiscard]] Result<void> set_attestation_root(AttestationRoot root);

  /// Forgets all but the attestation root, which stays as a real key's does.
  [[nodiscard]] Result<void> reset();

 private:
  CredentialStore(std::unique_ptr<StateStorage> storage, KeyState state)
      : storage_(std::move(storage)), state_(std::move(state)) {}
  [[nodiscard]] Result<void> change(const std::function<void(KeyState&)>& edit);

  std::unique_ptr<StateStorage> storage_;
  KeyState state_;
};

}  // namespace firstkey::device::softkey
