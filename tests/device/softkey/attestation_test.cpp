// OpenSSL is the judge here: what it parses and verifies is what a relying party will.
#include "device/softkey/attestation.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "device/softkey/key_parts.h"
#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::Attestation;
using firstkey::device::softkey::AttestationKind;
using firstkey::device::softkey::BioHandle;
using firstkey::device::softkey::CertificateHandle;
using firstkey::device::softkey::CredentialStore;
using firstkey::device::softkey::DigestContextHandle;
using firstkey::device::softkey::kSoftkeyAaguid;
using firstkey::device::softkey::MemoryStorage;
using firstkey::device::softkey::ObjectHandle;
using firstkey::device::softkey::root_pem;
using firstkey::device::softkey::Settings;

CertificateHandle parse_der(const Bytes& der) {
  const std::uint8_t* cursor = der.data();
  return CertificateHandle(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
}

CertificateHandle parse_pem(const std::string& pem) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return CertificateHandle(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

std::string subject(X509* certificate, int nid) {
  std::array<char, 100> text{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), nid, text.data(), text.size());
  return text.data();
}

/// What a made credential is attested with.
struct Attested {
  explicit Attested(AttestationKind kind) : key(Settings{.attestation = kind}) {
    const Answer answer = key.call(kMakeCredential, make_request());
    format = answer.get<std::string>(0x01);
    auth_data = answer.get<Bytes>(0x02);
    statement = answer.get<Map>(0x03);
  }
  [[nodiscard]] CertificateHandle leaf() const {
    const auto* chain = statement.find("x5c")->as<Array>();
    REQUIRE(chain->size() == 1);
    return parse_der(*chain->front().as<Bytes>());
  }

  TestKey key;
  std::string format;
  Bytes auth_data;
  Map statement;
};

bool verifies(EVP_PKEY* key, const Bytes& message, const Bytes& signature) {
  const DigestContextHandle context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(
             context.get(), signature.data(), signature.size(), message.data(), message.size()) ==
             1;
}

}  // namespace

TEST_SUITE("device/softkey/attestation") {
  TEST_CASE("the leaf satisfies WebAuthn L3 §8.2.1") {
    const Attested attested(AttestationKind::kPacked);
    const auto leaf = attested.leaf();
    REQUIRE(leaf != nullptr);
    CHECK(X509_get_version(leaf.get()) == X509_VERSION_3);
    CHECK(subject(leaf.get(), NID_countryName).size() == 2);
    CHECK(!subject(leaf.get(), NID_organizationName).empty());
    CHECK(subject(leaf.get(), NID_organizationalUnitName) == "Authenticator Attestation");
    CHECK(!subject(leaf.get(), NID_commonName).empty());
    CHECK(X509_check_ca(leaf.get()) == 0);
    const ObjectHandle oid(OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.4", 1));
    const int at = X509_get_ext_by_OBJ(leaf.get(), oid.get(), -1);
    REQUIRE(at >= 0);
    X509_EXTENSION* extension = X509_get_ext(leaf.get(), at);
    CHECK(X509_EXTENSION_get_critical(extension) == 0);
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
    Bytes expected{0x04, 0x10};
    firstkey::device::softkey::append(expected, kSoftkeyAaguid);
    CHECK(Bytes(ASN1_STRING_get0_data(value),
                ASN1_STRING_get0_data(value) + ASN1_STRING_length(value)) == expected);
  }

  TEST_CASE("the leaf is issued by the root that is shown, and by no other key's") {
    const Attested attested(AttestationKind::kPacked);
    const Attested stranger(AttestationKind::kPacked);
    const auto leaf = attested.leaf();
    const auto root = parse_pem(root_pem(attested.key.store).value_or(""));
    const auto other = parse_pem(root_pem(stranger.key.store).value_or(""));
    REQUIRE(root != nullptr);
    CHECK(X509_check_ca(root.get()) == 1);
    CHECK(X509_check_issued(root.get(), leaf.get()) == X509_V_OK);
    CHECK(X509_verify(leaf.get(), X509_get0_pubkey(root.get())) == 1);
    CHECK(X509_verify(root.get(), X509_get0_pubkey(root.get())) == 1);
    CHECK(X509_verify(leaf.get(), X509_get0_pubkey(other.get())) != 1);
  }

  TEST_CASE("the packed statement is the leaf's signature over what was made and asked") {
    const Attested attested(AttestationKind::kPacked);
    CHECK(attested.format == "packed");
    CHECK(*attested.statement.find("alg")->as<std::int64_t>() == -7);
    Bytes message = attested.auth_data;
    firstkey::device::softkey::append(message, client_data_hash());
    const Bytes signature = *attested.statement.find("sig")->as<Bytes>();
    const auto leaf = attested.leaf();
    CHECK(verifies(X509_get0_pubkey(leaf.get()), message, signature));
    message.back() ^= 0x01U;
    CHECK_FALSE(verifies(X509_get0_pubkey(leaf.get()), message, signature));
  }

  TEST_CASE("self attestation brings no certificate, none brings nothing") {
    const Attested self(AttestationKind::kSelf);
    CHECK(self.format == "packed");
    CHECK(self.statement.find("sig") != nullptr);
    CHECK(self.statement.find("x5c") == nullptr);
    const Attested none(AttestationKind::kNone);
    CHECK(none.format == "none");
    CHECK(none.statement.is_empty());
  }

  TEST_CASE("a root once made is kept") {
    auto store = CredentialStore::open(std::make_unique<MemoryStorage>());
    REQUIRE(store.has_value());
    FakeRandom random;
    CHECK(root_pem(*store) == std::unexpected(Status::kOther));
    REQUIRE(Attestation::create(AttestationKind::kPacked, kSoftkeyAaguid, *store, random));
    const auto pem = root_pem(*store);
    REQUIRE(Attestation::create(AttestationKind::kPacked, {}, *store, random));
    CHECK(root_pem(*store) == pem);
  }

  TEST_CASE("a root that cannot be read is not replaced behind its owner's back") {
    auto store = CredentialStore::open(std::make_unique<MemoryStorage>());
    REQUIRE(store.has_value());
    FakeRandom random;
    REQUIRE(store->set_attestation_root({{}, Bytes{1, 2, 3}}));
    const auto attestation =
        Attestation::create(AttestationKind::kPacked, kSoftkeyAaguid, *store, random);
    CHECK_FALSE(attestation.has_value());
    CHECK(store->attestation_root()->certificate == Bytes{1, 2, 3});
  }
}
