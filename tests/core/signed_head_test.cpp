#include "core/signed_head.h"

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"
#include "tests/support/records.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::AuditKey;
using firstkey::core::ErrorCode;
using firstkey::core::head_from_line;
using firstkey::core::HeadSequence;
using firstkey::core::SignedHead;
using firstkey::core::to_line;

namespace {

/// Heads of a trail of two chains, each a row longer than the one before.
struct Fixture {
  SignedHead signed_by(SignedHead head, const firstkey::core::AuditPublicKey& by) const {
    head.key = by;
    head.signature = key.sign(by, signed_form(head)).value();
    return head;
  }
  [[nodiscard]] std::vector<SignedHead> heads(std::int64_t count) const {
    std::vector<SignedHead> made;
    for (std::int64_t number = 1; number <= count; ++number) {
      made.push_back(signed_by(
          {.number = number,
           .at = firstkey::tests::kStart,
           .chains = {{.chain = 1, .sequence = number}, {.chain = 3, .sequence = 2 * number}},
           .previous = made.empty() ? firstkey::core::Sha256{} : digest_of(made.back())},
          key.current()));
    }
    return made;
  }
  /// The first head that does not follow; 0 if all do.
  static std::int64_t first_broken(const std::vector<SignedHead>& heads) {
    HeadSequence sequence;
    for (const auto& head : heads) {
      const auto followed = sequence.follow(head);
      if (followed) continue;
      CHECK(followed.error().code == ErrorCode::kAuditBroken);
      return head.number;
    }
    return 0;
  }
  firstkey::tests::TemporaryFolder folder;
  firstkey::tests::FakeRandom random{5};
  AuditKey key = AuditKey::open(folder / "audit-key", random).value();
};

}  // namespace

TEST_SUITE("core/signed_head") {
  TEST_CASE_FIXTURE(Fixture, "a head comes back from its line") {
    auto head = heads(1).front();
    CHECK(head_from_line(to_line(head)) == head);
    head.next_key = key.current();
    CHECK(head_from_line(to_line(head)) == head);
    head.chains.clear();
    CHECK(head_from_line(to_line(head)) == head);
  }

  TEST_CASE_FIXTURE(Fixture, "a line in any other form is none") {
    const auto line = to_line(heads(1).front());
    const auto with = [&](const std::string& what, const std::string& by) {
      auto other = line;
      return other.replace(other.find(what), what.size(), by);
    };
    REQUIRE(head_from_line(line));
    for (const auto& other : {std::string(),
                              std::string("{}"),
                              line.substr(1),
                              line + " ",
                              with(":", ": "),
                              with("\"number\":1", "\"number\":1,\"number\":1"),
                              with("\"number\":1", "\"number\":1.0"),
                              with("\"epoch\"", "\"era\""),
                              with("\"chain\":3", "\"chain\":1"),
                              with("\"sequence\":1", "\"sequence\":0"),
                              with("Z\"", "+00:00\""),
                              with("\"previous\":\"00", "\"previous\":\"")}) {
      CAPTURE(other);
      CHECK_FALSE(head_from_line(other).has_value());
    }
  }

  TEST_CASE_FIXTURE(Fixture, "heads follow one another") {
    CHECK(first_broken(heads(3)) == 0);
    CHECK(first_broken({}) == 0);
  }

  TEST_CASE_FIXTURE(Fixture, "a head that was changed, removed or reordered is named") {
    const auto whole = heads(4);
    auto edited = whole;
    edited[1].chains[0].sequence = 7;
    CHECK(first_broken(edited) == 2);
    edited = whole;
    edited.erase(edited.begin() + 1);
    CHECK(first_broken(edited) == 3);
    edited = whole;
    std::swap(edited[1], edited[2]);
    CHECK(first_broken(edited) == 3);
    edited = whole;
    edited.erase(edited.begin());
    CHECK(first_broken(edited) == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "a head that was signed anew does not fit the one after it") {
    auto edited = heads(3);
    edited[1].chains[0].sequence = 7;
    edited[1] = signed_by(edited[1], key.current());
    CHECK(first_broken(edited) == 3);
  }

  TEST_CASE_FIXTURE(Fixture, "another key signs only where the head before it says so") {
    const auto old = key.current();
    auto chain = heads(2);
    key = AuditKey::renew(folder / "audit-key", random).value();
    SignedHead next{.number = 3, .previous = digest_of(chain.back())};
    auto unannounced = chain;
    unannounced.push_back(signed_by(next, key.current()));
    CHECK(first_broken(unannounced) == 3);
    next.next_key = key.current();
    chain.push_back(signed_by(next, old));
    chain.push_back(signed_by({.number = 4, .previous = digest_of(chain.back())}, key.current()));
    CHECK(first_broken(chain) == 0);
    chain.push_back(signed_by({.number = 5, .previous = digest_of(chain.back())}, old));
    CHECK(first_broken(chain) == 5);
  }
}
