#include "core/key_file_pepper.h"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/fake_random.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::as_bytes;
using firstkey::core::ErrorCode;
using firstkey::core::KeyFilePepper;
using firstkey::tests::FakeRandom;
using firstkey::tests::TemporaryFolder;

namespace {

struct Fixture {
  Fixture() { REQUIRE(KeyFilePepper::create(path, random)); }
  void write(const std::string& content) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  [[nodiscard]] ErrorCode refusal() const {
    const auto opened = KeyFilePepper::open(path);
    REQUIRE_FALSE(opened);
    return opened.error().code;
  }
  TemporaryFolder folder;
  FakeRandom random{5};
  std::string path = folder / "pepper";
};

const std::string kKey(64, 'a');
const std::string kOther(64, 'b');

}  // namespace

TEST_SUITE("core/key_file_pepper") {
  TEST_CASE_FIXTURE(Fixture, "a new pepper is its owner's alone and opens") {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    const auto pepper = KeyFilePepper::open(path);
    REQUIRE(pepper);
    CHECK(pepper->current_key_id() == "1");
    CHECK(pepper->mac("1", as_bytes("m")) == KeyFilePepper::open(path)->mac("1", as_bytes("m")));
    CHECK(pepper->mac("1", as_bytes("m")) != pepper->mac("1", as_bytes("n")));
  }

  TEST_CASE_FIXTURE(Fixture, "a pepper is never overwritten") {
    const auto again = KeyFilePepper::create(path, random);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::kAlreadyExists);
    CHECK(KeyFilePepper::open(path));
  }

  TEST_CASE_FIXTURE(Fixture, "the last key is current and older ones still serve") {
    write("firstkey pepper 1\n1 " + kKey + "\n2 " + kOther + "\n");
    const auto pepper = KeyFilePepper::open(path);
    REQUIRE(pepper);
    CHECK(pepper->current_key_id() == "2");
    CHECK(pepper->mac("1", as_bytes("m")) != pepper->mac("2", as_bytes("m")));
    const auto unknown = pepper->mac("3", as_bytes("m"));
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == ErrorCode::kPepperUnreadable);
  }

  TEST_CASE_FIXTURE(Fixture, "a file that is not a whole pepper is refused") {
    for (const auto& content : {std::string(),
                                std::string("firstkey pepper 1\n"),
                                "1 " + kKey + "\n",
                                "firstkey pepper 1\n1 " + kKey,
                                "firstkey pepper 1\n1 " + kKey.substr(1) + "\n",
                                "firstkey pepper 1\n1 " + kKey + "0\n",
                                "firstkey pepper 1\n1 " + kKey.substr(1) + "g\n",
                                "firstkey pepper 1\n " + kKey + "\n",
                                "firstkey pepper 1\n12345678901234567 " + kKey + "\n",
                                std::string(5000, 'x')}) {
      CAPTURE(content);
      write(content);
      CHECK(refusal() == ErrorCode::kPepperUnreadable);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a pepper that is absent, open to others or a link is refused") {
    ::chmod(path.c_str(), 0644);
    CHECK(refusal() == ErrorCode::kPepperUnreadable);
    ::unlink(path.c_str());
    CHECK(refusal() == ErrorCode::kPepperUnreadable);
    REQUIRE(::symlink("/etc/hostname", path.c_str()) == 0);
    CHECK(refusal() == ErrorCode::kPepperUnreadable);
  }
}
