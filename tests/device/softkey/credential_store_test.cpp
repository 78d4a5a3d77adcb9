#include "device/softkey/credential_store.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "device/softkey/crypto.h"
#include "tests/device/softkey/test_key.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::as_bytes;
using firstkey::device::softkey::Configuration;
using firstkey::device::softkey::Credential;
using firstkey::device::softkey::CredentialStore;
using firstkey::device::softkey::CredProtect;
using firstkey::device::softkey::decode_state;
using firstkey::device::softkey::encode_state;
using firstkey::device::softkey::KeyState;
using firstkey::device::softkey::open_state_file;
using firstkey::device::softkey::SecretBytes;
using firstkey::device::softkey::sha256;
using firstkey::device::softkey::StateFault;
using firstkey::device::softkey::StateStorage;
using firstkey::device::softkey::StorageFault;
using firstkey::tests::TemporaryFolder;

std::unique_ptr<StateStorage> file_in(const TemporaryFolder& folder) {
  auto storage = open_state_file(folder / "state.key");
  REQUIRE(storage.has_value());
  return std::move(*storage);
}

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

/// A state with every member that can be there.
KeyState full_state() {
  KeyState state;
  state.pin.emplace(SecretBytes(Bytes(16, 0x11)), 5);
  state.pin->length = 4;
  state.configuration = {.allows_enterprise_attestation = true,
                         .always_verifies_user = true,
                         .demands_new_pin = true,
                         .minimum_pin_length = 6,
                         .rp_ids_told_minimum_pin_length = {"example.org"}};
  state.large_blobs = Bytes{5};
  state.attestation_root.emplace(SecretBytes(Bytes{1}), Bytes{2});
  Credential credential{.id = Bytes(32, 0x22),
                        .rp_id = "example.org",
                        .user_id = Bytes{3},
                        .user_name = "lee",
                        .user_display_name = "Lee Osei",
                        .is_discoverable = true,
                        .protection = CredProtect::kUvRequired,
                        .private_key = SecretBytes(Bytes{4}),
                        .hmac_secrets = {},
                        .sign_count = 0xFFFFFFFF};
  credential.hmac_secrets.emplace(SecretBytes(Bytes(32, 0x33)), SecretBytes(Bytes(32, 0x44)));
  credential.large_blob_key.emplace(Bytes(32, 0x55));
  credential.blob = Bytes{6};
  Credential nameless{
      .id = Bytes(32, 0x66), .private_key = SecretBytes(Bytes{7}), .hmac_secrets = {}};
  nameless.rp_id_hash.fill(0x77);
  state.credentials.push_back(std::move(nameless));
  state.credentials.push_back(std::move(credential));
  return state;
}

Map read_map(const Bytes& bytes) {
  const auto value = firstkey::device::softkey::cbor::decode(bytes);
  REQUIRE(value.has_value());
  return *value->as<Map>();
}

}  // namespace

TEST_SUITE("device/softkey/credential_store") {
  TEST_CASE("a state is read back as it was written") {
    const Bytes bytes = encode_state(full_state());
    const auto state = decode_state(bytes);
    REQUIRE(state.has_value());
    CHECK(encode_state(*state) == bytes);
    CHECK(encode_state(state->clone()) == bytes);
    CHECK(encode_state(decode_state(encode_state({})).value_or(full_state())) == encode_state({}));
  }

  TEST_CASE("a state with any byte cut off or any member missing is damaged") {
    const Bytes bytes = encode_state(full_state());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      const auto state = decode_state(BytesView(bytes).first(size));
      REQUIRE_FALSE(state.has_value());
      CHECK(state.error() == StateFault::kDamaged);
    }
    for (const char* missing : {"version", "credentials"}) {
      CAPTURE(missing);
      Map map{{"version", 1}, {"credentials", Array{}}};
      Map without;
      for (const auto& member : map.members()) {
        if (*member.key.as<std::string>() != missing) without.add(member.key, member.value);
      }
      CHECK(decode_state(firstkey::device::softkey::cbor::encode(without)).error() ==
            StateFault::kDamaged);
    }
  }

  TEST_CASE("numbers no key can have are damage") {
    struct Case {
      const char* name;
      Map pin;
    };
    for (const auto& [name, pin] :
         {Case{"nine attempts", Map{{"hash", Bytes(16)}, {"attemptsLeft", 9}}},
          Case{"less than none", Map{{"hash", Bytes(16)}, {"attemptsLeft", -1}}},
          Case{"a length of nothing", Map{{"hash", Bytes(16)}, {"attemptsLeft", 8}, {"length", 0}}},
          Case{"a length past any", Map{{"hash", Bytes(16)}, {"attemptsLeft", 8}, {"length", 64}}},
          Case{"no hash", Map{{"attemptsLeft", 8}}}}) {
      CAPTURE(name);
      const Map map{{"version", 1}, {"credentials", Array{}}, {"pin", pin}};
      CHECK(decode_state(firstkey::device::softkey::cbor::encode(map)).error() ==
            StateFault::kDamaged);
    }
  }

  TEST_CASE("a state of a later version is told from a damaged one") {
    const Map later{{"version", 3}, {"credentials", Array{}}};
    CHECK(decode_state(firstkey::device::softkey::cbor::encode(later)).error() ==
          StateFault::kNewerVersion);
  }

  TEST_CASE("a state of the first version is read, and written as the present one") {
    const Map pin{{"hash", Bytes(16, 0x11)}, {"attemptsLeft", 5}};
    const Map credential{{"id", Bytes(32, 0x22)},
                         {"rpId", "example.org"},
                         {"userId", Bytes{3}},
                         {"isDiscoverable", true},
                         {"credProtect", 1},
                         {"alg", -7},
                         {"privateKey", Bytes{4}},
                         {"signCount", 9}};
    const Map first{{"version", 1}, {"pin", pin}, {"credentials", Array{credential}}};
    const auto state = decode_state(firstkey::device::softkey::cbor::encode(first));
    REQUIRE(state.has_value());
    CHECK(state->pin->attempts_left == 5);
    CHECK_FALSE(state->pin->length.has_value());
    CHECK(state->configuration == Configuration{});
    CHECK(state->credentials.front().rp_id_hash == sha256(as_bytes("example.org")));
    CHECK(*read_map(encode_state(*state)).find("version")->as<std::int64_t>() == 2);
    CHECK(encode_state(*decode_state(encode_state(*state))) == encode_state(*state));
  }

  TEST_CASE("credentials, PIN and counters outlive a restart") {
    const TemporaryFolder folder;
    Bytes id;
    {
      TestKey key({}, file_in(folder));
      id = key.register_user("lee", Map{{"hmac-secret", true}, {"credProtect", 2}});
      REQUIRE(key.status_of(kGetAssertion, with(assert_request(), 0x03, Array{descriptor(id)})) ==
              Status::kOk);
      REQUIRE(key.set_pin("1234") == Status::kOk);
      REQUIRE(key.get_token("0000", kAssertPermission) == Status::kPinInvalid);
    }
    TestKey key({}, file_in(folder));
    const Credential* credential = key.store.find(id, "example.org");
    REQUIRE(credential != nullptr);
    CHECK(credential->sign_count == 1);
    CHECK(credential->hmac_secrets.has_value());
    CHECK(key.store.pin()->attempts_left == 7);
    CHECK(key.get_token("1234", kAssertPermission) == Status::kOk);
  }

  TEST_CASE("restarting forgives three wrong PINs in a row, but not what they cost") {
    const TemporaryFolder folder;
    {
      TestKey key({}, file_in(folder));
      REQUIRE(key.set_pin("1234") == Status::kOk);
      for (int i = 0; i < 3; ++i) (void)key.get_token("0000", kAssertPermission);
      CHECK(key.get_token("1234", kAssertPermission) == Status::kPinAuthBlocked);
    }
    TestKey key({}, file_in(folder));
    CHECK(key.store.pin()->attempts_left == 5);
    CHECK(key.get_token("1234", kAssertPermission) == Status::kOk);
  }

  TEST_CASE("the file is its owner's alone, whatever was there before") {
    const TemporaryFolder folder;
    write_file(folder / "state.key.new", Bytes{1});
    std::filesystem::permissions(folder / "state.key.new", std::filesystem::perms{0644});
    REQUIRE(file_in(folder)->save(Bytes{1, 2, 3}).has_value());
    struct stat status{};
    REQUIRE(::stat((folder / "state.key").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    CHECK(read_file(folder / "state.key") == Bytes{1, 2, 3});
    CHECK_FALSE(std::filesystem::exists(folder / "state.key.new"));
  }

  TEST_CASE("a save that was cut off leaves the state before it") {
    const TemporaryFolder folder;
    REQUIRE(file_in(folder)->save(Bytes{1, 2, 3}).has_value());
    write_file(folder / "state.key.new", Bytes{9});  // as a power cut before the rename would
    CHECK(file_in(folder)->load() == Bytes{1, 2, 3});
  }

  TEST_CASE("one file serves one key at a time") {
    const TemporaryFolder folder;
    const auto first = file_in(folder);
    const auto second = open_state_file(folder / "state.key");
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error() == StorageFault::kInUse);
  }

  TEST_CASE("a file that cannot be a key's is refused") {
    const TemporaryFolder folder;
    CHECK(open_state_file(folder / "absent/state.key").error() == StorageFault::kUnwritable);
    std::filesystem::create_directory(folder / "state.key");
    CHECK(file_in(folder)->load().error() == StorageFault::kUnreadable);
    CHECK(file_in(folder)->save(Bytes{1}).error() == StorageFault::kUnwritable);
    const auto store = CredentialStore::open(file_in(folder));
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error() == CredentialStore::OpenFault::kUnreadable);
  }

  TEST_CASE("a damaged file is not opened, and stays as it is") {
    const TemporaryFolder folder;
    write_file(folder / "state.key", Bytes{0xA0});
    const auto store = CredentialStore::open(file_in(folder));
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error() == CredentialStore::OpenFault::kDamaged);
    CHECK(read_file(folder / "state.key") == Bytes{0xA0});
  }
}
