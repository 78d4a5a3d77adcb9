// policy: what passes and keys must be, and which certificates are trusted.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/administration/policy_editor.h"
#include "core/administration/trust_roots.h"
#include "core/settings.h"
#include "core/strict_json.h"
#include "enroll/app/commands.h"
#include "enroll/app/input_file.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kLargestInput = std::size_t{1} << 20U;

void show_policy(const Output& output, const std::string& title, const std::string& text) {
  output.say(title);
  const auto document = json::parse(text);  // named: it outlives the loop
  for (const auto& [name, value] : document.as_object()) {
    output.line(
        "",
        fmt::format(
            "{:<28} {}", std::string_view(name.data(), name.size()), json::serialize(value)));
  }
}

Result<void> show(Workplace& workplace, const Output& output) {
  core::PolicyEditor editor(workplace.administration());
  const auto passes = editor.pass_policy();
  if (!passes) return std::unexpected(passes.error());
  const auto keys = editor.key_policy();
  if (!keys) return std::unexpected(keys.error());
  const auto pass_text = core::pass_policy_to_json(passes.value());
  const auto key_text = core::key_policy_to_json(keys.value());
  show_policy(output, "Passes", pass_text);
  show_policy(output, "Keys", key_text);
  output.object({{"passPolicy", json::parse(pass_text)}, {"keyPolicy", json::parse(key_text)}});
  return {};
}

/// `policy` with the members of `changes` replaced; unknown ones are refused by the strict reader.
Result<std::string> merged(const std::string& policy, const std::string& changes) {
  const auto parsed = core::parse_strict_json(changes, kLargestInput);
  if (!parsed) return core::fail(ErrorCode::kPolicyInvalid, "not JSON: " + parsed.error().detail);
  if (!parsed->is_object()) {
    return core::fail(ErrorCode::kPolicyInvalid, "what to change must be a JSON object");
  }
  auto document = json::parse(policy).as_object();
  for (const auto& [name, value] : parsed->as_object()) document[name] = value;
  return json::serialize(document);
}

Result<void> set_pass_policy(core::PolicyEditor& editor, const std::string& changes) {
  const auto edited =
      editor.edit_pass_policy([&](const core::PassPolicy& policy) -> Result<core::PassPolicy> {
        const auto text = merged(core::pass_policy_to_json(policy), changes);
        if (!text) return std::unexpected(text.error());
        return core::pass_policy_from_json(text.value());
      });
  if (!edited) return std::unexpected(edited.error());
  return {};
}

Result<void> set_key_policy(core::PolicyEditor& editor, const std::string& changes) {
  const auto edited =
      editor.edit_key_policy([&](const core::KeyPolicy& policy) -> Result<core::KeyPolicy> {
        const auto text = merged(core::key_policy_to_json(policy), changes);
        if (!text) return std::unexpected(text.error());
        return core::key_policy_from_json(text.value());
      });
  if (!edited) return std::unexpected(edited.error());
  return {};
}

json::object root_json(const core::TrustRoot& root) {
  return {{"id", root.id}, {"subject", root.subject}};
}

Result<void> list_roots(core::TrustRoots& roots, const Output& output) {
  const auto listed = roots.list();
  if (!listed) return std::unexpected(listed.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& root : listed.value()) {
    rows.push_back({root.id.substr(0, 16), root.subject});
    array.push_back(root_json(root));
  }
  output.table({"Id", "Subject"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> tell_root(const Result<core::TrustRoot>& root,
                       const char* verb,
                       const Output& output) {
  if (!root) return std::unexpected(root.error());
  output.line(verb, root->subject);
  output.line("Id", root->id);
  output.object(root_json(root.value()));
  return {};
}

/// The flag that chooses between the two lists.
std::shared_ptr<bool> add_metadata_flag(CLI::App& command) {
  const auto is_metadata = std::make_shared<bool>(false);
  command.add_flag("--metadata",
                   *is_metadata,
                   "Those that FIDO metadata is signed under, instead of those of keys");
  return is_metadata;
}

core::TrustRoots roots_in(Workplace& workplace, bool is_metadata) {
  return core::TrustRoots(workplace.administration(),
                          is_metadata ? core::TrustPurpose::kMetadata : core::TrustPurpose::kKeys);
}

void add_trust_list(CLI::App& trust, Invocation& invocation) {
  auto* list = trust.add_subcommand("list", "List them");
  const auto is_metadata = add_metadata_flag(*list);
  list->callback([&invocation, is_metadata] {
    invocation.action = [&invocation, is_metadata] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        auto roots = roots_in(workplace, *is_metadata);
        return list_roots(roots, output);
      });
    };
  });
}

void add_trust_add(CLI::App& trust, Invocation& invocation) {
  auto* add = trust.add_subcommand("add", "Trust a certificate, PEM or DER");
  const auto file = std::make_shared<std::string>();
  const auto leaf = std::make_shared<bool>(false);
  add->add_option("file", *file, "The certificate; - reads standard input")->required();
  add->add_flag(
      "--leaf", *leaf, "Take one that is no authority: it vouches for its own keys alone");
  const auto is_metadata = add_metadata_flag(*add);
  add->callback([&invocation, file, leaf, is_metadata] {
    invocation.action = [&invocation, file, leaf, is_metadata] {
      return run_in_workplace(
          invocation, [&](Workplace& workplace, const Output& output) -> Result<void> {
            const auto text = read_input(*file, kLargestInput);
            if (!text) return std::unexpected(text.error());
            return tell_root(
                roots_in(workplace, *is_metadata)
                    .add(core::as_bytes(text.value()),
                         *leaf ? core::LeafListing::kAllowed : core::LeafListing::kRefused),
                "Trusted",
                output);
          });
    };
  });
}

void add_trust_remove(CLI::App& trust, Invocation& invocation) {
  auto* remove = trust.add_subcommand("remove", "Trust a certificate no more");
  const auto id = std::make_shared<std::string>();
  remove->add_option("id", *id, "Its id, or the first 8 digits or more")->required();
  const auto is_metadata = add_metadata_flag(*remove);
  remove->callback([&invocation, id, is_metadata] {
    invocation.action = [&invocation, id, is_metadata] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        return tell_root(roots_in(workplace, *is_metadata).remove(*id), "Removed", output);
      });
    };
  });
}

void add_trust(CLI::App& policy, Invocation& invocation) {
  auto* trust =
      policy.add_subcommand("trust", "Certificates that keys, or FIDO metadata, may lead to");
  trust->require_subcommand(1);
  add_trust_list(*trust, invocation);
  add_trust_add(*trust, invocation);
  add_trust_remove(*trust, invocation);
}

void add_set(CLI::App& policy, Invocation& invocation) {
  auto* command = policy.add_subcommand("set", "Change members of a policy");
  command->footer(
      "Examples:\n  echo '{\"maximumLifetimeInMinutes\": 1440}' | firstkey policy set passes -\n"
      "  firstkey policy set keys changes.json");
  const auto which = std::make_shared<std::string>();
  const auto file = std::make_shared<std::string>();
  command->add_option("which", *which, "passes or keys")
      ->required()
      ->check(CLI::IsMember({"passes", "keys"}));
  command
      ->add_option("file", *file, "A JSON object of the members to change; - reads standard input")
      ->required();
  command->callback([&invocation, which, file] {
    invocation.action = [&invocation, which, file] {
      return run_in_workplace(
          invocation, [&](Workplace& workplace, const Output& output) -> Result<void> {
            const auto changes = read_input(*file, kLargestInput);
            if (!changes) return std::unexpected(changes.error());
            core::PolicyEditor editor(workplace.administration());
            const auto done = *which == "passes" ? set_pass_policy(editor, changes.value())
                                                 : set_key_policy(editor, changes.value());
            if (!done) return done;
            return show(workplace, output);
          });
    };
  });
}

}  // namespace

void add_policy_commands(CLI::App& program, Invocation& invocation) {
  auto* policy = program.add_subcommand("policy", "What passes and keys must be");
  policy->require_subcommand(1);
  auto* shown = policy->add_subcommand("show", "Show both policies");
  shown->callback([&invocation] {
    invocation.action = [&invocation] { return run_in_workplace(invocation, show); };
  });
  add_set(*policy, invocation);
  add_trust(*policy, invocation);
}

}  // namespace firstkey::enroll
