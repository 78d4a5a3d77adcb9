#include "core/administration/trust_roots.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace firstkey::core {

namespace {

constexpr std::size_t kMaxCertificate = 16 * 1024;
constexpr std::size_t kMaxRoots = 4096;
constexpr std::size_t kShortestPrefix = 8;

struct Freed {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, Freed>;
using Bio = std::unique_ptr<BIO, Freed>;

std::unexpected<Error> no_certificate() {
  return fail(ErrorCode::kInvalidArgument, "this is not one X.509 certificate in PEM or DER form");
}

/// Nothing unless `pem` holds exactly one certificate.
Certificate read_pem(BytesView pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return nullptr;
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  const Certificate second(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();  // what is left there says only that there was no further certificate
  return second ? nullptr : std::move(certificate);
}

Certificate read_der(BytesView der) {
  const auto* at = der.data();
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  const bool is_whole = at == der.data() + der.size();
  return is_whole ? std::move(certificate) : nullptr;
}

Bytes to_der(const Certificate& certificate) {
  const int size = i2d_X509(certificate.get(), nullptr);
  if (size <= 0) return {};
  Bytes der(static_cast<std::size_t>(size));
  auto* at = der.data();
  return i2d_X509(certificate.get(), &at) == size ? der : Bytes();
}

std::string subject_of(const Certificate& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio) return {};
  const auto* name = X509_get_subject_name(certificate.get());
  if (X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

Result<TrustRoot> parse_trust_root(BytesView certificate, LeafListing leaf) {
  if (certificate.empty() || certificate.size() > kMaxCertificate) return no_certificate();
  constexpr std::uint8_t kDerSequence = 0x30;
  const auto parsed =
      certificate.front() == kDerSequence ? read_der(certificate) : read_pem(certificate);
  if (!parsed || X509_get0_pubkey(parsed.get()) == nullptr) return no_certificate();
  if (X509_check_ca(parsed.get()) == 0 && leaf == LeafListing::kRefused) {
    return fail(ErrorCode::kInvalidArgument,
                "this certificate is no authority; list it as a leaf if it is to vouch for the "
                "keys that hold it");
  }
  auto der = to_der(parsed);
  if (der.empty()) return no_certificate();
  auto id = to_hex(sha256(der));
  return TrustRoot{.id = std::move(id), .subject = subject_of(parsed), .der = std::move(der)};
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
    const auto removed = *found;
    act.note("rootId", removed.id);
    act.note("subject", removed.subject);
    roots.erase(found);
    return [settings, removed](WriteTransaction& transaction) {
      transaction.put_settings(settings);
      return removed;
    };
  });
}

}  // namespace firstkey::core
