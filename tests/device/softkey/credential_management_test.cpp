#include "device/softkey/credential_management.h"

#include <doctest/doctest.h>

#include "device/softkey/crypto.h"
#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::Settings;
using firstkey::device::softkey::sha256;

constexpr int kMetadata = 0x01;
constexpr int kFirstRp = 0x02;
constexpr int kNextRp = 0x03;
constexpr int kFirstCredential = 0x04;
constexpr int kNextCredential = 0x05;
constexpr int kDelete = 0x06;
constexpr int kUpdateUser = 0x07;

Map rp_id_hash(std::string_view rp_id) {
  const auto hash = sha256(firstkey::device::softkey::as_bytes(rp_id));
  return {{0x01, BytesView(hash)}};
}

Map credential(const Bytes& id) {
  return {{0x02, descriptor(id)}};
}

Map renaming(const Bytes& id, const Map& user) {
  return {{0x02, descriptor(id)}, {0x03, user}};
}

/// A key that holds accounts of two relying parties, and a client that may manage all of them.
struct ManagedKey : TestKey {
  explicit ManagedKey(ProtocolVersion version = ProtocolVersion::kTwo) {
    lee = register_user("lee", Map{{"credProtect", 3}});
    kim = register_user("kim");
    Map other = with(make_request(), 0x02, Map{{"id", "example.com"}});
    other = with(other, 0x07, Map{{"rk", true}});
    REQUIRE(status_of(kMakeCredential, other) == Status::kOk);
    REQUIRE(status_of(kMakeCredential, make_request()) == Status::kOk);  // not discoverable
    REQUIRE(set_pin("1234", version) == Status::kOk);
    REQUIRE(get_unbound_token("1234", kManagePermission, version) == Status::kOk);
  }
  Answer manage(int subcommand, const std::optional<Map>& params = {}) {
    return call(kManagement, managing(subcommand, params));
  }
  Answer next(int subcommand) { return call(kManagement, Map{{0x01, subcommand}}); }
  void bind_token() { REQUIRE(get_token("1234", kManagePermission) == Status::kOk); }

  Bytes lee;
  Bytes kim;
};

std::string rp_of(const Answer& answer) {
  REQUIRE(answer.status == Status::kOk);
  return *answer.get<Map>(0x03).find("id")->as<std::string>();
}

Bytes id_of(const Answer& answer) {
  REQUIRE(answer.status == Status::kOk);
  return *answer.get<Map>(0x07).find("id")->as<Bytes>();
}

}  // namespace

TEST_SUITE("device/softkey/credential_management") {
  TEST_CASE("the discoverable credentials and the room left are counted, under both protocols") {
    for (const auto version : {ProtocolVersion::kOne, ProtocolVersion::kTwo}) {
      CAPTURE(static_cast<int>(version));
      ManagedKey key(version);
      const Answer counts = key.manage(kMetadata);
      CHECK(counts.get<std::int64_t>(0x01) == 3);
      CHECK(counts.get<std::int64_t>(0x02) == 97);
    }
  }

  TEST_CASE("relying parties are given one at a time, each with its hash") {
    ManagedKey key;
    const Answer first = key.manage(kFirstRp);
    CHECK(rp_of(first) == "example.org");
    CHECK(first.get<Bytes>(0x04) == *rp_id_hash("example.org").find(0x01)->as<Bytes>());
    CHECK(first.get<std::int64_t>(0x05) == 2);
    const Answer second = key.next(kNextRp);
    CHECK(rp_of(second) == "example.com");
    CHECK(second.map.find(0x05) == nullptr);
    CHECK(key.next(kNextRp).status == Status::kNotAllowed);
  }

  TEST_CASE("the credentials of one relying party are given with all there is to know") {
    ManagedKey key;
    const Answer first = key.manage(kFirstCredential, rp_id_hash("example.org"));
    CHECK(id_of(first) == key.lee);
    CHECK(*first.get<Map>(0x06).find("name")->as<std::string>() == "lee");
    CHECK(*first.get<Map>(0x08).find(3)->as<std::int64_t>() == -7);
    CHECK(first.get<std::int64_t>(0x09) == 2);
    CHECK(first.get<std::int64_t>(0x0A) == 3);
    const Answer second = key.next(kNextCredential);
    CHECK(id_of(second) == key.kim);
    CHECK(second.map.find(0x09) == nullptr);
    CHECK(key.next(kNextCredential).status == Status::kNotAllowed);
  }

  TEST_CASE("where nothing is stored there is nothing to list") {
    ManagedKey key;
    CHECK(key.manage(kFirstCredential, rp_id_hash("example.net")).status == Status::kNoCredentials);
    TestKey empty;
    REQUIRE(empty.set_pin("1234") == Status::kOk);
    REQUIRE(empty.get_unbound_token("1234", kManagePermission) == Status::kOk);
    CHECK(empty.status_of(kManagement, empty.managing(kFirstRp)) == Status::kNoCredentials);
  }

  TEST_CASE("any other command ends an enumeration, and so does the next one of its kind") {
    for (const auto& interrupt : {Bytes{kGetInfo}, Bytes{kSelection}}) {
      ManagedKey key;
      REQUIRE(key.manage(kFirstRp).status == Status::kOk);
      REQUIRE(key.authenticator->start(interrupt).has_value());
      CHECK(key.next(kNextRp).status == Status::kNotAllowed);
    }
    ManagedKey key;
    REQUIRE(key.manage(kFirstRp).status == Status::kOk);
    REQUIRE(key.manage(kMetadata).status == Status::kOk);
    CHECK(key.next(kNextRp).status == Status::kNotAllowed);
    REQUIRE(key.manage(kFirstRp).status == Status::kOk);
    CHECK(key.next(kNextCredential).status == Status::kNotAllowed);
    CHECK(key.next(kNextRp).status == Status::kNotAllowed);
  }

  TEST_CASE("a client that takes too long starts anew") {
    struct Case {
      const char* name;
      int after;
      Status expected;
    };
    for (const auto& [name, after, expected] : {Case{"just before", 29'999, Status::kOk},
                                                Case{"at the limit", 30'000, Status::kNotAllowed},
                                                Case{"just after", 30'001, Status::kNotAllowed}}) {
      CAPTURE(name);
      ManagedKey key;
      REQUIRE(key.manage(kFirstCredential, rp_id_hash("example.org")).status == Status::kOk);
      key.clock.advance(Milliseconds(after));
      CHECK(key.next(kNextCredential).status == expected);
    }
  }

  TEST_CASE("a deleted credential is gone, and makes room") {
    ManagedKey key;
    CHECK(key.manage(kDelete, credential(key.lee)).status == Status::kOk);
    CHECK(key.store.find(key.lee, "example.org") == nullptr);
    CHECK(key.manage(kMetadata).get<std::int64_t>(0x02) == 98);
    CHECK(key.manage(kDelete, credential(key.lee)).status == Status::kNoCredentials);
  }

  TEST_CASE("a user is renamed, and names left out are taken away") {
    ManagedKey key;
    const Bytes user_id{'l', 'e', 'e'};
    const Map renamed{{"id", user_id}, {"displayName", "Lee Osei"}};
    CHECK(key.manage(kUpdateUser, renaming(key.lee, renamed)).status == Status::kOk);
    const auto* stored = key.store.find(key.lee, "example.org");
    CHECK_FALSE(stored->user_name.has_value());
    CHECK(stored->user_display_name == "Lee Osei");
    const Map another{{"id", Bytes{9}}, {"name", "ana"}};
    CHECK(key.manage(kUpdateUser, renaming(key.lee, another)).status == Status::kInvalidParameter);
    CHECK(key.manage(kUpdateUser, renaming(Bytes{1}, renamed)).status == Status::kNoCredentials);
  }

  TEST_CASE("a token bound to a relying party reaches its credentials and no others") {
    ManagedKey key;
    key.bind_token();
    CHECK(key.manage(kMetadata).status == Status::kPinAuthInvalid);
    CHECK(key.manage(kFirstRp).status == Status::kPinAuthInvalid);
    CHECK(key.manage(kFirstCredential, rp_id_hash("example.com")).status ==
          Status::kPinAuthInvalid);
    CHECK(key.manage(kFirstCredential, rp_id_hash("example.org")).status == Status::kOk);
    const Bytes foreign = key.store.discoverable_for("example.com").front()->id;
    CHECK(key.manage(kDelete, credential(foreign)).status == Status::kPinAuthInvalid);
    CHECK(key.manage(kDelete, credential(key.kim)).status == Status::kOk);
  }

  TEST_CASE("each fault in a request has its status, and changes nothing") {
    struct Case {
      const char* name;
      Map request;
      Status expected;
    };
    ManagedKey key;
    const Map good = key.managing(kDelete, credential(key.lee));
    const std::vector<Case> cases{
        {"no subcommand", with(good, 0x01, {}), Status::kMissingParameter},
        {"a subcommand of text", with(good, 0x01, "six"), Status::kCborUnexpectedType},
        {"one that is not there", with(good, 0x01, 0x08), Status::kInvalidSubcommand},
        {"one past a byte", with(good, 0x01, 0x106), Status::kInvalidSubcommand},
        {"no proof", with(good, 0x04, {}), Status::kPuatRequired},
        {"no protocol", with(good, 0x03, {}), Status::kMissingParameter},
        {"protocol three", with(good, 0x03, 3), Status::kInvalidParameter},
        {"a proof of other words", with(good, 0x04, Bytes(32)), Status::kPinAuthInvalid},
        {"a proof for another credential",
         with(good, 0x02, credential(key.kim)),
         Status::kPinAuthInvalid},
        {"params of text", with(good, 0x02, "all"), Status::kCborUnexpectedType},
        {"no params", with(good, 0x02, {}), Status::kMissingParameter},
        {"a credential without id",
         with(good, 0x02, Map{{0x02, Map{{"type", "public-key"}}}}),
         Status::kMissingParameter},
        {"a hash of text",
         key.managing(kFirstCredential, Map{{0x01, "hash"}}),
         Status::kCborUnexpectedType},
        {"a user without id",
         key.managing(kUpdateUser, renaming(key.lee, Map{{"name", "ana"}})),
         Status::kMissingParameter},
        {"a name of bytes",
         key.managing(kUpdateUser, renaming(key.lee, Map{{"id", Bytes{1}}, {"name", Bytes{1}}})),
         Status::kCborUnexpectedType},
    };
    for (const auto& [name, request, expected] : cases) {
      CAPTURE(name);
      CHECK(key.status_of(kManagement, request) == expected);
    }
    CHECK(key.store.discoverable_count() == 3);
  }

  TEST_CASE("a token for something else manages nothing, and one that is due has no say") {
    ManagedKey key;
    REQUIRE(key.get_token("1234", kMakePermission | kAssertPermission) == Status::kOk);
    CHECK(key.manage(kFirstCredential, rp_id_hash("example.org")).status ==
          Status::kPinAuthInvalid);
    REQUIRE(key.get_unbound_token("1234", kManagePermission) == Status::kOk);
    key.clock.advance(Milliseconds(30'000));
    CHECK(key.manage(kMetadata).status == Status::kPinAuthInvalid);
  }

  TEST_CASE("a key without room for accounts gives out no token to manage them") {
    Settings settings;
    settings.maximum_discoverable = 0;
    TestKey key(settings);
    REQUIRE(key.set_pin("1234") == Status::kOk);
    CHECK(key.get_unbound_token("1234", kManagePermission) == Status::kUnauthorizedPermission);
  }
}
