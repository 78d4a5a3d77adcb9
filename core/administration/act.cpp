#include "core/administration/act.h"

namespace firstkey::core {

namespace {

/// Errors: kAccountNotBound.
Result<void> check_bound(const Settings& settings, const Account& account) {
  // Where a store is a file its accounts are told apart by their numbers; on the machines that
  // share a database those repeat.
  if (!settings.owner_installation.empty()) {
    if (account.installation == settings.owner_installation) return {};
    return fail(ErrorCode::kAccountNotBound,
                "in process this store is administered from the one folder that holds its "
                "installation's file; this is another");
  }
  if (account.uid == settings.owner_uid) return {};
  return fail(ErrorCode::kAccountNotBound,
              "this store belongs to the operating-system account " +
                  std::to_string(settings.owner_uid) +
                  ", which alone can keep its files to itself; no second account can be bound "
                  "to a store that is used in process");
}

/// The user `account` acts as. Errors: kAccountNotBound, kPrincipalUnknown.
Result<User> actor_of(ReadTransaction& view,
                      const Settings& settings,
                      const Account& account,
                      AuditEvent& event) {
  if (auto bound = check_bound(settings, account); !bound) {
    event.details.emplace("uid", std::to_string(account.uid));
    return std::unexpected(bound.error());
  }
  auto actor = view.user(settings.owner);
  if (actor) return std::move(actor.value());
  return fail(ErrorCode::kPrincipalUnknown,
              "the directory user this account acts as no longer exists");
}

/// The owner of the credential, holding what both the owner and the credential do. Errors: those of
/// check_usable, kPrincipalUnknown.
Result<User> actor_of(ReadTransaction& view,
                      const Settings& settings,
                      const ApiCaller& caller,
                      AuditEvent& event) {
  event.details.emplace("apiCredentialId", caller.credential.text());
  const auto credential = view.api_credential(caller.credential);
  const auto now = view.clock().now;
  if (auto usable = check_usable(credential, settings.epoch, now); !usable) {
    return std::unexpected(usable.error());
  }
  auto actor = view.user(credential->owner);
  if (!actor) {
    return fail(ErrorCode::kPrincipalUnknown, "the owner of this API credential no longer exists");
  }
  std::erase_if(actor->roles, [&](Role role) { return !credential->roles.contains(role); });
  return std::move(actor.value());
}

}  // namespace

Result<Act> Act::begin(ReadTransaction& view, const Principal& principal, AuditEvent& event) {
  auto settings = view.settings();
  if (!settings) {
    return fail(ErrorCode::kNotInitialised, "this store was never initialised");
  }
  auto actor = std::visit(
      [&](const auto& who) { return actor_of(view, settings.value(), who, event); }, principal);
  if (!actor) return std::unexpected(actor.error());
  event.details.emplace("actorId", actor->id.text());
  event.personal.emplace("actorName", actor->name);
  if (!actor->is_enabled) {
    return fail(ErrorCode::kUserDisabled, "the directory user you act as is disabled");
  }
  const auto now = view.clock().now;
  return Act(view, event, std::move(settings.value()), std::move(actor.value()), now);
}

Result<void> Act::authorise(Operation operation) const {
  return core::authorise(actor_.roles, operation, Subject::kNobody);
}

Result<void> Act::authorise(Operation operation, const User& user) const {
  const auto subject = user.id == actor_.id           ? Subject::kOneself
                       : is_administrator(user.roles) ? Subject::kAdministrator
                                                      : Subject::kMember;
  return core::authorise(actor_.roles, operation, subject);
}

Result<User> Act::find_user(Operation operation, const UserReference& reference) {
  auto user = view_->user(UserId(reference.text));
  if (!user) user = view_->user_by_name(normalised_name(reference.text));
  if (!user) {
    if (auto allowed = authorise(operation); !allowed) return std::unexpected(allowed.error());
    return fail(ErrorCode::kUserUnknown, "there is no user of this name or id");
  }
  note_user(user.value());
  if (auto allowed = authorise(operation, user.value()); !allowed) {
    return std::unexpected(allowed.error());
  }
  return std::move(user.value());
}

void Act::note(const std::string& name, std::string value) {
  event_->details.insert_or_assign(name, std::move(value));
}

void Act::note_user(const User& user) {
  note("userId", user.id.text());
  event_->personal.insert_or_assign("userName", user.name);
}

void Act::note_correlation(const CorrelationId& correlation) {
  event_->correlation = correlation;
}

}  // namespace firstkey::core
