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

/// Takes what 0007_metadata.sql brought out of the store at `path`.
void make_settings_older(const std::string& path) {
  SQLite::Database file(path, SQLite::OPEN_READWRITE);
  file.exec(
      "DROP TABLE metadata;"
      "UPDATE settings SET document = json_remove(document, '$.metadataRoots', '$.metadata', "
      "'$.keyPolicy.refusesUserVerificationBypass', '$.keyPolicy.refusesUserKeyRemoteCompromise', "
      "'$.keyPolicy.refusesUserKeyPhysicalCompromise', '$.keyPolicy.metadataGraceInDays')");
  const auto all = steps();
  const auto step = std::ranges::find_if(
      all, [](const std::string& text) { return text.contains("CREATE TABLE metadata"); });
  REQUIRE(step == all.end() - 1);  // later steps would have to be undone first
  file.exec("PRAGMA user_version = " + std::to_string(step - all.begin()));
}

}  // namespace

TEST_SUITE("contract/sqlite_migration") {
  TEST_CASE("settings that knew nothing of metadata read as those of a store without any") {
    SqliteFixture f;
    commit(f.store(), [](WriteTransaction& t) { t.put_settings(make_settings()); });
    f.close();
    make_settings_older(f.path());
    f.reopen();
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.settings(); }) == make_settings());
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
      });
      CHECK(seen(f.store(), [](ReadTransaction& t) { return t.has_credentials(); }));
    }
  }
}
