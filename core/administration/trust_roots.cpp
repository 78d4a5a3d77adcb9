#include "core/administration/trust_roots.h"

#include <algorithm>
#include <utility>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/aaguid.h"
#include "core/administration/pem.h"
#include "core/webauthn/certificate.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kMaxCertificate = 16'384;
constexpr std::size_t kMaxRoots = 4096;
constexpr std::size_t kShortestPrefix = 8;

std::unexpected<Error> no_certificate() {
  return fail(ErrorCode::kInvalidArgument, "this is not one X.509 certificate in PEM or DER form");
}

std::vector<TrustRoot>& roots_for(Settings& settings, TrustPurpose purpose) {
  return purpose == TrustPurpose::kKeys ? settings.trust_roots : settings.metadata_roots;
}

constexpr std::size_t kMaxModels = 64;

Result<void> check_models(const std::vector<Bytes>& aaguids, TrustPurpose purpose) {
  if (purpose == TrustPurpose::kMetadata && !aaguids.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a root of metadata is for no model of key");
  }
  if (aaguids.size() > kMaxModels) {
    return fail(ErrorCode::kInvalidArgument, "a root can be tied to 64 models at most");
  }
  for (const auto& aaguid : aaguids) {
    if (std::ranges::count(aaguids, aaguid) > 1) {
      return fail(ErrorCode::kInvalidArgument, aaguid_text(aaguid) + " is named twice");
    }
  }
  return {};
}

std::string models_text(const std::vector<Bytes>& aaguids) {
  std::string text;
  for (const auto& aaguid : aaguids) text += (text.empty() ? "" : " ") + aaguid_text(aaguid);
  return text;
}

/// The action of the audit trail.
std::string action_of(const char* verb, TrustPurpose purpose) {
  return std::string(purpose == TrustPurpose::kKeys ? "trust." : "trust.metadata.") + verb;
}

}  // namespace

Result<TrustRoot> parse_trust_root(BytesView certificate, LeafListing leaf) {
  if (certificate.empty() || certificate.size() > kMaxCertificate) return no_certificate();
  auto der = der_of_file(certificate, PEM_STRING_X509);
  if (!der) return no_certificate();
  const auto parsed = webauthn::Certificate::parse(der.value());
  if (!parsed || parsed->public_key() == nullptr) return no_certificate();
  if (X509_check_ca(parsed->get()) == 0 && leaf == LeafListing::kRefused) {
    return fail(ErrorCode::kInvalidArgument,
                "this certificate is no authority; list it as a leaf if it is to vouch for the "
                "keys that hold it");
  }
  auto id = to_hex(sha256(der.value()));
  return TrustRoot{
      .id = std::move(id), .subject = parsed->subject(), .der = std::move(der.value())};
}

Result<TrustRoot> TrustRoots::add(BytesView certificate,
                                  LeafListing leaf,
                                  const std::vector<Bytes>& aaguids) {
  const auto decide = [&](Act& act) -> Result<Effect<TrustRoot>> {
    if (auto allowed = act.authorise(Operation::kWriteTrustRoots); !allowed) {
      return std::unexpected(allowed.error());
    }
    auto root = parse_trust_root(certificate, leaf);
    if (!root) return std::unexpected(root.error());
    act.note("rootId", root->id);
    act.note("subject", root->subject);
    if (auto checked = check_models(aaguids, purpose_); !checked) {
      return std::unexpected(checked.error());
    }
    root->aaguids = aaguids;
    if (!aaguids.empty()) act.note("aaGuids", models_text(aaguids));
    auto settings = act.settings();
    auto& roots = roots_for(settings, purpose_);
    if (std::ranges::find(roots, root->id, &TrustRoot::id) != roots.end()) {
      return fail(ErrorCode::kAlreadyExists, "this certificate is listed already");
    }
    if (roots.size() >= kMaxRoots) {
      return fail(ErrorCode::kInvalidArgument, "the list of trusted roots is full");
    }
    roots.push_back(root.value());
    return [settings, added = root.value()](WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return added;
    };
  };
  return administration_.act<TrustRoot>(action_of("add", purpose_), decide);
}

Result<std::vector<TrustRoot>> TrustRoots::list() {
  const auto look = [&](Act& act) -> Result<std::vector<TrustRoot>> {
    if (auto allowed = act.authorise(Operation::kReadPolicy); !allowed) {
      return std::unexpected(allowed.error());
    }
    auto settings = act.settings();
    return std::move(roots_for(settings, purpose_));
  };
  return administration_.look<std::vector<TrustRoot>>(action_of("list", purpose_), look);
}

Result<TrustRoot> TrustRoots::remove(const std::string& id) {
  const auto decide = [&](Act& act) -> Result<Effect<TrustRoot>> {
    if (auto allowed = act.authorise(Operation::kWriteTrustRoots); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (id.size() < kShortestPrefix) {
      return fail(ErrorCode::kInvalidArgument, "give at least the first 8 digits of the id");
    }
    auto settings = act.settings();
    auto& roots = roots_for(settings, purpose_);
    const auto is_meant = [&](const TrustRoot& root) { return root.id.starts_with(id); };
    const auto found = std::ranges::find_if(roots, is_meant);
    if (found == roots.end()) return fail(ErrorCode::kNotFound, "no trusted root has this id");
    if (std::ranges::count_if(roots, is_meant) > 1) {
      return fail(ErrorCode::kInvalidArgument, "more than one trusted root begins like this");
    }
    auto removed = std::move(*found);
    act.note("rootId", removed.id);
    act.note("subject", removed.subject);
    roots.erase(found);
    return [settings, removed = std::move(removed)](WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return removed;
    };
  };
  return administration_.act<TrustRoot>(action_of("remove", purpose_), decide);
}

}  // namespace firstkey::core
