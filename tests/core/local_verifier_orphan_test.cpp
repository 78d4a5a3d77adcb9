// Credentials on keys that nobody registered: on record until they are removed, over every store.

#include <doctest/doctest.h>

#include "core/orphan_rules.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::OrphanCause;
using firstkey::core::OrphanMark;
using firstkey::core::OrphanReport;
using firstkey::core::ReadTransaction;
using firstkey::core::SessionState;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::minutes;

#define VERIFIERS OVER_VERIFIERS(OrphanFixture)

namespace {

template <class StoreFixture>
struct OrphanFixture : VerifierFixture<StoreFixture> {
  std::optional<ErrorCode> report(const OrphanReport& orphan) {
    return refusal(this->verifier.report_orphan(ticket, orphan));
  }
  std::optional<firstkey::core::OrphanRecord> on_record(const Bytes& credential) {
    return this->seen([&](ReadTransaction& t) { return t.orphan(credential); });
  }
  std::size_t rows_of(const std::string& action) {
    std::size_t count = 0;
    for (const auto& row : this->audit()) count += row.action == action ? 1U : 0U;
    return count;
  }

  const Bytes id{1, 2, 3};
  OrphanReport on_key{.credential_id = id, .aaguid = Bytes(16, 7), .cause = OrphanCause::kTooLate};
  OrphanReport removed{.credential_id = id, .place = OrphanReport::Place::kRemoved};
  firstkey::core::SessionTicket ticket = this->open_one_time();
};

}  // namespace

TEST_SUITE("core/local_verifier_orphan") {
  TEST_CASE_TEMPLATE(
      "what a station tells is put on record, and in the trail", Fixture, VERIFIERS) {
    Fixture f;
    CHECK_FALSE(f.report(f.on_key));
    const auto orphan = f.on_record(f.id);
    REQUIRE(orphan);
    CHECK(orphan->rp_id == "example.org");
    CHECK(orphan->user == f.lee.id);
    CHECK(orphan->aaguid == Bytes(16, 7));
    CHECK(orphan->recorded_at == f.clock.wall());
    CHECK_FALSE(orphan->removed_at);
    const auto row = f.last_audit();
    CHECK(row.action == "orphan.record");
    CHECK(row.correlation == f.session(f.ticket).correlation);
    CHECK(row.details.at("cause") == "too_late");
    CHECK(row.details.at("credentialId") == "AQID");
  }

  TEST_CASE_TEMPLATE("said again, nothing is written", Fixture, VERIFIERS) {
    Fixture f;
    for (int times = 0; times < 2; ++times) {
      CHECK_FALSE(f.report(f.on_key));
    }
    CHECK(f.rows_of("orphan.record") == 1);
    for (int times = 0; times < 2; ++times) {
      CHECK_FALSE(f.report(f.removed));
    }
    CHECK(f.rows_of("orphan.remove") == 1);
  }

  TEST_CASE_TEMPLATE("removed, it is told to no station any more", Fixture, VERIFIERS) {
    Fixture f;
    CHECK_FALSE(f.report(f.on_key));
    const std::vector<OrphanMark> told{{.credential_id = f.id, .aaguid = Bytes(16, 7)}};
    CHECK(f.options(f.ticket).orphans == told);
    f.clock.advance(minutes(1));
    CHECK_FALSE(f.report(f.removed));
    CHECK(f.on_record(f.id)->removed_at == f.clock.wall());
    CHECK(f.options(f.ticket).orphans.empty());
  }

  TEST_CASE_TEMPLATE(
      "one that is heard of when it is gone already is in the trail twice", Fixture, VERIFIERS) {
    Fixture f;
    CHECK_FALSE(f.report(f.removed));
    CHECK(f.on_record(f.id)->removed_at);
    CHECK(f.rows_of("orphan.record") == 1);
    CHECK(f.rows_of("orphan.remove") == 1);
  }

  TEST_CASE_TEMPLATE("it may be told when the session is over", Fixture, VERIFIERS) {
    Fixture f;
    f.clock.advance(minutes(20));
    REQUIRE(f.verifier.finish(f.ticket));
    CHECK(f.session(f.ticket).state == SessionState::kExpired);
    CHECK_FALSE(f.report(f.on_key));
  }

  TEST_CASE_TEMPLATE("a registered credential is none, whoever says so", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    f.stored(f.ticket, key);
    CHECK(f.report({.credential_id = key.id, .place = OrphanReport::Place::kRemoved}) ==
          ErrorCode::kCredentialExists);
    CHECK_FALSE(f.on_record(key.id));
  }

  TEST_CASE_TEMPLATE("nor is an orphan registered afterwards", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    CHECK_FALSE(f.report({.credential_id = key.id}));
    CHECK(refusal(f.enroll(f.ticket, key)) == ErrorCode::kCredentialExists);
    check_refused(f, ErrorCode::kCredentialExists);
  }

  TEST_CASE_TEMPLATE("without the session's ticket nothing is heard", Fixture, VERIFIERS) {
    Fixture f;
    f.ticket.secret = EnrollmentFixture::secret_of("another");
    CHECK(f.report(f.on_key) == ErrorCode::kSessionUnknown);
    CHECK_FALSE(f.on_record(f.id));
  }

  TEST_CASE_TEMPLATE("what cannot be a credential is refused", Fixture, VERIFIERS) {
    Fixture f;
    for (const std::size_t size : {0U, 1024U}) {
      CHECK(f.report({.credential_id = Bytes(size, 1)}) == ErrorCode::kInvalidArgument);
    }
    CHECK_FALSE(f.report({.credential_id = Bytes(1023, 1)}));
    for (const std::size_t size : {15U, 17U}) {
      CHECK(f.report({.credential_id = f.id, .aaguid = Bytes(size, 1)}) ==
            ErrorCode::kInvalidArgument);
    }
  }

  TEST_CASE_TEMPLATE("a session tells of so many and no more", Fixture, VERIFIERS) {
    Fixture f;
    for (std::size_t told = 0; told < firstkey::core::kOrphansPerSession; ++told) {
      CHECK_FALSE(f.report({.credential_id = Bytes{9, static_cast<std::uint8_t>(told)}}));
    }
    CHECK(f.report(f.on_key) == ErrorCode::kTooManyCredentials);
    CHECK_FALSE(f.report({.credential_id = Bytes{9, 0}, .place = OrphanReport::Place::kRemoved}));
  }

  TEST_CASE_TEMPLATE(
      "a credential that is withdrawn is an orphan from then on", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    f.stored(f.ticket, key);
    REQUIRE(f.verifier.withdraw(f.ticket, key.id));
    CHECK(f.on_record(key.id)->cause == OrphanCause::kWithdrawn);
    CHECK(f.rows_of("orphan.record") == 1);
  }

  TEST_CASE_TEMPLATE("so is one that its session ends without a proof of", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    f.stored(f.ticket, key);
    f.clock.advance(minutes(12));
    REQUIRE(f.verifier.tick());
    CHECK(f.on_record(key.id)->cause == OrphanCause::kWithdrawn);
    CHECK(f.record(key.id)->withdrawn_at);
  }

  TEST_CASE_TEMPLATE("whoever meets the key next may say that it is gone", Fixture, VERIFIERS) {
    Fixture f;
    CHECK_FALSE(f.report(f.on_key));
    REQUIRE(f.verifier.finish(f.ticket));
    const auto made_in = f.ticket.session;
    f.ticket = f.open(f.max);
    CHECK_FALSE(f.report(f.removed));
    CHECK(f.last_audit().details.at("madeInSession") == made_in.text());
    CHECK(f.last_audit().details.at("userId") == f.max.id.text());
  }
}
