#include "core/administration/metadata_registry.h"

#include <utility>

#include <openssl/pem.h>

#include "core/administration/metadata_comparison.h"
#include "core/administration/pem.h"
#include "core/ceremony_terms.h"
#include "core/imported_metadata.h"
#include "core/webauthn_refusals.h"

namespace firstkey::core {

namespace {

using webauthn::MetadataEntry;
using webauthn::MetadataService;

Result<webauthn::MetadataAnchors> anchors_of(const Settings& settings, const MetadataFiles& files) {
  webauthn::MetadataAnchors anchors;
  for (const auto& root : settings.metadata_roots) anchors.roots.push_back(root.der);
  for (const auto& file : files.crls) {
    auto der = der_of_file(file, PEM_STRING_X509_CRL);
    if (!der) {
      return fail(ErrorCode::kInvalidArgument,
                  "this is not one certificate revocation list in PEM or DER form");
    }
    anchors.crls.push_back(std::move(der.value()));
  }
  return anchors;
}

/// A refusal, with the check that failed in the trail.
std::unexpected<Error> refused(Act& act, const webauthn::Error& error) {
  act.note("check", std::string(to_string(error.code)));
  return std::unexpected(refused_metadata(error));
}

Result<MetadataService> verify(Act& act, const MetadataFiles& files) {
  const auto anchors = anchors_of(act.settings(), files);
  if (!anchors) return std::unexpected(anchors.error());
  auto service = MetadataService::verify(files.blob, anchors.value(), act.now());
  if (!service) return refused(act, service.error());
  return std::move(service.value());
}

/// The settings with `service` for the current metadata.
Settings with_current(Settings settings, const MetadataService& service, Instant now) {
  const auto previous = settings.metadata ? std::optional(settings.metadata->number) : std::nullopt;
  settings.metadata = {.number = service.number(),
                       .next_update = service.next_update(),
                       .imported_at = now,
                       .previous_number = previous};
  return settings;
}

Result<Effect<CurrentMetadata>> decide_import(Act& act, const MetadataFiles& files) {
  if (auto allowed = act.authorise(Operation::kImportMetadata); !allowed) {
    return std::unexpected(allowed.error());
  }
  const auto service = verify(act, files);
  if (!service) return std::unexpected(service.error());
  act.note("metadataNumber", std::to_string(service->number()));
  act.note("sha256", to_hex(sha256(as_bytes(files.blob))));
  const auto& current = act.settings().metadata;
  if (auto newer = service->check_newer_than(current ? current->number : 0); !newer) {
    return refused(act, newer.error());
  }
  const auto grace = act.settings().key_policy.metadata.grace;
  if (auto in_force = service->check_up_to_date(act.now(), grace); !in_force) {
    return refused(act, in_force.error());
  }
  const auto settings = with_current(act.settings(), service.value(), act.now());
  return [settings, blob = files.blob](WriteTransaction& transaction) {
    const auto& metadata = settings.metadata.value();
    if (metadata.previous_number) {
      transaction.delete_metadata_before(metadata.previous_number.value());
    }
    transaction.insert_metadata(
        {.number = metadata.number, .imported_at = metadata.imported_at, .blob = blob});
    transaction.put_settings(settings);
    return metadata;
  };
}

/// What the settings name. Errors: kNotFound without metadata.
Result<MetadataPtr> current_of(Act& act) {
  if (auto allowed = act.authorise(Operation::kReadPolicy); !allowed) {
    return std::unexpected(allowed.error());
  }
  if (!act.settings().metadata) {
    return fail(ErrorCode::kNotFound, "no metadata was imported yet");
  }
  return ImportedMetadata().of(act.view(), act.settings());
}

KnownModel known_model(const MetadataEntry& entry, Instant now) {
  return {.entry = entry, .certification = certification_at(entry, now)};
}

}  // namespace

Result<CurrentMetadata> MetadataRegistry::import(const MetadataFiles& files) {
  return administration_.act<CurrentMetadata>("metadata.import",
                                              [&](Act& act) { return decide_import(act, files); });
}

Result<MetadataState> MetadataRegistry::state() {
  return administration_.look<MetadataState>(
      "metadata.status", [](Act& act) -> Result<MetadataState> {
        const auto service = current_of(act);
        if (!service) return std::unexpected(service.error());
        const auto grace = act.settings().key_policy.metadata.grace;
        return MetadataState{.current = act.settings().metadata.value(),
                             .in_force_until = service.value()->in_force_until(grace),
                             .now = act.now(),
                             .entries = service.value()->entries().size()};
      });
}

Result<std::vector<KnownModel>> MetadataRegistry::list() {
  return administration_.look<std::vector<KnownModel>>(
      "metadata.show", [](Act& act) -> Result<std::vector<KnownModel>> {
        const auto service = current_of(act);
        if (!service) return std::unexpected(service.error());
        std::vector<KnownModel> models;
        for (const auto& entry : service.value()->entries()) {
          models.push_back(known_model(entry, act.now()));
        }
        return models;
      });
}

Result<KnownModel> MetadataRegistry::show(BytesView aaguid) {
  return administration_.look<KnownModel>("metadata.show", [&](Act& act) -> Result<KnownModel> {
    const auto service = current_of(act);
    if (!service) return std::unexpected(service.error());
    const auto* entry = service.value()->find(aaguid);
    if (entry == nullptr) {
      return fail(ErrorCode::kNotFound, "the metadata does not know this model");
    }
    return known_model(*entry, act.now());
  });
}

Result<MetadataComparison> MetadataRegistry::compare(const MetadataFiles& files) {
  return administration_.look<MetadataComparison>(
      "metadata.diff", [&](Act& act) -> Result<MetadataComparison> {
        if (auto allowed = act.authorise(Operation::kReadPolicy); !allowed) {
          return std::unexpected(allowed.error());
        }
        const auto other = verify(act, files);
        if (!other) return std::unexpected(other.error());
        const auto current = ImportedMetadata().of(act.view(), act.settings());
        if (!current) return std::unexpected(current.error());
        return compare_metadata(act, current.value().get(), other.value());
      });
}

}  // namespace firstkey::core
