#include "core/audit_key.h"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/support/fake_random.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::as_bytes;
using firstkey::core::AuditKey;
using firstkey::core::AuditPublicKey;
using firstkey::core::AuditSignature;
using firstkey::core::ErrorCode;
using firstkey::core::from_hex;
using firstkey::core::is_signed_by;
using firstkey::core::to_hex;
using firstkey::tests::FakeRandom;
using firstkey::tests::TemporaryFolder;

namespace {

struct Fixture {
  void write(const std::string& content) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  TemporaryFolder folder;
  FakeRandom random{5};
  std::string path = folder / "audit-key";
};

}  // namespace

TEST_SUITE("core/audit_key") {
  TEST_CASE_FIXTURE(Fixture, "the first use makes a key that is its owner's alone and stays") {
    const auto made = AuditKey::open(path, random);
    REQUIRE(made);
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    CHECK(AuditKey::open(path, random)->current() == made->current());
  }

  TEST_CASE_FIXTURE(Fixture, "what it signs is signed by it and by no other, and is nothing else") {
    const auto key = AuditKey::open(path, random).value();
    const auto signature = key.sign(key.current(), as_bytes("message"));
    REQUIRE(signature);
    CHECK(is_signed_by(key.current(), as_bytes("message"), signature.value()));
    CHECK_FALSE(is_signed_by(key.current(), as_bytes("massage"), signature.value()));
    CHECK_FALSE(is_signed_by(AuditPublicKey{}, as_bytes("message"), signature.value()));
    CHECK_FALSE(key.sign(AuditPublicKey{}, as_bytes("message")).has_value());
  }

  TEST_CASE_FIXTURE(Fixture, "it signs as RFC 8032 says") {
    // Source: RFC 8032 §7.1, TEST 1: an empty message.
    REQUIRE(AuditKey::open(path, random));
    write(
        "firstkey audit key 1\n"
        "1 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
    const auto key = AuditKey::open(path, random).value();
    const auto expected = from_hex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9b46bd25bf5f0595bbe24655141438e7a100b");
    CHECK(to_hex(key.current()) ==
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    CHECK(to_hex(key.sign(key.current(), {}).value()) == to_hex(expected.value()));
  }

  TEST_CASE_FIXTURE(Fixture, "a renewed key keeps the old one, which can still sign") {
    const auto old = AuditKey::open(path, random).value();
    const auto renewed = AuditKey::renew(path, random).value();
    CHECK(renewed.current() != old.current());
    CHECK(renewed.all() == std::vector{old.current(), renewed.current()});
    const auto signature = renewed.sign(old.current(), as_bytes("m"));
    REQUIRE(signature);
    CHECK(is_signed_by(old.current(), as_bytes("m"), signature.value()));
    CHECK(AuditKey::open(path, random)->current() == renewed.current());
  }

  TEST_CASE_FIXTURE(Fixture, "a file that is damaged or open to others is not replaced") {
    REQUIRE(AuditKey::open(path, random));
    ::chmod(path.c_str(), 0644);
    CHECK(AuditKey::open(path, random).error().code == ErrorCode::kAuditKeyUnreadable);
    ::chmod(path.c_str(), 0600);
    for (const auto* content : {"",
                                "firstkey audit key 1\n",
                                "firstkey pepper 1\n1 00\n",
                                "firstkey audit key 1\n1 00\n"}) {
      CAPTURE(content);
      write(content);
      CHECK(AuditKey::open(path, random).error().code == ErrorCode::kAuditKeyUnreadable);
    }
  }
}
