#include "core/administration/pass_issuer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/administration/listing.h"
#include "core/administration/pass_ending.h"
#include "core/guess_limits.h"
#include "core/passcode.h"
#include "core/usability.h"

namespace firstkey::core {

namespace {

/// How far in the past a start may lie and still mean "now": clocks of two machines differ.
constexpr std::chrono::seconds kStartTolerance{60};
constexpr std::chrono::days kFarthestStart{366};

/// What a request comes to under the policy.
struct Terms {
  Instant start_at;
  std::chrono::minutes lifetime{};
  bool is_one_time = false;
};

Result<Terms> terms_of(const PassRequest& request, const PassPolicy& policy, Instant now) {
  Terms terms{.start_at = request.start_at.value_or(now),
              .lifetime = request.lifetime.value_or(policy.default_lifetime),
              .is_one_time = request.is_one_time.value_or(policy.is_usable_once)};
  if (policy.is_usable_once && !terms.is_one_time) {
    return fail(ErrorCode::kMultiUseForbidden,
                "the policy allows one-time passes only; ask for one that is usable once");
  }
  if (terms.lifetime < policy.minimum_lifetime || terms.lifetime > policy.maximum_lifetime) {
    return fail(ErrorCode::kLifetimeOutOfRange,
                fmt::format("the lifetime must be between {} and {} minutes, as the policy has it",
                            policy.minimum_lifetime.count(),
                            policy.maximum_lifetime.count()));
  }
  if (terms.start_at < now - kStartTolerance) {
    return fail(ErrorCode::kStartTimeInPast, "the start lies in the past; leave it out for now");
  }
  if (terms.start_at > now + kFarthestStart) {
    return fail(ErrorCode::kInvalidArgument, "a pass may start a year ahead at most");
  }
  terms.start_at = std::max(terms.start_at, now);
  return terms;
}

/// Whether `user` may be given a pass at all.
Result<void> check_eligible(const User& user, const PassPolicy& policy) {
  if (user.type == UserType::kExternalGuest) {
    return fail(ErrorCode::kExternalGuest, "an external guest gets passes at home, not here");
  }
  if (policy.state == PolicyState::kDisabled) {
    return fail(ErrorCode::kPassDisabledByPolicy, "the policy has passes turned off");
  }
  return {};
}

std::vector<ErrorCode> warnings_for(const User& user, const PassPolicy& policy) {
  std::vector<ErrorCode> warnings;
  if (!user.is_enabled) warnings.push_back(ErrorCode::kUserDisabled);
  if (!is_in_scope(user, policy)) warnings.push_back(ErrorCode::kUserOutOfScope);
  return warnings;
}

/// Whether the actor's bootstrap pass may be issued anew: it is over, it never became void, and
/// nobody else could give them one. That a second administrator existed once, the missing pass
/// tells: it was deleted then.
bool may_renew_bootstrap(Act& act) {
  auto& view = act.view();
  const auto pass = view.pass_of(act.actor().id);
  return pass && pass->is_bootstrap && act.now() >= pass->end() &&
         view.count_administrators() == 1 && view.credentials_of(act.actor().id).empty();
}

/// The pass of `user`, if it is the one that `id` asks for.
Result<Pass> pass_of(Act& act, const User& user, const std::optional<PassId>& id) {
  auto pass = act.view().pass_of(user.id);
  if (!pass) return fail(ErrorCode::kPassUnknown, "this user has no pass");
  if (id && pass->id != id.value()) {
    return fail(ErrorCode::kPassUnknown, "this user has no such pass, or has another since");
  }
  return std::move(pass.value());
}

void note_pass(Act& act, const Pass& pass) {
  act.note_correlation(pass.correlation);
  act.note("passId", pass.id.text());
}

}  // namespace

PassView view_of(ReadTransaction& view,
                 const Settings& settings,
                 const Pass& pass,
                 const User& user,
                 Instant now) {
  const UsabilityContext context{
      .policy = settings.pass_policy, .user = user, .administrators = view.count_administrators()};
  return {.id = pass.id,
          .user = pass.user,
          .user_name = user.name,
          .correlation = pass.correlation,
          .created_at = pass.created_at,
          .created_by = pass.created_by,
          .start_at = pass.start_at,
          .end_at = pass.end(),
          .lifetime = pass.lifetime,
          .is_one_time = pass.is_one_time,
          .is_bootstrap = pass.is_bootstrap,
          .redeemed_at = pass.redeemed_at,
          .reason = usability_at(pass, context, now)};
}

Result<PassIssuer::Draft> PassIssuer::draft() {
  const auto policy = read_from<PassPolicy>(
      administration_.store(), [](ReadTransaction& transaction) -> Result<PassPolicy> {
        const auto settings = transaction.settings();
        if (!settings) return fail(ErrorCode::kNotInitialised, "this store was never initialised");
        return settings->pass_policy;
      });
  if (!policy) return std::unexpected(policy.error());
  auto passcode = draw_passcode(policy->alphabet, policy->default_length, random_);
  auto verifier = hasher_.make(passcode, random_);
  if (!verifier) return std::unexpected(verifier.error());
  return Draft{.passcode = std::move(passcode),
               .verifier = std::move(verifier.value()),
               .alphabet = policy->alphabet};
}

Result<Pass> PassIssuer::decide(Act& act, const PassRequest& request, const Draft& draft) {
  auto user = act.find_user(Operation::kIssuePass, request.user);
  const bool is_bootstrap =
      !user && user.error().code == ErrorCode::kNotForOneself && may_renew_bootstrap(act);
  if (is_bootstrap) user = act.actor();
  if (!user) return std::unexpected(user.error());
  const auto& policy = act.settings().pass_policy;
  if (auto checked = check_eligible(user.value(), policy); !checked) {
    return std::unexpected(checked.error());
  }
  const auto terms = terms_of(request, policy, act.now());
  if (!terms) return std::unexpected(terms.error());
  Pass pass{.id = make_id<PassId>(random_),
            .user = user->id,
            .correlation = make_id<CorrelationId>(random_),
            .verifier = draft.verifier,
            .alphabet = draft.alphabet,
            .created_at = act.now(),
            .created_by = act.actor().id,
            .start_at = terms->start_at,
            .lifetime = terms->lifetime,
            .is_one_time = terms->is_one_time,
            .is_bootstrap = is_bootstrap,
            .redeemed_at = std::nullopt};
  note_pass(act, pass);
  act.note("startDateTime", to_rfc3339(pass.start_at));
  act.note("lifetimeInMinutes", std::to_string(pass.lifetime.count()));
  act.note("isUsableOnce", pass.is_one_time ? "true" : "false");
  if (is_bootstrap) act.note("isBootstrap", "true");
  return pass;
}

Result<IssuedPass> PassIssuer::issue(const PassRequest& request) {
  // The slow hash runs before the transaction, which holds up every other writer. A change of
  // length or alphabet between the two counts from the next pass on.
  auto draft = this->draft();
  if (!draft) return std::unexpected(draft.error());
  auto issued =
      administration_.act<IssuedPass>("pass.issue", [&](Act& act) -> Result<Effect<IssuedPass>> {
        const auto pass = decide(act, request, draft.value());
        if (!pass) return std::unexpected(pass.error());
        const auto user = act.view().user(pass->user).value();
        const auto guesses = name_lockout_key(pepper_, normalised_name(user.name));
        if (!guesses) return std::unexpected(guesses.error());
        return [pass = pass.value(),
                user,
                guesses = guesses.value(),
                settings = act.settings(),
                now = act.now()](WriteTransaction& transaction) {
          IssuedPass result;
          if (const auto previous = transaction.pass_of(user.id)) {
            end_pass(transaction, previous.value(), PassEnding::kReplaced, now);
            result.replaced = previous->id;
          }
          // Guesses at a name are counted over one pass's life.
          transaction.delete_lockout(LockoutScope::kName, guesses);
          transaction.insert_pass(pass);
          result.pass = view_of(transaction, settings, pass, user, now);
          result.warnings = warnings_for(user, settings.pass_policy);
          return result;
        };
      });
  if (issued) issued->passcode = std::move(draft->passcode);
  return issued;
}

Result<std::vector<PassView>> PassIssuer::list(const PassId& after, std::size_t limit) {
  return administration_.look<std::vector<PassView>>(
      "pass.list", [&](Act& act) -> Result<std::vector<PassView>> {
        if (auto allowed = act.authorise(Operation::kReadPass); !allowed) {
          return std::unexpected(allowed.error());
        }
        if (auto checked = check_limit(limit); !checked) return std::unexpected(checked.error());
        std::vector<PassView> views;
        (void)passes_where(act.view(), after, limit, [&](const Pass& pass) {
          const auto user = act.view().user(pass.user);
          if (!user || !act.authorise(Operation::kReadPass, user.value())) return false;
          views.push_back(view_of(act.view(), act.settings(), pass, user.value(), act.now()));
          return true;
        });
        return views;
      });
}

Result<PassView> PassIssuer::show(const UserReference& reference, const std::optional<PassId>& id) {
  return administration_.look<PassView>("pass.show", [&](Act& act) -> Result<PassView> {
    const auto user = act.find_user(Operation::kReadPass, reference);
    if (!user) return std::unexpected(user.error());
    const auto pass = pass_of(act, user.value(), id);
    if (!pass) return std::unexpected(pass.error());
    return view_of(act.view(), act.settings(), pass.value(), user.value(), act.now());
  });
}

Result<void> PassIssuer::remove(const UserReference& reference, const std::optional<PassId>& id) {
  return administration_.act<void>("pass.delete", [&](Act& act) -> Result<Effect<void>> {
    const auto user = act.find_user(Operation::kDeletePass, reference);
    if (!user) return std::unexpected(user.error());
    const auto pass = pass_of(act, user.value(), id);
    if (!pass) return std::unexpected(pass.error());
    note_pass(act, pass.value());
    return [=, now = act.now()](WriteTransaction& transaction) {
      end_pass(transaction, pass.value(), PassEnding::kDeleted, now);
    };
  });
}

}  // namespace firstkey::core
