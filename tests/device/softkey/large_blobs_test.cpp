#include "device/softkey/large_blobs.h"

#include <doctest/doctest.h>

#include "device/softkey/crypto.h"
#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::append;
using firstkey::device::softkey::sha256;

constexpr int kGet = 0x01;
constexpr int kSet = 0x02;
constexpr int kOffset = 0x03;
constexpr int kLength = 0x04;
constexpr std::size_t kMaximumFragment = 2048 - 64;

/// An array of one byte string of that many bytes, and its digest.
Bytes serialized(std::size_t blob_size) {
  Bytes array = firstkey::device::softkey::cbor::encode(Array{Bytes(blob_size, 0x5A)});
  const auto digest = sha256(array);
  append(array, BytesView(digest).first(16));
  return array;
}

Map first_fragment(BytesView bytes, std::size_t length) {
  return {{kSet, bytes}, {kOffset, 0}, {kLength, static_cast<std::int64_t>(length)}};
}

Map later_fragment(BytesView bytes, std::size_t offset) {
  return {{kSet, bytes}, {kOffset, static_cast<std::int64_t>(offset)}};
}

Bytes read_all(TestKey& key) {
  const Answer answer = key.call(kLargeBlobs, Map{{kGet, 1984}, {kOffset, 0}});
  REQUIRE(answer.status == Status::kOk);
  return answer.get<Bytes>(0x01);
}

/// `request` with the proof that its fragment comes from who holds the token.
Map proved(const TestKey& key, const Map& request) {
  Bytes message(32, 0xFF);
  append(message, Bytes{0x0C, 0x00});
  const auto offset = static_cast<std::uint32_t>(*request.find(kOffset)->as<std::int64_t>());
  for (unsigned shift = 0; shift < 32; shift += 8) {
    message.push_back(static_cast<std::uint8_t>(offset >> shift));
  }
  append(message, sha256(*request.find(kSet)->as<Bytes>()));
  return with(with(request, 0x05, key.prove(message)), 0x06, key.protocol());
}

}  // namespace

TEST_SUITE("device/softkey/large_blobs") {
  TEST_CASE("a new key holds the empty array of the specification") {
    TestKey key;
    const Bytes initial{0x80,
                        0x76,
                        0xBE,
                        0x8B,
                        0x52,
                        0x8D,
                        0x00,
                        0x75,
                        0xF7,
                        0xAA,
                        0xE9,
                        0x8D,
                        0x6F,
                        0xA5,
                        0x7A,
                        0x6D,
                        0x3C};
    CHECK(read_all(key) == initial);
    CHECK(key.call(kGetInfo).get<std::int64_t>(0x0B) == 4096);
  }

  TEST_CASE("an array is written in fragments and read in fragments") {
    TestKey key;
    const Bytes whole = serialized(3000);
    const BytesView all(whole);
    REQUIRE(key.status_of(kLargeBlobs, first_fragment(all.first(1984), all.size())) == Status::kOk);
    CHECK(read_all(key).size() == 17);  // not before it is whole
    REQUIRE(key.status_of(kLargeBlobs, later_fragment(all.subspan(1984), 1984)) == Status::kOk);
    Bytes got = read_all(key);
    append(got, key.call(kLargeBlobs, Map{{kGet, 1984}, {kOffset, 1984}}).get<Bytes>(0x01));
    CHECK(got == whole);
    REQUIRE(key.status_of(kReset) == Status::kOk);
    CHECK(read_all(key).size() == 17);
  }

  TEST_CASE("a fragment out of turn is refused, and one after a power cycle too") {
    TestKey key;
    const Bytes whole = serialized(100);
    const BytesView all(whole);
    CHECK(key.status_of(kLargeBlobs, later_fragment(all.subspan(50), 50)) ==
          Status::kInvalidSequence);
    REQUIRE(key.status_of(kLargeBlobs, first_fragment(all.first(50), all.size())) == Status::kOk);
    CHECK(key.status_of(kLargeBlobs, later_fragment(all.subspan(51), 51)) ==
          Status::kInvalidSequence);
    key.authenticator->power_cycle();
    CHECK(key.status_of(kLargeBlobs, later_fragment(all.subspan(50), 50)) ==
          Status::kInvalidSequence);
  }

  TEST_CASE("an array whose digest is wrong leaves the one before") {
    TestKey key;
    Bytes whole = serialized(100);
    whole.back() ^= 0x01U;
    CHECK(key.status_of(kLargeBlobs, first_fragment(whole, whole.size())) ==
          Status::kIntegrityFailure);
    CHECK(read_all(key).size() == 17);
  }

  TEST_CASE("each impossible request has its status") {
    struct Case {
      const char* name;
      Map request;
      Status expected;
    };
    const Bytes whole = serialized(100);
    const Bytes long_fragment(kMaximumFragment + 1);
    const std::vector<Case> cases{
        {"no offset", Map{{kGet, 1}}, Status::kInvalidParameter},
        {"neither get nor set", Map{{kOffset, 0}}, Status::kInvalidParameter},
        {"both", Map{{kGet, 1}, {kSet, whole}, {kOffset, 0}}, Status::kInvalidParameter},
        {"get with a length",
         Map{{kGet, 1}, {kOffset, 0}, {kLength, 20}},
         Status::kInvalidParameter},
        {"a negative offset", Map{{kGet, 1}, {kOffset, -1}}, Status::kInvalidParameter},
        {"get past the end", Map{{kGet, 1}, {kOffset, 18}}, Status::kInvalidParameter},
        {"get at the end", Map{{kGet, 1}, {kOffset, 17}}, Status::kOk},
        {"get of the most", Map{{kGet, 1984}, {kOffset, 0}}, Status::kOk},
        {"get of more", Map{{kGet, 1985}, {kOffset, 0}}, Status::kInvalidLength},
        {"get of text", Map{{kGet, "1"}, {kOffset, 0}}, Status::kCborUnexpectedType},
        {"a fragment too long", first_fragment(long_fragment, 4096), Status::kInvalidLength},
        {"no length", Map{{kSet, whole}, {kOffset, 0}}, Status::kInvalidParameter},
        {"16 bytes in all", first_fragment(Bytes(16), 16), Status::kInvalidParameter},
        {"4096 in all", first_fragment(whole, 4096), Status::kOk},
        {"4097 in all", first_fragment(whole, 4097), Status::kLargeBlobStorageFull},
        {"a length later on",
         with(later_fragment(whole, 50), kLength, 100),
         Status::kInvalidParameter},
        {"more than was announced", first_fragment(whole, 20), Status::kInvalidParameter},
    };
    for (const auto& [name, request, expected] : cases) {
      CAPTURE(name);
      TestKey key;
      CHECK(key.status_of(kLargeBlobs, request) == expected);
      CHECK(read_all(key).size() == 17);
    }
  }

  TEST_CASE("with a PIN set only its holder writes, and anybody reads") {
    for (const auto version : {ProtocolVersion::kOne, ProtocolVersion::kTwo}) {
      CAPTURE(static_cast<int>(version));
      TestKey key;
      REQUIRE(key.set_pin("1234", version) == Status::kOk);
      const Bytes whole = serialized(100);
      const Map request = first_fragment(whole, whole.size());
      CHECK(key.status_of(kLargeBlobs, request) == Status::kPuatRequired);
      REQUIRE(key.get_token("1234", kAssertPermission, version) == Status::kOk);
      CHECK(key.status_of(kLargeBlobs, proved(key, request)) == Status::kPinAuthInvalid);
      REQUIRE(key.get_unbound_token("1234", kBlobPermission, version) == Status::kOk);
      CHECK(key.status_of(kLargeBlobs, with(proved(key, request), 0x06, {})) ==
            Status::kMissingParameter);
      const Map other = first_fragment(serialized(99), whole.size());
      CHECK(key.status_of(kLargeBlobs, with(proved(key, request), kSet, *other.find(kSet))) ==
            Status::kPinAuthInvalid);
      CHECK(key.status_of(kLargeBlobs, proved(key, request)) == Status::kOk);
      CHECK(read_all(key) == whole);
    }
  }

  TEST_CASE("a token that made a credential may still write its blob") {
    TestKey key;
    REQUIRE(key.set_pin("1234") == Status::kOk);
    REQUIRE(key.get_token("1234", kMakePermission | kBlobPermission) == Status::kOk);
    REQUIRE(key.status_of(kMakeCredential, key.authorised(kMakeCredential, make_request())) ==
            Status::kOk);
    const Bytes whole = serialized(10);
    CHECK(key.status_of(kLargeBlobs, proved(key, first_fragment(whole, whole.size()))) ==
          Status::kOk);
  }

  TEST_CASE("an account's key for its blob is given when made and to who signs in") {
    TestKey key;
    Map request = with(make_request(), 0x06, Map{{"largeBlobKey", true}});
    request = with(request, 0x07, Map{{"rk", true}});
    const Answer made = key.call(kMakeCredential, request);
    REQUIRE(made.get<Bytes>(0x05).size() == 32);
    const Map asking = with(assert_request(), 0x04, Map{{"largeBlobKey", true}});
    CHECK(key.call(kGetAssertion, asking).get<Bytes>(0x07) == made.get<Bytes>(0x05));
    CHECK(key.call(kGetAssertion, assert_request()).map.find(0x07) == nullptr);
    CHECK(
        key.status_of(kGetAssertion, with(assert_request(), 0x04, Map{{"largeBlobKey", false}})) ==
        Status::kInvalidOption);
  }

  TEST_CASE("a credential keeps 32 bytes of its relying party's, and no more") {
    struct Case {
      std::size_t size;
      bool is_kept;
    };
    for (const auto& [size, is_kept] : {Case{31, true}, Case{32, true}, Case{33, false}}) {
      CAPTURE(size);
      TestKey key;
      const Bytes blob(size, 0x5A);
      REQUIRE(!key.register_user("lee", Map{{"credBlob", blob}}).empty());
      const Answer given =
          key.call(kGetAssertion, with(assert_request(), 0x04, Map{{"credBlob", true}}));
      const Map extensions = read_auth_data(given.get<Bytes>(0x02)).extensions;
      CHECK(*extensions.find("credBlob")->as<Bytes>() == (is_kept ? blob : Bytes{}));
    }
  }
}
