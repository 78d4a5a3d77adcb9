#include "core/pepper_mark.h"

#include <doctest/doctest.h>

#include "tests/support/enrollment_fixture.h"

using firstkey::core::ErrorCode;
using firstkey::core::match_pepper;
using firstkey::core::MemoryStore;
using firstkey::core::Settings;
using firstkey::tests::EnrollmentFixture;
using firstkey::tests::FakePepper;

namespace {

/// The key of another store's file, under the same id, as two files of a first key have it.
class OtherPepper final : public firstkey::core::Pepper {
 public:
  [[nodiscard]] std::string current_key_id() const override { return "1"; }
  [[nodiscard]] firstkey::core::Result<firstkey::core::Sha256> mac(
      const std::string& /*key_id*/, firstkey::core::BytesView message) const override {
    return firstkey::core::hmac_sha256(firstkey::core::as_bytes("another"), message);
  }
};

void set_mark(EnrollmentFixture& f, const firstkey::core::PepperMark& mark) {
  f.edit_settings([&](Settings& settings) { settings.pepper_mark = mark; });
}

ErrorCode refusal(EnrollmentFixture& f, const firstkey::core::Pepper& pepper) {
  const auto matched = match_pepper(f.store, pepper);
  REQUIRE_FALSE(matched);
  return matched.error().code;
}

}  // namespace

TEST_SUITE("core/pepper_mark") {
  TEST_CASE("a store takes the pepper it was begun with and no other of the same key id") {
    EnrollmentFixture f;
    set_mark(f, mark_of(f.pepper).value());
    CHECK(match_pepper(f.store, f.pepper));
    CHECK(refusal(f, OtherPepper()) == ErrorCode::kPepperUnreadable);
  }

  TEST_CASE("a pepper that has lost the key of the mark is refused") {
    EnrollmentFixture f;
    auto mark = mark_of(f.pepper).value();
    mark.key_id = "0";
    set_mark(f, mark);
    CHECK(refusal(f, f.pepper) == ErrorCode::kPepperUnreadable);
  }

  TEST_CASE("a store from before there were marks gets one, which holds from then on") {
    EnrollmentFixture f;
    f.edit_settings([](Settings& settings) { settings.pepper_mark.reset(); });
    CHECK(match_pepper(f.store, f.pepper));
    CHECK(refusal(f, OtherPepper()) == ErrorCode::kPepperUnreadable);
  }

  TEST_CASE("a store that is not initialised takes any") {
    EnrollmentFixture f;
    MemoryStore empty(f.clock, f.random);
    CHECK(match_pepper(empty, OtherPepper()));
  }
}
