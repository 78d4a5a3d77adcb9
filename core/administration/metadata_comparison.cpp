#include "core/administration/metadata_comparison.h"

#include <map>
#include <utility>

#include "core/administration/listing.h"
#include "core/ceremony_terms.h"

namespace firstkey::core {

namespace {

using webauthn::MetadataEntry;
using webauthn::MetadataService;

/// What tells one model from another.
using Identity = std::pair<Bytes, std::vector<Bytes>>;
using Models = std::map<Identity, const MetadataEntry*>;

Models models_of(const MetadataService* service) {
  Models models;
  if (service == nullptr) return models;
  for (const auto& entry : service->entries()) {
    models.emplace(Identity(entry.aaguid, entry.key_identifiers), &entry);
  }
  return models;
}

std::vector<ModelChange> changes_between(Models before, const Models& after) {
  std::vector<ModelChange> changes;
  for (const auto& [identity, entry] : after) {
    const auto known = before.extract(identity);
    if (known.empty()) {
      changes.push_back({.before = std::nullopt, .after = *entry});
    } else if (*known.mapped() != *entry) {
      changes.push_back({.before = *known.mapped(), .after = *entry});
    }
  }
  for (const auto& [identity, entry] : before) {
    changes.push_back({.before = *entry, .after = std::nullopt});
  }
  return changes;
}

/// Whether `service` condemns a credential that was registered. One whose attestation does not read
/// is condemned by none.
std::optional<webauthn::Error> condemnation(const MetadataService* service,
                                            const CredentialRecord& credential,
                                            const Act& act) {
  if (service == nullptr) return std::nullopt;
  const auto rules = metadata_rules(act.settings().key_policy);
  const auto checked = service->check_registered(credential.attestation_object, rules, act.now());
  if (checked || checked.error().code == webauthn::Code::kAttestationObjectMalformed) {
    return std::nullopt;
  }
  return checked.error();
}

/// Nothing if `other` does not condemn it. Whose it is, is left open.
std::optional<CondemnedCredential> condemned(const MetadataService* current,
                                             const MetadataService& other,
                                             const CredentialRecord& credential,
                                             const Act& act) {
  if (credential.withdrawn_at) return std::nullopt;
  const auto error = condemnation(&other, credential, act);
  if (!error) return std::nullopt;
  return CondemnedCredential{.credential = credential,
                             .user_name = {},
                             .status = std::string(to_string(error->code)),
                             .description = error->detail,
                             .is_news = !condemnation(current, credential, act)};
}

std::vector<CondemnedCredential> all_condemned(const MetadataService* current,
                                               const MetadataService& other,
                                               const Act& act) {
  std::vector<CondemnedCredential> all;
  Bytes after;
  while (true) {
    const auto page = act.view().credentials(after, kMaxPage);
    for (const auto& credential : page) {
      if (auto one = condemned(current, other, credential, act)) all.push_back(std::move(*one));
    }
    if (page.size() < kMaxPage) return all;
    after = page.back().id;
  }
}

}  // namespace

MetadataComparison compare_metadata(const Act& act,
                                    const MetadataService* current,
                                    const MetadataService& other) {
  MetadataComparison comparison{
      .number = other.number(),
      .next_update = other.next_update(),
      .current_number = current == nullptr ? std::nullopt : std::optional(current->number()),
      .models = changes_between(models_of(current), models_of(&other))};
  for (auto& one : all_condemned(current, other, act)) {
    const auto user = act.view().user(one.credential.user);
    if (user && act.authorise(Operation::kReadCredentials, user.value())) {
      one.user_name = user->name;
      comparison.condemned.push_back(std::move(one));
    } else {
      ++comparison.unseen_condemned;
    }
  }
  return comparison;
}

}  // namespace firstkey::core
