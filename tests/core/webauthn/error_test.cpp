// Every code is produced by the code that verifies: an enumerator nobody can meet would be a check
// that is not there.

#include "core/webauthn/error.h"

#include <array>
#include <fstream>
#include <set>

#include <doctest/doctest.h>

#include "core/webauthn/cbor.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/json.h"
#include "tests/support/cbor_items.h"
#include "tests/support/made_ceremony.h"
#include "tests/support/made_metadata.h"

using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::from_hex;
using firstkey::core::webauthn::all_codes;
using firstkey::core::webauthn::AttestationRule;
using firstkey::core::webauthn::CborReader;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::kMaxCborSize;
using firstkey::core::webauthn::kMaxJsonSize;
using firstkey::core::webauthn::MetadataAnchors;
using firstkey::core::webauthn::MetadataService;
using firstkey::core::webauthn::parse_request_options;
using firstkey::core::webauthn::source_of;
using firstkey::core::webauthn::to_string;
using firstkey::tests::AuthenticatorDataShape;
using firstkey::tests::CertificateShape;
using firstkey::tests::entry_with_status;
using firstkey::tests::kAt;
using firstkey::tests::kBe;
using firstkey::tests::kBs;
using firstkey::tests::kEd;
using firstkey::tests::kMetadataTime;
using firstkey::tests::made_metadata;
using firstkey::tests::MadeAssertion;
using firstkey::tests::MadeRegistration;
using firstkey::tests::make_crl;
using firstkey::tests::metadata_signer;
using firstkey::tests::packed_statement;
using firstkey::tests::PayloadShape;
using firstkey::tests::self_signed;
namespace cbor = firstkey::tests::cbor;

namespace {

using Refusal = std::optional<Code>;

Refusal read_cbor(const Bytes& bytes) {
  CborReader reader(bytes);
  const auto item = reader.read_any();
  if (!item) return item.error().code;
  const auto end = reader.expect_end();
  return end ? Refusal() : end.error().code;
}
Refusal read_cbor(const char* hex) {
  return read_cbor(from_hex(hex).value());
}
Refusal read_json(std::string_view text) {
  const auto options = parse_request_options(text);
  return options ? Refusal() : options.error().code;
}

template <class Ceremony>
Refusal refusal_after(void (*change)(Ceremony&)) {
  Ceremony ceremony;
  change(ceremony);
  return ceremony.refusal();
}
Refusal registration(void (*change)(MadeRegistration&)) {
  return refusal_after(change);
}
Refusal assertion(void (*change)(MadeAssertion&)) {
  return refusal_after(change);
}

/// A registration attested by a leaf of the shape that `change` makes.
template <class Change>
Refusal certified(Change change) {
  CertificateShape shape;
  change(shape);
  const auto leaf = self_signed(shape);
  MadeRegistration made;
  made.attest_with(leaf);
  return made.refusal();
}

/// What the made BLOB is refused with under `header`.
Refusal metadata(boost::json::object header, const MetadataAnchors& anchors) {
  const auto& signer = metadata_signer();
  const auto blob = signer.sign(header, PayloadShape{}.json());
  const auto service = MetadataService::verify(blob, anchors, kMetadataTime);
  return service ? Refusal() : service.error().code;
}

Refusal status(const char* name) {
  const auto service = made_metadata({.entries = {entry_with_status({{"status", name}})}});
  const auto checked = service.check_status(service.entries().front(), {}, {}, kMetadataTime);
  return checked ? Refusal() : checked.error().code;
}

Bytes cose_key(std::int64_t algorithm, std::int64_t curve, std::uint8_t fill) {
  return cbor::map({{cbor::integer(1), cbor::integer(2)},
                    {cbor::integer(3), cbor::integer(algorithm)},
                    {cbor::integer(-1), cbor::integer(curve)},
                    {cbor::integer(-2), cbor::bytes(Bytes(32, fill))},
                    {cbor::integer(-3), cbor::bytes(Bytes(32, fill))}});
}

struct Producer {
  Code code;
  Refusal (*run)();
};

constexpr auto kProducers = std::to_array<Producer>({
    {Code::kCborTruncated, [] { return read_cbor("44"); }},
    {Code::kCborNotCanonical, [] { return read_cbor("1800"); }},
    {Code::kCborDuplicateKey, [] { return read_cbor("a201000100"); }},
    {Code::kCborTooDeep, [] { return read_cbor("818181818100"); }},
    {Code::kCborTooLarge, [] { return read_cbor(Bytes(kMaxCborSize + 1)); }},
    {Code::kCborTrailingBytes, [] { return read_cbor("0000"); }},
    {Code::kCborUnexpectedType, [] { return read_cbor("c000"); }},
    {Code::kCborInvalidUtf8, [] { return read_cbor("61ff"); }},
    {Code::kJsonMalformed, [] { return read_json("{"); }},
    {Code::kJsonTooLarge, [] { return read_json(std::string(kMaxJsonSize + 1, ' ')); }},
    {Code::kJsonDuplicateMember, [] { return read_json(R"({"a":1,"a":1})"); }},
    {Code::kJsonMemberMissing, [] { return read_json("{}"); }},
    {Code::kJsonMemberInvalid, [] { return read_json(R"({"challenge":1})"); }},
    {Code::kJsonBase64urlInvalid, [] { return read_json(R"({"challenge":"A"})"); }},
    {Code::kResponseInconsistent,
     [] {
       return registration([](auto& r) { r.edits.emplace_back([](auto& it) { it.id = {}; }); });
     }},
    {Code::kTypeMismatch, [] { return registration([](auto& r) { r.client.type = "x"; }); }},
    {Code::kChallengeMismatch,
     [] { return registration([](auto& r) { r.client.challenge = {}; }); }},
    {Code::kOriginNotAllowed, [] { return registration([](auto& r) { r.client.origin = ""; }); }},
    {Code::kCrossOriginNotAllowed,
     [] { return registration([](auto& r) { r.client.is_cross_origin = true; }); }},
    {Code::kTopOriginNotAllowed,
     [] {
       return registration([](auto& r) {
         r.client.is_cross_origin = true;
         r.client.top_origin = "x";
         r.expected.ceremony.cross_origin = firstkey::core::webauthn::CrossOriginRule::kAllowed;
       });
     }},
    {Code::kAuthenticatorDataMalformed,
     [] { return registration([](auto& r) { r.data.tail = {0}; }); }},
    {Code::kCredentialDataMissing,
     [] { return registration([](auto& r) { r.data.flags = firstkey::tests::kUp; }); }},
    {Code::kRpIdMismatch, [] { return registration([](auto& r) { r.data.rp_id = "x"; }); }},
    {Code::kUserNotPresent, [] { return registration([](auto& r) { r.data.flags = kAt; }); }},
    {Code::kUserNotVerified,
     [] { return registration([](auto& r) { r.data.flags = firstkey::tests::kUp | kAt; }); }},
    {Code::kBackupStateInvalid, [] { return registration([](auto& r) { r.data.flags |= kBs; }); }},
    {Code::kBackupEligibleNotAllowed,
     [] { return registration([](auto& r) { r.data.flags |= kBe; }); }},
    {Code::kExtensionOutputInvalid,
     [] {
       return registration([](auto& r) {
         r.data.flags |= kEd;
         r.data.extensions = cbor::array({});
       });
     }},
    {Code::kCoseKeyMalformed,
     [] { return registration([](auto& r) { r.data.public_key = cbor::map({}); }); }},
    {Code::kAlgorithmUnsupported,
     [] { return registration([](auto& r) { r.data.public_key = cose_key(-9, 1, 1); }); }},
    {Code::kAlgorithmNotAllowed,
     [] { return registration([](auto& r) { r.expected.algorithms = {}; }); }},
    {Code::kPublicKeyInvalid,
     [] { return registration([](auto& r) { r.data.public_key = cose_key(-7, 1, 1); }); }},
    {Code::kCredentialIdTooLong,
     [] { return registration([](auto& r) { r.data.credential_id.resize(1024); }); }},
    {Code::kAttestationObjectMalformed,
     [] {
       return registration(
           [](auto& r) { r.edits.emplace_back([](auto& it) { it.attestation_object = {0xA0}; }); });
     }},
    {Code::kAttestationFormatUnknown, [] { return registration([](auto& r) { r.format = "x"; }); }},
    {Code::kAttestationTpmUnsupported,
     [] { return registration([](auto& r) { r.format = "tpm"; }); }},
    {Code::kAttestationAndroidKeyUnsupported,
     [] { return registration([](auto& r) { r.format = "android-key"; }); }},
    {Code::kAttestationAppleUnsupported,
     [] { return registration([](auto& r) { r.format = "apple"; }); }},
    {Code::kAttestationStatementMalformed,
     [] { return registration([](auto& r) { r.format = "none"; }); }},
    {Code::kAttestationAlgorithmMismatch,
     [] {
       return registration([](auto& r) {
         r.statement = [](BytesView) { return packed_statement(-8, Bytes{1}, {}); };
       });
     }},
    {Code::kAttestationSignatureInvalid,
     [] {
       return registration([](auto& r) {
         r.statement = [](BytesView) { return packed_statement(-7, Bytes{1}, {}); };
       });
     }},
    {Code::kCertificateMalformed,
     [] {
       return registration([](auto& r) {
         r.statement = [](BytesView) { return packed_statement(-7, Bytes{1}, {Bytes{1}}); };
       });
     }},
    {Code::kCertificateProfileViolated,
     [] { return certified([](auto& shape) { shape.subject.pop_back(); }); }},
    {Code::kCertificateAaguidMismatch,
     [] { return certified([](auto& shape) { shape.aaguid_extension = "DER:0400"; }); }},
    {Code::kAttestationNotTrusted,
     [] {
       return registration([](auto& r) { r.expected.attestation = AttestationRule::kEnforced; });
     }},
    {Code::kAuthenticatorRevoked, [] { return status("REVOKED"); }},
    {Code::kAttestationKeyCompromised, [] { return status("ATTESTATION_KEY_COMPROMISE"); }},
    {Code::kUserVerificationBypassed, [] { return status("USER_VERIFICATION_BYPASS"); }},
    {Code::kUserKeyRemotelyCompromised, [] { return status("USER_KEY_REMOTE_COMPROMISE"); }},
    {Code::kUserKeyPhysicallyCompromised, [] { return status("USER_KEY_PHYSICAL_COMPROMISE"); }},
    {Code::kCredentialNotAllowed, [] { return assertion([](auto& a) { a.stored.id = {}; }); }},
    {Code::kUserHandleMissing,
     [] {
       return assertion([](auto& a) {
         a.expected.user_handle.reset();
         a.edits.emplace_back([](auto& it) { it.user_handle.reset(); });
       });
     }},
    {Code::kUserHandleMismatch,
     [] { return assertion([](auto& a) { a.stored.user_handle = {}; }); }},
    {Code::kBackupEligibilityChanged,
     [] { return assertion([](auto& a) { a.stored.is_backup_eligible = true; }); }},
    {Code::kSignatureInvalid,
     [] {
       return assertion([](auto& a) { a.edits.emplace_back([](auto& it) { it.signature = {}; }); });
     }},
    {Code::kSignCountNotIncreased,
     [] { return assertion([](auto& a) { a.data.sign_count = 7; }); }},
    {Code::kMetadataMalformed,
     [] { return metadata({{"alg", "ES256"}}, metadata_signer().anchors()); }},
    {Code::kMetadataAlgorithmUnsupported,
     [] { return metadata({{"alg", "none"}}, metadata_signer().anchors()); }},
    {Code::kMetadataSignerNotTrusted, [] { return metadata(metadata_signer().header(), {}); }},
    {Code::kMetadataSignerRevoked,
     [] {
       const auto& signer = metadata_signer();
       auto anchors = signer.anchors();
       anchors.crls = {make_crl({.serials = {3}}, signer.intermediate), make_crl({}, signer.root)};
       return metadata(signer.header(), anchors);
     }},
    {Code::kMetadataSignerNameMismatch,
     [] {
       auto header = metadata_signer().header();
       header["x5c"].as_array().erase(header["x5c"].as_array().begin());
       return metadata(header, metadata_signer().anchors());
     }},
    {Code::kMetadataSignatureInvalid,
     [] {
       auto blob = metadata_signer().blob();
       blob.replace(blob.rfind('.'), 5, ".AAAA");
       const auto service =
           MetadataService::verify(blob, metadata_signer().anchors(), kMetadataTime);
       return service ? Refusal() : service.error().code;
     }},
    {Code::kMetadataNotNewer,
     [] { return Refusal(made_metadata({}).check_newer_than(7).error().code); }},
    {Code::kMetadataOutOfDate,
     [] {
       const auto late = kMetadataTime + std::chrono::days(365);
       return Refusal(made_metadata({}).check_up_to_date(late, {}).error().code);
     }},
});

}  // namespace

TEST_SUITE("core/webauthn/error") {
  TEST_CASE("every code is produced by something") {
    std::set<Code> produced;
    for (const auto& producer : kProducers) {
      CAPTURE(to_string(producer.code));
      const auto refusal = producer.run();
      REQUIRE(refusal);
      CHECK(to_string(refusal.value()) == to_string(producer.code));
      produced.insert(refusal.value());
    }
    for (const auto& entry : all_codes()) {
      CAPTURE(entry.name);
      CHECK(produced.contains(entry.code));
    }
  }

  TEST_CASE("the table in the README is the enumeration, row by row") {
    std::ifstream readme(FIRSTKEY_SOURCE_DIR "/core/webauthn/README.md");
    std::vector<std::string> rows;
    for (std::string line; std::getline(readme, line);) {
      if (line.starts_with("| `")) rows.push_back(line);
    }
    REQUIRE(rows.size() == all_codes().size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& entry = all_codes()[i];
      const auto begin =
          "| `" + std::string(entry.name) + "` | " + std::string(entry.source) + " | ";
      CAPTURE(rows[i]);
      CHECK(rows[i].starts_with(begin));
      CHECK(rows[i].size() > begin.size() + 2);
    }
  }

  TEST_CASE("names are unique, and every code tells its source") {
    std::set<std::string_view> names;
    for (const auto& entry : all_codes()) {
      CHECK(names.insert(entry.name).second);
      CHECK(to_string(entry.code) == entry.name);
      CHECK_FALSE(source_of(entry.code).empty());
    }
  }
}
