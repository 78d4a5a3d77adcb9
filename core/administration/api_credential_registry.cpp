#include "core/administration/api_credential_registry.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/administration/listing.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kSecretBytes = 32;
/// Of one owner and usable at once. Source: ours: more than anybody keeps track of.
constexpr std::ptrdiff_t kMostOfOwner = 100;

ApiCredentialView view_of(const Act& act, ApiCredential credential, std::string owner_name) {
  const auto state = state_at(credential, act.settings().epoch, act.now());
  credential.secret_hash = {};
  return {.credential = std::move(credential), .owner_name = std::move(owner_name), .state = state};
}

std::string joined(const std::set<Role>& roles) {
  std::vector<std::string_view> names;
  names.reserve(roles.size());
  for (const auto role : roles) names.push_back(to_string(role));
  return fmt::format("{}", fmt::join(names, " "));
}

/// What the credential is to carry. Errors: kInvalidArgument.
Result<std::set<Role>> roles_to_carry(const ApiCredentialRequest& request, const User& owner) {
  auto roles = request.roles.value_or(owner.roles);
  if (!request.roles) roles.erase(Role::kStation);
  for (const auto role : roles) {
    if (role == Role::kStation) {
      return fail(ErrorCode::kInvalidArgument,
                  "stations join with a code of their own; no API credential is one");
    }
    if (!owner.roles.contains(role)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("the user does not hold {}", to_string(role)));
    }
  }
  return roles;
}

/// Errors: kInvalidArgument.
Result<void> check_request(const ApiCredentialRequest& request) {
  if (normalised_name(request.name).empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "an API credential has a name of 1 to 256 bytes without control characters");
  }
  if (request.life < std::chrono::days(1) || request.life > kLongestApiCredentialLife) {
    return fail(ErrorCode::kInvalidArgument, "an API credential is good for 1 to 365 days");
  }
  return {};
}

/// Errors: kInvalidArgument.
Result<void> check_room(const Act& act, const UserId& owner) {
  const auto usable =
      std::ranges::count_if(act.view().api_credentials_of(owner), [&](const ApiCredential& known) {
        return state_at(known, act.settings().epoch, act.now()) == ApiCredentialState::kUsable;
      });
  if (usable < kMostOfOwner) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("this user has {} API credentials; revoke one first", usable));
}

/// The owner of a new credential, if they may have it. Errors: those of Act::find_user,
/// kUserDisabled.
Result<User> find_owner(Act& act, const UserReference& reference) {
  auto owner = act.find_user(Operation::kWriteApiCredentials, reference);
  if (owner && !owner->is_enabled) {
    return fail(ErrorCode::kUserDisabled, "this user is disabled; enable them first");
  }
  return owner;
}

}  // namespace

Result<CreatedApiCredential> ApiCredentialRegistry::create(const ApiCredentialRequest& request) {
  const auto secret = random_.secret(kSecretBytes);
  const auto secret_hash = sha256(secret.expose());  // what the store keeps
  const auto id = make_id<ApiCredentialId>(random_);
  const auto decide = [&](Act& act) -> Result<Effect<ApiCredentialView>> {
    const auto owner = find_owner(act, request.owner);
    if (!owner) return std::unexpected(owner.error());
    if (auto checked = check_request(request); !checked) return std::unexpected(checked.error());
    auto roles = roles_to_carry(request, owner.value());
    if (!roles) return std::unexpected(roles.error());
    if (auto room = check_room(act, owner->id); !room) return std::unexpected(room.error());
    const ApiCredential credential{.id = id,
                                   .owner = owner->id,
                                   .name = request.name,
                                   .roles = std::move(roles.value()),
                                   .secret_hash = secret_hash,
                                   .epoch = act.settings().epoch,
                                   .created_at = act.now(),
                                   .created_by = act.actor().id,
                                   .expires_at = act.now() + request.life,
                                   .revoked_at = std::nullopt,
                                   .last_used_at = std::nullopt};
    act.note("createdApiCredentialId", id.text());
    act.note("roles", joined(credential.roles));
    act.note("expiresDateTime", to_rfc3339(credential.expires_at));
    return
        [credential, view = view_of(act, credential, owner->name)](WriteTransaction& transaction) {
          transaction.insert_api_credential(credential);
          return view;
        };
  };
  auto created = administration_.act<ApiCredentialView>("api_credential.create", decide);
  if (!created) return std::unexpected(created.error());
  return CreatedApiCredential{.credential = std::move(created.value()),
                              .secret = api_secret_text(secret)};
}

Result<std::vector<ApiCredentialView>> ApiCredentialRegistry::list(const ApiCredentialId& after,
                                                                   std::size_t limit) {
  const auto look = [&](Act& act) -> Result<std::vector<ApiCredentialView>> {
    if (auto allowed = act.authorise(Operation::kReadApiCredentials); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (auto checked = check_limit(limit); !checked) return std::unexpected(checked.error());
    std::vector<ApiCredentialView> views;
    for (auto& credential : act.view().api_credentials(after, limit)) {
      const auto owner = act.view().user(credential.owner);
      views.push_back(view_of(act, std::move(credential), owner ? owner->name : std::string()));
    }
    return views;
  };
  return administration_.look<std::vector<ApiCredentialView>>("api_credential.list", look);
}

Result<ApiCredentialView> ApiCredentialRegistry::revoke(const ApiCredentialId& id) {
  const auto decide = [&](Act& act) -> Result<Effect<ApiCredentialView>> {
    auto credential = act.view().api_credential(id);
    const auto owner = credential ? act.view().user(credential->owner) : std::nullopt;
    if (!owner) {
      if (auto allowed = act.authorise(Operation::kWriteApiCredentials); !allowed) {
        return std::unexpected(allowed.error());
      }
      return fail(ErrorCode::kApiCredentialUnknown, "there is no API credential of this id");
    }
    act.note_user(owner.value());
    act.note("revokedApiCredentialId", id.text());
    if (auto allowed = act.authorise(Operation::kWriteApiCredentials, owner.value()); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (!credential->revoked_at) credential->revoked_at = act.now();
    return [credential = credential.value(),
            view = view_of(act, credential.value(), owner->name)](WriteTransaction& transaction) {
      transaction.update_api_credential(credential);
      return view;
    };
  };
  return administration_.act<ApiCredentialView>("api_credential.revoke", decide);
}

void revoke_api_credentials_of(WriteTransaction& transaction, const UserId& user, Instant now) {
  for (auto& credential : transaction.api_credentials_of(user)) {
    if (credential.revoked_at) continue;
    credential.revoked_at = now;
    transaction.update_api_credential(credential);
    transaction.append_audit(
        {.action = "api_credential.revoke",
         .outcome = "success",
         .correlation = {},
         .details = {{"revokedApiCredentialId", credential.id.text()}, {"userId", user.text()}},
         .personal = {}});
  }
}

}  // namespace firstkey::core
