#include "enroll/app/audit_head_commands.h"

#include <algorithm>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/administration/audit_signing.h"
#include "core/administration/audit_trail.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::Result;

core::AuditSigning signing_in(Workplace& workplace) {
  return {workplace.administration(), workplace.random(), workplace.audit_key_path()};
}

struct VerifyOptions {
  std::string heads;
  std::string key;
};

/// Nothing if none is given. Errors: kInvalidArgument.
Result<std::optional<core::AuditPublicKey>> key_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto bytes = core::from_hex(text);
  core::AuditPublicKey key{};
  if (!bytes || bytes->size() != key.size()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "a public key has 64 hexadecimal digits, as `firstkey audit key` prints it");
  }
  std::ranges::copy(bytes.value(), key.begin());
  return key;
}

json::object summary_json(const core::AuditSummary& summary) {
  json::array chains;
  for (const auto& head : summary.heads) {
    chains.push_back(
        {{"chain", head.chain}, {"rows", head.sequence}, {"lastHash", core::to_hex(head.hash)}});
  }
  return {{"rows", summary.rows},
          {"redactedRows", summary.redacted_rows},
          {"chains", std::move(chains)}};
}

void show_summary(const Output& output, const core::AuditSummary& summary) {
  output.line("Rows", fmt::format("{}, unbroken", summary.rows));
  if (summary.redacted_rows != 0) {
    output.line("Redacted", fmt::format("{} of them", summary.redacted_rows));
  }
  for (const auto& head : summary.heads) {
    output.line(summary.heads.size() == 1 ? "Last hash" : fmt::format("Chain {}", head.chain),
                core::to_hex(head.hash));
  }
}

void show_signed(const Output& output, const core::SignedTrail& checked) {
  json::array tails;
  for (const auto& tail : checked.unsigned_tails) {
    output.line(
        "Unsigned",
        fmt::format("chain {}, rows {} to {}", tail.chain, tail.first, tail.first + tail.rows - 1));
    tails.push_back({{"chain", tail.chain}, {"firstRow", tail.first}, {"rows", tail.rows}});
  }
  if (checked.unsigned_tails.empty()) output.line("Unsigned", "none");
  if (checked.taken_back != 0) {
    output.line(
        "Taken back",
        fmt::format("{} signed rows of an earlier epoch, by a restore", checked.taken_back));
  }
  auto object = summary_json(checked.trail);
  object["unsigned"] = std::move(tails);
  object["takenBackRows"] = checked.taken_back;
  output.object(object);
}

Result<void> verify_audit(Workplace& workplace,
                          const Output& output,
                          const VerifyOptions& options) {
  if (options.heads.empty()) {
    const auto summary = core::AuditTrail(workplace.administration()).verify();
    if (!summary) return std::unexpected(summary.error());
    show_summary(output, summary.value());
    output.object(summary_json(summary.value()));
    return {};
  }
  const auto key = key_of(options.key);
  if (!key) return std::unexpected(key.error());
  const auto checked = signing_in(workplace).verify(options.heads, key.value());
  if (!checked) return std::unexpected(checked.error());
  show_summary(output, checked->trail);
  show_signed(output, checked.value());
  return {};
}

Result<void> sign_audit(Workplace& workplace, const Output& output, const std::string& heads) {
  const auto head = signing_in(workplace).sign(heads);
  if (!head) return std::unexpected(head.error());
  if (!head.value()) {
    output.say("Nothing was written since the last head");
    output.object({{"isSigned", false}});
    return {};
  }
  const auto& made = head.value().value();
  output.line("Head", std::to_string(made.number));
  output.line("Chains", std::to_string(made.chains.size()));
  output.line("Digest", core::to_hex(digest_of(made)));
  output.object(
      {{"isSigned", true}, {"number", made.number}, {"digest", core::to_hex(digest_of(made))}});
  return {};
}

Result<void> show_key(Workplace& workplace, const Output& output, const bool& is_renewed) {
  auto signing = signing_in(workplace);
  const auto key = is_renewed ? signing.renew_key() : signing.key();
  if (!key) return std::unexpected(key.error());
  output.line("Public", core::to_hex(key.value()));
  output.object({{"publicKey", core::to_hex(key.value())}});
  return {};
}

}  // namespace

void add_audit_head_commands(CLI::App& audit, Invocation& invocation) {
  const auto options = std::make_shared<VerifyOptions>();
  auto* verify = add_command(audit,
                             invocation,
                             "verify",
                             "Check the whole trail",
                             [options](Workplace& workplace, const Output& output) {
                               return verify_audit(workplace, output, *options);
                             });
  verify->footer("Example:\n  firstkey audit verify --heads /mnt/audit/heads --key 3d4017c3…");
  auto* heads = verify->add_option("--heads", options->heads, "And against this file of heads");
  verify->add_option("--key", options->key, "Signed by this public key [the key file's]")
      ->needs(heads);

  const auto file = std::make_shared<std::string>();
  auto* sign = add_command(audit,
                           invocation,
                           "sign",
                           "Sign where the trail ends, into a file kept elsewhere",
                           [file](Workplace& workplace, const Output& output) {
                             return sign_audit(workplace, output, *file);
                           });
  sign->add_option("--heads", *file, "The file, made if it is not there")->required();

  const auto is_renewed = std::make_shared<bool>(false);
  auto* key = add_command(audit,
                          invocation,
                          "key",
                          "Show the public key that heads are signed with; keep it elsewhere",
                          [is_renewed](Workplace& workplace, const Output& output) {
                            return show_key(workplace, output, *is_renewed);
                          });
  key->add_flag("--renew", *is_renewed, "Make a new key first; the next head names it");
}

}  // namespace firstkey::enroll
