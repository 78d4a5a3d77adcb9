// What is stored and set on a key, through our adapter and the real firstkey-softkey.

#include <algorithm>
#include <chrono>
#include <vector>

#include <doctest/doctest.h>

#include "tests/device/open_softkey.h"

using namespace std::chrono_literals;
using firstkey::device::AlwaysUv;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::Change;
using firstkey::device::CredentialId;
using firstkey::device::CredentialProtection;
using firstkey::device::ErrorCode;
using firstkey::device::KeepAlive;
using firstkey::device::Option;
using firstkey::device::Pin;
using firstkey::device::UserRename;
using firstkey::tests::kPlenty;
using firstkey::tests::OpenSoftkey;
using firstkey::tests::pin;
using firstkey::tests::registration;

namespace {

/// A key with the PIN 2468.
class KeyWithPin : public OpenSoftkey {
 public:
  explicit KeyWithPin(const std::string& options = "") : OpenSoftkey(options) {
    REQUIRE((*this)->set_pin(secret, kPlenty).has_value());
  }

  CredentialId store(const std::string& rp_id, Bytes user_id, const std::string& user_name) {
    auto wanted = registration();
    wanted.rp_id = rp_id;
    wanted.user_id = std::move(user_id);
    wanted.user_name = user_name;
    wanted.is_resident_key_wanted = true;
    wanted.credential_protection = CredentialProtection::kUvOptionalWithCredentialIdList;
    const auto made = (*this)->make_credential(wanted, &secret, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    return made->credential_id;
  }
  std::vector<std::string> user_names() {
    const auto stored = configuration().credentials(&secret, kPlenty);
    REQUIRE_MESSAGE(stored.has_value(), stored.error().detail);
    std::vector<std::string> names;
    for (const auto& credential : *stored) names.push_back(credential.user_name);
    return names;
  }

  const Pin secret = pin("2468");
};

}  // namespace

TEST_SUITE("device/key_configuration_over_udp") {
  TEST_CASE("a stored credential is listed with all that is known of it") {
    KeyWithPin key;
    const auto id = key.store("example.org", {4, 2}, "lee@example.org");
    const auto stored = key.configuration().credentials(&key.secret, kPlenty);
    REQUIRE_MESSAGE(stored.has_value(), stored.error().detail);
    REQUIRE(stored->size() == 1);
    const auto& credential = stored->front();
    CHECK(credential.id == id);
    CHECK(credential.rp_id == "example.org");
    CHECK(credential.user_id == Bytes{4, 2});
    CHECK(credential.user_name == "lee@example.org");
    CHECK(credential.user_display_name == "Lee Osei");
    CHECK(credential.algorithm == firstkey::device::kEs256);
    CHECK(credential.protection == CredentialProtection::kUvOptionalWithCredentialIdList);
    CHECK_FALSE(credential.has_large_blob_key);
  }

  TEST_CASE("credentials of many relying parties are listed party by party") {
    KeyWithPin key;
    key.store("a.example", {1}, "one");
    key.store("b.example", {2}, "two");
    key.store("a.example", {3}, "three");
    auto names = key.user_names();
    REQUIRE(names.size() == 3);
    const auto of_a = key.configuration().credentials_of("a.example", &key.secret, kPlenty);
    REQUIRE(of_a.has_value());
    CHECK(of_a->size() == 2);
    CHECK(std::ranges::all_of(*of_a, [](const auto& one) { return one.rp_id == "a.example"; }));
    const auto listed = key.configuration().credentials(&key.secret, kPlenty);
    CHECK(
        (listed->at(0).rp_id == listed->at(1).rp_id || listed->at(1).rp_id == listed->at(2).rp_id));
  }

  TEST_CASE("an empty key lists nothing and has room for all") {
    KeyWithPin key("--max-credentials 5");
    CHECK(key.configuration().credentials(&key.secret, kPlenty)->empty());
    CHECK(key.configuration().credentials_of("example.org", &key.secret, kPlenty)->empty());
    const auto room = key.configuration().credential_room(&key.secret, kPlenty);
    REQUIRE_MESSAGE(room.has_value(), room.error().detail);
    CHECK(room->existing == 0);
    CHECK(room->remaining == 5);
  }

  TEST_CASE("a deleted credential is gone, the others stay, and its room is free again") {
    KeyWithPin key("--max-credentials 5");
    const auto first = key.store("example.org", {1}, "one");
    key.store("example.org", {2}, "two");
    CHECK(key.configuration().remove(first, &key.secret, kPlenty).has_value());
    CHECK(key.user_names() == std::vector<std::string>{"two"});
    CHECK(key->facts().remaining_discoverable_credentials == 4);
    CHECK(key.configuration().remove(first, &key.secret, kPlenty).error().code ==
          ErrorCode::kNoCredentials);
  }

  TEST_CASE("a renamed user keeps its credential, and an empty name is taken away") {
    KeyWithPin key;
    const auto id = key.store("example.org", {1}, "old");
    UserRename change{.credential_id = id, .user_id = {1}, .user_name = "new"};
    CHECK(key.configuration().rename(change, &key.secret, kPlenty).has_value());
    const auto stored = key.configuration().credentials(&key.secret, kPlenty);
    CHECK(stored->front().id == id);
    CHECK(stored->front().user_name == "new");
    CHECK(stored->front().user_display_name.empty());
    change.user_id = {2};
    CHECK(key.configuration().rename(change, &key.secret, kPlenty).error().code ==
          ErrorCode::kBadRequest);
    change.credential_id = {9};
    CHECK(key.configuration().rename(change, &key.secret, kPlenty).error().code ==
          ErrorCode::kNoCredentials);
  }

  TEST_CASE("nothing is managed without the right PIN, and a wrong one costs an attempt") {
    KeyWithPin key;
    const auto wrong = pin("9999");
    CHECK(key.configuration().credentials(nullptr, kPlenty).error().code ==
          ErrorCode::kPinRequired);
    CHECK(key->pin_retries(kPlenty) == 8);
    CHECK(key.configuration().credentials(&wrong, kPlenty).error().code == ErrorCode::kPinInvalid);
    CHECK(key->pin_retries(kPlenty) == 7);
    CHECK(key.configuration().credentials(&key.secret, kPlenty).has_value());
    CHECK(key->pin_retries(kPlenty) == 8);
  }

  TEST_CASE("wrong PINs block configuration until the key is re-plugged") {
    KeyWithPin key;
    const auto wrong = pin("9999");
    const auto guess = [&] {
      return key.configuration().set_always_uv(AlwaysUv::kOn, &wrong, kPlenty).error().code;
    };
    CHECK(guess() == ErrorCode::kPinInvalid);
    CHECK(guess() == ErrorCode::kPinInvalid);
    CHECK(guess() == ErrorCode::kPinAuthBlocked);
    CHECK(key.configuration().set_always_uv(AlwaysUv::kOn, &key.secret, kPlenty).error().code ==
          ErrorCode::kPinAuthBlocked);
    key.process.replug();
    key.reopen();
    CHECK(key.configuration().set_always_uv(AlwaysUv::kOn, &key.secret, kPlenty) == Change::kMade);
  }

  TEST_CASE("a key from before CTAP 2.1 lists and deletes, and does no more") {
    KeyWithPin key("--preview");
    const auto id = key.store("example.org", {1}, "one");
    key.store("b.example", {2}, "two");
    auto& configuration = key.configuration();
    CHECK(configuration.credential_room(&key.secret, kPlenty)->existing == 2);
    CHECK(configuration.rename({.credential_id = id, .user_id = {1}}, &key.secret, kPlenty)
              .error()
              .code == ErrorCode::kUnsupportedCommand);
    CHECK(configuration.remove(id, &key.secret, kPlenty).has_value());
    CHECK(key.user_names() == std::vector<std::string>{"two"});
    CHECK(configuration.force_pin_change(&key.secret, kPlenty).error().code ==
          ErrorCode::kUnsupportedOption);
    CHECK(configuration.set_always_uv(AlwaysUv::kOn, &key.secret, kPlenty).error().code ==
          ErrorCode::kUnsupportedOption);
  }

  TEST_CASE("a key that claims both numbers of credential management and knows one is managed") {
    KeyWithPin key("--quirk management-misnumbered");
    const auto id = key.store("example.org", {1}, "one");
    key.store("b.example", {2}, "two");
    CHECK(key.configuration().remove(id, &key.secret, kPlenty).has_value());
    CHECK(key.user_names() == std::vector<std::string>{"two"});
  }

  TEST_CASE("a list that claims to be longer than any key's is not waited for") {
    KeyWithPin key("--quirk endless-list");
    key.store("example.org", {1}, "one");
    CHECK(key.configuration().credentials(&key.secret, kPlenty).error().code ==
          ErrorCode::kTooLarge);
    CHECK(key.configuration().credentials_of("example.org", &key.secret, kPlenty).error().code ==
          ErrorCode::kTooLarge);
    CHECK(key.configuration().credential_room(&key.secret, kPlenty)->existing == 1);
  }

  TEST_CASE("a name longer than the key's messages is refused by name, and nothing renamed") {
    KeyWithPin key;
    const auto id = key.store("example.org", {1}, "one");
    const UserRename change{
        .credential_id = id, .user_id = {1}, .user_name = std::string(2048, 'x')};
    CHECK(key.configuration().rename(change, &key.secret, kPlenty).error().code ==
          ErrorCode::kTooLarge);
    CHECK(key.user_names() == std::vector<std::string>{"one"});
  }

  TEST_CASE("a key without a PIN lists nothing and says why") {
    OpenSoftkey key;
    const auto secret = pin("2468");
    CHECK(key.configuration().credentials(nullptr, kPlenty).error().code == ErrorCode::kPinNotSet);
    CHECK(key.configuration().credentials(&secret, kPlenty).error().code == ErrorCode::kPinNotSet);
  }

  TEST_CASE("keys without what is asked for refuse it by name") {
    KeyWithPin without_accounts("--no-resident-keys");
    CHECK(without_accounts.configuration()
              .credential_room(&without_accounts.secret, kPlenty)
              .error()
              .code == ErrorCode::kUnsupportedCommand);
    OpenSoftkey without_pin("--no-pin");
    CHECK(without_pin.configuration().force_pin_change(nullptr, kPlenty).error().code ==
          ErrorCode::kUnsupportedOption);
    OpenSoftkey unattested("--attestation self");
    CHECK(unattested.configuration().enable_enterprise_attestation(nullptr, kPlenty).error().code ==
          ErrorCode::kUnsupportedOption);
  }

  TEST_CASE("the finger stands in for the PIN where the key lets it") {
    KeyWithPin key("--fingerprint match");
    key.store("example.org", {1}, "one");
    CHECK(key.configuration().credentials(nullptr, kPlenty)->size() == 1);
    KeyWithPin other("--fingerprint mismatch");
    CHECK(other.configuration().credentials(nullptr, kPlenty).error().code ==
          ErrorCode::kUvInvalid);
  }

  TEST_CASE("always-uv is set to what is wanted, whatever it was") {
    KeyWithPin key;
    auto& configuration = key.configuration();
    CHECK(key->facts().options.always_uv == Option::kFalse);
    CHECK(configuration.set_always_uv(AlwaysUv::kOff, &key.secret, kPlenty) == Change::kNotNeeded);
    CHECK(configuration.set_always_uv(AlwaysUv::kOn, &key.secret, kPlenty) == Change::kMade);
    CHECK(key->facts().options.always_uv == Option::kTrue);
    CHECK(configuration.set_always_uv(AlwaysUv::kOn, &key.secret, kPlenty) == Change::kNotNeeded);
    CHECK(configuration.set_always_uv(AlwaysUv::kOff, &key.secret, kPlenty) == Change::kMade);
    CHECK(key->facts().options.always_uv == Option::kFalse);
  }

  TEST_CASE("a key nobody can verify at is configured as it is") {
    OpenSoftkey key;
    CHECK(key.configuration().enable_enterprise_attestation(nullptr, kPlenty) == Change::kMade);
    CHECK(key.configuration().set_always_uv(AlwaysUv::kOn, nullptr, kPlenty) == Change::kMade);
  }

  TEST_CASE("enterprise attestation is turned on once") {
    KeyWithPin key;
    auto& configuration = key.configuration();
    CHECK(key->facts().options.ep == Option::kFalse);
    CHECK(configuration.enable_enterprise_attestation(&key.secret, kPlenty) == Change::kMade);
    CHECK(key->facts().options.ep == Option::kTrue);
    CHECK(configuration.enable_enterprise_attestation(&key.secret, kPlenty) == Change::kNotNeeded);
  }

  TEST_CASE("a minimum rises, never sinks, and outgrows the PIN there is") {
    KeyWithPin key;
    auto& configuration = key.configuration();
    CHECK(configuration.raise_min_pin_length(4, &key.secret, kPlenty) == Change::kNotNeeded);
    CHECK(configuration.raise_min_pin_length(6, &key.secret, kPlenty) == Change::kMade);
    CHECK(key->facts().min_pin_length == 6);
    CHECK(key->facts().is_pin_change_forced);
    CHECK(configuration.raise_min_pin_length(5, &key.secret, kPlenty).error().code ==
          ErrorCode::kPinPolicy);
    CHECK(configuration.raise_min_pin_length(7, &key.secret, kPlenty).error().code ==
          ErrorCode::kPinPolicy);
    CHECK(key->change_pin(key.secret, pin("12345"), kPlenty).error().code ==
          ErrorCode::kPinTooShort);
    CHECK(key->change_pin(key.secret, pin("123456"), kPlenty).has_value());
    CHECK_FALSE(key->facts().is_pin_change_forced);
  }

  TEST_CASE("a minimum is 4 to 63 code points") {
    KeyWithPin key;
    const auto raise = [&](std::uint64_t to) {
      return key.configuration().raise_min_pin_length(to, &key.secret, kPlenty);
    };
    CHECK(raise(3).error().code == ErrorCode::kBadRequest);
    CHECK(raise(64).error().code == ErrorCode::kBadRequest);
    CHECK(raise(63) == Change::kMade);
  }

  TEST_CASE("a forced change of PIN stops everything else until it was made") {
    KeyWithPin key;
    CHECK(key.configuration().force_pin_change(&key.secret, kPlenty).has_value());
    CHECK(key->facts().is_pin_change_forced);
    CHECK(key.configuration().credentials(&key.secret, kPlenty).error().code ==
          ErrorCode::kPinPolicy);
    CHECK(key->change_pin(key.secret, pin("2468"), kPlenty).error().code == ErrorCode::kPinPolicy);
    const auto next = pin("1357");
    CHECK(key->change_pin(key.secret, next, kPlenty).has_value());
    CHECK(key.configuration().credentials(&next, kPlenty).has_value());
  }

  TEST_CASE("relying parties to be told the minimum: before, at and after what the key keeps") {
    KeyWithPin key;
    const auto share = [&](int count) {
      // Long names: libfido2 could prove no more than 128 bytes of them.
      const std::vector<std::string> rp_ids(static_cast<std::size_t>(count),
                                            "a-rather-long-department.example.org");
      return key.configuration().share_min_pin_length(rp_ids, &key.secret, kPlenty);
    };
    REQUIRE(key->facts().max_rp_ids_for_min_pin_length == 8);
    CHECK(share(0).error().code == ErrorCode::kBadRequest);
    CHECK(share(7).has_value());
    CHECK(share(8).has_value());
    CHECK(share(9).error().code == ErrorCode::kTooLarge);
  }

  TEST_CASE("a reset leaves a key as it left the factory") {
    KeyWithPin key;
    key.store("example.org", {1}, "one");
    key.process.replug();
    key.reopen();
    CHECK(key.configuration().reset(kPlenty).has_value());
    CHECK_FALSE(key->facts().has_pin());
    CHECK(key->set_pin(key.secret, kPlenty).has_value());
    CHECK(key.user_names().empty());
  }

  TEST_CASE("a reset waits for its touch, and can be stopped") {
    OpenSoftkey key("--touch never --reset-any-time");
    std::stop_source stop;
    std::vector<KeepAlive> heard;
    const CallLimits limits{
        .time_left = 20s, .stop = stop.get_token(), .on_keep_alive = [&](KeepAlive said) {
          heard.push_back(said);
          stop.request_stop();
        }};
    CHECK(key.configuration().reset(limits).error().code == ErrorCode::kCancelled);
    CHECK(heard == std::vector{KeepAlive::kUserPresenceNeeded});
  }

  TEST_CASE("a stop ends our own messages as it ends libfido2's") {
    KeyWithPin key;
    std::stop_source stop;
    stop.request_stop();
    const CallLimits limits{.time_left = 20s, .stop = stop.get_token()};
    CHECK(key.configuration().credentials(&key.secret, limits).error().code ==
          ErrorCode::kCancelled);
    CHECK(key.configuration().credentials(&key.secret, kPlenty).has_value());
  }
}
