// What memory verifying takes: allocations a verification, OpenSSL's own included, and the
// process's resident memory over a million of them, of which every hundredth brings a certificate
// nobody saw.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include "core/webauthn/json.h"
#include "tests/bench/bench_registrations.h"
#include "tests/support/webauthn_vectors.h"

namespace {

std::atomic<std::uint64_t> allocations = 0;

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp): glibc's own names.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);

// Taken in place of the C library's by everything in this process.
void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  ++allocations;
  return __libc_realloc(block, size);
}
}
// NOLINTEND(bugprone-reserved-identifier, cert-dcl37-c, cert-dcl51-cpp)

namespace {

namespace webauthn = firstkey::core::webauthn;
using firstkey::tests::Forgery;
using firstkey::tests::make_strangers;
using firstkey::tests::read_registration;
using firstkey::tests::Registration;
using firstkey::tests::trust_in;

void verify(const Registration& registration) {
  const auto response = webauthn::parse_registration_response(registration.json);
  const auto verified =
      webauthn::RegistrationVerifier::verify(response.value(), registration.expected);
  if (!verified) std::abort();
}

void print_allocations(const char* name, const Registration& registration) {
  constexpr std::uint64_t kRuns = 100;
  const auto before = allocations.load();
  for (std::uint64_t i = 0; i < kRuns; ++i) verify(registration);
  std::printf("%-12s %llu allocations\n",
              name,
              static_cast<unsigned long long>((allocations - before) / kRuns));
}

/// In KiB. Source: proc(5), statm.
long resident() {
  long size = 0;
  long pages = 0;
  std::ifstream("/proc/self/statm") >> size >> pages;
  return pages * ::sysconf(_SC_PAGESIZE) / 1024;
}

}  // namespace

int main() {
  doctest::Context outside;  // what is made for tests asserts, and here no test runs
  outside.setAsDefaultForAssertsOutOfTestCases();
  const auto vectors = trust_in(firstkey::tests::webauthn_vector_root());
  std::vector<Registration> known;
  for (const char* name : {"packed-es256", "fido-u2f-es256", "packed-self-es256", "none-es256"}) {
    known.push_back(read_registration(name));
    known.back().expected.trust_store = &vectors;
    verify(known.back());
    print_allocations(name, known.back());
  }
  auto strangers = make_strangers(&Forgery::certify_packed);
  const auto trusted = trust_in(strangers.root);
  for (auto& stranger : strangers.registrations) stranger.expected.trust_store = &trusted;
  auto cold = strangers.registrations.front();
  const auto before = allocations.load();
  verify(cold);
  std::printf("%-12s %llu allocations\n",
              "packed, cold",
              static_cast<unsigned long long>(allocations - before));

  constexpr std::size_t kMany = 1'000'000;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // it takes minutes
  for (std::size_t i = 1; i <= kMany; ++i) {
    verify(i % 100 == 0 ? strangers.registrations[i / 100 % strangers.registrations.size()]
                        : known[i % known.size()]);
    if (i == 100'000 || i == kMany) std::printf("after %7zu: %ld KiB resident\n", i, resident());
  }
  return 0;
}
