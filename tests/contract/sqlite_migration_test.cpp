// A store of every earlier schema is brought up to date with what it holds.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/contract/store_fixtures.h"
#include "tests/support/records.h"

using firstkey::core::ReadTransaction;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

namespace {

/// The steps of core/store/schema, oldest first.
std::vector<std::string> steps() {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = FIRSTKEY_SOURCE_DIR "/core/store/schema";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

/// What an older firstkey left at `path`: a store of the schema `version` with a counter and a
/// refusal in it.
void make_older_store(const std::string& path, std::size_t version) {
  SQLite::Database file(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  const auto all = steps();
  for (std::size_t step = 0; step < version; ++step) file.exec(all[step]);
  file.exec(
      "INSERT INTO lockouts VALUES (0, zeroblob(32), 3, 0, 0, 0, '[]');"
      "INSERT INTO audit (sequence, at, action, outcome, correlation, details, personal, "
      "previous_hash, hash) VALUES (1, 0, 'pass.redeem', 'pass_wrong', 'c', "
      "'{\"reference\":\"AAAAAA\"}', '{}', zeroblob(32), zeroblob(32));"
      "PRAGMA application_id = 1179332657;"  // "FK01"
      "PRAGMA user_version = " +
      std::to_string(version));
  // From the fifth on the reference is a column of its own, which the program filled itself.
  if (version >= 5) file.exec("UPDATE audit SET reference = 'AAAAAA'");
  ::chmod(path.c_str(), 0600);
}

/// Undoes the step `number`, the newest the store at `path` has, which `sql` reverses.
void undo_step(const std::string& path, int number, const char* sql) {
  SQLite::Database file(path, SQLite::OPEN_READWRITE);
  REQUIRE(file.execAndGet("PRAGMA user_version").getInt() == number);
  file.exec(sql);
  file.exec("PRAGMA user_version = " + std::to_string(number - 1));
}

/// Takes what 0012_audit_subjects.sql brought out of the store at `path`.
void undo_audit_subjects(const std::string& path) {
  undo_step(path,
            12,
            "DROP INDEX audit_by_pass; DROP INDEX audit_by_credential;"
            "ALTER TABLE audit DROP COLUMN pass; ALTER TABLE audit DROP COLUMN credential");
}

/// Takes what 0011_several_servers.sql brought out of the store at `path`, and what came later.
void undo_several_servers(const std::string& path) {
  undo_audit_subjects(path);
  undo_step(path,
            11,
            "UPDATE settings SET document = json_remove(document, '$.pepperMark', "
            "'$.ownerInstallation')");
}

/// Takes what 0009_stations.sql brought out of the store at `path`, and what came later.
void undo_stations(const std::string& path) {
  undo_several_servers(path);
  undo_step(path, 10, "DROP TABLE api_credentials");
  undo_step(path, 9, "UPDATE settings SET document = json_remove(document, '$.stations')");
}

/// Takes what 0008_key_profiles.sql brought out of the store at `path`, and what came later.
void undo_key_profiles(const std::string& path, const char* is_attestation_enforced) {
  undo_stations(path);
  const auto sql =
      std::string(
          "ALTER TABLE credentials DROP COLUMN is_model_proven;"
          "UPDATE settings SET document = json_set(json_remove(document, "
          "'$.keyPolicy.isSelfServiceRegistrationAllowed', '$.keyPolicy.includeTargets', "
          "'$.keyPolicy.excludeTargets', '$.keyPolicy.defaultPasskeyProfile', "
          "'$.keyPolicy.passkeyProfiles'), '$.keyPolicy.isAttestationEnforced', json('") +
      is_attestation_enforced + "'))";
  undo_step(path, 8, sql.c_str());
}

/// Takes what 0007_metadata.sql brought out of the store at `path`, and what came later.
void undo_metadata(const std::string& path) {
  undo_key_profiles(path, "false");
  undo_step(
      path,
      7,
      "DROP TABLE metadata;"
      "UPDATE settings SET document = json_remove(document, '$.metadataRoots', '$.metadata', "
      "'$.keyPolicy.refusesUserVerificationBypass', '$.keyPolicy.refusesUserKeyRemoteCompromise', "
      "'$.keyPolicy.refusesUserKeyPhysicalCompromise', '$.keyPolicy.metadataGraceInDays')");
}

}  // namespace

TEST_SUITE("contract/sqlite_migration") {
  TEST_CASE("settings that knew nothing of metadata read as those of a store without any") {
    SqliteFixture f;
    commit(f.store(), [](WriteTransaction& t) { t.put_settings(make_settings()); });
    f.close();
    undo_metadata(f.path());
    f.reopen();
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.settings(); }) == make_settings());
  }

  TEST_CASE("what a key policy asked of everybody becomes the default profile, which is theirs") {
    using firstkey::core::AttestationEnforcement;
    for (const auto& [was_enforced, enforcement] :
         {std::pair{"true", AttestationEnforcement::kEnforced},
          {"false", AttestationEnforcement::kDisabled}}) {
      SqliteFixture f;
      auto settings = make_settings();
      settings.key_policy.requires_resident_key = false;
      commit(f.store(), [&](WriteTransaction& t) {
        t.put_settings(settings);
        REQUIRE(t.insert_user(make_user("lee")));
        REQUIRE(t.insert_credential(make_credential(make_user("lee"))));
      });
      f.close();
      undo_key_profiles(f.path(), was_enforced);
      f.reopen();
      settings.key_policy.profiles.front().attestation = enforcement;
      CHECK(seen(f.store(), [](ReadTransaction& t) { return t.settings(); }) == settings);
      auto credential = make_credential(make_user("lee"));
      credential.is_model_proven = false;
      CHECK(seen(f.store(), [&](ReadTransaction& t) { return t.credential(credential.id); }) ==
            credential);
    }
  }

  TEST_CASE("a story that was written before subjects were searched by is found by them") {
    using firstkey::core::AuditSubject;
    SqliteFixture f;
    commit(f.store(), [](WriteTransaction& t) { t.append_audit(make_event("pass.issue")); });
    f.close();
    undo_audit_subjects(f.path());
    f.reopen();
    const auto story = seen(f.store(), [](ReadTransaction& t) {
      return t.story_of({.kind = AuditSubject::Kind::kPass, .id = "p"});
    });
    REQUIRE(story);
    CHECK(story->text() == "correlation");
  }

  TEST_CASE("a store of an earlier schema is brought up to date with what it holds") {
    for (std::size_t version = 1; version < steps().size(); ++version) {
      CAPTURE(version);
      SqliteFixture f;
      f.close();
      std::filesystem::remove(f.path());
      make_older_store(f.path(), version);
      f.reopen();
      CHECK(seen(f.store(), [](ReadTransaction& t) { return t.count_lockouts(); }) == 1);
      const auto rows = seen(f.store(), [](ReadTransaction& t) {
        return t.newest_audit_rows({.reference = "AAAAAA"});
      });
      CHECK(rows.size() == 1);
      commit(f.store(), [](WriteTransaction& t) {
        const auto user = make_user("lee");
        CHECK(t.insert_user(user));
        CHECK(t.insert_credential(make_credential(user)));
        t.put_orphan(make_orphan());
        t.insert_api_credential(make_api_credential(user));
      });
      CHECK(seen(f.store(), [](ReadTransaction& t) { return t.has_credentials(); }));
    }
  }
}
