// metadata: what FIDO's Metadata Service says of models of keys.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/aaguid.h"
#include "core/administration/metadata_registry.h"
#include "core/administration/trust_roots.h"
#include "core/webauthn/metadata_blob.h"
#include "enroll/app/commands.h"
#include "enroll/app/input_file.h"
#include "enroll/app/metadata_view.h"

namespace firstkey::enroll {

namespace {

using core::MetadataFiles;
using core::MetadataRegistry;
using core::Result;

constexpr std::size_t kLargestCertificate = std::size_t{1} << 20U;
constexpr std::size_t kLargestCrl = std::size_t{16} << 20U;

/// What is given on the command line: names of files.
struct Names {
  std::string blob;
  std::string root;
  std::vector<std::string> crls;
};

Result<MetadataFiles> read_files(const Names& names) {
  auto blob = read_input(names.blob, core::webauthn::kMaxMetadataBlob);
  if (!blob) return std::unexpected(blob.error());
  MetadataFiles files{.blob = std::move(blob.value()), .crls = {}};
  for (const auto& name : names.crls) {
    const auto crl = read_input(name, kLargestCrl);
    if (!crl) return std::unexpected(crl.error());
    files.crls.push_back(core::to_bytes(core::as_bytes(crl.value())));
  }
  return files;
}

/// Lists a root as `policy trust add --metadata` does; one that is listed already is fine.
Result<void> list_root(Workplace& workplace, const std::string& name) {
  const auto certificate = read_input(name, kLargestCertificate);
  if (!certificate) return std::unexpected(certificate.error());
  core::TrustRoots roots(workplace.administration(), core::TrustPurpose::kMetadata);
  const auto added = roots.add(core::as_bytes(certificate.value()), core::LeafListing::kRefused);
  if (!added && added.error().code != core::ErrorCode::kAlreadyExists) {
    return std::unexpected(added.error());
  }
  return {};
}

Result<void> show_state(Workplace& workplace, const Output& output) {
  const auto state = MetadataRegistry(workplace.administration()).state();
  if (!state) return std::unexpected(state.error());
  tell_state(state.value(), output);
  return {};
}

Result<void> import(Workplace& workplace, const Output& output, const Names& names) {
  const auto files = read_files(names);
  if (!files) return std::unexpected(files.error());
  if (!names.root.empty()) {
    if (auto listed = list_root(workplace, names.root); !listed) return listed;
  }
  const auto imported = MetadataRegistry(workplace.administration()).import(files.value());
  if (!imported) return std::unexpected(imported.error());
  return show_state(workplace, output);
}

Result<void> compare(Workplace& workplace, const Output& output, const Names& names) {
  const auto files = read_files(names);
  if (!files) return std::unexpected(files.error());
  const auto compared = MetadataRegistry(workplace.administration()).compare(files.value());
  if (!compared) return std::unexpected(compared.error());
  tell_comparison(compared.value(), output);
  return {};
}

Result<void> show(Workplace& workplace, const Output& output, const std::string& text) {
  MetadataRegistry registry(workplace.administration());
  if (text.empty()) {
    const auto models = registry.list();
    if (!models) return std::unexpected(models.error());
    tell_models(models.value(), output);
    return {};
  }
  const auto aaguid = core::aaguid_from_text(text);
  if (!aaguid) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "an AAGUID looks like ee882879-721c-4913-9775-3dfcce97072a");
  }
  const auto model = registry.show(aaguid.value());
  if (!model) return std::unexpected(model.error());
  tell_model(model.value(), output);
  return {};
}

using NamesCommand = Result<void> (*)(Workplace&, const Output&, const Names&);

/// A subcommand about a BLOB, with its file and revocation lists.
CLI::App* add_blob_command(CLI::App& metadata,
                           Invocation& invocation,
                           const std::shared_ptr<Names>& names,
                           std::pair<const char*, const char*> name_and_help,
                           NamesCommand run) {
  auto* command = metadata.add_subcommand(name_and_help.first, name_and_help.second);
  command->add_option("file", names->blob, "The BLOB as FIDO publishes it; - reads standard input")
      ->required();
  command->add_option("--crl",
                      names->crls,
                      "A revocation list, PEM or DER, again for each one: with one, the signer's "
                      "whole chain must be covered");
  command->callback([&invocation, names, run] {
    invocation.action = [&invocation, names, run] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        return run(workplace, output, *names);
      });
    };
  });
  return command;
}

void add_import(CLI::App& metadata, Invocation& invocation) {
  const auto names = std::make_shared<Names>();
  auto* command = add_blob_command(
      metadata, invocation, names, {"import", "Judge keys by this BLOB from now on"}, import);
  command->add_option("--root",
                      names->root,
                      "First trust this certificate for metadata, as policy trust add --metadata");
  command->footer(
      "Nothing is fetched. The signer must lead to a certificate of policy trust list --metadata\n"
      "and its number must be higher than the last one's.\n"
      "Examples:\n"
      "  firstkey metadata import blob.jwt --root globalsign-root-r3.pem\n"
      "  firstkey metadata import blob.jwt --crl leaf.crl --crl root.crl");
}

void add_diff(CLI::App& metadata, Invocation& invocation) {
  auto* command = add_blob_command(
      metadata,
      invocation,
      std::make_shared<Names>(),
      {"diff", "What this BLOB would change, and which registered credentials it condemns"},
      compare);
  command->footer("Example:\n  firstkey metadata diff blob.jwt");
}

void add_show(CLI::App& metadata, Invocation& invocation) {
  auto* command = metadata.add_subcommand("show", "List the models, or show one");
  const auto aaguid = std::make_shared<std::string>();
  command->add_option("aaguid", *aaguid, "The one to show");
  command->callback([&invocation, aaguid] {
    invocation.action = [&invocation, aaguid] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        return show(workplace, output, *aaguid);
      });
    };
  });
  command->footer("Example:\n  firstkey metadata show ee882879-721c-4913-9775-3dfcce97072a");
}

}  // namespace

void add_metadata_commands(CLI::App& program, Invocation& invocation) {
  auto* metadata = add_family(program, "metadata", "What FIDO knows about models of keys");
  add_import(*metadata, invocation);
  add_show(*metadata, invocation);
  add_command(*metadata, invocation, "status", "Which BLOB keys are judged by", show_state);
  add_diff(*metadata, invocation);
}

}  // namespace firstkey::enroll
