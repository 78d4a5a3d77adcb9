#include "core/webauthn/certificate.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace firstkey::core::webauthn {

namespace {

constexpr long kVersion3 = 2;  // X.509 counts from 0
constexpr std::string_view kOrganizationalUnit = "Authenticator Attestation";
constexpr std::size_t kAaguidBytes = 16;

/// The one value of `nid` in the subject; empty if it is absent or stands twice.
std::string subject_field(X509* certificate, int nid) {
  auto* name = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, nid, at) >= 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  const OpensslBytesPtr owner(text);
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

bool is_country_code(std::string_view text) {
  return text.size() == 2 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalpha(c) != 0; });
}

/// FIDO: id-fido-gen-ce-aaguid.
const ASN1_OBJECT* aaguid_extension() {
  static const Asn1ObjectPtr kObject(OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.4", 1));
  return kObject.get();
}
/// FIDO: id-fido-gen-ce-fw-version.
const ASN1_OBJECT* firmware_extension() {
  static const Asn1ObjectPtr kObject(OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.5", 1));
  return kObject.get();
}
/// FIDO: id-fido-gen-ce-sernum.
const ASN1_OBJECT* serial_extension() {
  static const Asn1ObjectPtr kObject(OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.2", 1));
  return kObject.get();
}
const ASN1_OBJECT* yubico_firmware_extension() {
  static const Asn1ObjectPtr kObject(OBJ_txt2obj("1.3.6.1.4.1.41482.13.1", 1));
  return kObject.get();
}

BytesView value_of(X509_EXTENSION* extension) {
  const auto* value = X509_EXTENSION_get_data(extension);
  return {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

/// The content of the one DER value of type `tag`, shorter than 128 bytes, in the extension; empty
/// if that is absent, stands twice or holds anything else.
BytesView content_of(const X509* certificate, const ASN1_OBJECT* object, int tag) {
  const int at = X509_get_ext_by_OBJ(certificate, object, -1);
  if (at < 0 || X509_get_ext_by_OBJ(certificate, object, at) >= 0) return {};
  const auto value = value_of(X509_get_ext(certificate, at));
  const bool is_whole = value.size() > 2 && value[0] == tag && value[1] < 0x80 &&
                        std::size_t{value[1]} + 2 == value.size();
  return is_whole ? value.subspan(2) : BytesView();
}

std::int64_t big_endian(BytesView bytes) {
  std::int64_t number = 0;
  for (const auto byte : bytes) number = number * 256 + byte;
  return number;
}

std::string text_of(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) {
    ERR_clear_error();
    return {};
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::optional<Instant> to_instant(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return Instant(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

Validity validity_of(const X509* certificate) {
  const auto not_before = to_instant(X509_get0_notBefore(certificate));
  const auto not_after = to_instant(X509_get0_notAfter(certificate));
  if (!not_before || !not_after) return {};
  return {.not_before = not_before.value(), .not_after = not_after.value()};
}

Result<Certificate> Certificate::parse(BytesView der) {
  const unsigned char* at = der.data();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) {
    ERR_clear_error();
    return fail(Code::kCertificateMalformed);
  }
  if (at != der.data() + der.size()) {
    return fail(Code::kCertificateMalformed, "bytes after its end");
  }
  return Certificate(std::move(certificate), der);
}

EVP_PKEY* Certificate::public_key() const noexcept {
  auto* key = X509_get0_pubkey(certificate_.get());
  if (key == nullptr) ERR_clear_error();
  return key;
}

std::string Certificate::subject() const {
  return text_of(X509_get_subject_name(certificate_.get()));
}

std::string Certificate::issuer() const {
  return text_of(X509_get_issuer_name(certificate_.get()));
}

Validity Certificate::validity() const {
  return validity_of(certificate_.get());
}

Result<void> Certificate::check_packed_profile() const {
  auto* certificate = certificate_.get();
  if (X509_get_version(certificate) != kVersion3) {
    return fail(Code::kCertificateProfileViolated, "the certificate is not of version 3");
  }
  if (!is_country_code(subject_field(certificate, NID_countryName))) {
    return fail(Code::kCertificateProfileViolated, "the subject has no two-letter country");
  }
  if (subject_field(certificate, NID_organizationName).empty()) {
    return fail(Code::kCertificateProfileViolated, "the subject has no organization");
  }
  if (subject_field(certificate, NID_organizationalUnitName) != kOrganizationalUnit) {
    return fail(Code::kCertificateProfileViolated,
                "the subject's unit is not \"Authenticator Attestation\"");
  }
  if (subject_field(certificate, NID_commonName).empty()) {
    return fail(Code::kCertificateProfileViolated, "the subject has no common name");
  }
  const auto flags = X509_get_extension_flags(certificate);
  if ((flags & EXFLAG_INVALID) != 0) {
    return fail(Code::kCertificateProfileViolated, "the certificate's extensions do not read");
  }
  if ((flags & EXFLAG_BCONS) == 0 || (flags & EXFLAG_CA) != 0) {
    return fail(Code::kCertificateProfileViolated,
                "the certificate does not deny being an authority");
  }
  return {};
}

Result<void> Certificate::check_aaguid(BytesView aaguid) const {
  auto* certificate = certificate_.get();
  const int at = X509_get_ext_by_OBJ(certificate, aaguid_extension(), -1);
  if (at < 0) return {};
  if (X509_get_ext_by_OBJ(certificate, aaguid_extension(), at) >= 0) {
    return fail(Code::kCertificateProfileViolated, "the AAGUID extension stands twice");
  }
  auto* extension = X509_get_ext(certificate, at);
  if (X509_EXTENSION_get_critical(extension) != 0) {
    return fail(Code::kCertificateProfileViolated, "the AAGUID extension is critical");
  }
  const auto wrapped = value_of(extension);
  // An OCTET STRING of 16 bytes inside the extension's own OCTET STRING.
  const bool is_wrapped = wrapped.size() == 2 + kAaguidBytes && wrapped[0] == V_ASN1_OCTET_STRING &&
                          wrapped[1] == kAaguidBytes;
  if (!is_wrapped || !std::ranges::equal(wrapped.subspan(2), aaguid)) {
    return fail(Code::kCertificateAaguidMismatch);
  }
  return {};
}

std::optional<Bytes> Certificate::serial() const {
  const auto serial = content_of(certificate_.get(), serial_extension(), V_ASN1_OCTET_STRING);
  if (serial.empty()) return std::nullopt;
  return to_bytes(serial);
}

std::optional<std::int64_t> Certificate::firmware() const {
  constexpr std::size_t kLongest = 5;         // of an unsigned number of 32 bits
  constexpr std::int64_t kMost = 0xFFFFFFFF;  // authenticatorVersion is an unsigned long
  constexpr std::size_t kYubicoBytes = 3;
  const auto number = content_of(certificate_.get(), firmware_extension(), V_ASN1_INTEGER);
  if (!number.empty() && number.size() <= kLongest && number[0] < 0x80) {
    const auto firmware = big_endian(number);
    if (firmware <= kMost) return firmware;
  }
  const auto yubico =
      content_of(certificate_.get(), yubico_firmware_extension(), V_ASN1_OCTET_STRING);
  if (yubico.size() == kYubicoBytes) return big_endian(yubico);
  return std::nullopt;
}

}  // namespace firstkey::core::webauthn
