// What verifying a registration costs beside the OpenSSL calls nobody can do without, from its JSON
// to the verdict, every check on. The ratios printed at the end are the bare calls' time over ours
// in one run, with repetitions taken in random turn. Warm: the certificates were seen before, so
// that one signature is left to check. Cold: each registration has a leaf of its own.

#include <memory>
#include <vector>

#define DOCTEST_CONFIG_IMPLEMENT
#include <benchmark/benchmark.h>
#include <cbor.h>
#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/webauthn/base64url.h"
#include "core/webauthn/json.h"
#include "core/webauthn/registration_verifier.h"
#include "tests/bench/bench_registrations.h"
#include "tests/bench/ratios.h"
#include "tests/support/webauthn_vectors.h"

namespace {

namespace core = firstkey::core;
namespace webauthn = firstkey::core::webauthn;
using core::Bytes;
using firstkey::tests::Forgery;
using firstkey::tests::make_strangers;
using firstkey::tests::MedianReporter;
using firstkey::tests::read_registration;
using firstkey::tests::Registration;
using firstkey::tests::Strangers;
using firstkey::tests::trust_in;

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

void verify(benchmark::State& state, const Registration& registration) {
  const auto response = webauthn::parse_registration_response(registration.json);
  const auto verified =
      response ? webauthn::RegistrationVerifier::verify(response.value(), registration.expected)
               : std::unexpected(response.error());
  expect(state, verified.has_value());
  benchmark::DoNotOptimize(verified);
}

/// One registration again and again.
void verify_vector(benchmark::State& state, const std::string& vector) {
  auto registration = read_registration(vector);
  const auto trusted = trust_in(firstkey::tests::webauthn_vector_root());
  registration.expected.trust_store = &trusted;
  for (auto _ : state) verify(state, registration);
}

void verify_strangers(benchmark::State& state, Strangers strangers) {
  const auto trusted = trust_in(strangers.root);
  for (auto& registration : strangers.registrations) registration.expected.trust_store = &trusted;
  std::size_t next = 0;
  for (auto _ : state) {
    verify(state, strangers.registrations[next]);
    next = (next + 1) % strangers.registrations.size();
  }
}

/// One signature with the key at hand: what no verifier can do without.
void bare_signature(benchmark::State& state) {
  const auto registration = read_registration("packed-es256");
  const auto leaf = parse_certificate(registration.leaf);
  auto* key = X509_get0_pubkey(leaf.get());
  for (auto _ : state) expect(state, check_signature(key, registration));
}

/// The leaf, the whole path and the statement, of strangers in turn.
void bare_path(benchmark::State& state) {
  const auto strangers = make_strangers(&Forgery::certify_packed);
  const auto root = parse_certificate(strangers.root);
  const webauthn::X509StorePtr store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.get());
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& registration = strangers.registrations[next];
    next = (next + 1) % strangers.registrations.size();
    const auto leaf = parse_certificate(registration.leaf);
    const webauthn::X509StoreCtxPtr context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    expect(state,
           X509_verify_cert(context.get()) == 1 &&
               check_signature(X509_get0_pubkey(leaf.get()), registration));
  }
}

/// Base64url of the two texts, SHA-256 of the client data, and the object's CBOR, loaded.
void bare_parsing(benchmark::State& state) {
  const auto& vector = firstkey::tests::webauthn_vector("none-es256").registration;
  const auto client_data = core::to_base64url(vector.client_data_json);
  const auto object = core::to_base64url(vector.attestation_object);
  for (auto _ : state) {
    const auto bytes = webauthn::decode_base64url(client_data);
    const auto hash = core::sha256(bytes.value());
    benchmark::DoNotOptimize(hash);
    const auto encoded = webauthn::decode_base64url(object);
    cbor_load_result loaded{};
    auto* item = cbor_load(encoded->data(), encoded->size(), &loaded);
    expect(state, item != nullptr);
    cbor_decref(&item);
  }
}

/// Parses the leaf, checks it against its root's key and checks the statement: no path validation.
void bare_certified(benchmark::State& state) {
  const auto strangers = make_strangers(&Forgery::certify_packed);
  const auto root = parse_certificate(strangers.root);
  auto* root_key = X509_get0_pubkey(root.get());
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& registration = strangers.registrations[next];
    next = (next + 1) % strangers.registrations.size();
    const auto leaf = parse_certificate(registration.leaf);
    expect(state,
           leaf && X509_verify(leaf.get(), root_key) == 1 &&
               check_signature(X509_get0_pubkey(leaf.get()), registration));
  }
}

/// All of OpenSSL that a certified registration needs: the credential's key, which must lie on its
/// curve, the leaf, the whole path and the statement.
void openssl_share_certified(benchmark::State& state) {
  const auto strangers = make_strangers(&Forgery::certify_packed);
  const auto root = parse_certificate(strangers.root);
  const webauthn::X509StorePtr store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.get());
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& registration = strangers.registrations[next];
    next = (next + 1) % strangers.registrations.size();
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
  doctest::Context outside;  // what is made for tests asserts, and here no test runs
  outside.setAsDefaultForAssertsOutOfTestCases();
  add("bare_signature", bare_signature);
  add("bare_path", bare_path);
  add("bare_parsing", bare_parsing);
  add("bare_certified", bare_certified);
  add("openssl_share_certified", openssl_share_certified);
  add("bare_self_from_parameters", bare_self<load_from_parameters>);
  add("bare_self_from_copied_curve", bare_self<load_from_copied_curve>);
  add("bare_none", bare_none);
  add("packed_warm", [](auto& state) { verify_vector(state, "packed-es256"); });
  add("u2f_warm", [](auto& state) { verify_vector(state, "fido-u2f-es256"); });
  add("self", [](auto& state) { verify_vector(state, "packed-self-es256"); });
  add("none", [](auto& state) { verify_vector(state, "none-es256"); });
  add("packed_cold",
      [](auto& state) { verify_strangers(state, make_strangers(&Forgery::certify_packed)); });
  add("u2f_cold",
      [](auto& state) { verify_strangers(state, make_strangers(&Forgery::certify_u2f)); });

  MedianReporter reporter;
  firstkey::tests::run_benchmarks(argc, argv, reporter);
  reporter.print_ratio("bare_signature", "packed_warm", "target 0.80");
  reporter.print_ratio("bare_signature", "u2f_warm", "target 0.80");
  reporter.print_ratio("bare_signature", "self", "target 0.82");
  reporter.print_ratio("bare_path", "packed_cold", "target 0.92");
  reporter.print_ratio("bare_path", "u2f_cold", "target 0.92");
  reporter.print_ratio("bare_parsing", "none", "target 0.25");
  reporter.print_ratio("bare_certified", "packed_cold", "target 0.9");
  reporter.print_ratio("bare_self_from_parameters", "self", "target 0.9");
  reporter.print_ratio("bare_self_from_copied_curve", "self", "target 0.9");
  print_rest(reporter, "packed_cold", "openssl_share_certified");
  print_rest(reporter, "self", "bare_self_from_copied_curve");
  print_rest(reporter, "none", "bare_none");
  return 0;
}
