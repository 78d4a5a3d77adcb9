#include "core/administration/trust_roots.h"

#include <algorithm>
#include <optional>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/webauthn/certificate.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kMaxCertificate = 16'384;
constexpr std::size_t kMaxRoots = 4096;
constexpr std::size_t kShortestPrefix = 8;

std::unexpected<Error> no_certificate() {
  return fail(ErrorCode::kInvalidArgument, "this is not one X.509 certificate in PEM or DER form");
}

/// The bytes of the next PEM block; nothing if there is none, or it holds no certificate.
std::optional<Bytes> next_certificate(BIO* pem) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* content = nullptr;
  long size = 0;
  if (PEM_read_bio(pem, &name, &header, &content, &size) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  const bool is_certificate = std::string_view(name) == PEM_STRING_X509;
  Bytes der(content, content + size);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(content);
  if (!is_certificate) return std::nullopt;
  return der;
}

/// The DER in `pem`; nothing unless it holds exactly one block, a certificate.
std::optional<Bytes> der_of_pem(BytesView pem) {
  const webauthn::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return std::nullopt;
  auto der = next_certificate(bio.get());
  if (next_certificate(bio.get())) return std::nullopt;
  return der;
}

}  // namespace

Result<TrustRoot> parse_trust_root(BytesView certificate, LeafListing leaf) {
  if (certificate.empty() || certificate.size() > kMaxCertificate) return no_certificate();
  constexpr std::uint8_t kDerSequence = 0x30;
  auto der = certificate.front() == kDerSequence ? to_bytes(certificate) : der_of_pem(certificate);
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

Result<TrustRoot> TrustRoots::add(BytesView certificate, LeafListing leaf) {
  return administration_.act<TrustRoot>("trust.add", [&](Act& act) -> Result<Effect<TrustRoot>> {
    if (auto allowed = act.authorise(Operation::kWriteTrustRoots); !allowed) {
      return std::unexpected(allowed.error());
    }
    const auto root = parse_trust_root(certificate, leaf);
    if (!root) return std::unexpected(root.error());
    act.note("rootId", root->id);
    act.note("subject", root->subject);
    auto settings = act.settings();
    if (std::ranges::find(settings.trust_roots, root->id, &TrustRoot::id) !=
        settings.trust_roots.end()) {
      return fail(ErrorCode::kAlreadyExists, "this certificate is listed already");
    }
    if (settings.trust_roots.size() >= kMaxRoots) {
      return fail(ErrorCode::kInvalidArgument, "the list of trusted roots is full");
    }
    settings.trust_roots.push_back(root.value());
    return [settings](WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return settings.trust_roots.back();
    };
  });
}

Result<std::vector<TrustRoot>> TrustRoots::list() {
  return administration_.look<std::vector<TrustRoot>>(
      "trust.list", [](Act& act) -> Result<std::vector<TrustRoot>> {
        if (auto allowed = act.authorise(Operation::kReadPolicy); !allowed) {
          return std::unexpected(allowed.error());
        }
        return act.settings().trust_roots;
      });
}

Result<TrustRoot> TrustRoots::remove(const std::string& id) {
  return administration_.act<TrustRoot>("trust.remove", [&](Act& act) -> Result<Effect<TrustRoot>> {
    if (auto allowed = act.authorise(Operation::kWriteTrustRoots); !allowed) {
      return std::unexpected(allowed.error());
    }
    if (id.size() < kShortestPrefix) {
      return fail(ErrorCode::kInvalidArgument, "give at least the first 8 digits of the id");
    }
    auto settings = act.settings();
    auto& roots = settings.trust_roots;
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
  });
}

}  // namespace firstkey::core
