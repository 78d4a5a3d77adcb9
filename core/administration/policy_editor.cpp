#include "core/administration/policy_editor.h"

#include <map>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/settings.h"

namespace firstkey::core {

namespace {

/// Longer values, as lists of many targets are, appear in the trail by their hash.
constexpr std::size_t kMaxShownValue = 300;

std::string shown(const boost::json::value& value) {
  auto text = boost::json::serialize(value);
  if (text.size() <= kMaxShownValue) return text;
  return fmt::format("{} bytes, SHA-256 {}", text.size(), to_hex(sha256(as_bytes(text))));
}

/// The members in which two forms of one policy differ, each with its old and its new value.
std::map<std::string, std::string> differences(const std::string& before,
                                               const std::string& after) {
  std::map<std::string, std::string> changes;
  const auto old_form = boost::json::parse(before).as_object();
  const auto new_form = boost::json::parse(after).as_object();  // named: it outlives the loop
  for (const auto& [name, new_value] : new_form) {
    const auto& old_value = old_form.at(name);
    if (old_value != new_value) {
      changes.emplace(name, shown(old_value) + " -> " + shown(new_value));
    }
  }
  return changes;
}

}  // namespace

template <class Policy>
Result<Policy> PolicyEditor::show(const char* action, Policy Settings::* policy) {
  return administration_.look<Policy>(action, [&](Act& act) -> Result<Policy> {
    if (auto allowed = act.authorise(Operation::kReadPolicy); !allowed) {
      return std::unexpected(allowed.error());
    }
    return act.settings().*policy;
  });
}

template <class Policy>
Result<Policy> PolicyEditor::change(const char* action,
                                    Policy Settings::* policy,
                                    std::string (*to_json)(const Policy&),
                                    const Edit<Policy>& edit) {
  return administration_.act<Policy>(action, [&](Act& act) -> Result<Effect<Policy>> {
    if (auto allowed = act.authorise(Operation::kWritePolicy); !allowed) {
      return std::unexpected(allowed.error());
    }
    auto settings = act.settings();
    const auto edited = edit(settings.*policy);
    if (!edited) return std::unexpected(edited.error());
    if (auto checked = validate(edited.value()); !checked) {
      return std::unexpected(checked.error());
    }
    for (auto& [name, change] : differences(to_json(settings.*policy), to_json(edited.value()))) {
      act.note(name, change);
    }
    settings.*policy = edited.value();
    return [settings, policy](WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return settings.*policy;
    };
  });
}

Result<PassPolicy> PolicyEditor::pass_policy() {
  return show("policy.pass.show", &Settings::pass_policy);
}

Result<KeyPolicy> PolicyEditor::key_policy() {
  return show("policy.key.show", &Settings::key_policy);
}

Result<PassPolicy> PolicyEditor::edit_pass_policy(const Edit<PassPolicy>& edit) {
  return change("policy.pass.set", &Settings::pass_policy, &pass_policy_to_json, edit);
}

Result<KeyPolicy> PolicyEditor::edit_key_policy(const Edit<KeyPolicy>& edit) {
  return change("policy.key.set", &Settings::key_policy, &key_policy_to_json, edit);
}

Result<PassPolicy> PolicyEditor::reset_pass_policy() {
  return edit_pass_policy([](const PassPolicy&) { return PassPolicy{}; });
}

Result<KeyPolicy> PolicyEditor::reset_key_policy() {
  return edit_key_policy([](const KeyPolicy&) { return KeyPolicy{}; });
}

}  // namespace firstkey::core
