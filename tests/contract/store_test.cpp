// The contract of core/store.h, over every store.

#include <doctest/doctest.h>

#include "tests/contract/store_fixtures.h"
#include "tests/support/records.h"

using firstkey::core::as_bytes;
using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::ClockCertainty;
using firstkey::core::ErrorCode;
using firstkey::core::LockoutCounter;
using firstkey::core::LockoutScope;
using firstkey::core::PassId;
using firstkey::core::ReadTransaction;
using firstkey::core::Role;
using firstkey::core::SessionState;
using firstkey::core::sha256;
using firstkey::core::Store;
using firstkey::core::StoredMetadata;
using firstkey::core::UserId;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_SUITE(CONTRACT_SUITE("store")) {
  TEST_CASE_TEMPLATE("every record comes back as it was written", Fixture, STORES) {
    Fixture f;
    auto user = make_user("lee");
    user.roles = {Role::kAuditor, Role::kStation};
    auto pass = make_pass(user);
    pass.redeemed_at = kStart + seconds(1);
    auto session = make_session(pass);
    session.ended_at = kStart + seconds(2);
    session.ended_reason = "window_over";
    auto challenge = make_challenge(session);
    challenge.credential_id = {1, 2};
    auto credential = make_credential(user);
    credential.proven_at = kStart + seconds(3);
    const LockoutCounter counter{.scope = LockoutScope::kName,
                                 .key = sha256(as_bytes("n")),
                                 .attempts = 3,
                                 .first_at = kStart,
                                 .last_at = kStart + seconds(9),
                                 .blocked_until = kStart + minutes(1),
                                 .recent = {kStart, kStart + seconds(9)}};
    commit(f.store(), [&](WriteTransaction& t) {
      t.put_settings(make_settings());
      CHECK(t.insert_user(user));
      t.insert_pass(pass);
      t.insert_session(session);
      t.insert_challenge(challenge);
      CHECK(t.insert_credential(credential));
      t.put_lockout(counter);
    });
    const auto same = seen(f.store(), [&](ReadTransaction& t) {
      CHECK(t.settings() == make_settings());
      CHECK(t.user(user.id) == user);
      CHECK(t.user_by_name("lee@example.org") == user);
      CHECK(t.pass(pass.id) == pass);
      CHECK(t.pass_of(user.id) == pass);
      CHECK(t.session(session.id) == session);
      CHECK(t.session_of_redemption(pass.id, session.station, session.secret_hash) == session);
      CHECK(t.challenge(challenge.value) == challenge);
      CHECK(t.credential(credential.id) == credential);
      CHECK(t.lockout(LockoutScope::kName, counter.key) == counter);
      return true;
    });
    CHECK(same);
  }

  TEST_CASE_TEMPLATE("what is not there is nothing", Fixture, STORES) {
    Fixture f;
    seen(f.store(), [&](ReadTransaction& t) {
      CHECK_FALSE(t.settings());
      CHECK_FALSE(t.user(UserId("nobody")));
      CHECK_FALSE(t.user_by_name("nobody"));
      CHECK_FALSE(t.pass(PassId("none")));
      CHECK_FALSE(t.challenge(Bytes{1}));
      CHECK_FALSE(t.credential(Bytes{1}));
      CHECK_FALSE(t.last_audit_row());
      CHECK_FALSE(t.has_credentials());
      CHECK(t.users("", 10).empty());
      return true;
    });
  }

  TEST_CASE_TEMPLATE(
      "a change of the settings counts at once, one rolled back never", Fixture, STORES) {
    Fixture f;
    const auto put_epoch = [](WriteTransaction& t, std::int64_t epoch) {
      auto settings = make_settings();
      settings.epoch = epoch;
      t.put_settings(settings);
      CHECK(t.settings() == settings);
    };
    const auto epoch = [&] {
      return seen(f.store(), [](ReadTransaction& t) { return t.settings()->epoch; });
    };
    commit(f.store(), [&](WriteTransaction& t) { put_epoch(t, 2); });
    CHECK(epoch() == 2);
    commit(f.store(), [&](WriteTransaction& t) { put_epoch(t, 3); });
    CHECK(epoch() == 3);
    CHECK(f.store().write([&](WriteTransaction& t) {
      put_epoch(t, 4);
      return Store::Ending::kRollBack;
    }));
    CHECK(epoch() == 3);
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.settings()->epoch == 3); });
  }

  TEST_CASE_TEMPLATE("a transaction that rolls back leaves nothing", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto done = f.store().write([&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.append_audit(make_event("user.add"));
      return Store::Ending::kRollBack;
    });
    CHECK(done);
    CHECK_FALSE(seen(f.store(), [&](ReadTransaction& t) { return t.user(user.id); }));
    CHECK_FALSE(seen(f.store(), [](ReadTransaction& t) { return t.last_audit_row(); }));
  }

  TEST_CASE_TEMPLATE("a transaction that aborts leaves nothing and tells why", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto done = f.store().write([&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.insert_pass(make_pass(user));
      t.insert_pass(make_pass(user));
      return Store::Ending::kCommit;
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::kStoreFailed);
    CHECK_FALSE(seen(f.store(), [&](ReadTransaction& t) { return t.user(user.id); }));
    commit(f.store(), [&](WriteTransaction& t) { CHECK(t.insert_user(user)); });
  }

  TEST_CASE_TEMPLATE("misuse aborts", Fixture, STORES) {
    struct Case {
      const char* name;
      void (*misuse)(WriteTransaction&);
    };
    const Case cases[] = {
        {"a pass without its user",
         [](WriteTransaction& t) { t.insert_pass(make_pass(make_user("ghost"))); }},
        {"a session without its user",
         [](WriteTransaction& t) {
           t.insert_session(make_session(make_pass(make_user("ghost"))));
         }},
        {"a challenge without its session",
         [](WriteTransaction& t) {
           t.insert_challenge(make_challenge(make_session(make_pass(make_user("ghost")))));
         }},
        {"a credential without its user",
         [](WriteTransaction& t) {
           (void)t.insert_credential(make_credential(make_user("ghost")));
         }},
        {"an API credential without its owner",
         [](WriteTransaction& t) {
           t.insert_api_credential(make_api_credential(make_user("ghost")));
         }},
        {"updating an API credential that is not there",
         [](WriteTransaction& t) {
           t.update_api_credential(make_api_credential(make_user("lee")));
         }},
        {"a secret of two API credentials",
         [](WriteTransaction& t) {
           auto credential = make_api_credential(make_user("lee"));
           t.insert_api_credential(credential);
           credential.id = firstkey::core::ApiCredentialId("another");
           t.insert_api_credential(credential);
         }},
        {"updating a user who is not there",
         [](WriteTransaction& t) { t.update_user(make_user("ghost")); }},
        {"updating a session that is not there",
         [](WriteTransaction& t) { t.update_session(make_session(make_pass(make_user("lee")))); }},
        {"updating a credential that is not there",
         [](WriteTransaction& t) { t.update_credential(make_credential(make_user("lee"))); }},
        {"deleting a user who is not there",
         [](WriteTransaction& t) { t.delete_user(UserId("ghost")); }},
        {"deleting a pass that is not there",
         [](WriteTransaction& t) { t.delete_pass(PassId("ghost")); }},
        {"deleting a credential that is not there",
         [](WriteTransaction& t) { t.delete_credential(Bytes{9}); }},
        {"a user twice", [](WriteTransaction& t) { (void)t.insert_user(make_user("lee")); }},
        {"a session twice for one redemption",
         [](WriteTransaction& t) {
           auto session = make_session(make_pass(make_user("lee")));
           t.insert_session(session);
           session.id = firstkey::core::SessionId("another");
           t.insert_session(session);
         }},
    };
    Fixture f;
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    for (const auto& [name, misuse] : cases) {
      CAPTURE(name);
      const auto done = f.store().write([&](WriteTransaction& t) {
        misuse(t);
        return Store::Ending::kCommit;
      });
      REQUIRE_FALSE(done);
      CHECK(done.error().code == ErrorCode::kStoreFailed);
    }
  }

  TEST_CASE_TEMPLATE(
      "a name is taken whatever its case, and a handle is taken too", Fixture, STORES) {
    Fixture f;
    commit(f.store(), [](WriteTransaction& t) {
      CHECK(t.insert_user(make_user("lee")));
      auto twin = make_user("twin");
      twin.name = "LEE@Example.ORG";
      CHECK_FALSE(t.insert_user(twin));
      auto thief = make_user("thief");
      thief.handle = make_user("lee").handle;
      CHECK_FALSE(t.insert_user(thief));
      CHECK(t.insert_user(make_user("kim")));
    });
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.users("", 10); }).size() == 2);
  }

  TEST_CASE_TEMPLATE("lists come in pages and in order", Fixture, STORES) {
    Fixture f;
    commit(f.store(), [](WriteTransaction& t) {
      for (const auto* name : {"c", "a", "d", "b"}) {
        const auto user = make_user(name);
        CHECK(t.insert_user(user));
        t.insert_pass(make_pass(user));
        CHECK(t.insert_credential(make_credential(user, name)));
      }
    });
    const auto first = seen(f.store(), [](ReadTransaction& t) { return t.users("", 3); });
    REQUIRE(first.size() == 3);
    CHECK(first[0].name == "a@example.org");
    const auto rest =
        seen(f.store(), [](ReadTransaction& t) { return t.users("c@example.org", 3); });
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].name == "d@example.org");
    CHECK(seen(f.store(), [&](ReadTransaction& t) {
            return t.passes(make_pass(make_user("b")).id, 10);
          }).size() == 2);
    const auto credentials =
        seen(f.store(), [](ReadTransaction& t) { return t.credentials(bytes_of("a"), 2); });
    REQUIRE(credentials.size() == 2);
    CHECK(credentials[0].id == bytes_of("b"));
  }

  TEST_CASE_TEMPLATE("administrators are counted by their roles", Fixture, STORES) {
    Fixture f;
    commit(f.store(), [](WriteTransaction& t) {
      auto station = make_user("station");
      station.roles = {Role::kStation};
      auto auditor = make_user("auditor");
      auditor.roles = {Role::kAuditor};
      CHECK(t.insert_user(make_user("lee")));
      CHECK(t.insert_user(station));
      CHECK(t.insert_user(auditor));
      CHECK(t.count_administrators() == 1);
      auditor.roles.clear();
      t.update_user(auditor);
      CHECK(t.count_administrators() == 0);
    });
  }

  TEST_CASE_TEMPLATE("a pass is redeemed exactly once", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto pass = make_pass(user);
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.insert_pass(pass);
    });
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.mark_redeemed(pass.id, kStart));
      CHECK_FALSE(t.mark_redeemed(pass.id, kStart));
    });
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK_FALSE(t.mark_redeemed(pass.id, kStart));
      t.delete_pass(pass.id);
      CHECK_FALSE(t.mark_redeemed(pass.id, kStart));
    });
  }

  TEST_CASE_TEMPLATE("a redemption that rolls back can be had again", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto pass = make_pass(user);
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.insert_pass(pass);
    });
    CHECK(f.store().write([&](WriteTransaction& t) {
      CHECK(t.mark_redeemed(pass.id, kStart));
      return Store::Ending::kRollBack;
    }));
    commit(f.store(), [&](WriteTransaction& t) { CHECK(t.mark_redeemed(pass.id, kStart)); });
  }

  TEST_CASE_TEMPLATE("a challenge is used exactly once and remembers its answer", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto session = make_session(make_pass(user));
    const auto challenge = make_challenge(session);
    const auto answer = sha256(as_bytes("response"));
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.insert_session(session);
      t.insert_challenge(challenge);
      CHECK(t.mark_used(challenge.value, kStart, answer, Bytes{7}));
      CHECK_FALSE(t.mark_used(challenge.value, kStart, answer, Bytes{8}));
      CHECK_FALSE(t.mark_used(Bytes{1}, kStart, answer, Bytes{7}));
    });
    const auto used =
        seen(f.store(), [&](ReadTransaction& t) { return t.challenge(challenge.value); });
    REQUIRE(used);
    CHECK(used->used_at == kStart);
    CHECK(used->response_hash == answer);
    CHECK(used->stored_credential_id == Bytes{7});
  }

  TEST_CASE_TEMPLATE("old challenges are forgotten, the present ones kept", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto session = make_session(make_pass(user));
    auto older = make_challenge(session, "older");
    older.created_at = kStart - seconds(1);
    const auto present = make_challenge(session, "present");
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.insert_session(session);
      t.insert_challenge(older);
      t.insert_challenge(present);
      t.delete_challenges_before(kStart);
      CHECK_FALSE(t.challenge(older.value));
      CHECK(t.challenge(present.value));
    });
  }

  TEST_CASE_TEMPLATE("a credential id belongs to one user for ever", Fixture, STORES) {
    Fixture f;
    const auto lee = make_user("lee");
    const auto kim = make_user("kim");
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(lee));
      CHECK(t.insert_user(kim));
      auto credential = make_credential(lee);
      CHECK(t.insert_credential(credential));
      CHECK_FALSE(t.insert_credential(make_credential(kim)));
      credential.withdrawn_at = kStart;
      t.update_credential(credential);
      CHECK_FALSE(t.insert_credential(make_credential(kim)));
      CHECK(t.credentials_of(lee.id).empty());
      CHECK(t.credential(credential.id));
    });
  }

  TEST_CASE_TEMPLATE("orphans are told latest first, until they are removed", Fixture, STORES) {
    Fixture f;
    auto removed = make_orphan("removed");
    removed.removed_at = kStart;
    auto late = make_orphan("late");
    late.recorded_at = kStart + seconds(1);
    commit(f.store(), [&](WriteTransaction& t) {
      for (const auto& orphan : {make_orphan("a"), late, make_orphan("b"), removed}) {
        t.put_orphan(orphan);
      }
      CHECK(t.orphans(2) == std::vector{late, make_orphan("b")});
      CHECK(t.orphans(9).size() == 3);
      late.removed_at = kStart + seconds(2);
      t.put_orphan(late);
      CHECK(t.orphans(9) == std::vector{make_orphan("b"), make_orphan("a")});
      CHECK(t.orphan(late.credential_id) == late);
      CHECK(t.count_orphans_of(late.session) == 4);
      CHECK(t.count_orphans_of(firstkey::core::SessionId("another")) == 0);
    });
  }

  TEST_CASE_TEMPLATE("API credentials are found by id, by secret and by owner", Fixture, STORES) {
    Fixture f;
    const auto lee = make_user("lee");
    auto first = make_api_credential(lee, "b");
    auto second = make_api_credential(lee, "a");
    second.created_at = kStart + seconds(1);
    const auto other = make_api_credential(make_user("kim"), "c");
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(lee));
      CHECK(t.insert_user(make_user("kim")));
      for (const auto& credential : {first, other, second}) t.insert_api_credential(credential);
    });
    first.revoked_at = kStart + seconds(2);
    first.last_used_at = kStart + seconds(1);
    commit(f.store(), [&](WriteTransaction& t) { t.update_api_credential(first); });
    seen(f.store(), [&](ReadTransaction& t) {
      CHECK(t.api_credential(first.id) == first);
      CHECK(t.api_credential_of_secret(second.secret_hash) == second);
      CHECK_FALSE(t.api_credential_of_secret(sha256(as_bytes("another"))));
      CHECK_FALSE(t.api_credential(firstkey::core::ApiCredentialId("none")));
      CHECK(t.api_credentials_of(lee.id) == std::vector{first, second});
      CHECK(t.api_credentials({}, 2) == std::vector{second, first});
      CHECK(t.api_credentials(first.id, 2) == std::vector{other});
      return true;
    });
  }

  TEST_CASE_TEMPLATE("a user takes everything of theirs along", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto pass = make_pass(user);
    const auto session = make_session(pass);
    const auto challenge = make_challenge(session);
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.insert_pass(pass);
      t.insert_session(session);
      t.insert_challenge(challenge);
      CHECK(t.insert_credential(make_credential(user)));
      t.insert_api_credential(make_api_credential(user));
      t.put_orphan(make_orphan());
      t.delete_user(user.id);
      CHECK_FALSE(t.api_credential(make_api_credential(user).id));
      CHECK_FALSE(t.pass(pass.id));
      CHECK_FALSE(t.session(session.id));
      CHECK_FALSE(t.challenge(challenge.value));
      CHECK_FALSE(t.has_credentials());
      CHECK(t.orphan(make_orphan().credential_id));  // the key is still out there
    });
  }

  TEST_CASE_TEMPLATE("open sessions are told from ended ones", Fixture, STORES) {
    Fixture f;
    const auto user = make_user("lee");
    const auto open = make_session(make_pass(user), "kiosk");
    auto ended = make_session(make_pass(user), "desk");
    ended.state = SessionState::kCancelled;
    ended.opened_at = kStart + seconds(1);
    commit(f.store(), [&](WriteTransaction& t) {
      CHECK(t.insert_user(user));
      t.insert_session(open);
      t.insert_session(ended);
      CHECK(t.open_sessions() == std::vector{open});
      CHECK(t.open_sessions_of(user.id) == std::vector{open});
      CHECK(t.open_sessions_of(UserId("other")).empty());
      CHECK(t.recent_sessions(10) == std::vector{ended, open});
      CHECK(t.recent_sessions(1) == std::vector{ended});
    });
  }

  TEST_CASE_TEMPLATE("time does not go back when the wall clock is set back", Fixture, STORES) {
    Fixture f;
    commit(f.store(), [](WriteTransaction&) {});
    f.clock.set_wall_by(-hours(1));
    f.clock.advance(minutes(3));
    const auto now = seen(f.store(), [](ReadTransaction& t) { return t.clock().now; });
    CHECK(now == kStart + minutes(3));
  }

  TEST_CASE_TEMPLATE("only a commit raises the mark", Fixture, STORES) {
    Fixture f;
    commit(f.store(), [](WriteTransaction&) {});
    f.clock.set_wall_by(hours(1));
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.clock().now; }) == kStart + hours(1));
    CHECK(f.store().write([](WriteTransaction& t) {
      (void)t.clock();
      return Store::Ending::kRollBack;
    }));
    f.clock.set_wall_by(-hours(1));
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.clock().now; }) == kStart);
  }

  TEST_CASE_TEMPLATE(
      "a clock behind its mark after a reboot is uncertain until a commit", Fixture, STORES) {
    Fixture f;
    commit(f.store(), [](WriteTransaction&) {});
    f.clock.reboot(minutes(1));
    f.clock.set_wall_by(-hours(1));
    const auto certainty = [&] {
      return seen(f.store(), [](ReadTransaction& t) { return t.clock().certainty; });
    };
    CHECK(certainty() == ClockCertainty::kWentBackOverReboot);
    commit(f.store(), [](WriteTransaction& t) {
      CHECK(t.clock().certainty == ClockCertainty::kWentBackOverReboot);
      CHECK(t.clock().now == kStart);
    });
    CHECK(certainty() == ClockCertainty::kCertain);
  }

  TEST_CASE_TEMPLATE("a poisoned mark holds until it is reset", Fixture, STORES) {
    Fixture f;
    f.clock.set_wall_by(hours(24 * 365));
    commit(f.store(), [](WriteTransaction&) {});
    f.clock.set_wall_by(-hours(24 * 365));
    const auto now = [&] {
      return seen(f.store(), [](ReadTransaction& t) { return t.clock().now; });
    };
    CHECK(now() == kStart + hours(24 * 365));
    commit(f.store(), [](WriteTransaction& t) { t.reset_clock_mark(); });
    CHECK(now() == kStart);
  }

  TEST_CASE_TEMPLATE(
      "metadata comes back by its number, until what is older is deleted", Fixture, STORES) {
    Fixture f;
    const StoredMetadata eighth{.number = 8, .imported_at = kStart, .blob = "a.b.c"};
    const StoredMetadata ninth{
        .number = 9, .imported_at = kStart + seconds(1), .blob = std::string(1'000'000, 'x')};
    commit(f.store(), [&](WriteTransaction& t) {
      t.insert_metadata(ninth);
      t.insert_metadata(eighth);
    });
    const auto kept = [&](std::int64_t number) {
      return seen(f.store(), [&](ReadTransaction& t) { return t.metadata(number); });
    };
    CHECK(kept(8) == eighth);
    CHECK(kept(9) == ninth);
    CHECK_FALSE(kept(10));
    commit(f.store(), [](WriteTransaction& t) { t.delete_metadata_before(8); });
    CHECK(kept(8) == eighth);
    commit(f.store(), [](WriteTransaction& t) { t.delete_metadata_before(9); });
    CHECK_FALSE(kept(8));
    CHECK(kept(9) == ninth);
  }

  TEST_CASE_TEMPLATE("a number of metadata is taken once", Fixture, STORES) {
    Fixture f;
    const StoredMetadata metadata{.number = 9, .imported_at = kStart, .blob = "a.b.c"};
    commit(f.store(), [&](WriteTransaction& t) { t.insert_metadata(metadata); });
    const auto again = f.store().write([&](WriteTransaction& t) {
      t.insert_metadata(metadata);
      return Store::Ending::kCommit;
    });
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::kStoreFailed);
  }
}
