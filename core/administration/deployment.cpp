#include "core/administration/deployment.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/administration/user_directory.h"
#include "core/passcode.h"
#include "core/pepper_mark.h"

namespace firstkey::core {

namespace {

std::set<Role> every_administrator_role() {
  std::set<Role> roles(std::begin(kAllRoles), std::end(kAllRoles));
  roles.erase(Role::kStation);
  return roles;
}

/// Multi-use, as a fresh store's policy allows: nobody could issue a second one, should the first
/// attempt at a key fail.
Pass bootstrap_pass(const User& administrator,
                    const PassPolicy& policy,
                    PassVerifier verifier,
                    Random& random,
                    Instant now) {
  return {.id = make_id<PassId>(random),
          .user = administrator.id,
          .correlation = make_id<CorrelationId>(random),
          .verifier = std::move(verifier),
          .alphabet = policy.alphabet,
          .created_at = now,
          .created_by = administrator.id,
          .start_at = now,
          .lifetime = policy.default_lifetime,
          .is_one_time = policy.is_usable_once,
          .is_bootstrap = true,
          .redeemed_at = std::nullopt};
}

AuditEvent initialisation_event(const User& administrator, const Settings& settings) {
  AuditEvent event{.action = "store.init",
                   .outcome = "success",
                   .correlation = {},
                   .details = {{"actorId", administrator.id.text()},
                               {"uid", std::to_string(settings.owner_uid)},
                               {"rpId", settings.relying_party.id}},
                   .personal = {{"actorName", administrator.name}}};
  if (!settings.owner_installation.empty()) {
    event.details.emplace("installation", settings.owner_installation.text());
  }
  return event;
}

AuditEvent bootstrap_event(const User& administrator, const Pass& pass) {
  return {.action = "pass.issue",
          .outcome = "success",
          .correlation = pass.correlation,
          .details = {{"actorId", administrator.id.text()},
                      {"userId", administrator.id.text()},
                      {"passId", pass.id.text()},
                      {"startDateTime", to_rfc3339(pass.start_at)},
                      {"lifetimeInMinutes", std::to_string(pass.lifetime.count())},
                      {"isUsableOnce", pass.is_one_time ? "true" : "false"},
                      {"isBootstrap", "true"}},
          .personal = {{"actorName", administrator.name}, {"userName", administrator.name}}};
}

/// Writes the beginning of the store. Errors: kAlreadyInitialised.
Result<InitialisedDeployment> begin_store(WriteTransaction& transaction,
                                          const Settings& settings,
                                          const User& administrator,
                                          const Pass& pass) {
  if (transaction.settings()) {
    return fail(ErrorCode::kAlreadyInitialised, "this store was initialised before");
  }
  transaction.put_settings(settings);
  if (!transaction.insert_user(administrator)) {
    return fail(ErrorCode::kStoreFailed, "a store without settings has users");
  }
  transaction.insert_pass(pass);
  transaction.append_audit(initialisation_event(administrator, settings));
  transaction.append_audit(bootstrap_event(administrator, pass));
  return InitialisedDeployment{
      .administrator = administrator,
      .bootstrap = {
          .passcode = {},
          .pass = view_of(transaction, settings, pass, administrator, settings.created_at),
          .replaced = std::nullopt,
          .warnings = {}}};
}

}  // namespace

Result<InitialisedDeployment> Deployment::initialise(const DeploymentRequest& request) {
  if (auto checked = validate(request.relying_party); !checked) {
    return std::unexpected(checked.error());
  }
  const auto* const account = std::get_if<Account>(&administration_.principal());
  if (account == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                "only an operating-system account can initialise a store");
  }
  const PassPolicy policy;
  auto passcode = draw_passcode(policy.alphabet, policy.default_length, random_);
  const auto verifier = hasher_.make(passcode, random_);
  if (!verifier) return std::unexpected(verifier.error());
  const auto pepper_mark = mark_of(hasher_.pepper());
  if (!pepper_mark) return std::unexpected(pepper_mark.error());

  const UserRequest first{.name = request.administrator_name,
                          .display_name = request.administrator_display_name,
                          .roles = every_administrator_role()};
  auto initialised = write_to<InitialisedDeployment>(
      administration_.store(), [&](WriteTransaction& transaction) -> Result<InitialisedDeployment> {
        const auto now = transaction.clock().now;
        const auto administrator = make_user(first, random_, now);
        if (!administrator) return std::unexpected(administrator.error());
        const Settings settings{.relying_party = request.relying_party,
                                .pass_policy = policy,
                                .key_policy = {},
                                .trust_roots = {},
                                .pepper_mark = pepper_mark.value(),
                                .owner_uid = account->uid,
                                .owner_installation = account->installation,
                                .owner = administrator->id,
                                .epoch = 1,
                                .created_at = now};
        const auto pass =
            bootstrap_pass(administrator.value(), policy, verifier.value(), random_, now);
        return begin_store(transaction, settings, administrator.value(), pass);
      });
  if (initialised) initialised->bootstrap.passcode = std::move(passcode);
  return initialised;
}

Result<RelyingParty> Deployment::relying_party() {
  return administration_.look<RelyingParty>(
      "relying_party.show", [](Act& act) -> Result<RelyingParty> {
        if (auto allowed = act.authorise(Operation::kReadPolicy); !allowed) {
          return std::unexpected(allowed.error());
        }
        return act.settings().relying_party;
      });
}

Result<void> Deployment::set_relying_party(const RelyingParty& relying_party) {
  return administration_.act<void>("relying_party.set", [&](Act& act) -> Result<Effect<void>> {
    if (auto allowed = act.authorise(Operation::kWriteRelyingParty); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (auto checked = validate(relying_party); !checked) return std::unexpected(checked.error());
    auto settings = act.settings();
    if (relying_party.id != settings.relying_party.id && act.view().has_credentials()) {
      return fail(ErrorCode::kRelyingPartyFixed,
                  fmt::format("credentials exist for {}, and no other relying party could use them",
                              settings.relying_party.id));
    }
    settings.relying_party = relying_party;
    act.note("rpId", relying_party.id);
    act.note("origins", fmt::format("{}", fmt::join(relying_party.origins, " ")));
    return [settings](WriteTransaction& transaction) { transaction.put_settings(settings); };
  });
}

}  // namespace firstkey::core
