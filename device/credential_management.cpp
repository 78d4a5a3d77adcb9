#include "device/credential_management.h"

#include <algorithm>
#include <utility>

#include "device/cbor_view.h"
#include "device/cbor_writer.h"
#include "device/display_text.h"
#include "device/sha256.h"

namespace firstkey::device {

enum class CredentialManagement::Subcommand : std::uint8_t {
  kGetMetadata = 0x01,
  kFirstRp = 0x02,
  kNextRp = 0x03,
  kFirstCredential = 0x04,
  kNextCredential = 0x05,
  kDelete = 0x06,
  kUpdateUser = 0x07,
};

namespace {

constexpr std::uint8_t kCommand = 0x0A;
constexpr std::uint8_t kPreviewCommand = 0x41;
constexpr int kInvalidCommand = 0x01;  // CTAP1_ERR_INVALID_COMMAND

// Source: CTAP 2.1 §6.8, members of the request, of its parameters and of the answer.
constexpr int kSubcommand = 0x01;
constexpr int kParams = 0x02;
constexpr int kProtocol = 0x03;
constexpr int kProof = 0x04;
constexpr int kParamRpIdHash = 0x01;
constexpr int kParamCredentialId = 0x02;
constexpr int kParamUser = 0x03;
constexpr int kExisting = 0x01;
constexpr int kRemaining = 0x02;
constexpr int kRp = 0x03;
constexpr int kRpIdHash = 0x04;
constexpr int kTotalRps = 0x05;
constexpr int kUser = 0x06;
constexpr int kCredentialId = 0x07;
constexpr int kPublicKey = 0x08;
constexpr int kTotalCredentials = 0x09;
constexpr int kCredProtect = 0x0A;
constexpr int kLargeBlobKey = 0x0B;
constexpr int kCoseAlgorithm = 3;

/// More than any key holds: a list that claims to be longer is not waited for.
constexpr std::uint64_t kMostListed = 10'000;

std::unexpected<Error> garbage(const char* why) {
  return refuse(ErrorCode::kGarbage, why);
}

Bytes copy(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string text_of(const CborView& map, std::string_view key) {
  const auto member = map.find(key);
  const auto text = member ? member->as_text() : std::nullopt;
  return text ? to_valid_text(*text) : std::string();
}

void write_descriptor(CborWriter& out, const CredentialId& id) {
  out.map(2).text("id").bytes(id).text("type").text("public-key");
}

/// Errors: kGarbage, where the id is missing, without which nothing can be done with it.
Result<StoredCredential> read_credential(const CborView& answer) {
  const auto descriptor = answer.find(kCredentialId);
  const auto id_member = descriptor ? descriptor->find("id") : std::nullopt;
  const auto id = id_member ? id_member->as_bytes() : std::nullopt;
  if (!id || id->empty()) return garbage("a stored credential without an id");
  StoredCredential credential{.id = copy(*id)};
  if (const auto user = answer.find(kUser); user) {
    const auto user_id = user->find("id");
    credential.user_id = copy(user_id ? user_id->as_bytes().value_or(BytesView()) : BytesView());
    credential.user_name = text_of(*user, "name");
    credential.user_display_name = text_of(*user, "displayName");
  }
  const auto public_key = answer.find(kPublicKey);
  const auto algorithm = public_key ? public_key->find(kCoseAlgorithm) : std::nullopt;
  const auto number = algorithm ? algorithm->as_integer().value_or(0) : 0;
  if (std::in_range<CoseAlgorithm>(number)) {
    credential.algorithm = static_cast<CoseAlgorithm>(number);
  }
  const auto protection = answer.find(kCredProtect);
  const auto level = protection ? protection->as_unsigned().value_or(0) : 0;
  if (level >= 1 && level <= 3) {
    credential.protection = CredentialProtection{static_cast<std::uint8_t>(level)};
  }
  credential.has_large_blob_key = answer.find(kLargeBlobKey).has_value();
  return credential;
}

}  // namespace

CredentialManagement::CredentialManagement(OpenKey& key, RunningCall& call, PinUvAuthToken token)
    : key_(key),
      call_(call),
      token_(std::move(token)),
      command_(key.facts().options.cred_mgmt == Option::kTrue ? kCommand : kPreviewCommand) {}

Result<CredentialManagement> CredentialManagement::open(OpenKey& key,
                                                        const Pin* pin,
                                                        RunningCall& call) {
  if (auto is_able = key.require_fido2(); !is_able) return std::unexpected(is_able.error());
  if (!key.facts().supports_credential_management()) {
    return refuse(ErrorCode::kUnsupportedCommand, "it manages no credentials");
  }
  auto token = get_pin_uv_auth_token(key, pin, Permission::kCredentialManagement, {}, call);
  if (!token) return std::unexpected(token.error());
  return CredentialManagement(key, call, std::move(token.value()));
}

Result<Bytes> CredentialManagement::exchange(BytesView members) {
  Bytes request{command_};
  request.insert(request.end(), members.begin(), members.end());
  auto answer = key_.exchange(request, call_, "credential management");
  const bool is_unknown = !answer && answer.error().fido_status == kInvalidCommand;
  const auto& options = key_.facts().options;
  if (!is_unknown || command_ == kPreviewCommand ||
      options.credential_mgmt_preview != Option::kTrue) {
    return answer;
  }
  // Some keys claim both and know the preview alone.
  command_ = kPreviewCommand;
  request.front() = command_;
  return key_.exchange(request, call_, "credential management");
}

Result<Bytes> CredentialManagement::ask(Subcommand subcommand, BytesView params) {
  Bytes proved{static_cast<std::uint8_t>(subcommand)};
  proved.insert(proved.end(), params.begin(), params.end());
  CborWriter out;
  out.map(params.empty() ? 3 : 4).integer(kSubcommand).integer(static_cast<int>(subcommand));
  if (!params.empty()) out.integer(kParams).encoded(params);
  out.integer(kProtocol)
      .integer(static_cast<int>(token_.protocol()))
      .integer(kProof)
      .bytes(token_.prove(proved));
  return exchange(std::move(out).take());
}

Result<Bytes> CredentialManagement::ask_next(Subcommand subcommand) {
  CborWriter out;
  out.map(1).integer(kSubcommand).integer(static_cast<int>(subcommand));
  return exchange(std::move(out).take());
}

Result<CredentialRoom> CredentialManagement::room() {
  const auto answer = ask(Subcommand::kGetMetadata, {});
  if (!answer) return std::unexpected(answer.error());
  const auto members = CborView::parse(*answer);
  if (!members) return std::unexpected(members.error());
  const auto existing = members->find(kExisting);
  const auto remaining = members->find(kRemaining);
  if (!existing || !existing->as_unsigned() || !remaining || !remaining->as_unsigned()) {
    return garbage("counts of credentials that are none");
  }
  return CredentialRoom{.existing = *existing->as_unsigned(),
                        .remaining = *remaining->as_unsigned()};
}

template <class Take>
Result<void> CredentialManagement::enumerate(Result<Bytes> first,
                                             Subcommand next,
                                             int total,
                                             const Take& take) {
  if (!first && first.error().code == ErrorCode::kNoCredentials) return {};
  std::uint64_t count = 1;
  for (std::uint64_t seen = 0; seen < count; ++seen) {
    const auto answer = seen == 0 ? std::move(first) : ask_next(next);
    if (!answer) return std::unexpected(answer.error());
    // A key with nothing to list may say so by an empty answer or a total of none.
    if (seen == 0 && answer->empty()) return {};
    const auto members = CborView::parse(*answer);
    if (!members) return std::unexpected(members.error());
    if (seen == 0) {
      const auto claimed = members->find(total);
      if (!claimed || !claimed->as_unsigned()) return garbage("a list without its length");
      count = *claimed->as_unsigned();
      if (count == 0) return {};
      if (count > kMostListed) return refuse(ErrorCode::kTooLarge, "a list longer than any key's");
    }
    if (auto taken = take(members.value()); !taken) return taken;
  }
  return {};
}

Result<std::vector<CredentialManagement::RelyingParty>> CredentialManagement::relying_parties() {
  std::vector<RelyingParty> found;
  const auto take = [&](const CborView& answer) -> Result<void> {
    const auto rp = answer.find(kRp);
    const auto hash_member = answer.find(kRpIdHash);
    // Not an optional, in which g++ 12 sees bytes that are not set at -O2.
    const auto hash = hash_member ? hash_member->as_bytes().value_or(BytesView()) : BytesView();
    RelyingParty party{.id = rp ? text_of(*rp, "id") : std::string()};
    if (hash.size() != party.id_hash.size()) {
      return garbage("a relying party without the hash of its id");
    }
    std::ranges::copy(hash, party.id_hash.begin());
    found.push_back(std::move(party));
    return {};
  };
  if (auto listed = enumerate(ask(Subcommand::kFirstRp, {}), Subcommand::kNextRp, kTotalRps, take);
      !listed) {
    return std::unexpected(listed.error());
  }
  return found;
}

Result<void> CredentialManagement::add_credentials(const RelyingParty& rp,
                                                   std::vector<StoredCredential>& found) {
  CborWriter params;
  params.map(1).integer(kParamRpIdHash).bytes(rp.id_hash);
  const auto take = [&](const CborView& answer) -> Result<void> {
    auto credential = read_credential(answer);
    if (!credential) return std::unexpected(credential.error());
    credential->rp_id = rp.id;
    credential->rp_id_hash = rp.id_hash;
    found.push_back(std::move(credential.value()));
    return {};
  };
  return enumerate(ask(Subcommand::kFirstCredential, std::move(params).take()),
                   Subcommand::kNextCredential,
                   kTotalCredentials,
                   take);
}

Result<std::vector<StoredCredential>> CredentialManagement::all() {
  // One enumeration ends another: the relying parties are all asked for first.
  const auto parties = relying_parties();
  if (!parties) return std::unexpected(parties.error());
  std::vector<StoredCredential> found;
  for (const auto& party : *parties) {
    if (auto added = add_credentials(party, found); !added) {
      return std::unexpected(added.error());
    }
  }
  return found;
}

Result<std::vector<StoredCredential>> CredentialManagement::of(const std::string& rp_id) {
  std::vector<StoredCredential> found;
  if (auto added = add_credentials({.id = rp_id, .id_hash = sha256(rp_id)}, found); !added) {
    return std::unexpected(added.error());
  }
  return found;
}

Result<void> CredentialManagement::rename(const UserRename& change) {
  if (command_ == kPreviewCommand) {
    return refuse(ErrorCode::kUnsupportedCommand, "a key before CTAP 2.1 renames nothing");
  }
  const bool has_name = !change.user_name.empty();
  const bool has_display_name = !change.user_display_name.empty();
  CborWriter params;
  params.map(2).integer(kParamCredentialId);
  write_descriptor(params, change.credential_id);
  params.integer(kParamUser)
      .map(1U + (has_name ? 1U : 0U) + (has_display_name ? 1U : 0U))
      .text("id")
      .bytes(change.user_id);
  if (has_name) params.text("name").text(change.user_name);
  if (has_display_name) params.text("displayName").text(change.user_display_name);
  const auto renamed = ask(Subcommand::kUpdateUser, std::move(params).take());
  if (!renamed) return std::unexpected(renamed.error());
  return {};
}

Result<void> CredentialManagement::remove(const CredentialId& id) {
  CborWriter params;
  params.map(1).integer(kParamCredentialId);
  write_descriptor(params, id);
  const auto removed = ask(Subcommand::kDelete, std::move(params).take());
  if (!removed) return std::unexpected(removed.error());
  return {};
}

}  // namespace firstkey::device
