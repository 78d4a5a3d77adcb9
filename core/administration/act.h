#pragma once
// One administrative act while it is decided: who acts, over which view of the store, when. An act
// only reads. What it leads to is an Effect, run in the same transaction once nothing can refuse it
// any more, so that a refusal is a refusal of the whole.

#include <functional>
#include <string>
#include <utility>

#include "core/administration/principal.h"
#include "core/audit.h"
#include "core/result.h"
#include "core/roles.h"
#include "core/store.h"

namespace firstkey::core {

/// What an act does if nothing refuses it. It decides nothing and cannot fail but by StoreAbort.
template <class Value>
using Effect = std::function<Value(WriteTransaction&)>;

class Act {
 public:
  /// The act of `principal`, identified in this transaction: roles are never remembered from an
  /// earlier one. Who acts is noted in `event`. Ownership: keeps references to `view` and `event`.
  /// An API credential's roles count as far as its owner holds them now.
  /// Errors: kNotInitialised, kAccountNotBound, kPrincipalUnknown, kUserDisabled,
  /// kApiCredentialUnknown, kApiCredentialExpired, kApiCredentialRevoked.
  [[nodiscard]] static Result<Act> begin(ReadTransaction& view,
                                         const Principal& principal,
                                         AuditEvent& event);

  [[nodiscard]] ReadTransaction& view() const noexcept { return *view_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  /// With the roles that count in this act.
  [[nodiscard]] const User& actor() const noexcept { return actor_; }
  /// The deciding instant, the same throughout the act.
  [[nodiscard]] Instant now() const noexcept { return now_; }

  /// May the actor do this to nobody in particular? Errors: those of core/roles.h.
  [[nodiscard]] Result<void> authorise(Operation operation) const;
  /// May the actor do this to `user`? Errors: those of core/roles.h.
  [[nodiscard]] Result<void> authorise(Operation operation, const User& user) const;
  /// The user referred to, noted in the event, if the actor may do this to them.
  /// Errors: those of core/roles.h, kUserUnknown (only to somebody who may do this to some user).
  [[nodiscard]] Result<User> find_user(Operation operation, const UserReference& reference);

  /// For the audit row: an id, code or count; nothing personal, nothing unbounded.
  void note(const std::string& name, std::string value);
  /// For the audit row: whom this is done to.
  void note_user(const User& user);
  /// For the audit row: which pass's story this belongs to.
  void note_correlation(const CorrelationId& correlation);

 private:
  Act(ReadTransaction& view, AuditEvent& event, Settings settings, User actor, Instant now)
      : view_(&view),
        event_(&event),
        settings_(std::move(settings)),
        actor_(std::move(actor)),
        now_(now) {}

  ReadTransaction* view_;  // never null; outlives the act, as does the event
  AuditEvent* event_;
  Settings settings_;
  User actor_;
  Instant now_;
};

}  // namespace firstkey::core
