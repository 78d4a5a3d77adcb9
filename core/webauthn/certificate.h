#pragma once
// An attestation certificate: parsed once, asked for what WebAuthn needs of it.

#include <cstdint>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/error.h"
#include "core/webauthn/openssl_handles.h"

namespace firstkey::core::webauthn {

/// When a certificate is valid: from `not_before` on, and at `not_after` no longer, as OpenSSL
/// reads it. Whole seconds. A time that does not read makes it valid never.
struct Validity {
  Instant not_before;
  Instant not_after;

  [[nodiscard]] bool contains(Instant now) const noexcept {
    return not_before <= now && now < not_after;
  }
};
[[nodiscard]] Validity validity_of(const x509_st* certificate);

class Certificate {
 public:
  /// Errors: kCertificateMalformed, also for bytes after its end.
  [[nodiscard]] static Result<Certificate> parse(BytesView der);

  [[nodiscard]] x509_st* get() const noexcept { return certificate_.get(); }
  /// The subject's public key; null if OpenSSL cannot read it. Lives as long as the certificate.
  [[nodiscard]] evp_pkey_st* public_key() const noexcept;
  /// RFC 2253.
  [[nodiscard]] std::string subject() const;
  [[nodiscard]] std::string issuer() const;
  [[nodiscard]] Validity validity() const;
  /// As received.
  [[nodiscard]] const Bytes& der() const noexcept { return der_; }

  /// The profile of packed attestation certificates: version 3, a subject of C, O, OU =
  /// "Authenticator Attestation" and CN, basic constraints that deny being an authority.
  /// Errors: kCertificateProfileViolated. Source: WebAuthn L3 §8.2.1.
  [[nodiscard]] Result<void> check_packed_profile() const;

  /// If the certificate names an AAGUID (id-fido-gen-ce-aaguid), it is `aaguid` and not critical.
  /// Errors: kCertificateAaguidMismatch, kCertificateProfileViolated.
  [[nodiscard]] Result<void> check_aaguid(BytesView aaguid) const;

  /// The firmware of the key it was made for, if it says so in a form that reads: FIDO's
  /// id-fido-gen-ce-fw-version, a number as metadata's authenticatorVersion, or else Yubico's three
  /// bytes, major, minor and patch, as the number 0xMMmmpp that their metadata has.
  /// Source: WebAuthn L3 §8.2.1; Yubico's OID arc 1.3.6.1.4.1.41482.13.
  [[nodiscard]] std::optional<std::int64_t> firmware() const;

  /// The serial number of the very key it was made for, in FIDO's id-fido-gen-ce-sernum: of
  /// enterprise attestations alone, and not the certificate's own. Nothing if that is absent or
  /// does not read. Source: WebAuthn L3 §8.2.2.
  [[nodiscard]] std::optional<Bytes> serial() const;

 private:
  Certificate(X509Ptr certificate, BytesView der)
      : certificate_(std::move(certificate)), der_(der.begin(), der.end()) {}

  X509Ptr certificate_;
  Bytes der_;
};

}  // namespace firstkey::core::webauthn
