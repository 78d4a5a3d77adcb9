// verify: registrations of any relying party judged from what their ceremonies left behind, one
// with its verdict explained, or a file of them. It opens no store and asks no policy.

#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/administration/pem.h"
#include "core/webauthn/examination.h"
#include "core/webauthn/json.h"
#include "core/webauthn/metadata_blob.h"
#include "core/webauthn/metadata_service.h"
#include "core/webauthn/verdict_json.h"
#include "device/file_descriptor.h"
#include "enroll/app/batch_verification.h"
#include "enroll/app/commands.h"
#include "enroll/app/input_file.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
namespace webauthn = core::webauthn;

constexpr std::size_t kLargestRoots = std::size_t{1} << 20U;  // bytes

struct VerifyOptions {
  std::string options;
  std::string response;
  std::string batch;
  std::string rp_id;
  std::vector<std::string> origins;
  std::string roots;
  std::string metadata;
  std::string at;
  bool is_attestation_required = false;
};

Attempt<core::Instant> instant_of(const std::string& text) {
  if (text.empty()) return core::SystemClock().read().wall;
  const auto instant = core::from_rfc3339(text);
  if (!instant) return misuse("--at takes a time as 2026-05-01T12:00:00Z");
  return instant.value();
}

Attempt<std::vector<core::Bytes>> roots_of(const std::string& path) {
  if (path.empty()) return std::vector<core::Bytes>();
  const auto text = read_input(path, kLargestRoots);
  if (!text) return std::unexpected(to_failure(text.error()));
  auto certificates = core::ders_of_file(core::as_bytes(text.value()), "CERTIFICATE");
  if (!certificates) return misuse(path + " holds something else than certificates in PEM");
  return std::move(certificates.value());
}

/// Verified to one of `roots`, as the metadata of the policy is to one of its own.
Attempt<webauthn::MetadataService> metadata_of(const std::string& path,
                                               const std::vector<core::Bytes>& roots,
                                               core::Instant now) {
  const auto blob = read_input(path, webauthn::kMaxMetadataBlob);
  if (!blob) return std::unexpected(to_failure(blob.error()));
  auto metadata =
      webauthn::MetadataService::verify(blob.value(), {.roots = roots, .crls = {}}, now);
  if (metadata) return std::move(metadata.value());
  return std::unexpected(
      Failure{.code = std::string(webauthn::to_string(metadata.error().code)),
              .message = path + " is not metadata that can be believed: " + metadata.error().detail,
              .exit_code = ExitCode::kRefused});
}

Attempt<void> check_use(const VerifyOptions& options) {
  if (!options.batch.empty()) {
    if (!options.options.empty() || !options.response.empty()) {
      return misuse("--batch brings options and responses along; leave the others out");
    }
    if (options.rp_id.empty() || options.origins.empty()) {
      return misuse("--batch needs --rp-id and --origin: a file must not choose its own judge");
    }
    return {};
  }
  if (options.options.empty() || options.response.empty()) {
    return misuse("give --options and --response, or --batch");
  }
  if (options.options == "-" && options.response == "-") {
    return misuse("standard input can be one of --options and --response, not both");
  }
  return {};
}

std::string in_words(const webauthn::Attestation& attestation) {
  if (attestation.level == core::AttestationLevel::kAttested) {
    return fmt::format("{} attestation, chain to {}", attestation.format, attestation.trust_root);
  }
  return fmt::format(
      "format {}, not attested: {}", attestation.format, attestation.not_trusted_reason);
}

ExitCode tell(const webauthn::ExplainedRegistration& explained, const Output& output) {
  const auto& credential = explained.credential;
  json::object object{
      {"verdict", credential ? "accept" : "refuse"}, {"code", nullptr}, {"attestation", nullptr}};
  if (credential) {
    const auto& attestation = credential->value().attestation;
    object["attestation"] = webauthn::attestation_json(attestation);
    output.line("Accepted", in_words(attestation));
  } else {
    const auto& error = credential.error();
    object["code"] = std::string(webauthn::to_string(error.code));
    output.line(
        "Refused",
        fmt::format("{} ({})", webauthn::to_string(error.code), webauthn::source_of(error.code)));
  }
  object["explanation"] = webauthn::verdict_json(explained.verdict);
  output.object(object);
  output.lines(webauthn::to_text(explained.verdict));
  return credential ? ExitCode::kDone : ExitCode::kRefused;
}

ExitCode verify_one(const VerifyOptions& options,
                    const webauthn::ExaminationTerms& terms,
                    const Output& output) {
  const auto given = read_input(options.options, webauthn::kMaxJsonSize);
  if (!given) return output.failure(given.error());
  const auto answered = read_input(options.response, webauthn::kMaxJsonSize);
  if (!answered) return output.failure(answered.error());
  return tell(webauthn::examine(given.value(), answered.value(), terms), output);
}

ExitCode verify_all(const std::string& path,
                    const webauthn::ExaminationTerms& terms,
                    const Output& output) {
  device::FileDescriptor file;
  if (path != "-") {
    file = device::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return output.failure(misuse(path + " cannot be read").error());
  }
  const auto count = verify_batch(path == "-" ? STDIN_FILENO : file.get(), stdout, terms);
  if (!count) return output.failure(count.error());
  if (!output.is_json()) {
    fmt::print(stderr, "{} accepted, {} refused\n", count->accepted, count->refused);
  }
  return ExitCode::kDone;
}

ExitCode verify(const Invocation& invocation, const VerifyOptions& options) {
  const auto output = invocation.output();
  if (auto use = check_use(options); !use) return output.failure(use.error());
  const auto now = instant_of(options.at);
  if (!now) return output.failure(now.error());
  const auto roots = roots_of(options.roots);
  if (!roots) return output.failure(roots.error());
  const auto trusted = webauthn::TrustStore::create(roots.value());
  if (!trusted) return output.failure(misuse(options.roots + " holds no certificates").error());
  std::optional<webauthn::MetadataService> metadata;
  if (!options.metadata.empty()) {
    auto verified = metadata_of(options.metadata, roots.value(), now.value());
    if (!verified) return output.failure(verified.error());
    metadata.emplace(std::move(verified.value()));
  }
  const webauthn::ExaminationTerms terms{
      .rp_id = options.rp_id,
      .origins = options.origins,
      .attestation = options.is_attestation_required ? webauthn::AttestationRule::kEnforced
                                                     : webauthn::AttestationRule::kNotEnforced,
      .trust_store = &trusted.value(),
      .metadata = metadata ? &metadata.value() : nullptr,
      .now = now.value()};
  return options.batch.empty() ? verify_one(options, terms, output)
                               : verify_all(options.batch, terms, output);
}

}  // namespace

void add_verify_command(CLI::App& program, Invocation& invocation) {
  auto* command = program.add_subcommand("verify", "Judge registrations, and tell why");
  command->footer(
      "Examples:\n"
      "  firstkey verify --options options.json --response response.json\n"
      "  firstkey verify --batch all.jsonl --rp-id example.org --origin https://example.org\n"
      "  gather | firstkey verify --batch - --rp-id example.org --origin https://example.org \\\n"
      "    --roots roots.pem --require-attestation\n"
      "A batch has a line {\"id\", \"options\", \"response\"} each, answered in order by a line\n"
      "{\"id\", \"verdict\", \"code\", \"attestation\"} each; the status is 0 when all were "
      "answered.\n"
      "Roots given here are for this command alone: enrollment takes its own from the policy.");
  const auto options = std::make_shared<VerifyOptions>();
  command->add_option(
      "--options", options->options, "The creation options, JSON; - reads standard input");
  command->add_option(
      "--response", options->response, "The registration response, JSON; - likewise");
  command->add_option(
      "--batch", options->batch, "A file of registrations, a line each; - likewise");
  command->add_option("--rp-id", options->rp_id, "The relying party [the one the options name]");
  command->add_option(
      "--origin", options->origins, "Its origin, repeatable [https:// and the RP ID]");
  command->add_option("--roots", options->roots, "Certificates attestation may lead to, PEM");
  command->add_option("--metadata",
                      options->metadata,
                      "A BLOB of FIDO's Metadata Service, signed below one of the roots");
  command->add_option("--at", options->at, "When certificates must be valid, RFC 3339 [now]");
  command->add_flag("--require-attestation",
                    options->is_attestation_required,
                    "Refuse what leads to none of the roots");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return verify(invocation, *options); };
  });
}

}  // namespace firstkey::enroll
