// The same stream of operations on the model and on a database: after each transaction both must
// answer alike and hold the same.

#include <doctest/doctest.h>

#include "tests/contract/store_fixtures.h"
#include "tests/support/records.h"

using firstkey::core::Bytes;
using firstkey::core::ReadTransaction;
using firstkey::core::SessionState;
using firstkey::core::Store;
using firstkey::core::UserId;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

namespace {

/// Everything a store tells about itself, in a form that can be compared.
struct Picture {
  std::vector<firstkey::core::User> users;
  std::vector<firstkey::core::Pass> passes;
  std::vector<firstkey::core::Session> sessions;
  std::vector<firstkey::core::CredentialRecord> credentials;
  std::vector<firstkey::core::OrphanRecord> orphans;
  std::vector<firstkey::core::ApiCredential> api_credentials;
  std::vector<firstkey::core::AuditRow> audit;

  friend bool operator==(const Picture&, const Picture&) = default;
};

Picture picture_of(Store& store) {
  return seen(store, [](ReadTransaction& t) {
    return Picture{.users = t.users("", 1000),
                   .passes = t.passes(firstkey::core::PassId(), 1000),
                   .sessions = t.recent_sessions(1000),
                   .credentials = t.credentials(Bytes{}, 1000),
                   .orphans = t.orphans(1000),
                   .api_credentials = t.api_credentials({}, 1000),
                   .audit = t.audit_rows({}, 1000)};
  });
}

/// One transaction of up to four operations drawn by `random`; returns what the operations
/// answered.
std::string run_random_work(Store& store, std::uint64_t seed) {
  std::string answers;
  const auto done = store.write([&](WriteTransaction& t) {
    FakeRandom random(seed);
    answers.clear();
    const auto say = [&](bool answer) { answers += answer ? '1' : '0'; };
    for (auto steps = random.below(4) + 1; steps > 0; --steps) {
      const auto user = make_user(std::string(1, static_cast<char>('a' + random.below(5))));
      const auto pass = make_pass(user);
      const auto session = make_session(pass, random.below(2) == 0 ? "kiosk" : "desk");
      switch (random.below(11)) {
        case 0:
          say(t.insert_user(user));
          break;
        case 1:
          t.insert_pass(pass);
          break;
        case 2:
          say(t.mark_redeemed(pass.id, kStart));
          t.insert_session(session);
          break;
        case 3: {
          auto ended = session;
          ended.state = SessionState::kEnded;
          t.update_session(ended);
          break;
        }
        case 4:
          say(t.insert_credential(
              make_credential(user, std::string(1, static_cast<char>('a' + random.below(3))))));
          break;
        case 5:
          t.delete_pass(pass.id);
          break;
        case 6:
          t.delete_user(user.id);
          break;
        case 7:
          t.append_audit(make_event("step"));
          break;
        case 8: {
          auto orphan = make_orphan(std::string(1, static_cast<char>('a' + random.below(3))));
          if (random.below(2) == 0) orphan.removed_at = kStart;
          t.put_orphan(orphan);
          break;
        }
        case 9:
          t.insert_api_credential(make_api_credential(user, session.station.text()));
          break;
        default:
          say(!t.open_sessions_of(user.id).empty());
          break;
      }
    }
    return random.below(5) == 0 ? Store::Ending::kRollBack : Store::Ending::kCommit;
  });
  return answers + (done ? "" : " aborted");
}

}  // namespace

TEST_SUITE(CONTRACT_SUITE("store_model")) {
  TEST_CASE_TEMPLATE("a thousand random transactions leave the database and the model alike",
                     Fixture,
                     LASTING_STORES) {
    MemoryFixture model;
    Fixture database;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
      CAPTURE(seed);
      REQUIRE(run_random_work(model.store(), seed) == run_random_work(database.store(), seed));
      if (seed % 250 == 0) database.reopen();
      // Salts of audit rows are drawn from each fixture's own source, which abort at the same
      // steps.
      if (seed % 10 == 0) REQUIRE(picture_of(model.store()) == picture_of(database.store()));
    }
    CHECK(database.store().check());
  }
}
