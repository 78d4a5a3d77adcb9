#include "device/softkey/attestation.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "device/softkey/crypto.h"

namespace firstkey::device::softkey {
namespace {

constexpr const char* kAaguidExtension = "1.3.6.1.4.1.45724.1.1.4";  // id-fido-gen-ce-aaguid
constexpr const char* kSerialExtension = "1.3.6.1.4.1.45724.1.1.2";  // id-fido-gen-ce-sernum
constexpr const char* kNotBefore = "20200101000000Z";
constexpr const char* kNotAfter = "99991231235959Z";  // RFC 5280 §4.1.2.5: no end
constexpr std::size_t kSerialSize = 16;               // of certificates
constexpr std::size_t kDeviceSerialSize = 8;          // of the key; no number is prescribed

struct Issuer {
  X509* certificate;  ///< null: it signs itself
  const SigningKey& key;
};

bool add_name(X509_NAME* name, const char* field, const char* value) {
  return X509_NAME_add_entry_by_txt(name,
                                    field,
                                    MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value),
                                    -1,
                                    -1,
                                    0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// WebAuthn L3 §8.2.1 and §8.2.2: not critical, and the value wraps an OCTET STRING of its own.
bool add_octets(X509* certificate, const char* identifier, BytesView value) {
  Bytes wrapped{0x04, static_cast<std::uint8_t>(value.size())};
  append(wrapped, value);
  const ObjectHandle object(OBJ_txt2obj(identifier, 1));
  const OctetsHandle octets(ASN1_OCTET_STRING_new());
  if (object == nullptr || octets == nullptr ||
      ASN1_OCTET_STRING_set(octets.get(), wrapped.data(), static_cast<int>(wrapped.size())) != 1) {
    return false;
  }
  const ExtensionHandle extension(
      X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 0, octets.get()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// A version 3 certificate for `key`, all but its extensions and its signature.
CertificateHandle draft(const SigningKey& key, const char* unit, const char* name, Random& random) {
  CertificateHandle certificate(X509_new());
  Bytes serial = random.bytes(kSerialSize);
  serial[0] =
      static_cast<std::uint8_t>((serial[0] & 0x7FU) | 0x40U);  // positive, and always 16 bytes
  const BignumHandle number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  if (certificate == nullptr || number == nullptr) return nullptr;
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const bool is_done =
      X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) != nullptr &&
      add_name(subject, "C", "AA") && add_name(subject, "O", "firstkey") &&
      add_name(subject, "OU", unit) && add_name(subject, "CN", name) &&
      ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), kNotBefore) == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), kNotAfter) == 1 &&
      X509_set_pubkey(certificate.get(), key.handle()) == 1;
  return is_done ? std::move(certificate) : nullptr;
}

Result<Bytes> sign_and_encode(X509* certificate, const Issuer& issuer) {
  X509* signer = issuer.certificate == nullptr ? certificate : issuer.certificate;
  std::uint8_t* raw = nullptr;
  if (X509_set_issuer_name(certificate, X509_get_subject_name(signer)) != 1 ||
      X509_sign(certificate, issuer.key.handle(), EVP_sha256()) == 0) {
    return std::unexpected(Status::kOther);
  }
  const int size = i2d_X509(certificate, &raw);
  if (size <= 0) return std::unexpected(Status::kOther);
  Bytes out(raw, raw + size);
  OPENSSL_free(raw);
  return out;
}

Result<AttestationRoot> make_root(Random& random) {
  const auto key = SigningKey::generate(Algorithm::kEs256);
  if (!key) return std::unexpected(key.error());
  const auto certificate =
      draft(*key, "Software keys, for tests only", "firstkey software key test root", random);
  if (certificate == nullptr ||
      !add_extension(certificate.get(),
                     certificate.get(),
                     NID_basic_constraints,
                     "critical,CA:TRUE,pathlen:0") ||
      !add_extension(
          certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash")) {
    return std::unexpected(Status::kOther);
  }
  auto encoded = sign_and_encode(certificate.get(), {nullptr, *key});
  auto pkcs8 = key->to_pkcs8();
  if (!encoded || !pkcs8) return std::unexpected(Status::kOther);
  return AttestationRoot{std::move(*pkcs8), std::move(*encoded)};
}

CertificateHandle parse_certificate(BytesView der) {
  const std::uint8_t* cursor = der.data();
  return CertificateHandle(
      d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));  // NOLINT(*-runtime-int)
}

/// What a leaf says in extensions of FIDO's.
struct LeafIdentity {
  const Aaguid& aaguid;
  BytesView serial;  ///< empty: the model's leaf, which names no single key
};

Result<Bytes> make_leaf(const AttestationRoot& root,
                        const SigningKey& leaf_key,
                        const LeafIdentity& identity,
                        Random& random) {
  const auto root_key = SigningKey::from_pkcs8(Algorithm::kEs256, root.private_key.expose());
  const auto issuer = parse_certificate(root.certificate);
  if (!root_key || issuer == nullptr) return std::unexpected(Status::kOther);
  const auto leaf = draft(leaf_key, "Authenticator Attestation", "firstkey software key", random);
  if (leaf == nullptr ||
      !add_extension(leaf.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf.get(), issuer.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(leaf.get(), issuer.get(), NID_authority_key_identifier, "keyid:always") ||
      !add_octets(leaf.get(), kAaguidExtension, identity.aaguid) ||
      (!identity.serial.empty() && !add_octets(leaf.get(), kSerialExtension, identity.serial))) {
    return std::unexpected(Status::kOther);
  }
  return sign_and_encode(leaf.get(), {issuer.get(), *root_key});
}

}  // namespace

Result<Attestation> Attestation::create(AttestationKind kind,
                                        const Aaguid& aaguid,
                                        CredentialStore& store,
                                        Random& random) {
  if (store.attestation_root() == nullptr) {
    auto root = make_root(random);
    if (!root) return std::unexpected(root.error());
    const auto saved = store.set_attestation_root(std::move(*root));
    if (!saved) return std::unexpected(saved.error());
  }
  const AttestationRoot& root = *store.attestation_root();
  const auto make = [&](BytesView serial) -> Result<Leaf> {
    auto key = SigningKey::generate(Algorithm::kEs256);
    if (!key) return std::unexpected(key.error());
    auto certificate = make_leaf(root, *key, {aaguid, serial}, random);
    if (!certificate) return std::unexpected(certificate.error());
    return Leaf{std::move(*key), std::move(*certificate)};
  };
  auto model = make({});
  if (!model) return std::unexpected(model.error());
  auto this_key = make(serial_number(root));
  if (!this_key) return std::unexpected(this_key.error());
  return Attestation(kind, std::move(*model), std::move(*this_key));
}

Result<AttestationStatement> Attestation::attest(const SigningKey& credential_key,
                                                 BytesView authenticator_data,
                                                 BytesView client_data_hash,
                                                 Scope scope) const {
  if (kind_ == AttestationKind::kNone) return AttestationStatement{"none", {}};
  Bytes message(authenticator_data.begin(), authenticator_data.end());
  append(message, client_data_hash);
  const Leaf& leaf = scope == Scope::kThisKey ? this_key_ : model_;
  const SigningKey& key = kind_ == AttestationKind::kSelf ? credential_key : leaf.key;
  auto signature = key.sign(message);
  if (!signature) return std::unexpected(signature.error());
  cbor::Map members{{"alg", static_cast<int>(key.algorithm())}, {"sig", std::move(*signature)}};
  if (kind_ == AttestationKind::kPacked) members.add("x5c", cbor::Array{leaf.certificate});
  return AttestationStatement{"packed", std::move(members)};
}

Bytes serial_number(const AttestationRoot& root) {
  const Sha256 digest = sha256(root.certificate);
  return {digest.begin(), digest.begin() + kDeviceSerialSize};
}

Result<std::string> root_pem(const CredentialStore& store) {
  const AttestationRoot* root = store.attestation_root();
  if (root == nullptr) return std::unexpected(Status::kOther);
  const auto certificate = parse_certificate(root->certificate);
  const BioHandle bio(BIO_new(BIO_s_mem()));
  if (certificate == nullptr || bio == nullptr ||
      PEM_write_bio_X509(bio.get(), certificate.get()) != 1) {
    return std::unexpected(Status::kOther);
  }
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace firstkey::device::softkey
