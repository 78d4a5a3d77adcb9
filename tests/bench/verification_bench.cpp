// What verifying a registration costs beside the OpenSSL calls nobody can do without. Each pair
// does the same cryptography on the same vector; the ratios printed at the end are bare OpenSSL's
// time over ours, in one run with repetitions taken in random turn. Nothing is cached on our side.

#include <memory>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/cbor.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/json.h"
#include "core/webauthn/registration_verifier.h"
#include "tests/bench/ratios.h"
#include "tests/support/webauthn_vectors.h"

namespace {

namespace core = firstkey::core;
namespace webauthn = firstkey::core::webauthn;
using core::Bytes;
using core::BytesView;
using firstkey::tests::MedianReporter;

/// One vector as a client sends it, and its pieces as a bare OpenSSL loop needs them.
struct Registration {
  std::string json;
  webauthn::RegistrationExpectations expected;
  Bytes attestation_object;
  Bytes leaf;  ///< DER; empty without x5c
  Bytes point;
  Bytes signed_bytes;
  Bytes signature;
};

/// The statement's signature and leaf; both absent in format none.
void read_statement(BytesView statement, Registration& registration) {
  webauthn::CborReader reader(statement);
  auto map = reader.read_map().value();
  while (const auto key = reader.next_text_key(map).value()) {
    if (key == "sig") {
      registration.signature = core::to_bytes(reader.read_bytes().value());
    } else if (key == "x5c") {
      static_cast<void>(reader.read_array().value());
      registration.leaf = core::to_bytes(reader.read_bytes().value());
    } else {
      static_cast<void>(reader.read_any().value());
    }
  }
}

Registration read_registration(const std::string& name) {
  const auto& vector = firstkey::tests::webauthn_vector(name);
  Registration registration;
  registration.expected = vector.expected;
  registration.attestation_object = vector.registration.attestation_object;
  const auto object = webauthn::AttestationObject::parse(registration.attestation_object).value();
  const auto data = webauthn::AuthenticatorData::parse(object.authenticator_data).value();
  read_statement(object.statement, registration);
  registration.signed_bytes = core::to_bytes(object.authenticator_data);
  const auto hash = core::sha256(vector.registration.client_data_json);
  registration.signed_bytes.insert(registration.signed_bytes.end(), hash.begin(), hash.end());

  const auto key = webauthn::CoseKey::parse(data.credential->public_key).value();
  registration.point = key.encoded_point();
  auto response = vector.registration;
  response.authenticator_data = core::to_bytes(object.authenticator_data);
  response.public_key = key.subject_public_key_info();
  response.public_key_algorithm = webauthn::to_cose(key.algorithm());
  registration.json = webauthn::to_json(response);
  return registration;
}

const webauthn::TrustStore& trust_store() {
  static const auto kTrust = [] {
    const std::vector<Bytes> roots{firstkey::tests::webauthn_vector_root()};
    return std::move(webauthn::TrustStore::create(roots).value());
  }();
  return kTrust;
}

webauthn::X509Ptr parse_certificate(const Bytes& der) {
  const auto* at = der.data();
  return webauthn::X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

bool check_signature(EVP_PKEY* key, const Registration& registration) {
  const webauthn::EvpMdCtxPtr context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(),
                          registration.signature.data(),
                          registration.signature.size(),
                          registration.signed_bytes.data(),
                          registration.signed_bytes.size()) == 1;
}

webauthn::EvpPkeyPtr load_from_parameters(const Bytes& point) {
  const webauthn::OsslParamBldPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(
      builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  const webauthn::OsslParamPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  const webauthn::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get());
  return webauthn::EvpPkeyPtr(key);
}

webauthn::EvpPkeyPtr load_from_copied_curve(const Bytes& point) {
  static const webauthn::EvpPkeyPtr kCurve(EVP_EC_gen("P-256"));
  webauthn::EvpPkeyPtr key(EVP_PKEY_new());
  EVP_PKEY_copy_parameters(key.get(), kCurve.get());
  EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size());
  return key;
}

void expect(benchmark::State& state, bool is_good) {
  if (!is_good) state.SkipWithError("a check failed that must pass");
}

void verify_from_json(benchmark::State& state, const std::string& vector) {
  auto registration = read_registration(vector);
  registration.expected.trust_store = &trust_store();
  if (!registration.leaf.empty()) {
    registration.expected.attestation = webauthn::AttestationRule::kEnforced;
  }
  for (auto _ : state) {
    const auto response = webauthn::parse_registration_response(registration.json);
    const auto verified =
        response ? webauthn::RegistrationVerifier::verify(response.value(), registration.expected)
                 : std::unexpected(response.error());
    expect(state, verified.has_value());
    benchmark::DoNotOptimize(verified);
  }
}

/// Parses the leaf, checks it against its root's key and checks the statement: no path validation.
void bare_certified(benchmark::State& state) {
  const auto registration = read_registration("packed-es256");
  const auto root = parse_certificate(firstkey::tests::webauthn_vector_root());
  auto* root_key = X509_get0_pubkey(root.get());
  for (auto _ : state) {
    const auto leaf = parse_certificate(registration.leaf);
    expect(state,
           leaf && X509_verify(leaf.get(), root_key) == 1 &&
               check_signature(X509_get0_pubkey(leaf.get()), registration));
  }
}

/// All of OpenSSL that a certified registration needs: the credential's key, which must lie on its
/// curve, the leaf, the whole path and the statement.
void openssl_share_certified(benchmark::State& state) {
  const auto registration = read_registration("packed-es256");
  const auto root = parse_certificate(firstkey::tests::webauthn_vector_root());
  const webauthn::X509StorePtr store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.get());
  for (auto _ : state) {
    const auto key = load_from_copied_curve(registration.point);
    const auto leaf = parse_certificate(registration.leaf);
    const webauthn::X509StoreCtxPtr context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    expect(state,
           key && check_signature(X509_get0_pubkey(leaf.get()), registration) &&
               X509_verify_cert(context.get()) == 1);
  }
}

template <webauthn::EvpPkeyPtr (*kLoad)(const Bytes&)>
void bare_self(benchmark::State& state) {
  const auto registration = read_registration("packed-self-es256");
  for (auto _ : state) {
    const auto key = kLoad(registration.point);
    expect(state, key && check_signature(key.get(), registration));
  }
}

void bare_none(benchmark::State& state) {
  const auto registration = read_registration("none-es256");
  for (auto _ : state) {
    const auto key = load_from_copied_curve(registration.point);
    expect(state, key != nullptr);
  }
}

void print_rest(const MedianReporter& reporter, const char* ours, const char* openssl) {
  std::printf("%-32s - %-28s %6.2f us (target 15)\n",
              ours,
              openssl,
              reporter.median(ours) - reporter.median(openssl));
}

void add(const char* name, void (*run)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name, run)->Unit(benchmark::kMicrosecond);
}

}  // namespace

int main(int argc, char** argv) {
  add("bare_certified", bare_certified);
  add("openssl_share_certified", openssl_share_certified);
  add("certified", [](auto& state) { verify_from_json(state, "packed-es256"); });
  add("bare_self_from_parameters", bare_self<load_from_parameters>);
  add("bare_self_from_copied_curve", bare_self<load_from_copied_curve>);
  add("self", [](auto& state) { verify_from_json(state, "packed-self-es256"); });
  add("bare_none", bare_none);
  add("none", [](auto& state) { verify_from_json(state, "none-es256"); });

  MedianReporter reporter;
  firstkey::tests::run_benchmarks(argc, argv, reporter);
  reporter.print_ratio("bare_certified", "certified", "target 0.9");
  reporter.print_ratio("bare_self_from_parameters", "self", "target 0.9");
  reporter.print_ratio("bare_self_from_copied_curve", "self", "target 0.9");
  print_rest(reporter, "certified", "openssl_share_certified");
  print_rest(reporter, "self", "bare_self_from_copied_curve");
  print_rest(reporter, "none", "bare_none");
  return 0;
}
