#include "enroll/app/key_credentials.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/bytes.h"
#include "device/display_text.h"
#include "device/key_configuration.h"
#include "enroll/app/key_words.h"
#include "enroll/app/pin_dialogue.h"
#include "enroll/app/screen_text.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using device::CallLimits;
using device::CredentialProtection;
using device::KeyConfiguration;
using device::Pin;
using device::StoredCredential;
using device::to_display_text;

std::string id_text(const StoredCredential& credential) {
  return core::to_base64url(credential.id);
}

/// What sign-ins with it take. Source: CTAP 2.1 §12.1.
std::string_view protection_name(const std::optional<CredentialProtection>& protection) {
  if (!protection) return "notTold";
  switch (*protection) {
    case CredentialProtection::kUvOptional:
      return "userVerificationOptional";
    case CredentialProtection::kUvOptionalWithCredentialIdList:
      return "userVerificationOptionalWithCredentialIDList";
    case CredentialProtection::kUvRequired:
      return "userVerificationRequired";
  }
  return "notTold";  // a value outside the enumeration
}

json::object to_json(const StoredCredential& credential) {
  return {{"id", id_text(credential)},
          {"rpId", printable(credential.rp_id)},
          {"userHandle", core::to_base64url(credential.user_id)},
          {"userName", printable(credential.user_name)},
          {"userDisplayName", printable(credential.user_display_name)},
          {"publicKeyAlgorithm", credential.algorithm},
          {"credentialProtection", std::string(protection_name(credential.protection))},
          {"hasLargeBlobKey", credential.has_large_blob_key}};
}

void tell(const Output& output, const StoredCredential& credential) {
  output.line("Credential", id_text(credential));
  output.line("Party", to_display_text(credential.rp_id));
  output.line("User", to_display_text(credential.user_name));
  output.line("Shown as", to_display_text(credential.user_display_name));
}

/// All of a relying party together, in an order that stays.
void sort(std::vector<StoredCredential>& credentials) {
  std::ranges::stable_sort(credentials, {}, [](const StoredCredential& credential) {
    return std::pair(credential.rp_id, credential.user_name);
  });
}

void tell(const Output& output, const std::vector<StoredCredential>& credentials) {
  if (credentials.empty()) return output.say("No passkeys");
  std::vector<std::vector<std::string>> rows;
  const std::string* party = nullptr;
  for (const auto& credential : credentials) {
    const bool is_same = party != nullptr && *party == credential.rp_id;
    party = &credential.rp_id;
    rows.push_back({is_same ? "" : to_display_text(credential.rp_id),
                    to_display_text(credential.user_name),
                    to_display_text(credential.user_display_name),
                    id_text(credential)});  // last: it can be long
  }
  output.table({"Party", "User", "Shown as", "Credential"}, rows);
}

/// The key with what is on it, and the PIN that it was read with.
struct OpenStore {
  KeyAtHand hand;
  std::optional<Pin> pin;  ///< none: the key knows its user by itself
  std::vector<StoredCredential> credentials;

  [[nodiscard]] const Pin* pin_or_null() const { return pin ? &*pin : nullptr; }
  [[nodiscard]] KeyConfiguration& configuration() const {
    return hand.authenticator->configuration();
  }
};

using Read = std::function<device::Result<std::vector<StoredCredential>>(
    KeyConfiguration&, const Pin*, const CallLimits&)>;

device::Result<std::vector<StoredCredential>> read_all(KeyConfiguration& configuration,
                                                       const Pin* pin,
                                                       const CallLimits& limits) {
  return configuration.credentials(pin, limits);
}

Attempt<OpenStore> open_store(const KeyDesk& desk, const PinOptions& pins, const Read& read) {
  auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  if (!hand->authenticator->facts().supports_credential_management()) {
    return std::unexpected(Failure{.code = "unsupported_command",
                                   .message = "this key does not let its passkeys be listed",
                                   .exit_code = ExitCode::kNoKey});
  }
  OpenStore store{.hand = std::move(*hand), .pin = std::nullopt, .credentials = {}};
  auto pin = use_with_pin(
      desk, store.hand, pins, [&](const auto* given, const auto& limits) -> device::Result<void> {
        auto found = read(store.configuration(), given, limits);
        if (!found) return std::unexpected(found.error());
        store.credentials = std::move(*found);
        return {};
      });
  if (!pin) return std::unexpected(pin.error());
  store.pin = std::move(*pin);
  sort(store.credentials);
  return store;
}

/// The one whose id begins with `prefix`, as the list prints ids.
Attempt<StoredCredential> find(const OpenStore& store, const std::string& prefix) {
  const auto begins = [&](const StoredCredential& credential) {
    return !prefix.empty() && id_text(credential).starts_with(prefix);
  };
  const auto matches = std::ranges::count_if(store.credentials, begins);
  if (matches == 1) return *std::ranges::find_if(store.credentials, begins);
  if (matches == 0) {
    return std::unexpected(Failure{
        .code = "credential_unknown",
        .message = "no passkey on this key has that id; `firstkey key credentials list` shows them",
        .exit_code = ExitCode::kRefused});
  }
  return std::unexpected(Failure{
      .code = "ambiguous_id",
      .message = fmt::format("{} passkeys begin with {}; give more of the id", matches, prefix),
      .exit_code = ExitCode::kUsage});
}

}  // namespace

Attempt<void> list_key_credentials(const KeyDesk& desk,
                                   const PinOptions& pins,
                                   const std::string& rp_id) {
  const Read read_party = [&](auto& configuration, const auto* pin, const auto& limits) {
    return configuration.credentials_of(rp_id, pin, limits);
  };
  const auto store = open_store(desk, pins, rp_id.empty() ? Read(read_all) : read_party);
  if (!store) return std::unexpected(store.error());
  tell(desk.output, store->credentials);
  const auto room = store->hand.authenticator->facts().remaining_discoverable_credentials;
  if (room) desk.output.say(fmt::format("Room for {} more", *room));
  json::array array;
  for (const auto& credential : store->credentials) array.push_back(to_json(credential));
  json::object object{{"value", std::move(array)}};
  if (room) object["remainingDiscoverableCredentials"] = *room;
  desk.output.object(object);
  return {};
}

Attempt<void> rename_key_credential(const KeyDesk& desk,
                                    const PinOptions& pins,
                                    const CredentialRename& wish) {
  if (!wish.user_name && !wish.user_display_name) {
    return misuse("say what it is to be called: --user, --shown-as, or both");
  }
  const auto store = open_store(desk, pins, read_all);
  if (!store) return std::unexpected(store.error());
  auto credential = find(*store, wish.id);
  if (!credential) return std::unexpected(credential.error());
  credential->user_name = wish.user_name.value_or(credential->user_name);
  credential->user_display_name = wish.user_display_name.value_or(credential->user_display_name);
  const auto renamed = on_key(desk, [&](const auto& limits) {
    return store->configuration().rename({.credential_id = credential->id,
                                          .user_id = credential->user_id,
                                          .user_name = credential->user_name,
                                          .user_display_name = credential->user_display_name},
                                         store->pin_or_null(),
                                         limits);
  });
  if (!renamed) return std::unexpected(to_failure(renamed.error()));
  tell(desk.output, *credential);
  desk.output.object(to_json(*credential));
  return {};
}

Attempt<void> delete_key_credential(const KeyDesk& desk,
                                    const PinOptions& pins,
                                    const CredentialDeletion& wish) {
  const auto store = open_store(desk, pins, read_all);
  if (!store) return std::unexpected(store.error());
  const auto credential = find(*store, wish.id);
  if (!credential) return std::unexpected(credential.error());
  const auto whose = fmt::format(
      "{} at {}", to_display_text(credential->user_name), to_display_text(credential->rp_id));
  const auto agreed =
      confirm(desk, wish.consent, fmt::format("The passkey of {} will be gone for good.", whose));
  if (!agreed) return agreed;
  const auto removed = on_key(desk, [&](const auto& limits) {
    return store->configuration().remove(credential->id, store->pin_or_null(), limits);
  });
  if (!removed) return std::unexpected(to_failure(removed.error()));
  desk.output.say(
      fmt::format("Deleted from the key: {}. The account there may still list it", whose));
  desk.output.object({{"deleted", id_text(*credential)}});
  return {};
}

}  // namespace firstkey::enroll
