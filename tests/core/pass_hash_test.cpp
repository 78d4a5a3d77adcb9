#include "core/pass_hash.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "tests/support/enrollment_fixture.h"

using firstkey::core::as_bytes;
using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::from_hex;
using firstkey::core::PassHasher;
using firstkey::core::PassVerifier;
using firstkey::core::Secret;
using firstkey::core::to_bytes;
using firstkey::tests::FakePepper;
using firstkey::tests::FakeRandom;
using firstkey::tests::kCheapHash;

namespace {

struct Fixture {
  FakePepper pepper;
  FakeRandom random{3};
  PassHasher hasher{pepper, kCheapHash, 2};
  PassVerifier verifier = hasher.make(Secret(as_bytes("7KQM3TXF")), random).value();
};

}  // namespace

TEST_SUITE("core/pass_hash") {
  TEST_CASE_FIXTURE(Fixture, "the right passcode matches and a wrong one does not") {
    CHECK(hasher.matches(verifier, Secret(as_bytes("7KQM3TXF"))) == true);
    CHECK(hasher.matches(verifier, Secret(as_bytes("7KQM3TXG"))) == false);
    CHECK(hasher.matches(verifier, Secret(as_bytes("7KQM3TX"))) == false);
  }

  TEST_CASE_FIXTURE(Fixture, "a verifier says how it was made") {
    CHECK(verifier.kind == "argon2id");
    CHECK(verifier.memory_kib == kCheapHash.memory_kib);
    CHECK(verifier.key_id == "1");
    CHECK(verifier.salt.size() == 16);
    CHECK(verifier.digest.size() == 32);
  }

  TEST_CASE_FIXTURE(Fixture, "the same passcode never gives the same verifier") {
    const auto other = hasher.make(Secret(as_bytes("7KQM3TXF")), random).value();
    CHECK(other.salt != verifier.salt);
    CHECK(other.digest != verifier.digest);
  }

  TEST_CASE_FIXTURE(Fixture, "an older verifier is checked at the cost it was made with") {
    PassHasher dearer(pepper, {.memory_kib = 64, .passes = 2}, 1);
    CHECK(dearer.matches(verifier, Secret(as_bytes("7KQM3TXF"))) == true);
    CHECK(dearer.make(Secret(as_bytes("x")), random)->memory_kib == 64);
  }

  // By the reference implementation of RFC 9106's authors:
  // printf 7KQM3TXF | argon2 'a salt of 16 B.!' -id -k MEMORY -t PASSES -p 1 -l 32 -r
  TEST_CASE_FIXTURE(Fixture, "what another program's Argon2id made is matched") {
    struct Case {
      std::uint32_t memory_kib;
      std::uint32_t passes;
      const char* hash;
    };
    for (const auto& [memory_kib, passes, hash] : {
             Case{8, 1, "ef0348a14925b2acc42140871f136ce4ac6743d3a8f80402b48dacde690c89a1"},
             Case{1000, 3, "c10e5736e98a54701c41ad5863e5db5f24f065237750c6d465bb0c3cece0d856"},
             Case{19456, 2, "632d826ffa1570be6141ed1daec169293c6644c488c60456bcbffb87577eb9de"},
         }) {
      CAPTURE(memory_kib);
      verifier.memory_kib = memory_kib;
      verifier.passes = passes;
      verifier.salt = to_bytes(as_bytes("a salt of 16 B.!"));
      verifier.digest = to_bytes(pepper.mac("1", from_hex(hash).value()).value());
      CHECK(hasher.matches(verifier, Secret(as_bytes("7KQM3TXF"))) == true);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "neither another pepper nor another salt gives the same digest") {
    class OtherPepper final : public firstkey::core::Pepper {
      [[nodiscard]] std::string current_key_id() const override { return "1"; }
      [[nodiscard]] firstkey::core::Result<firstkey::core::Sha256> mac(
          const std::string&, firstkey::core::BytesView message) const override {
        return firstkey::core::hmac_sha256(as_bytes("other pepper"), message);
      }
    } other;
    PassHasher peppered_otherwise(other, kCheapHash, 1);
    CHECK(peppered_otherwise.matches(verifier, Secret(as_bytes("7KQM3TXF"))) == false);
    auto salted_otherwise = verifier;
    salted_otherwise.salt[0] ^= 1U;
    CHECK(hasher.matches(salted_otherwise, Secret(as_bytes("7KQM3TXF"))) == false);
  }

  TEST_CASE_FIXTURE(Fixture, "nothing matches the decoy") {
    CHECK(hasher.matches(hasher.decoy(), Secret(as_bytes("00000000"))) == false);
    CHECK(hasher.decoy().memory_kib == verifier.memory_kib);
  }

  TEST_CASE_FIXTURE(Fixture, "a verifier that no firstkey wrote is damage") {
    struct Case {
      const char* name;
      void (*damage)(PassVerifier&);
    };
    for (const auto& [name, damage] : {
             Case{"another kind", [](PassVerifier& v) { v.kind = "md5"; }},
             Case{"another version", [](PassVerifier& v) { v.version = 2; }},
             Case{"a short salt", [](PassVerifier& v) { v.salt.pop_back(); }},
             Case{"a short digest", [](PassVerifier& v) { v.digest.pop_back(); }},
             Case{"no passes", [](PassVerifier& v) { v.passes = 0; }},
             Case{"too much memory", [](PassVerifier& v) { v.memory_kib = 0xFFFFFFFF; }},
             Case{"too little memory", [](PassVerifier& v) { v.memory_kib = 7; }},
             Case{"no lanes", [](PassVerifier& v) { v.lanes = 0; }},
             Case{"several lanes", [](PassVerifier& v) { v.lanes = 2; }},
         }) {
      CAPTURE(name);
      auto damaged = verifier;
      damage(damaged);
      const auto matched = hasher.matches(damaged, Secret(as_bytes("7KQM3TXF")));
      REQUIRE_FALSE(matched);
      CHECK(matched.error().code == ErrorCode::kStoreDamaged);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a verifier under a pepper that is not held cannot be checked") {
    auto elsewhere = verifier;
    elsewhere.key_id = "2";
    const auto matched = hasher.matches(elsewhere, Secret(as_bytes("7KQM3TXF")));
    REQUIRE_FALSE(matched);
    CHECK(matched.error().code == ErrorCode::kPepperUnreadable);
  }

  TEST_CASE_FIXTURE(Fixture, "many at once all get their answer") {
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        if (hasher.matches(verifier, Secret(as_bytes("7KQM3TXF"))).value_or(false)) ++right;
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(right == 8);
  }
}
