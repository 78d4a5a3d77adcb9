// Registering where metadata was imported: it vouches, it condemns, and it counts as it is at the
// commit.

#include <doctest/doctest.h>

#include "core/aaguid.h"
#include "core/imported_metadata.h"
#include "tests/support/imported_metadata.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::AttestationLevel;
using firstkey::core::ErrorCode;
using firstkey::core::ImportedMetadata;
using firstkey::core::ReadTransaction;
using firstkey::core::Settings;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

#define VERIFIERS VerifierFixture<MemoryFixture>, VerifierFixture<SqliteFixture>

namespace {

EntryShape entry_of(const TestAuthenticator& key) {
  return {.aaguid = firstkey::core::aaguid_text(key.aaguid), .roots = {key.certificate()}};
}

EntryShape revoked_entry_of(const TestAuthenticator& key) {
  auto entry = entry_of(key);
  entry.reports.emplace_back(boost::json::object{{"status", "REVOKED"}});
  return entry;
}

TestAuthenticator certified_key() {
  TestAuthenticator key;
  key.statement = TestAuthenticator::Statement::kCertified;
  return key;
}

}  // namespace

TEST_SUITE("core/local_verifier_metadata") {
  TEST_CASE_TEMPLATE("a key whose model's entry vouches is attested, and the trail says by which",
                     Fixture,
                     VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) {
      s.key_policy.profiles.front().attestation = firstkey::core::AttestationEnforcement::kEnforced;
    });
    const auto key = certified_key();
    import(f, {.entries = {entry_of(key)}});
    const auto receipt = f.stored(f.open_one_time(), key);
    CHECK(receipt.attestation_level == AttestationLevel::kAttested);
    CHECK(receipt.trust_root == "CN=Test Key 1,OU=Authenticator Attestation,O=Test Keys,C=DE");
    CHECK(f.last_audit().details.at("metadataNumber") == "7");
  }

  TEST_CASE_TEMPLATE(
      "a key of a revoked model is refused, and the trail says why", Fixture, VERIFIERS) {
    Fixture f;
    const TestAuthenticator key;
    import(f, {.entries = {revoked_entry_of(key)}});
    CHECK(refusal(f.enroll(f.open_one_time(), key)) == ErrorCode::kKeyNotAllowed);
    CHECK(f.last_audit().details.at("check") == "authenticator_revoked");
    CHECK_FALSE(f.record(key.id));
  }

  TEST_CASE_TEMPLATE("what the policy may take, it takes", Fixture, VERIFIERS) {
    Fixture f;
    const TestAuthenticator key;
    auto entry = entry_of(key);
    for (const auto* status : {"USER_VERIFICATION_BYPASS",
                               "USER_KEY_REMOTE_COMPROMISE",
                               "USER_KEY_PHYSICAL_COMPROMISE"}) {
      entry.reports.emplace_back(boost::json::object{{"status", status}});
    }
    import(f, {.entries = {entry}});
    const auto ticket = f.open_one_time();
    CHECK(refusal(f.enroll(ticket, key)) == ErrorCode::kKeyNotAllowed);
    f.edit_settings([](Settings& s) {
      s.key_policy.metadata = {.refuses_user_verification_bypass = false,
                               .refuses_user_key_remote_compromise = false,
                               .refuses_user_key_physical_compromise = false};
    });
    CHECK(f.enroll(ticket, key));
  }

  TEST_CASE_TEMPLATE(
      "metadata that is imported meanwhile counts at the commit", Fixture, VERIFIERS) {
    Fixture f;
    const TestAuthenticator key;
    import(f, {.number = 7, .entries = {entry_of(key)}});
    const auto ticket = f.open_one_time();
    const auto receipt = f.submit_while(ticket, f.response(ticket, key), [&] {
      import(f, {.number = 8, .entries = {revoked_entry_of(key)}});
    });
    CHECK(refusal(receipt) == ErrorCode::kKeyNotAllowed);
    CHECK_FALSE(f.record(key.id));
  }

  TEST_CASE_TEMPLATE("the days of grace are the policy's", Fixture, VERIFIERS) {
    for (const auto& [days, level] :
         {std::pair{0, AttestationLevel::kNotAttested}, {1, AttestationLevel::kAttested}}) {
      Fixture f;
      f.edit_settings([&](Settings& s) { s.key_policy.metadata.grace = std::chrono::days(days); });
      const auto key = certified_key();
      import(f, {.next_update = "2026-04-30", .entries = {entry_of(key)}});
      CHECK(f.stored(f.open_one_time(), key).attestation_level == level);
    }
  }

  TEST_CASE_TEMPLATE("metadata that is gone or damaged stops registering", Fixture, VERIFIERS) {
    Fixture f;
    import(f, {.number = 7});
    f.write([](WriteTransaction& t) { t.delete_metadata_before(8); });
    const auto ticket = f.open_one_time();
    CHECK(refusal(f.enroll(ticket, TestAuthenticator())) == ErrorCode::kStoreDamaged);
    f.write([](WriteTransaction& t) {
      t.insert_metadata({.number = 7, .imported_at = kMetadataTime, .blob = "a.b.c"});
    });
    CHECK(refusal(f.enroll(ticket, TestAuthenticator())) == ErrorCode::kStoreDamaged);
  }

  TEST_CASE_TEMPLATE("a BLOB is read once for as long as it counts", Fixture, VERIFIERS) {
    Fixture f;
    ImportedMetadata metadata;
    const auto current = [&] {
      return f.seen(
          [&](ReadTransaction& t) { return metadata.of(t, t.settings().value()).value(); });
    };
    CHECK(current() == nullptr);
    import(f, {.number = 7});
    const auto seventh = current();
    CHECK(seventh->number() == 7);
    CHECK(current() == seventh);
    import(f, {.number = 8});
    CHECK(current()->number() == 8);
  }
}
