#include "core/installation.h"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/support/fake_random.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::begin_installation;
using firstkey::core::ErrorCode;
using firstkey::core::installation_at;

namespace {

struct Fixture {
  firstkey::tests::TemporaryFolder folder;
  firstkey::tests::FakeRandom random{5};
  std::string path = folder / "installation";
};

}  // namespace

TEST_SUITE("core/installation") {
  TEST_CASE_FIXTURE(Fixture, "an installation has the id it began with, in a file of its own") {
    CHECK(installation_at(path).value() == std::nullopt);
    const auto begun = begin_installation(path, random);
    REQUIRE(begun);
    CHECK(installation_at(path).value() == begun.value());
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
  }

  TEST_CASE_FIXTURE(Fixture, "it does not begin twice") {
    REQUIRE(begin_installation(path, random));
    const auto again = begin_installation(path, random);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::kAlreadyExists);
  }

  TEST_CASE_FIXTURE(Fixture, "a file that is cut off, another's or no id is refused") {
    REQUIRE(begin_installation(path, random));
    for (const auto* text : {"",
                             "firstkey installation 1\n",
                             "firstkey station 1\nx\n",
                             "firstkey installation 1\nx\n"}) {
      CAPTURE(text);
      std::ofstream(path, std::ios::trunc) << text;
      const auto read = installation_at(path);
      REQUIRE_FALSE(read);
      CHECK(read.error().code == ErrorCode::kStoreDamaged);
    }
  }
}
