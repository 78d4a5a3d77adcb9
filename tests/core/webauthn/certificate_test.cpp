#include "core/webauthn/certificate.h"

#include <doctest/doctest.h>

#include "tests/support/certificates.h"

using firstkey::core::Bytes;
using firstkey::core::from_hex;
using firstkey::core::webauthn::Certificate;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::Result;
using firstkey::tests::CertificateShape;
using firstkey::tests::self_signed;

namespace {

Certificate certificate(const CertificateShape& shape) {
  return std::move(Certificate::parse(self_signed(shape).der).value());
}

std::optional<Code> code_of(const Result<void>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}
std::optional<Code> profile(const CertificateShape& shape) {
  return code_of(certificate(shape).check_packed_profile());
}

const Bytes kAaguid = from_hex("000102030405060708090a0b0c0d0e0f").value();

/// The AAGUID check of a certificate whose extension has `value`.
std::optional<Code> aaguid(const std::string& value) {
  CertificateShape shape;
  shape.aaguid_extension = value;
  return code_of(certificate(shape).check_aaguid(kAaguid));
}

/// The firmware that a certificate tells with these extensions.
std::optional<std::int64_t> firmware(
    const std::vector<std::pair<std::string, std::string>>& extensions) {
  CertificateShape shape;
  shape.extensions = extensions;
  return certificate(shape).firmware();
}
constexpr const char* kFirmware = "1.3.6.1.4.1.45724.1.1.5";
constexpr const char* kYubicoFirmware = "1.3.6.1.4.1.41482.13.1";

}  // namespace

TEST_SUITE("core/webauthn/certificate") {
  TEST_CASE("the firmware is FIDO's number, or else Yubico's three bytes") {
    CHECK_FALSE(firmware({}));
    CHECK(firmware({{kFirmware, "DER:02:01:00"}}) == 0);
    CHECK(firmware({{kFirmware, "DER:02:03:05:04:03"}}) == 0x050403);
    CHECK(firmware({{kFirmware, "DER:02:05:00:FF:FF:FF:FF"}}) == 0xFFFFFFFF);
    CHECK(firmware({{kYubicoFirmware, "DER:04:03:05:04:03"}}) == 0x050403);
    CHECK(firmware({{kFirmware, "DER:02:01:07"}, {kYubicoFirmware, "DER:04:03:05:04:03"}}) == 7);
  }

  TEST_CASE("a firmware that does not read is none") {
    for (const auto* value : {"DER:02:01:80",
                              "DER:02:05:01:00:00:00:00",
                              "DER:02:06:00:00:00:00:00:01",
                              "DER:02:02:05",
                              "DER:02:01:05:00",
                              "DER:04:01:05",
                              "DER:02:00"}) {
      CAPTURE(value);
      CHECK_FALSE(firmware({{kFirmware, value}}));
    }
    CHECK_FALSE(firmware({{kYubicoFirmware, "DER:04:02:05:04"}}));
    CHECK_FALSE(firmware({{kYubicoFirmware, "DER:02:03:05:04:03"}}));
    CHECK_FALSE(firmware({{kFirmware, "DER:02:01:07"}, {kFirmware, "DER:02:01:09"}}));
  }

  TEST_CASE("the serial number of the key is FIDO's, and not the certificate's own") {
    const auto serial = [](const char* value) {
      CertificateShape shape;
      if (value != nullptr) shape.extensions = {{"1.3.6.1.4.1.45724.1.1.2", value}};
      return certificate(shape).serial();
    };
    CHECK(serial("DER:04:03:01:02:03") == Bytes{1, 2, 3});
    for (const auto* value : {static_cast<const char*>(nullptr),
                              "DER:04:00",
                              "DER:02:03:01:02:03",
                              "DER:04:03:01:02",
                              "DER:04:02:01:02:03"}) {
      CHECK_FALSE(serial(value));
    }
  }

  TEST_CASE("a certificate keeps its bytes and tells its subject") {
    const auto der = self_signed({}).der;
    const auto parsed = Certificate::parse(der).value();
    CHECK(parsed.der() == der);
    CHECK(parsed.subject() == "CN=Test key,OU=Authenticator Attestation,O=Tests,C=XX");
    CHECK(parsed.public_key() != nullptr);
  }

  TEST_CASE("what is no certificate, cut off or too long is malformed") {
    auto der = self_signed({}).der;
    CHECK(Certificate::parse({}).error().code == Code::kCertificateMalformed);
    CHECK(Certificate::parse(Bytes{0x30, 0x00}).error().code == Code::kCertificateMalformed);
    der.push_back(0);
    CHECK(Certificate::parse(der).error().code == Code::kCertificateMalformed);
    der.pop_back();
    der.pop_back();
    CHECK(Certificate::parse(der).error().code == Code::kCertificateMalformed);
  }

  TEST_CASE("the profile of packed attestation fits the good one") {
    CHECK_FALSE(profile({}));
  }

  TEST_CASE("version 3 alone fits") {
    CertificateShape shape;
    shape.basic_constraints.clear();  // versions below 3 have no extensions
    for (const int version : {1, 2}) {
      shape.version = version;
      CHECK(certificate(shape).check_packed_profile().error().detail ==
            "the certificate is not of version 3");
    }
  }

  TEST_CASE("every field of the subject must be there") {
    for (std::size_t i = 0; i < 4; ++i) {
      CertificateShape shape;
      shape.subject.erase(shape.subject.begin() + static_cast<std::ptrdiff_t>(i));
      CAPTURE(i);
      CHECK(profile(shape) == Code::kCertificateProfileViolated);
    }
  }

  TEST_CASE("a field that stands twice is refused: readers could take either") {
    for (std::size_t i = 0; i < 4; ++i) {
      CertificateShape shape;
      shape.subject.push_back(shape.subject[i]);
      CAPTURE(i);
      CHECK(profile(shape) == Code::kCertificateProfileViolated);
    }
  }

  TEST_CASE("the country has two letters and the unit is the standard's") {
    CertificateShape shape;
    shape.subject[0].second = "X1";
    CHECK(profile(shape) == Code::kCertificateProfileViolated);
    shape = {};
    for (const char* unit : {"authenticator attestation", "Authenticator Attestation ", "Other"}) {
      shape.subject[2].second = unit;
      CHECK(profile(shape) == Code::kCertificateProfileViolated);
    }
  }

  TEST_CASE("basic constraints deny being an authority, and are there") {
    CertificateShape shape;
    shape.basic_constraints = "CA:FALSE";
    CHECK_FALSE(profile(shape));
    for (const char* constraints : {"critical,CA:TRUE", "CA:TRUE,pathlen:0", ""}) {
      shape.basic_constraints = constraints;
      CAPTURE(constraints);
      CHECK(profile(shape) == Code::kCertificateProfileViolated);
    }
  }

  TEST_CASE("a certificate without an AAGUID is of any model") {
    CHECK_FALSE(aaguid(""));
  }

  TEST_CASE("a certificate's AAGUID is the key's") {
    CHECK_FALSE(aaguid("DER:0410000102030405060708090a0b0c0d0e0f"));
    CHECK(aaguid("DER:0410000102030405060708090a0b0c0d0e10") == Code::kCertificateAaguidMismatch);
  }

  TEST_CASE("an AAGUID that is not wrapped in an octet string is no match") {
    CHECK(aaguid("DER:000102030405060708090a0b0c0d0e0f") == Code::kCertificateAaguidMismatch);
    CHECK(aaguid("DER:040f000102030405060708090a0b0c0d0e") == Code::kCertificateAaguidMismatch);
    CHECK(aaguid("DER:0410000102030405060708090a0b0c0d0e0f00") == Code::kCertificateAaguidMismatch);
    CHECK(aaguid("DER:0310000102030405060708090a0b0c0d0e0f") == Code::kCertificateAaguidMismatch);
  }

  TEST_CASE("a critical AAGUID extension is refused even if it matches") {
    CHECK(aaguid("critical,DER:0410000102030405060708090a0b0c0d0e0f") ==
          Code::kCertificateProfileViolated);
  }
}
