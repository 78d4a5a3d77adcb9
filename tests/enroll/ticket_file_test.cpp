#include "enroll/ticket_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "tests/support/temporary_folder.h"

namespace firstkey::enroll {

namespace {

using core::ErrorCode;

struct TicketFixture {
  firstkey::tests::TemporaryFolder folder;
  TicketFile file{folder / "ticket"};
  core::StationId station{"kiosk-1"};

  [[nodiscard]] static core::Secret secret() { return core::Secret(core::Bytes(32, 0xAB)); }
  void begin() const { REQUIRE(file.begin(station, secret()).has_value()); }
  [[nodiscard]] std::string content() const {
    std::ifstream stream(file.path());
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void write(const std::string& text) const {
    std::ofstream(file.path()) << text;
    std::filesystem::permissions(file.path(), std::filesystem::perms(0600));
  }
};

}  // namespace

TEST_SUITE("enroll/ticket_file") {
  TEST_CASE_FIXTURE(TicketFixture, "a completed ticket gives station, secret and session back") {
    begin();
    REQUIRE(file.complete(core::SessionId("session-1")).has_value());
    const auto kept = file.load();
    REQUIRE(kept.has_value());
    REQUIRE(kept->has_value());
    CHECK(kept->value().station == station);
    CHECK(kept->value().secret.equals(secret()));
    CHECK(kept->value().session == core::SessionId("session-1"));
  }

  TEST_CASE_FIXTURE(TicketFixture, "one begun before a crash gives back what redeems again") {
    begin();
    const auto kept = file.load();
    REQUIRE(kept.has_value());
    REQUIRE(kept->has_value());
    CHECK(kept->value().secret.equals(secret()));
    CHECK_FALSE(kept->value().session.has_value());
  }

  TEST_CASE_FIXTURE(TicketFixture, "a session cut off by a crash counts as not written") {
    begin();
    write(content() + "session session-");
    const auto kept = file.load();
    REQUIRE(kept.has_value());
    REQUIRE(kept->has_value());
    CHECK_FALSE(kept->value().session.has_value());
  }

  TEST_CASE_FIXTURE(TicketFixture, "no file is no ticket") {
    const auto kept = file.load();
    REQUIRE(kept.has_value());
    CHECK_FALSE(kept->has_value());
  }

  TEST_CASE_FIXTURE(TicketFixture, "an earlier session's ticket is not overwritten") {
    begin();
    CHECK(file.begin(station, secret()).error().code == ErrorCode::kAlreadyExists);
  }

  TEST_CASE_FIXTURE(TicketFixture, "a ticket cut anywhere before its session is damaged") {
    begin();
    const std::string whole = content();
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      write(whole.substr(0, length));
      const auto kept = file.load();
      REQUIRE_FALSE(kept.has_value());
      CHECK(kept.error().code == ErrorCode::kStoreDamaged);
    }
  }

  TEST_CASE_FIXTURE(TicketFixture, "a ticket open to others is refused, with what to do") {
    begin();
    std::filesystem::permissions(file.path(), std::filesystem::perms(0640));
    const auto kept = file.load();
    REQUIRE_FALSE(kept.has_value());
    CHECK(kept.error().code == ErrorCode::kStoreUnreachable);
    CHECK(kept.error().detail.find("chmod 600") != std::string::npos);
  }

  TEST_CASE_FIXTURE(TicketFixture, "only its owner can read it") {
    begin();
    CHECK(std::filesystem::status(file.path()).permissions() == std::filesystem::perms(0600));
  }

  TEST_CASE_FIXTURE(TicketFixture, "wiped, its bytes are gone from every name of the file") {
    begin();
    const std::string other_name = folder / "linked";
    std::filesystem::create_hard_link(file.path(), other_name);
    REQUIRE(file.wipe().has_value());
    CHECK_FALSE(std::filesystem::exists(file.path()));
    std::ifstream stream(other_name);
    const std::string left{std::istreambuf_iterator<char>(stream), {}};
    CHECK(left.find("abab") == std::string::npos);
  }

  TEST_CASE_FIXTURE(TicketFixture, "wiping what is not there is fine") {
    CHECK(file.wipe().has_value());
  }

  TEST_CASE_FIXTURE(TicketFixture, "a station's name with a line end, or a short secret, is none") {
    CHECK(file.begin(core::StationId("a\nb"), secret()).error().code ==
          ErrorCode::kInvalidArgument);
    CHECK(file.begin(station, core::Secret(core::Bytes(31, 1))).error().code ==
          ErrorCode::kInvalidArgument);
    CHECK_FALSE(std::filesystem::exists(file.path()));
  }
}

}  // namespace firstkey::enroll
