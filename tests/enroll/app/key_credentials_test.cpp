#include "enroll/app/key_credentials.h"

#include <doctest/doctest.h>

#include "core/bytes.h"
#include "tests/enroll/app/key_desk_fixture.h"
#include "tests/enroll/app/pipe.h"

namespace firstkey::enroll::tests {

namespace {

using device::ErrorCode;
using device::Option;
using firstkey::tests::FakeKey;
using firstkey::tests::stored_credential;

/// A desk with one key that holds three credentials: "AQEB", "AQIC" and "_w" in base64url.
struct StoreFixture : KeyDeskFixture {
  StoreFixture() : pipe(pipe_with("1234\n")) {
    key.facts().options.client_pin = Option::kTrue;
    key.configuration().pin = "1234";
    key.configuration().stored = {stored_credential("example.org", {1, 1, 1}, "lee"),
                                  stored_credential("example.net", {1, 2, 2}, "kim"),
                                  stored_credential("example.org", {0xFF}, "ana")};
    discovery.insert(key);
  }
  [[nodiscard]] PinOptions pins() {
    key.expect_pin_retries(8);
    return {.pin_fd = pipe.get()};
  }
  [[nodiscard]] std::string deletion(const std::string& id, Consent consent = Consent::kGiven) {
    return code_of(delete_key_credential(desk(), pins(), {.id = id, .consent = consent}));
  }
  [[nodiscard]] std::string names_left() {
    std::string names;
    for (const auto& one : key.configuration().stored) names += one.user_name + " ";
    return names;
  }

  FakeKey key;
  device::FileDescriptor pipe;
};

}  // namespace

TEST_SUITE("enroll/app/key_credentials") {
  TEST_CASE("credentials are listed, all or those of one relying party, and none is no failure") {
    CHECK(code_of(list_key_credentials(StoreFixture().desk(), {}, "")) == "invalid_argument");
    StoreFixture all;
    CHECK(code_of(list_key_credentials(all.desk(), all.pins(), "")) == "done");
    StoreFixture none;
    CHECK(code_of(list_key_credentials(none.desk(), none.pins(), "nowhere.example")) == "done");
  }

  TEST_CASE("a credential is deleted by the beginning of its id, and no other") {
    StoreFixture f;
    CHECK(f.deletion("AQE") == "done");
    CHECK(f.names_left() == "kim ana ");
  }

  TEST_CASE("an id that several begin with, or none, deletes nothing") {
    struct Case {
      const char* id;
      const char* code;
    };
    for (const auto& c : {Case{"AQ", "ambiguous_id"},
                          Case{"", "credential_unknown"},
                          Case{"AQX", "credential_unknown"},
                          Case{"AQEBB", "credential_unknown"}}) {
      CAPTURE(c.id);
      StoreFixture f;
      CHECK(f.deletion(c.id) == c.code);
      CHECK(f.names_left() == "lee kim ana ");
    }
  }

  TEST_CASE("without consent nothing is deleted") {
    StoreFixture f;
    CHECK(f.deletion("_w", Consent::kToAsk) == "invalid_argument");
    CHECK(f.names_left() == "lee kim ana ");
  }

  TEST_CASE("a rename leaves the name that it does not give") {
    StoreFixture f;
    f.key.configuration().stored[1].user_display_name = "Kim Lund";
    CHECK(code_of(rename_key_credential(
              f.desk(), f.pins(), {.id = "AQI", .user_name = "k.lund"})) == "done");
    CHECK(f.key.configuration().stored[1].user_name == "k.lund");
    CHECK(f.key.configuration().stored[1].user_display_name == "Kim Lund");
  }

  TEST_CASE("an empty name takes the name away, and no name at all is nothing to do") {
    StoreFixture f;
    const CredentialRename wish{.id = "AQI", .user_name = "", .user_display_name = "Kim"};
    CHECK(code_of(rename_key_credential(f.desk(), f.pins(), wish)) == "done");
    CHECK(f.key.configuration().stored[1].user_name.empty());
    CHECK(code_of(rename_key_credential(f.desk(), {}, {.id = "AQI"})) == "invalid_argument");
  }

  TEST_CASE("a wrong PIN is told with what is left of the attempts") {
    StoreFixture f;
    f.key.configuration().pin = "9999";
    const auto pins = f.pins();
    f.key.expect_pin_retries(7);
    const auto listed = list_key_credentials(f.desk(), pins, "");
    CHECK(code_of(listed) == "pin_invalid");
    CHECK(listed.error().message.find("7 attempts left") != std::string::npos);
  }

  TEST_CASE("a key that cannot list says so before it asks for a PIN") {
    StoreFixture f;
    f.key.facts().options.cred_mgmt = Option::kAbsent;
    CHECK(code_of(list_key_credentials(f.desk(), {}, "")) == "unsupported_command");
  }
}

}  // namespace firstkey::enroll::tests
