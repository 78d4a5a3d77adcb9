#include "device/softkey/make_credential.h"

#include <doctest/doctest.h>

#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::Settings;

constexpr int kClientDataHash = 0x01;
constexpr int kRp = 0x02;
constexpr int kUser = 0x03;
constexpr int kAlgorithms = 0x04;
constexpr int kExcludeList = 0x05;
constexpr int kExtensions = 0x06;
constexpr int kOptions = 0x07;
constexpr int kPinUvAuthParam = 0x08;
constexpr int kProtocol = 0x09;
constexpr int kEnterprise = 0x0A;

constexpr std::uint8_t kUpAttested = 0x41;
constexpr std::uint8_t kUpUvAttested = 0x45;

Value algorithm(int number, const char* type = "public-key") {
  return Map{{"alg", number}, {"type", type}};
}

AuthData made(const Answer& answer) {
  REQUIRE(answer.status == Status::kOk);
  return read_auth_data(answer.get<Bytes>(0x02));
}

/// A key with a PIN and a token for one makeCredential.
struct VerifiedKey : TestKey {
  VerifiedKey() {
    REQUIRE(set_pin("1234") == Status::kOk);
    REQUIRE(get_token("1234", kMakePermission) == Status::kOk);
  }
  Answer make(const Map& request) {
    return call(kMakeCredential, authorised(kMakeCredential, request));
  }
};

}  // namespace

TEST_SUITE("device/softkey/make_credential") {
  TEST_CASE("without a PIN a touch makes a credential of an unverified user") {
    TestKey key;
    const AuthData auth_data = made(key.call(kMakeCredential, make_request()));
    CHECK(auth_data.flags == kUpAttested);
    CHECK(key.user.questions == 1);
    const auto* stored = key.store.find(auth_data.credential_id, "example.org");
    REQUIRE(stored != nullptr);
    CHECK_FALSE(stored->is_discoverable);
    CHECK(stored->user_display_name == "Lee Osei");
  }

  TEST_CASE("with a PIN set only its holder makes credentials") {
    VerifiedKey key;
    CHECK(key.status_of(kMakeCredential, make_request()) == Status::kPuatRequired);
    const Map request = with(make_request(), kOptions, Map{{"rk", true}});
    const AuthData auth_data = made(key.make(request));
    CHECK(auth_data.flags == kUpUvAttested);
    CHECK(key.store.find(auth_data.credential_id, "example.org")->is_discoverable);
  }

  TEST_CASE("each fault in a request has its status, and no question is asked") {
    struct Case {
      const char* name;
      int key;
      std::optional<Value> value;
      Status expected;
    };
    const Map user{{"id", Bytes{1}}, {"name", "lee"}};
    const std::vector<Case> cases{
        {"no hash", kClientDataHash, {}, Status::kMissingParameter},
        {"a short hash", kClientDataHash, Bytes(31), Status::kInvalidLength},
        {"a long hash", kClientDataHash, Bytes(33), Status::kInvalidLength},
        {"a hash of text", kClientDataHash, "hash", Status::kCborUnexpectedType},
        {"no relying party", kRp, {}, Status::kMissingParameter},
        {"a relying party without id", kRp, Map{{"name", "x"}}, Status::kMissingParameter},
        {"a relying party of text", kRp, "example.org", Status::kCborUnexpectedType},
        {"no user", kUser, {}, Status::kMissingParameter},
        {"a user without id", kUser, Map{{"name", "lee"}}, Status::kMissingParameter},
        {"an empty user id", kUser, Map{{"id", Bytes{}}}, Status::kInvalidLength},
        {"a user id of 65 bytes", kUser, Map{{"id", Bytes(65)}}, Status::kInvalidLength},
        {"a user name of bytes",
         kUser,
         Map{{"id", Bytes{1}}, {"name", Bytes{1}}},
         Status::kCborUnexpectedType},
        {"no algorithms", kAlgorithms, {}, Status::kMissingParameter},
        {"an empty list of them", kAlgorithms, Array{}, Status::kUnsupportedAlgorithm},
        {"only unknown ones", kAlgorithms, Array{algorithm(-36)}, Status::kUnsupportedAlgorithm},
        {"only of another type",
         kAlgorithms,
         Array{algorithm(-7, "private-key")},
         Status::kUnsupportedAlgorithm},
        {"one without a type", kAlgorithms, Array{Map{{"alg", -7}}}, Status::kMissingParameter},
        {"one without a number",
         kAlgorithms,
         Array{Map{{"type", "public-key"}}},
         Status::kMissingParameter},
        {"a broken one after a good one",
         kAlgorithms,
         Array{algorithm(-7), 5},
         Status::kCborUnexpectedType},
        {"nine excluded", kExcludeList, Array(9, descriptor(Bytes{1})), Status::kLimitExceeded},
        {"an excluded one without id",
         kExcludeList,
         Array{Map{{"type", "public-key"}}},
         Status::kMissingParameter},
        {"an excluded one of text", kExcludeList, Array{"id"}, Status::kCborUnexpectedType},
        {"extensions of text", kExtensions, "none", Status::kCborUnexpectedType},
        {"credProtect zero", kExtensions, Map{{"credProtect", 0}}, Status::kInvalidParameter},
        {"credProtect four", kExtensions, Map{{"credProtect", 4}}, Status::kInvalidParameter},
        {"credProtect of text",
         kExtensions,
         Map{{"credProtect", "3"}},
         Status::kCborUnexpectedType},
        {"hmac-secret of number",
         kExtensions,
         Map{{"hmac-secret", 1}},
         Status::kCborUnexpectedType},
        {"built-in verification", kOptions, Map{{"uv", true}}, Status::kInvalidOption},
        {"no presence", kOptions, Map{{"up", false}}, Status::kInvalidOption},
        {"an option of number", kOptions, Map{{"rk", 1}}, Status::kCborUnexpectedType},
        {"a proof without protocol", kPinUvAuthParam, Bytes(16), Status::kMissingParameter},
        {"a proof of text", kPinUvAuthParam, "proof", Status::kCborUnexpectedType},
        {"enterprise attestation not enabled", kEnterprise, 1, Status::kInvalidParameter},
        {"enterprise attestation of text", kEnterprise, "1", Status::kCborUnexpectedType},
        {"a blob of text", kExtensions, Map{{"credBlob", "b"}}, Status::kCborUnexpectedType},
        {"minPinLength of number",
         kExtensions,
         Map{{"minPinLength", 1}},
         Status::kCborUnexpectedType},
        {"a large blob key waived",
         kExtensions,
         Map{{"largeBlobKey", false}},
         Status::kInvalidOption},
        {"a large blob key without an account",
         kExtensions,
         Map{{"largeBlobKey", true}},
         Status::kInvalidOption},
    };
    for (const auto& [name, member, value, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      CHECK(key.status_of(kMakeCredential, with(make_request(), member, value)) == expected);
      CHECK(key.user.questions == 0);
      CHECK(key.store.count() == 0);
    }
  }

  TEST_CASE("a proof under an unknown protocol is refused, one to a key without a PIN too") {
    TestKey key;
    const Map request = with(make_request(), kPinUvAuthParam, Bytes(32));
    CHECK(key.status_of(kMakeCredential, with(request, kProtocol, 3)) == Status::kInvalidParameter);
    CHECK(key.status_of(kMakeCredential, with(request, kProtocol, 2)) == Status::kPinNotSet);
  }

  TEST_CASE("a proof that is cut, changed or over other words is refused") {
    for (const auto version : {ProtocolVersion::kOne, ProtocolVersion::kTwo}) {
      CAPTURE(static_cast<int>(version));
      VerifiedKey key;
      REQUIRE(key.get_token("1234", kMakePermission, version) == Status::kOk);
      const Map request = key.authorised(kMakeCredential, make_request());
      Bytes proof = *request.find(kPinUvAuthParam)->as<Bytes>();
      const auto status_with = [&](const Bytes& changed) {
        return key.status_of(kMakeCredential, with(request, kPinUvAuthParam, changed));
      };
      CHECK(status_with(Bytes(proof.begin(), proof.end() - 1)) == Status::kPinAuthInvalid);
      proof.back() ^= 0x01U;
      CHECK(status_with(proof) == Status::kPinAuthInvalid);
      CHECK(key.status_of(kMakeCredential, with(request, kClientDataHash, Bytes(32, 0x01))) ==
            Status::kPinAuthInvalid);
      CHECK(key.user.questions == 0);
    }
  }

  TEST_CASE("a proof of no bytes asks for a touch, and says whether there is a PIN") {
    TestKey key;
    const Map probe = with(make_request(), kPinUvAuthParam, Bytes{});
    CHECK(key.status_of(kMakeCredential, probe) == Status::kPinNotSet);
    CHECK(key.user.questions == 1);
    REQUIRE(key.set_pin("1234") == Status::kOk);
    CHECK(key.status_of(kMakeCredential, probe) == Status::kPinInvalid);
    CHECK(key.user.questions == 2);
    CHECK(key.store.count() == 0);
  }

  TEST_CASE("a secret at creation takes hmac-secret beside it, and salts that are the client's") {
    TestKey key;
    const Map input = key.hmac_secret_input(Bytes(32), ProtocolVersion::kTwo);
    const auto status_with = [&](const Map& extensions) {
      return key.status_of(kMakeCredential, with(make_request(), kExtensions, Value(extensions)));
    };
    CHECK(status_with(Map{{"hmac-secret-mc", input}}) == Status::kMissingParameter);
    const Map forged = with(input, 0x03, Bytes(32));
    CHECK(status_with(Map{{"hmac-secret", true}, {"hmac-secret-mc", forged}}) ==
          Status::kPinAuthInvalid);
    const Map short_salt = key.hmac_secret_input(Bytes(16), ProtocolVersion::kTwo);
    CHECK(status_with(Map{{"hmac-secret", true}, {"hmac-secret-mc", short_salt}}) ==
          Status::kInvalidLength);
    CHECK(key.store.count() == 0);
    CHECK(status_with(Map{{"hmac-secret", true}, {"hmac-secret-mc", input}}) == Status::kOk);
  }

  TEST_CASE("the first of the client's algorithms that the key knows is taken") {
    TestKey key;
    const Map request =
        with(make_request(), kAlgorithms, Array{algorithm(-36), algorithm(-8), algorithm(-7)});
    const AuthData auth_data = made(key.call(kMakeCredential, request));
    CHECK(key.store.find(auth_data.credential_id, "example.org")->algorithm ==
          firstkey::device::softkey::Algorithm::kEdDsa);
  }

  TEST_CASE("an excluded credential is told after a touch, and only where it belongs") {
    TestKey key;
    const Bytes known = made(key.call(kMakeCredential, make_request())).credential_id;
    const Map request =
        with(make_request(), kExcludeList, Array{descriptor(Bytes{1}), descriptor(known)});
    CHECK(key.status_of(kMakeCredential, request) == Status::kCredentialExcluded);
    CHECK(key.user.questions == 2);
    const Map elsewhere = with(request, kRp, Map{{"id", "example.com"}});
    CHECK(key.status_of(kMakeCredential, elsewhere) == Status::kOk);
    const Map other_type =
        with(make_request(), kExcludeList, Array{Map{{"id", known}, {"type", "another"}}});
    CHECK(key.status_of(kMakeCredential, other_type) == Status::kOk);
  }

  TEST_CASE("a credential that demands verification is not revealed to an unverified client") {
    TestKey key;
    const Bytes known = key.register_user("lee", Map{{"credProtect", 3}});
    const Map request = with(make_request(), kExcludeList, Array{descriptor(known)});
    CHECK(key.status_of(kMakeCredential, request) == Status::kOk);
    REQUIRE(key.set_pin("1234") == Status::kOk);
    REQUIRE(key.get_token("1234", kMakePermission) == Status::kOk);
    CHECK(key.status_of(kMakeCredential, key.authorised(kMakeCredential, request)) ==
          Status::kCredentialExcluded);
  }

  TEST_CASE("extensions asked for are answered, others passed over") {
    TestKey key;
    const Map extensions{{"credProtect", 2}, {"hmac-secret", true}, {"unheard-of", "x"}};
    const Answer answer = key.call(kMakeCredential, with(make_request(), kExtensions, extensions));
    const Bytes auth_data = answer.get<Bytes>(0x02);
    CHECK(made(answer).flags == (kUpAttested | 0x80));
    const Bytes expected =
        firstkey::device::softkey::cbor::encode(Map{{"credProtect", 2}, {"hmac-secret", true}});
    REQUIRE(auth_data.size() > expected.size());
    CHECK(Bytes(auth_data.end() - static_cast<std::ptrdiff_t>(expected.size()), auth_data.end()) ==
          expected);
    CHECK(made(key.call(kMakeCredential,
                        with(make_request(), kExtensions, Map{{"hmac-secret", false}})))
              .flags == kUpAttested);
  }

  TEST_CASE("a discoverable credential takes the place of the one of the same account") {
    TestKey key;
    const Bytes older = key.register_user("lee");
    const Bytes newer = key.register_user("lee");
    CHECK(key.store.find(older, "example.org") == nullptr);
    CHECK(key.store.find(newer, "example.org") != nullptr);
    (void)key.register_user("ana");
    CHECK(key.store.discoverable_count() == 2);
  }

  TEST_CASE("a full key says so after the touch, and still replaces and makes others") {
    Settings settings;
    settings.maximum_discoverable = 2;
    TestKey key(settings);
    REQUIRE(!key.register_user("ana").empty());
    REQUIRE(!key.register_user("lee").empty());
    const Map third = with(make_request(), kOptions, Map{{"rk", true}});
    CHECK(key.status_of(kMakeCredential, third) == Status::kKeyStoreFull);
    CHECK(key.user.questions == 3);
    CHECK(!key.register_user("lee").empty());
    CHECK(key.status_of(kMakeCredential, make_request()) == Status::kOk);
  }

  TEST_CASE("a key without discoverable credentials refuses the option") {
    Settings settings;
    settings.maximum_discoverable = 0;
    TestKey key(settings);
    CHECK(key.status_of(kMakeCredential, with(make_request(), kOptions, Map{{"rk", true}})) ==
          Status::kUnsupportedOption);
    CHECK(key.status_of(kMakeCredential, with(make_request(), kOptions, Map{{"rk", false}})) ==
          Status::kOk);
  }
}
