#include "device/softkey/credential_management.h"

#include <algorithm>

#include "device/softkey/crypto.h"
#include "device/softkey/fields.h"

namespace firstkey::device::softkey {
namespace {

enum class Subcommand : std::uint8_t {
  kGetMetadata = 0x01,
  kEnumerateRps = 0x02,
  kNextRp = 0x03,
  kEnumerateCredentials = 0x04,
  kNextCredential = 0x05,
  kDelete = 0x06,
  kUpdateUser = 0x07,
};

// Parameters of the request, then those of its subcommand (§6.8).
constexpr int kSubcommand = 0x01;
constexpr int kSubcommandParams = 0x02;
constexpr PinUvAuthKeys kAuthKeys{.param = 0x04, .protocol = 0x03};
constexpr int kRpIdHash = 0x01;
constexpr int kCredentialId = 0x02;
constexpr int kUser = 0x03;

// Members of the response.
constexpr int kExistingCount = 0x01;
constexpr int kRemainingCount = 0x02;
constexpr int kResponseRp = 0x03;
constexpr int kResponseRpIdHash = 0x04;
constexpr int kTotalRps = 0x05;
constexpr int kResponseUser = 0x06;
constexpr int kResponseCredentialId = 0x07;
constexpr int kPublicKey = 0x08;
constexpr int kTotalCredentials = 0x09;
constexpr int kCredProtect = 0x0A;
constexpr int kLargeBlobKey = 0x0B;

struct Request {
  const cbor::Map& members;
  Subcommand subcommand;
  cbor::Map params;  ///< empty if there are none
};

Result<Request> parse(const cbor::Map& members) {
  const auto subcommand = required_field<std::int64_t>(members, kSubcommand);
  if (!subcommand) return std::unexpected(subcommand.error());
  if (**subcommand < 0 || **subcommand > 0xFF) return std::unexpected(Status::kInvalidSubcommand);
  const auto params = optional_field<cbor::Map>(members, kSubcommandParams);
  if (!params) return std::unexpected(params.error());
  return Request{members,
                 Subcommand{static_cast<std::uint8_t>(**subcommand)},
                 *params == nullptr ? cbor::Map{} : **params};
}

/// Whether the client proves to hold a token for this request that reaches as far as `use` says.
Result<void> admit(const KeyParts& key,
                   const Request& request,
                   TokenUse::Reach reach,
                   std::string_view rp_id = {}) {
  const auto auth = required_pin_uv_auth(request.members, kAuthKeys);
  if (!auth) return std::unexpected(auth.error());
  Bytes message{static_cast<std::uint8_t>(request.subcommand)};
  if (!request.params.is_empty()) append(message, cbor::encode(request.params));
  if (!key.client_pin.admit(
          *auth,
          message,
          {.permission = Permission::kCredentialManagement, .reach = reach, .rp_id = rp_id})) {
    return std::unexpected(Status::kPinAuthInvalid);
  }
  return {};
}

Result<Bytes> get_metadata(const KeyParts& key, const Request& request) {  // §6.8.2
  if (const auto admitted = admit(key, request, TokenUse::Reach::kEveryRp); !admitted) {
    return std::unexpected(admitted.error());
  }
  const std::size_t used = key.store.discoverable_count();
  const std::size_t most = key.settings.maximum_discoverable;
  return cbor::encode(
      cbor::Map{{kExistingCount, static_cast<std::int64_t>(used)},
                {kRemainingCount, static_cast<std::int64_t>(used < most ? most - used : 0)}});
}

cbor::Map describe_rp(const std::string& rp_id) {
  const Sha256 hash = sha256(as_bytes(rp_id));
  return {{kResponseRp, cbor::Map{{"id", rp_id}}}, {kResponseRpIdHash, BytesView(hash)}};
}

Result<cbor::Map> describe_credential(const KeyParts& key, BytesView id, std::string_view rp_id) {
  const Credential* credential = key.store.find(id, rp_id);
  if (credential == nullptr) return std::unexpected(Status::kNoCredentials);
  const auto signing_key =
      SigningKey::from_pkcs8(credential->algorithm, credential->private_key.expose());
  if (!signing_key) return std::unexpected(signing_key.error());
  auto public_key = signing_key->to_cose();
  if (!public_key) return std::unexpected(public_key.error());
  cbor::Map user{{"id", credential->user_id}};
  if (credential->user_name) user.add("name", *credential->user_name);
  if (credential->user_display_name) user.add("displayName", *credential->user_display_name);
  cbor::Map answer{
      {kResponseUser, std::move(user)},
      {kResponseCredentialId, cbor::Map{{"id", credential->id}, {"type", "public-key"}}},
      {kPublicKey, std::move(*public_key)},
      {kCredProtect, static_cast<int>(credential->protection)}};
  if (credential->large_blob_key) answer.add(kLargeBlobKey, credential->large_blob_key->expose());
  return answer;
}

/// Takes the first of what is left; the enumeration is over with the last.
template <typename Item>
Item take_first(std::vector<Item>& left, const KeyParts& key, std::optional<Enumeration>& of) {
  Item first = std::move(left.front());
  left.erase(left.begin());
  of->last_given = key.clock.now();
  if (left.empty()) of.reset();
  return first;
}

Result<Bytes> enumerate_rps(const KeyParts& key,
                            const Request& request,
                            std::optional<Enumeration>& enumeration) {  // §6.8.3
  if (const auto admitted = admit(key, request, TokenUse::Reach::kEveryRp); !admitted) {
    return std::unexpected(admitted.error());
  }
  Enumeration::RpIds rp_ids;
  for (const Credential* credential : key.store.discoverable()) {
    if (std::ranges::find(rp_ids, credential->rp_id) == rp_ids.end()) {
      rp_ids.push_back(credential->rp_id);
    }
  }
  if (rp_ids.empty()) return std::unexpected(Status::kNoCredentials);
  const auto total = static_cast<std::int64_t>(rp_ids.size());
  enumeration.emplace(std::move(rp_ids), std::string(), key.clock.now());
  auto answer =
      describe_rp(take_first(std::get<Enumeration::RpIds>(enumeration->left), key, enumeration));
  answer.add(kTotalRps, total);
  return cbor::encode(answer);
}

Result<Bytes> enumerate_credentials(const KeyParts& key,
                                    const Request& request,
                                    std::optional<Enumeration>& enumeration) {  // §6.8.4
  const auto hash = required_field<Bytes>(request.params, kRpIdHash);
  if (!hash) return std::unexpected(hash.error());
  Enumeration::CredentialIds ids;
  std::string rp_id;  // stays empty, which no token is bound to, where nothing is stored
  for (const Credential* credential : key.store.discoverable()) {
    if (!std::ranges::equal(credential->rp_id_hash, **hash)) continue;
    rp_id = credential->rp_id;
    ids.push_back(credential->id);
  }
  if (const auto admitted = admit(key, request, TokenUse::Reach::kOneRp, rp_id); !admitted) {
    return std::unexpected(admitted.error());
  }
  if (ids.empty()) return std::unexpected(Status::kNoCredentials);
  const auto total = static_cast<std::int64_t>(ids.size());
  enumeration.emplace(std::move(ids), rp_id, key.clock.now());
  const Bytes first =
      take_first(std::get<Enumeration::CredentialIds>(enumeration->left), key, enumeration);
  auto answer = describe_credential(key, first, rp_id);
  if (!answer) return std::unexpected(answer.error());
  answer->add(kTotalCredentials, total);
  return cbor::encode(*answer);
}

/// What is left of an enumeration of this kind, if its client has not taken too long; else it ends.
template <typename Items>
Result<Items*> going_on(const KeyParts& key, std::optional<Enumeration>& enumeration) {
  auto* items = enumeration ? std::get_if<Items>(&enumeration->left) : nullptr;
  if (items == nullptr || key.clock.now() - enumeration->last_given >= Enumeration::kPatience) {
    enumeration.reset();
    return std::unexpected(Status::kNotAllowed);
  }
  return items;
}

Result<Bytes> next_rp(const KeyParts& key, std::optional<Enumeration>& enumeration) {
  const auto left = going_on<Enumeration::RpIds>(key, enumeration);
  if (!left) return std::unexpected(left.error());
  return cbor::encode(describe_rp(take_first(**left, key, enumeration)));
}

Result<Bytes> next_credential(const KeyParts& key, std::optional<Enumeration>& enumeration) {
  const auto left = going_on<Enumeration::CredentialIds>(key, enumeration);
  if (!left) return std::unexpected(left.error());
  const std::string rp_id = enumeration->rp_id;
  const auto answer = describe_credential(key, take_first(**left, key, enumeration), rp_id);
  if (!answer) return std::unexpected(answer.error());
  return cbor::encode(*answer);
}

/// The discoverable credential the params name, once the client has proved it may touch it.
Result<const Credential*> admitted_credential(const KeyParts& key, const Request& request) {
  const auto descriptor = required_field<cbor::Map>(request.params, kCredentialId);
  if (!descriptor) return std::unexpected(descriptor.error());
  const auto id = required_field<Bytes>(**descriptor, "id");
  if (!id) return std::unexpected(id.error());
  const auto all = key.store.discoverable();
  const auto found = std::ranges::find(all, **id, &Credential::id);
  const bool is_there = found != all.end();
  const auto admitted = admit(
      key, request, TokenUse::Reach::kOneRp, is_there ? std::string_view((*found)->rp_id) : "");
  if (!admitted) return std::unexpected(admitted.error());
  if (!is_there) return std::unexpected(Status::kNoCredentials);
  return *found;
}

Result<Bytes> delete_credential(const KeyParts& key, const Request& request) {  // §6.8.5
  const auto credential = admitted_credential(key, request);
  if (!credential) return std::unexpected(credential.error());
  const Bytes id = (*credential)->id;
  if (const auto removed = key.store.remove(id); !removed) {
    return std::unexpected(removed.error());
  }
  return Bytes{};
}

/// §6.8.6: names that are left out or empty are taken away.
Result<std::optional<std::string>> new_name(const cbor::Map& user, std::string_view key) {
  const auto text = optional_field<std::string>(user, key);
  if (!text) return std::unexpected(text.error());
  if (*text == nullptr || (*text)->empty()) return std::nullopt;
  return **text;
}

Result<Bytes> update_user(const KeyParts& key, const Request& request) {  // §6.8.6
  const auto user = required_field<cbor::Map>(request.params, kUser);
  if (!user) return std::unexpected(user.error());
  const auto user_id = required_field<Bytes>(**user, "id");
  if (!user_id) return std::unexpected(user_id.error());
  auto name = new_name(**user, "name");
  if (!name) return std::unexpected(name.error());
  auto display_name = new_name(**user, "displayName");
  if (!display_name) return std::unexpected(display_name.error());
  const auto credential = admitted_credential(key, request);
  if (!credential) return std::unexpected(credential.error());
  if ((*credential)->user_id != **user_id) return std::unexpected(Status::kInvalidParameter);
  const Bytes id = (*credential)->id;
  const auto renamed = key.store.rename_user(id, std::move(*name), std::move(*display_name));
  if (!renamed) return std::unexpected(renamed.error());
  return Bytes{};
}

}  // namespace

Result<Bytes> credential_management(const KeyParts& key,
                                    const cbor::Map& members,
                                    std::optional<Enumeration>& enumeration) {
  const auto request = parse(members);
  if (!request) return std::unexpected(request.error());
  const bool goes_on = request->subcommand == Subcommand::kNextRp ||
                       request->subcommand == Subcommand::kNextCredential;
  if (!goes_on) enumeration.reset();
  switch (request->subcommand) {
    case Subcommand::kGetMetadata:
      return get_metadata(key, *request);
    case Subcommand::kEnumerateRps:
      return enumerate_rps(key, *request, enumeration);
    case Subcommand::kNextRp:
      return next_rp(key, enumeration);
    case Subcommand::kEnumerateCredentials:
      return enumerate_credentials(key, *request, enumeration);
    case Subcommand::kNextCredential:
      return next_credential(key, enumeration);
    case Subcommand::kDelete:
      return delete_credential(key, *request);
    case Subcommand::kUpdateUser:
      if (key.settings.edition == Settings::Edition::kPreview) break;
      return update_user(key, *request);
  }
  return std::unexpected(Status::kInvalidSubcommand);  // and any other number a client may send
}

}  // namespace firstkey::device::softkey
