#include "device/softkey/card_frontend.h"

#include <doctest/doctest.h>

#include "device/softkey/user_presence.h"
#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::append;
using firstkey::device::softkey::CardFrontend;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::Settings;

const Bytes kSelectFido{
    0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x47, 0x2F, 0x00, 0x01, 0x00};
const Bytes kPoll{0x80, 0x11, 0x00, 0x00, 0x00};
const Bytes kCancelPoll{0x80, 0x11, 0x11, 0x00, 0x00};
const Bytes kAwaitingUser{0x02, 0x91, 0x00};
const Bytes kNothing{0xFF};  // stands for no response at all

/// A card in a reader; its responses in hexadecimal thinking: body, then status word.
class Reader {
 public:
  Bytes transmit(const Bytes& command) { return card.transmit(command).value_or(kNothing); }
  void select() { REQUIRE(transmit(kSelectFido) == version_and_ok()); }
  static Bytes version_and_ok() { return {'U', '2', 'F', '_', 'V', '2', 0x90, 0x00}; }

  /// One short NFCCTAP_MSG; `cla` 0x90 says more will follow.
  static Bytes message(const Bytes& data, std::uint8_t cla = 0x80, std::uint8_t p1 = 0x80) {
    Bytes command{cla, 0x10, p1, 0x00, static_cast<std::uint8_t>(data.size())};
    append(command, data);
    if (cla == 0x80) command.push_back(0x00);
    return command;
  }

  TestKey key;
  CardFrontend card{*key.authenticator};
};

/// The whole of a response that came in pieces, fetched with GET RESPONSE of class `cla`.
Bytes fetch(Reader& reader, Bytes piece, std::uint8_t cla) {
  Bytes whole;
  while (piece.size() >= 2 && piece[piece.size() - 2] == 0x61) {
    whole.insert(whole.end(), piece.begin(), piece.end() - 2);
    piece = reader.transmit({cla, 0xC0, 0x00, 0x00, piece.back()});
  }
  append(whole, piece);
  return whole;
}

Bytes big_make_request() {
  Bytes request{kMakeCredential};
  append(request,
         firstkey::device::softkey::cbor::encode(
             with(make_request(), 0x05, Array(8, descriptor(Bytes(60, 0x33))))));
  return request;
}

/// `request` as a chain of short APDUs of at most 200 bytes; the response to the last.
Bytes send_chained(Reader& reader, BytesView request) {
  while (request.size() > 200) {
    const BytesView part = request.first(200);
    REQUIRE(reader.transmit(Reader::message(Bytes(part.begin(), part.end()), 0x90)) ==
            Bytes{0x90, 0x00});
    request = request.subspan(200);
  }
  return reader.transmit(Reader::message(Bytes(request.begin(), request.end())));
}

}  // namespace

TEST_SUITE("device/softkey/card_frontend") {
  TEST_CASE("SELECT by the FIDO name is answered with the version") {
    Reader reader;
    CHECK(reader.transmit(kSelectFido) == Reader::version_and_ok());
    Bytes without_le = kSelectFido;
    without_le.pop_back();
    CHECK(reader.transmit(without_le) == Reader::version_and_ok());
  }

  TEST_CASE("U2F is spoken beside CTAP2, in short and extended APDUs, once selected") {
    Reader reader;
    const Bytes version{0x00, 0x03, 0x00, 0x00, 0x00};
    CHECK(reader.transmit(version) == Bytes{0x69, 0x85});
    reader.select();
    CHECK(reader.transmit(version) == Reader::version_and_ok());
    Bytes enroll{0x00, 0x01, 0x03, 0x00, 0x00, 0x00, 0x40};
    append(enroll, Bytes(64, 0x5A));
    enroll.insert(enroll.end(), 2, 0x00);
    const Bytes whole = reader.transmit(enroll);
    REQUIRE(whole.size() > 256);
    CHECK(Bytes(whole.end() - 2, whole.end()) == Bytes{0x90, 0x00});
    Bytes short_enroll{0x00, 0x01, 0x03, 0x00, 0x40};
    append(short_enroll, Bytes(64, 0x5A));
    short_enroll.push_back(0x00);
    const Bytes pieces = fetch(reader, reader.transmit(short_enroll), 0x00);
    CHECK(pieces.front() == 0x05);
    CHECK(Bytes(pieces.end() - 2, pieces.end()) == Bytes{0x90, 0x00});
    CHECK(reader.key.store.count() == 2);
  }

  TEST_CASE("a card without U2F, or with nothing else, says so") {
    TestKey modern(Settings{.protocols = Settings::Protocols::kCtap2});
    CardFrontend modern_card(*modern.authenticator);
    CHECK(modern_card.transmit(kSelectFido) ==
          Bytes{'F', 'I', 'D', 'O', '_', '2', '_', '0', 0x90, 0x00});
    CHECK(modern_card.transmit(Bytes{0x00, 0x03, 0x00, 0x00, 0x00}) == Bytes{0x6D, 0x00});
    TestKey old(Settings{.protocols = Settings::Protocols::kU2f});
    CardFrontend old_card(*old.authenticator);
    CHECK(old_card.transmit(kSelectFido) == Reader::version_and_ok());
    CHECK(old_card.transmit(Reader::message({kGetInfo})) == Bytes{0x6D, 0x00});
  }

  TEST_CASE("another application is not found, and selecting it leaves this one") {
    Reader reader;
    reader.select();
    Bytes other = kSelectFido;
    other[12] = 0x02;
    CHECK(reader.transmit(other) == Bytes{0x6A, 0x82});
    CHECK(reader.transmit(Reader::message({kGetInfo})) == Bytes{0x69, 0x85});
  }

  TEST_CASE("what it does not know is refused, each in its own words") {
    struct Case {
      const char* name;
      Bytes command;
      Bytes expected;
    };
    const std::array cases{
        Case{"a broken APDU", {0x00, 0xA4}, {0x67, 0x00}},
        Case{"an unknown class", {0x04, 0xA4, 0x04, 0x00}, {0x6E, 0x00}},
        Case{"an unknown instruction of ISO's", {0x00, 0x20, 0x00, 0x00}, {0x6D, 0x00}},
        Case{"an unknown instruction", {0x80, 0x20, 0x00, 0x00}, {0x6D, 0x00}},
        Case{"SELECT by anything but name", {0x00, 0xA4, 0x00, 0x00}, {0x6A, 0x86}},
        Case{"a message with another P1", {0x80, 0x10, 0x01, 0x00, 0x01, 0x04}, {0x6A, 0x86}},
        Case{"a message with another P2", {0x80, 0x10, 0x00, 0x01, 0x01, 0x04}, {0x6A, 0x86}},
        Case{"another control", {0x80, 0x12, 0x02, 0x00}, {0x6A, 0x86}},
        Case{"another poll", {0x80, 0x11, 0x01, 0x00}, {0x6A, 0x86}},
        Case{"a poll for nothing", kPoll, {0x69, 0x85}},
        Case{"a cancel of nothing", kCancelPoll, {0x69, 0x85}},
        Case{"GET RESPONSE for nothing", {0x00, 0xC0, 0x00, 0x00, 0x00}, {0x69, 0x85}},
    };
    for (const auto& [name, command, expected] : cases) {
      CAPTURE(name);
      Reader reader;
      reader.select();
      CHECK(reader.transmit(command) == expected);
    }
  }

  TEST_CASE("a long response is fetched in pieces, under either class") {
    for (const std::uint8_t cla : {std::uint8_t{0x00}, std::uint8_t{0x80}}) {
      CAPTURE(cla);
      Reader reader;
      reader.select();
      const Bytes first = send_chained(reader, big_make_request());
      CHECK(first.size() == 258);
      const Bytes whole = fetch(reader, first, cla);
      CHECK(read_answer(BytesView(whole).first(whole.size() - 2)).status == Status::kOk);
      CHECK(whole.back() == 0x00);
      CHECK(reader.transmit({cla, 0xC0, 0x00, 0x00, 0x00}) == Bytes{0x69, 0x85});
    }
  }

  TEST_CASE("extended lengths carry the same command and response in one piece") {
    Reader reader;
    reader.select();
    const Bytes request = big_make_request();
    Bytes command{0x80, 0x10, 0x80, 0x00, 0x00};
    firstkey::device::softkey::append_be16(command, static_cast<std::uint16_t>(request.size()));
    append(command, request);
    append(command, Bytes{0x00, 0x00});
    const Bytes response = reader.transmit(command);
    CHECK(read_answer(BytesView(response).first(response.size() - 2)).get<std::string>(0x01) ==
          "packed");
  }

  TEST_CASE("a chain that grows past any message is dropped") {
    Reader reader;
    reader.select();
    const Bytes block = Reader::message(Bytes(200), 0x90);
    for (int i = 0; i < 10; ++i) CHECK(reader.transmit(block) == Bytes{0x90, 0x00});
    CHECK(reader.transmit(block) == Bytes{0x67, 0x00});
    CHECK(reader.transmit(Reader::message({0x7E})) == Bytes{0x01, 0x90, 0x00});
  }

  TEST_CASE("another command ends a chain that was begun") {
    Reader reader;
    reader.select();
    CHECK(reader.transmit(Reader::message({kMakeCredential}, 0x90)) == Bytes{0x90, 0x00});
    reader.select();
    CHECK(reader.transmit(Reader::message({0x7E})) == Bytes{0x01, 0x90, 0x00});
  }

  TEST_CASE("a reader that polls hears 9100 until the user has touched the key") {
    Reader reader;
    reader.select();
    reader.key.user.answer = Presence::kAwaited;
    CHECK(reader.transmit(Reader::message({kSelection})) == kAwaitingUser);
    CHECK(reader.transmit(kPoll) == kAwaitingUser);
    reader.key.user.answer = Presence::kGranted;
    CHECK(reader.transmit(kPoll) == Bytes{0x00, 0x90, 0x00});
    CHECK(reader.transmit(kPoll) == Bytes{0x69, 0x85});
  }

  TEST_CASE("a reader that does not poll is left waiting, and answered in the end") {
    Reader reader;
    reader.select();
    reader.key.user.answer = Presence::kAwaited;
    CHECK(reader.transmit(Reader::message({kSelection}, 0x80, 0x00)) == kNothing);
    CHECK(reader.card.is_busy());
    CHECK_FALSE(reader.card.tick().has_value());
    reader.key.user.answer = Presence::kGranted;
    CHECK(reader.card.tick() == Bytes{0x00, 0x90, 0x00});
    CHECK_FALSE(reader.card.is_busy());
  }

  TEST_CASE("a poll can cancel") {
    Reader reader;
    reader.select();
    reader.key.user.answer = Presence::kAwaited;
    CHECK(reader.transmit(Reader::message({kSelection})) == kAwaitingUser);
    CHECK(reader.transmit(kCancelPoll) == Bytes{0x2D, 0x90, 0x00});
    CHECK_FALSE(reader.key.authenticator->is_awaiting_user());
  }

  TEST_CASE("selecting anew or saying goodbye ends the wait") {
    for (const Bytes& command : {kSelectFido, Bytes{0x80, 0x12, 0x01, 0x00}}) {
      Reader reader;
      reader.select();
      reader.key.user.answer = Presence::kAwaited;
      CHECK(reader.transmit(Reader::message({kSelection})) == kAwaitingUser);
      (void)reader.transmit(command);
      CHECK_FALSE(reader.key.authenticator->is_awaiting_user());
    }
  }

  TEST_CASE("power forgets the selection, the chain and the wait") {
    Reader reader;
    reader.select();
    reader.key.user.answer = Presence::kAwaited;
    CHECK(reader.transmit(Reader::message({kSelection})) == kAwaitingUser);
    reader.card.power_up();
    CHECK(reader.key.user.power_cycles == 1);
    CHECK(reader.transmit(kPoll) == Bytes{0x69, 0x85});
    CHECK(Reader().card.answer_to_reset() == Bytes{0x3B, 0x80, 0x80, 0x01, 0x01});
  }
}
