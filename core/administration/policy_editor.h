#pragma once
// Administration of the two policies. An edit is a function from the policy as it is to the policy
// as it should be, applied inside the transaction, so that two people editing different fields do
// not undo each other. Open sessions are judged by the new policy at their next step.

#include <functional>

#include "core/administration/administration.h"
#include "core/policy.h"

namespace firstkey::core {

class PolicyEditor {
 public:
  /// Pure; may be called more than once. An error ends the edit with it.
  template <class Policy>
  using Edit = std::function<Result<Policy>(Policy)>;

  /// `administration` must outlive this.
  explicit PolicyEditor(Administration& administration) : administration_(administration) {}

  [[nodiscard]] Result<PassPolicy> pass_policy();
  [[nodiscard]] Result<KeyPolicy> key_policy();

  /// The policy as edited; the audit row tells each changed field's old and new value.
  /// Errors: kPolicyInvalid and those of `edit`.
  [[nodiscard]] Result<PassPolicy> edit_pass_policy(const Edit<PassPolicy>& edit);
  [[nodiscard]] Result<KeyPolicy> edit_key_policy(const Edit<KeyPolicy>& edit);

  /// The policy of a fresh store again, told in the trail as an edit is.
  [[nodiscard]] Result<PassPolicy> reset_pass_policy();
  [[nodiscard]] Result<KeyPolicy> reset_key_policy();

 private:
  template <class Policy>
  Result<Policy> show(const char* action, Policy Settings::* policy);
  template <class Policy>
  Result<Policy> change(const char* action,
                        Policy Settings::* policy,
                        std::string (*to_json)(const Policy&),
                        const Edit<Policy>& edit);

  Administration& administration_;
};

}  // namespace firstkey::core
