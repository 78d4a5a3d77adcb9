#include "device/softkey/credential_store.h"

#include <algorithm>

#include "device/softkey/crypto.h"

namespace firstkey::device::softkey {
namespace {

bool is_account(const Credential& credential, std::string_view rp_id, BytesView user_id) {
  return credential.is_discoverable && credential.rp_id == rp_id &&
         std::ranges::equal(credential.user_id, user_id);
}

}  // namespace

std::expected<CredentialStore, CredentialStore::OpenFault> CredentialStore::open(
    std::unique_ptr<StateStorage> storage) {
  auto loaded = storage->load();
  if (!loaded) return std::unexpected(OpenFault::kUnreadable);
  auto saved = std::move(loaded.value());
  if (!saved) return CredentialStore(std::move(storage), KeyState{});
  const SecretBytes bytes(std::move(*saved));
  auto state = decode_state(bytes.expose());
  if (state) return CredentialStore(std::move(storage), std::move(*state));
  return std::unexpected(state.error() == StateFault::kNewerVersion ? OpenFault::kNewerVersion
                                                                    : OpenFault::kDamaged);
}

const Credential* CredentialStore::find(BytesView id, std::string_view rp_id) const {
  return find(id, sha256(as_bytes(rp_id)));
}

const Credential* CredentialStore::find(BytesView id, const Sha256& rp_id_hash) const {
  const auto found = std::ranges::find_if(state_.credentials, [&](const Credential& credential) {
    return std::ranges::equal(credential.id, id) && credential.rp_id_hash == rp_id_hash;
  });
  return found == state_.credentials.end() ? nullptr : &*found;
}

std::vector<const Credential*> CredentialStore::discoverable_for(std::string_view rp_id) const {
  std::vector<const Credential*> found = discoverable();
  std::erase_if(found, [&](const Credential* credential) { return credential->rp_id != rp_id; });
  std::ranges::reverse(found);
  return found;
}

std::vector<const Credential*> CredentialStore::discoverable() const {
  std::vector<const Credential*> found;
  for (const auto& credential : state_.credentials) {
    if (credential.is_discoverable) found.push_back(&credential);
  }
  return found;
}

bool CredentialStore::has_account(std::string_view rp_id, BytesView user_id) const {
  return std::ranges::any_of(state_.credentials, [&](const Credential& credential) {
    return is_account(credential, rp_id, user_id);
  });
}

Result<void> CredentialStore::add(Credential credential) {
  return change([&](KeyState& state) {
    if (credential.is_discoverable) {
      std::erase_if(state.credentials, [&](const Credential& old) {
        return is_account(old, credential.rp_id, credential.user_id);
      });
    }
    state.credentials.push_back(std::move(credential));
  });
}

Result<void> CredentialStore::remove(BytesView id) {
  return change([&](KeyState& state) {
    std::erase_if(state.credentials, [&](const Credential& credential) {
      return std::ranges::equal(credential.id, id);
    });
  });
}

Result<void> CredentialStore::rename_user(BytesView id,
                                          std::optional<std::string> name,
                                          std::optional<std::string> display_name) {
  return change([&](KeyState& state) {
    for (auto& credential : state.credentials) {
      if (!std::ranges::equal(credential.id, id)) continue;
      credential.user_name = std::move(name);
      credential.user_display_name = std::move(display_name);
      return;
    }
  });
}

Result<std::uint32_t> CredentialStore::raise_sign_count(BytesView id) {
  std::uint32_t raised = 0;
  const auto changed = change([&](KeyState& state) {
    for (auto& credential : state.credentials) {
      if (std::ranges::equal(credential.id, id)) raised = ++credential.sign_count;
    }
  });
  if (!changed) return std::unexpected(changed.error());
  return raised;
}

Result<void> CredentialStore::set_pin(Pin pin) {
  return change([&](KeyState& state) {
    state.pin = std::move(pin);
    state.configuration.demands_new_pin = false;
  });
}

Result<void> CredentialStore::set_pin_attempts_left(int attempts_left) {
  return change([&](KeyState& state) {
    if (state.pin) state.pin->attempts_left = attempts_left;
  });
}

Result<void> CredentialStore::configure(Configuration configuration) {
  return change([&](KeyState& state) { state.configuration = std::move(configuration); });
}

Result<void> CredentialStore::set_large_blobs(Bytes serialized) {
  return change([&](KeyState& state) { state.large_blobs = std::move(serialized); });
}

Result<void> CredentialStore::set_attestation_root(AttestationRoot root) {
  return change([&](KeyState& state) { state.attestation_root = std::move(root); });
}

Result<void> CredentialStore::reset() {
  return change([](KeyState& state) {
    auto root = std::move(state.attestation_root);
    state = KeyState{};
    state.attestation_root = std::move(root);
  });
}

Result<void> CredentialStore::change(const std::function<void(KeyState&)>& edit) {
  KeyState next = state_.clone();
  edit(next);
  const SecretBytes encoded(encode_state(next));
  if (!storage_->save(encoded.expose())) return std::unexpected(Status::kOther);
  state_ = std::move(next);
  return {};
}

}  // namespace firstkey::device::softkey
