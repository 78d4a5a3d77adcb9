// OpenSSL judges the signatures; the bytes are those of U2F raw message formats 1.2.
#include "device/softkey/u2f.h"

#include <doctest/doctest.h>
#include <openssl/x509.h>

#include "device/softkey/crypto.h"
#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::append;
using firstkey::device::softkey::as_bytes;
using firstkey::device::softkey::CertificateHandle;
using firstkey::device::softkey::Credential;
using firstkey::device::softkey::CredentialStore;
using firstkey::device::softkey::DigestContextHandle;
using firstkey::device::softkey::encode_state;
using firstkey::device::softkey::KeyHandle;
using firstkey::device::softkey::KeyState;
using firstkey::device::softkey::MemoryStorage;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::Settings;
using firstkey::device::softkey::sha256;

constexpr std::uint16_t kOk = 0x9000;
constexpr std::uint16_t kTouchFirst = 0x6985;
constexpr std::uint16_t kUnknownHandle = 0x6A80;
constexpr std::uint8_t kCheckOnly = 0x07;
constexpr std::uint8_t kDemandPresence = 0x03;
constexpr std::uint8_t kWaivePresence = 0x08;

struct Response {
  Bytes body;
  std::uint16_t word = 0;
};

Bytes application(std::string_view rp_id = "example.org") {
  const auto hash = sha256(as_bytes(rp_id));
  return {hash.begin(), hash.end()};
}

Response send(TestKey& key, std::uint8_t ins, std::uint8_t p1, const Bytes& data) {
  Bytes apdu{0x00, ins, p1, 0x00, 0x00};
  firstkey::device::softkey::append_be16(apdu, static_cast<std::uint16_t>(data.size()));
  append(apdu, data);
  append(apdu, Bytes{0x00, 0x00});
  const Bytes bytes = key.authenticator->answer_u2f(apdu);
  REQUIRE(bytes.size() >= 2);
  Response response;
  response.word = firstkey::device::softkey::read_be16(BytesView(bytes).last(2));
  response.body.assign(bytes.begin(), bytes.end() - 2);
  return response;
}

Response enroll(TestKey& key) {
  Bytes data = client_data_hash();
  append(data, application());
  return send(key, 0x01, 0x00, data);
}

Response sign(TestKey& key,
              const Bytes& handle,
              std::uint8_t p1,
              const Bytes& app = application()) {
  Bytes data = client_data_hash();
  append(data, app);
  data.push_back(static_cast<std::uint8_t>(handle.size()));
  append(data, handle);
  return send(key, 0x02, p1, data);
}

/// What register answered, taken apart.
struct Enrolled {
  explicit Enrolled(TestKey& key) {
    const Response response = enroll(key);
    REQUIRE(response.word == kOk);
    REQUIRE(response.body[0] == 0x05);
    const BytesView body(response.body);
    point.assign(body.begin() + 1, body.begin() + 66);
    const std::size_t size = body[66];
    handle.assign(body.begin() + 67, body.begin() + 67 + static_cast<std::ptrdiff_t>(size));
    const std::uint8_t* cursor = body.data() + 67 + size;
    certificate.reset(d2i_X509(nullptr, &cursor, static_cast<long>(body.size())));
    REQUIRE(certificate != nullptr);
    signature.assign(cursor, body.data() + body.size());
  }

  Bytes point;
  Bytes handle;
  CertificateHandle certificate;
  Bytes signature;
};

bool verifies(EVP_PKEY* key, const Bytes& message, const Bytes& signature) {
  const DigestContextHandle context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(
             context.get(), signature.data(), signature.size(), message.data(), message.size()) ==
             1;
}

/// The public key at the uncompressed `point`.
KeyHandle public_key(const Bytes& point) {
  KeyHandle key(EVP_EC_gen("P-256"));
  REQUIRE(EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) == 1);
  return key;
}

}  // namespace

TEST_SUITE("device/softkey/u2f") {
  TEST_CASE("register answers with a credential its certificate has signed for") {
    TestKey key;
    const Enrolled enrolled(key);
    Bytes message{0x00};
    append(message, application());
    append(message, client_data_hash());
    append(message, enrolled.handle);
    append(message, enrolled.point);
    EVP_PKEY* signer = X509_get0_pubkey(enrolled.certificate.get());
    CHECK(verifies(signer, message, enrolled.signature));
    message.back() ^= 0x01U;
    CHECK_FALSE(verifies(signer, message, enrolled.signature));
  }

  TEST_CASE("authenticate answers with presence, a rising count and a signature over both") {
    TestKey key;
    const Enrolled enrolled(key);
    const auto signer = public_key(enrolled.point);
    for (std::uint8_t count = 1; count < 4; ++count) {
      CAPTURE(int{count});
      const Response response = sign(key, enrolled.handle, kDemandPresence);
      REQUIRE(response.word == kOk);
      const Bytes head(response.body.begin(), response.body.begin() + 5);
      CHECK(head == Bytes{0x01, 0, 0, 0, count});
      Bytes message = application();
      append(message, head);
      append(message, client_data_hash());
      const Bytes signature(response.body.begin() + 5, response.body.end());
      CHECK(verifies(signer.get(), message, signature));
    }
  }

  TEST_CASE("version is asked for without data") {
    TestKey key;
    const Response response = send(key, 0x03, 0x00, {});
    CHECK(response.word == kOk);
    CHECK(response.body == Bytes{'U', '2', 'F', '_', 'V', '2'});
    CHECK(send(key, 0x03, 0x00, {1}).word == 0x6700);
  }

  TEST_CASE("without a touch the client is told to ask again, and one touch serves one message") {
    TestKey key;
    key.user.answer = Presence::kAwaited;
    CHECK(enroll(key).word == kTouchFirst);
    CHECK(enroll(key).word == kTouchFirst);
    CHECK(key.user.questions == 1);
    key.user.answer = Presence::kGranted;
    CHECK(enroll(key).word == kOk);
    key.user.answer = Presence::kAwaited;
    CHECK(enroll(key).word == kTouchFirst);
    CHECK(key.user.questions == 2);
    CHECK(key.store.count() == 1);
  }

  TEST_CASE("a question nobody came back to is asked anew") {
    struct Case {
      const char* name;
      int after;
      int questions;
    };
    for (const auto& [name, after, questions] : {Case{"just before", 29'999, 1},
                                                 Case{"at the limit", 30'000, 2},
                                                 Case{"just after", 30'001, 2}}) {
      CAPTURE(name);
      TestKey key;
      key.user.answer = Presence::kAwaited;
      REQUIRE(enroll(key).word == kTouchFirst);
      key.clock.advance(Milliseconds(after));
      REQUIRE(enroll(key).word == kTouchFirst);
      CHECK(key.user.questions == questions);
    }
  }

  TEST_CASE("a CTAP2 command in between asks a question of its own") {
    TestKey key;
    key.user.answer = Presence::kAwaited;
    REQUIRE(enroll(key).word == kTouchFirst);
    CHECK(key.status_of(kGetInfo) == Status::kOk);
    REQUIRE(enroll(key).word == kTouchFirst);
    CHECK(key.user.questions == 2);
  }

  TEST_CASE("check-only tells known handles from others, and presence can be waived") {
    TestKey key;
    const Enrolled enrolled(key);
    key.user.answer = Presence::kAwaited;
    CHECK(sign(key, enrolled.handle, kCheckOnly).word == kTouchFirst);
    CHECK(sign(key, Bytes(32, 0x01), kCheckOnly).word == kUnknownHandle);
    CHECK(sign(key, enrolled.handle, kCheckOnly, application("example.com")).word ==
          kUnknownHandle);
    const Response waived = sign(key, enrolled.handle, kWaivePresence);
    CHECK(waived.word == kOk);
    CHECK(waived.body[0] == 0x00);
    CHECK(sign(key, enrolled.handle, kDemandPresence).word == kTouchFirst);
  }

  TEST_CASE("what is no U2F message is refused, each in its own words") {
    struct Case {
      const char* name;
      Bytes apdu;
      std::uint16_t expected;
    };
    Bytes odd_handle{0x00, 0x02, 0x03, 0x00, 0x41};
    append(odd_handle, Bytes(64));
    odd_handle.push_back(0x01);
    Bytes unknown_control{0x00, 0x02, 0x04, 0x00, 0x41};
    append(unknown_control, Bytes(65));
    const std::vector<Case> cases{{"nothing", {}, 0x6700},
                                  {"another class", {0x80, 0x03, 0x00, 0x00}, 0x6E00},
                                  {"another instruction", {0x00, 0x04, 0x00, 0x00}, 0x6D00},
                                  {"register with nothing", {0x00, 0x01, 0x00, 0x00}, 0x6700},
                                  {"authenticate with nothing", {0x00, 0x02, 0x03, 0x00}, 0x6700},
                                  {"a handle that is cut", odd_handle, 0x6700},
                                  {"another control byte", unknown_control, 0x6A86}};
    for (const auto& [name, apdu, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      const Bytes answer = key.authenticator->answer_u2f(apdu);
      CHECK(firstkey::device::softkey::read_be16(answer) == expected);
      CHECK(key.user.questions == 0);
    }
  }

  TEST_CASE("a key that holds all it can enrolls no more, and says so after the touch") {
    KeyState full;
    for (std::size_t i = 0; i < CredentialStore::kMaximumCount; ++i) {
      Credential credential{.id = Bytes{1}, .rp_id = "example.org", .hmac_secrets = {}};
      full.credentials.push_back(std::move(credential));
    }
    auto storage = std::make_unique<MemoryStorage>();
    REQUIRE(storage->save(encode_state(full)).has_value());
    TestKey key({}, std::move(storage));
    CHECK(enroll(key).word == 0x6A84);
    CHECK(key.user.questions == 1);
  }

  TEST_CASE("a credential made over U2F signs for CTAP2, and is excluded there") {
    TestKey key;
    const Enrolled enrolled(key);
    const Map allowed = with(assert_request(), 0x03, Array{descriptor(enrolled.handle)});
    const Answer given = key.call(kGetAssertion, allowed);
    REQUIRE(given.status == Status::kOk);
    Bytes message = given.get<Bytes>(0x02);
    append(message, client_data_hash());
    CHECK(verifies(public_key(enrolled.point).get(), message, given.get<Bytes>(0x03)));
    CHECK(given.map.find(0x04) == nullptr);
    CHECK(key.status_of(kGetAssertion, with(allowed, 0x01, "example.com")) ==
          Status::kNoCredentials);
    CHECK(key.status_of(kMakeCredential,
                        with(make_request(), 0x05, Array{descriptor(enrolled.handle)})) ==
          Status::kCredentialExcluded);
  }

  TEST_CASE("a credential made over CTAP2 signs for U2F, unless it demands more than U2F can") {
    struct Case {
      const char* name;
      Map extensions;
      int algorithm;
      std::uint16_t expected;
    };
    const std::vector<Case> cases{{"an ordinary one", {}, -7, kOk},
                                  {"visible to who knows it", {{"credProtect", 2}}, -7, kOk},
                                  {"for the verified", {{"credProtect", 3}}, -7, kUnknownHandle},
                                  {"of another algorithm", {}, -8, kUnknownHandle}};
    for (const auto& [name, extensions, algorithm, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      Map request = with(make_request(), 0x06, Value(extensions));
      request = with(request, 0x04, Array{Map{{"alg", algorithm}, {"type", "public-key"}}});
      const Answer made = key.call(kMakeCredential, request);
      const Bytes id = read_auth_data(made.get<Bytes>(0x02)).credential_id;
      CHECK(sign(key, id, kDemandPresence).word == expected);
    }
  }

  TEST_CASE("alwaysUv switches U2F off, and getInfo stops mentioning it") {
    TestKey key;
    const auto first_version = [&] {
      return *key.call(kGetInfo).get<Array>(0x01).front().as<std::string>();
    };
    CHECK(first_version() == "U2F_V2");
    CHECK(key.authenticator->protocols().has_u2f);
    REQUIRE(key.status_of(kConfig, Map{{0x01, 0x02}}) == Status::kOk);
    CHECK(first_version() == "FIDO_2_0");
    CHECK_FALSE(key.authenticator->protocols().has_u2f);
  }

  TEST_CASE("a key speaks the protocols it was made for") {
    Settings settings;
    settings.protocols = Settings::Protocols::kU2f;
    const TestKey u2f(settings);
    CHECK(u2f.authenticator->protocols().has_u2f);
    CHECK_FALSE(u2f.authenticator->protocols().has_ctap2);
    settings.protocols = Settings::Protocols::kCtap2;
    const TestKey ctap2(settings);
    CHECK_FALSE(ctap2.authenticator->protocols().has_u2f);
    CHECK(ctap2.authenticator->protocols().has_ctap2);
  }
}
