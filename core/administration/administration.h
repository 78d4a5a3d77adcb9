#pragma once
// How every administrative class reaches the store: each act is authorised and decided inside its
// transaction, and leaves one audit row in that same transaction, whether it was carried out or
// refused. Looking leaves a row only when the actor was not allowed to look.

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "core/administration/act.h"
#include "core/session_rules.h"
#include "core/store.h"

namespace firstkey::core {

class Administration {
 public:
  /// `store` must outlive this.
  Administration(Store& store, Principal principal)
      : store_(store), principal_(std::move(principal)) {}

  /// Decides and carries out an act named `action` ("pass.issue"). `decide` may run more than once.
  /// Errors: those of Act::begin, of `decide` and of Store::write.
  template <class Value>
  [[nodiscard]] Result<Value> act(const std::string& action,
                                  const std::function<Result<Effect<Value>>(Act&)>& decide);

  /// Errors: those of Act::begin, of `look` and of Store::read.
  template <class Value>
  [[nodiscard]] Result<Value> look(const std::string& action,
                                   const std::function<Result<Value>(Act&)>& look);

  [[nodiscard]] Store& store() const noexcept { return store_; }
  [[nodiscard]] const Principal& principal() const noexcept { return principal_; }

 private:
  /// Puts the refusal in the audit trail of an initialised store.
  static void record_refusal(WriteTransaction& transaction, AuditEvent event, const Error& error);
  /// Returns `error`, once it is in the trail if it is about what the actor may do.
  [[nodiscard]] Error refused_to_look(AuditEvent event, Error error);

  Store& store_;
  Principal principal_;
};

template <class Value>
Result<Value> Administration::act(const std::string& action,
                                  const std::function<Result<Effect<Value>>(Act&)>& decide) {
  Result<Value> outcome = fail(ErrorCode::kStoreFailed, "the transaction did not run");
  const auto done = store_.write([&](WriteTransaction& transaction) {
    settle_clock(transaction);
    AuditEvent event{.action = action};
    auto begun = Act::begin(transaction, principal_, event);
    const auto effect =
        begun ? decide(begun.value()) : Result<Effect<Value>>(std::unexpected(begun.error()));
    if (!effect) {
      outcome = std::unexpected(effect.error());
      record_refusal(transaction, std::move(event), effect.error());
      return Store::Ending::kCommit;
    }
    // First the act, then what follows from it, such as the sessions it ends.
    transaction.append_audit(event);
    if constexpr (std::is_void_v<Value>) {
      effect.value()(transaction);
      outcome = {};
    } else {
      outcome = effect.value()(transaction);
    }
    return Store::Ending::kCommit;
  });
  if (!done) return std::unexpected(done.error());
  return outcome;
}

template <class Value>
Result<Value> Administration::look(const std::string& action,
                                   const std::function<Result<Value>(Act&)>& look) {
  AuditEvent event;
  Result<Value> outcome = fail(ErrorCode::kStoreFailed, "the transaction did not run");
  const auto done = store_.read([&](ReadTransaction& transaction) {
    event = AuditEvent{.action = action};
    auto begun = Act::begin(transaction, principal_, event);
    outcome = begun ? look(begun.value()) : Result<Value>(std::unexpected(begun.error()));
  });
  if (!done) return std::unexpected(done.error());
  if (outcome) return outcome;
  return std::unexpected(refused_to_look(std::move(event), std::move(outcome.error())));
}

}  // namespace firstkey::core
