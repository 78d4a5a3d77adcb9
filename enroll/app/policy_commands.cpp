// policy: what passes and keys must be, and which certificates are trusted.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/aaguid.h"
#include "core/administration/policy_editor.h"
#include "core/administration/trust_roots.h"
#include "core/settings.h"
#include "core/strict_json.h"
#include "enroll/app/commands.h"
#include "enroll/app/input_file.h"
#include "enroll/app/policy_view.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kLargestInput = std::size_t{1} << 20U;

Result<void> show(Workplace& workplace, const Output& output) {
  core::PolicyEditor editor(workplace.administration());
  const auto passes = editor.pass_policy();
  if (!passes) return std::unexpected(passes.error());
  const auto keys = editor.key_policy();
  if (!keys) return std::unexpected(keys.error());
  show_policies(passes.value(), keys.value(), output);
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

json::array models_json(const core::TrustRoot& root) {
  json::array models;
  for (const auto& aaguid : root.aaguids) models.emplace_back(core::aaguid_text(aaguid));
  return models;
}

json::object root_json(const core::TrustRoot& root) {
  return {{"id", root.id}, {"subject", root.subject}, {"aaGuids", models_json(root)}};
}

/// Empty for one that vouches for any model.
std::string models_text(const core::TrustRoot& root) {
  std::vector<std::string> models;
  models.reserve(root.aaguids.size());
  for (const auto& aaguid : root.aaguids) models.push_back(core::aaguid_text(aaguid));
  return fmt::format("{}", fmt::join(models, " "));
}

Result<void> list_roots(core::TrustRoots& roots, const Output& output) {
  const auto listed = roots.list();
  if (!listed) return std::unexpected(listed.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& root : listed.value()) {
    rows.push_back({root.id.substr(0, 16), root.subject, models_text(root)});
    array.push_back(root_json(root));
  }
  output.table({"Id", "Subject", "Of these models alone"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> tell_root(const Result<core::TrustRoot>& root,
                       const char* verb,
                       const Output& output) {
  if (!root) return std::unexpected(root.error());
  output.line(verb, root->subject);
  output.line("Id", root->id);
  if (!root->aaguids.empty()) output.line("Models", models_text(root.value()));
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

Result<std::vector<core::Bytes>> read_aaguids(const std::vector<std::string>& texts) {
  std::vector<core::Bytes> aaguids;
  for (const auto& text : texts) {
    auto aaguid = core::aaguid_from_text(text);
    if (!aaguid) {
      return core::fail(ErrorCode::kInvalidArgument,
                        "'" + text + "' is no AAGUID, as ee882879-721c-4913-9775-3dfcce97072a is");
    }
    aaguids.push_back(std::move(aaguid.value()));
  }
  return aaguids;
}

/// What `policy trust add` is told.
struct TrustAddition {
  std::string file;
  bool is_leaf = false;
  std::vector<std::string> aaguids;
};

Result<void> add_root(core::TrustRoots roots, const TrustAddition& addition, const Output& output) {
  const auto aaguids = read_aaguids(addition.aaguids);
  if (!aaguids) return std::unexpected(aaguids.error());
  const auto text = read_input(addition.file, kLargestInput);
  if (!text) return std::unexpected(text.error());
  const auto leaf = addition.is_leaf ? core::LeafListing::kAllowed : core::LeafListing::kRefused;
  return tell_root(
      roots.add(core::as_bytes(text.value()), leaf, aaguids.value()), "Trusted", output);
}

void add_trust_add(CLI::App& trust, Invocation& invocation) {
  auto* add = trust.add_subcommand("add", "Trust a certificate, PEM or DER");
  add->footer(
      "Example, for an allow list of one model:\n"
      "  firstkey policy trust add maker.pem --aaguid ee882879-721c-4913-9775-3dfcce97072a");
  const auto addition = std::make_shared<TrustAddition>();
  add->add_option("file", addition->file, "The certificate; - reads standard input")->required();
  add->add_flag("--leaf",
                addition->is_leaf,
                "Take one that is no authority: it vouches for its own keys alone");
  add->add_option("--aaguid",
                  addition->aaguids,
                  "Trust it for keys of this model alone, whose model it then proves; repeatable")
      ->type_name("AAGUID")
      ->allow_extra_args(false);
  const auto is_metadata = add_metadata_flag(*add);
  add->callback([&invocation, addition, is_metadata] {
    invocation.action = [&invocation, addition, is_metadata] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        return add_root(roots_in(workplace, *is_metadata), *addition, output);
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
      "  firstkey policy set keys changes.json\n"
      "A file for `keys` that allows one model, for everybody:\n"
      "  {\"passkeyProfiles\": [{\"id\": \"00000000-0000-0000-0000-000000000001\",\n"
      "    \"name\": \"Default\", \"attestationEnforcement\": \"registrationOnly\",\n"
      "    \"keyRestrictions\": {\"isEnforced\": true, \"enforcementType\": \"allow\",\n"
      "      \"aaGuids\": [\"ee882879-721c-4913-9775-3dfcce97072a\"]}}]}");
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
