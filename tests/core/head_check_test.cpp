// Heads that are signed while a trail grows, and what is found when either is tampered with.

#include "core/head_check.h"

#include <filesystem>
#include <fstream>
#include <memory>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "core/head_signer.h"
#include "core/store/sqlite_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/records.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::AuditKey;
using firstkey::core::ErrorCode;
using firstkey::core::HeadSigner;
using firstkey::core::Result;
using firstkey::core::SignedHead;
using firstkey::core::SignedHeads;
using firstkey::core::SignedTrail;
using firstkey::core::SqliteStore;
using firstkey::core::UnsignedTail;
using firstkey::core::WriteTransaction;
using firstkey::tests::make_event;

namespace {

/// A trail in a file, which somebody with another program can get at, and its heads in another.
class SignedChain {
 public:
  SignedChain() {
    write([](WriteTransaction& t) { t.put_settings(firstkey::tests::make_settings()); });
  }
  void grow(int rows) {
    write([&](WriteTransaction& t) {
      for (int i = 0; i < rows; ++i) t.append_audit(make_event("pass.issue"));
    });
  }
  void begin_epoch(std::int64_t epoch) {
    write([&](WriteTransaction& t) {
      auto settings = t.settings().value();
      settings.epoch = epoch;
      t.put_settings(settings);
    });
  }
  Result<std::optional<SignedHead>> sign() {
    return HeadSigner(*store_, key_, heads_path()).sign();
  }
  void grow_and_sign(int rows) {
    grow(rows);
    REQUIRE(sign().value().has_value());
  }
  void renew_key() { key_ = AuditKey::renew(folder_ / "audit-key", random_).value(); }
  void lose_key() {
    std::filesystem::remove(folder_ / "audit-key");
    key_ = AuditKey::open(folder_ / "audit-key", random_).value();
  }
  void tamper(const std::string& sql) const {
    SQLite::Database(folder_ / "firstkey.db", SQLite::OPEN_READWRITE).exec(sql);
  }
  /// Cuts the trail off after `rows` rows and lets it grow anew.
  void rewrite_after(int rows, int more) {
    tamper("DELETE FROM audit WHERE sequence > " + std::to_string(rows));
    grow(more);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::ifstream file(heads_path());
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  void put_lines(const std::vector<std::string>& lines, const char* end = "\n") const {
    std::ofstream file(heads_path(), std::ios::trunc);
    for (const auto& line : lines) file << line << (&line == &lines.back() ? end : "\n");
  }
  Result<SignedTrail> check() {
    const auto heads = SignedHeads::read(heads_path());
    if (!heads) return std::unexpected(heads.error());
    return firstkey::core::read_from<SignedTrail>(*store_,
                                                  [&](firstkey::core::ReadTransaction& view) {
                                                    return check_against_heads(view, heads.value());
                                                  });
  }
  /// What the check complains of.
  std::string complaint() {
    const auto checked = check();
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == ErrorCode::kAuditBroken);
    return checked.error().detail;
  }
  [[nodiscard]] std::string heads_path() const { return folder_ / "heads"; }

 private:
  template <class Work>
  void write(const Work& work) {
    REQUIRE(store_->write([&](WriteTransaction& t) {
      work(t);
      return firstkey::core::Store::Ending::kCommit;
    }));
  }

  firstkey::tests::TemporaryFolder folder_;
  firstkey::tests::FakeClock clock_;
  firstkey::tests::FakeRandom random_{5};
  std::unique_ptr<SqliteStore> store_ =
      SqliteStore::open(
          folder_ / "firstkey.db", SqliteStore::Presence::kMayBeCreated, clock_, random_)
          .value();
  AuditKey key_ = AuditKey::open(folder_ / "audit-key", random_).value();
};

template <class Value>
ErrorCode code_of(const Result<Value>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

using Tails = std::vector<UnsignedTail>;

}  // namespace

TEST_SUITE("core/head_check") {
  TEST_CASE("a trail that was signed to its end has no unsigned tail") {
    SignedChain chain;
    chain.grow_and_sign(3);
    chain.grow_and_sign(2);
    const auto checked = chain.check();
    REQUIRE(checked);
    CHECK(checked->trail.rows == 5);
    CHECK(checked->unsigned_tails.empty());
  }

  TEST_CASE("what was written since the last head is shown as unsigned") {
    SignedChain chain;
    chain.grow_and_sign(3);
    chain.grow(2);
    CHECK(chain.check()->unsigned_tails == Tails{{.chain = 1, .first = 4, .rows = 2}});
    CHECK(chain.sign().value().has_value());
    CHECK(chain.check()->unsigned_tails.empty());
  }

  TEST_CASE("a trail that has not grown is not signed again") {
    SignedChain chain;
    chain.grow_and_sign(1);
    CHECK_FALSE(chain.sign().value().has_value());
    CHECK(chain.lines().size() == 1);
  }

  TEST_CASE("a trail that was cut off is told by the head that signed it") {
    SignedChain chain;
    chain.grow_and_sign(3);
    chain.grow_and_sign(3);
    chain.tamper("DELETE FROM audit WHERE sequence > 5");
    CHECK(chain.complaint() == "chain 1 ends with row 5, and was signed up to row 6 (head 2)");
    CHECK(code_of(chain.sign()) == ErrorCode::kAuditBroken);
    chain.tamper("DELETE FROM audit");
    CHECK(chain.complaint().starts_with("chain 1 is missing"));
  }

  TEST_CASE("a trail that was rewritten consistently is told by the first head it contradicts") {
    SignedChain chain;
    chain.grow_and_sign(3);
    chain.grow_and_sign(3);
    chain.rewrite_after(4, 5);
    CHECK(chain.complaint() == "row 6 is not the one that was signed (head 2)");
    CHECK(code_of(chain.sign()) == ErrorCode::kAuditBroken);
    chain.rewrite_after(2, 5);
    CHECK(chain.complaint() == "row 3 is not the one that was signed (head 1)");
  }

  TEST_CASE("an unsigned row that was changed is found before it is signed") {
    SignedChain chain;
    chain.grow_and_sign(3);
    chain.grow(3);
    chain.tamper("UPDATE audit SET outcome = 'x' WHERE sequence = 5");
    CHECK(code_of(chain.sign()) == ErrorCode::kAuditBroken);
    CHECK(chain.lines().size() == 1);
    CHECK(chain.complaint().starts_with("row 5: "));
  }

  TEST_CASE("a head that was changed, removed or reordered is named") {
    SignedChain chain;
    for (int i = 0; i < 4; ++i) chain.grow_and_sign(1);
    const auto whole = chain.lines();
    auto edited = whole;
    edited.erase(edited.begin() + 1);
    chain.put_lines(edited);
    CHECK(chain.complaint().starts_with("head 3: expected head 2"));
    edited = whole;
    std::swap(edited[1], edited[2]);
    chain.put_lines(edited);
    CHECK(chain.complaint().starts_with("head 3: "));
    edited = whole;
    edited[1].replace(edited[1].find("\"sequence\":2"), 12, "\"sequence\":1");
    chain.put_lines(edited);
    CHECK(chain.complaint() == "head 2: was changed after it was signed");
    edited[1] = "head";
    chain.put_lines(edited);
    CHECK(chain.complaint().starts_with("line 2 of "));
  }

  TEST_CASE("a last line that a crash left unfinished is not read, and signed anew") {
    SignedChain chain;
    chain.grow_and_sign(1);
    chain.grow_and_sign(1);
    auto lines = chain.lines();
    lines[1].pop_back();
    chain.put_lines(lines, "");
    CHECK(chain.check()->unsigned_tails == Tails{{.chain = 1, .first = 2, .rows = 1}});
    CHECK(chain.sign().value()->number == 2);
    CHECK(chain.check()->unsigned_tails.empty());
  }

  TEST_CASE("a renewed key is named by its predecessor, once") {
    SignedChain chain;
    chain.grow_and_sign(1);
    chain.renew_key();
    const auto naming = chain.sign().value();
    REQUIRE(naming);
    CHECK(naming->next_key.has_value());
    CHECK_FALSE(chain.sign().value().has_value());
    chain.grow_and_sign(1);
    CHECK(chain.check()->unsigned_tails.empty());
    CHECK(SignedHeads::read(chain.heads_path())->has_key(naming->next_key.value()));
  }

  TEST_CASE("a key that is lost cannot be replaced in its file of heads") {
    SignedChain chain;
    chain.grow_and_sign(1);
    chain.lose_key();
    chain.grow(1);
    CHECK(code_of(chain.sign()) == ErrorCode::kAuditKeyUnreadable);
    std::filesystem::remove(chain.heads_path());
    CHECK(chain.sign().value()->number == 1);
  }

  TEST_CASE("what a restore took back is counted, in a new epoch alone") {
    SignedChain chain;
    chain.grow_and_sign(3);
    chain.grow_and_sign(3);
    chain.rewrite_after(4, 1);
    CHECK(chain.complaint().contains("head 2"));
    chain.begin_epoch(2);
    CHECK(chain.check()->taken_back == 1);
    CHECK(chain.check()->unsigned_tails == Tails{{.chain = 1, .first = 4, .rows = 2}});
    CHECK(chain.sign().value()->epoch == 2);
    CHECK(chain.check()->unsigned_tails.empty());
    chain.grow_and_sign(1);
    CHECK(chain.check()->taken_back == 0);
    chain.rewrite_after(5, 3);
    CHECK(chain.complaint().contains("row 6"));
  }

  TEST_CASE("without a file or a head there is nothing to check against") {
    SignedChain chain;
    CHECK(code_of(chain.check()) == ErrorCode::kNotFound);
    std::ofstream(chain.heads_path()) << "";
    CHECK(code_of(chain.check()) == ErrorCode::kNotFound);
  }
}
