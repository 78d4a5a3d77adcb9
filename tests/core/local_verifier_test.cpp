// The verifier from the first redemption to the last look, over every store.

#include "core/local_verifier.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "core/webauthn/json.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::ProofRequirement;
using firstkey::core::ReadTransaction;
using firstkey::core::SessionState;
using firstkey::core::webauthn::parse_creation_options;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

#define STORES VerifierFixture<MemoryFixture>, VerifierFixture<SqliteFixture>

TEST_SUITE("core/local_verifier") {
  TEST_CASE_TEMPLATE("a pass becomes a stored and proven credential", Fixture, STORES) {
    Fixture f;
    const auto ticket = f.open_one_time();
    TestAuthenticator key;
    const auto receipt = f.stored(ticket, key);
    CHECK(receipt.credential_id == key.id);
    CHECK(receipt.needs_proof);
    CHECK(receipt.session.unproven == std::vector<Bytes>{key.id});
    CHECK_FALSE(f.record(key.id)->is_proven());
    const auto proof = f.prove(ticket, key);
    REQUIRE(proof);
    CHECK(proof->session.unproven.empty());
    CHECK(f.record(key.id)->proven_at == f.clock.wall());
    CHECK(f.verifier.finish(ticket)->state == SessionState::kCompleted);
    CHECK(f.store().check());
  }
}
