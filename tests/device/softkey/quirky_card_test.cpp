#include "device/softkey/quirky_card.h"

#include <doctest/doctest.h>

#include "device/softkey/card_frontend.h"
#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::append;
using firstkey::device::softkey::CardFrontend;
using firstkey::device::softkey::CardQuirk;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::Quirks;
using firstkey::device::softkey::QuirkyCard;

const Bytes kSelectFido{
    0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x47, 0x2F, 0x00, 0x01, 0x00};
const Bytes kVersionAndOk{'U', '2', 'F', '_', 'V', '2', 0x90, 0x00};
const Bytes kAskInfo{0x80, 0x10, 0x80, 0x00, 0x01, 0x04, 0x00};
const Bytes kAskRetries{
    0x80, 0x10, 0x80, 0x00, 0x06, 0x06, 0xA2, 0x01, 0x02, 0x02, 0x01, 0x00};  // clientPIN
/// {3: 8, 4: false}
const Bytes kRetriesAndOk{0x00, 0xA2, 0x03, 0x08, 0x04, 0xF4, 0x90, 0x00};
const Bytes kPoll{0x80, 0x11, 0x00, 0x00, 0x00};
const Bytes kNothing{0xFF};  // stands for no response at all

/// A card with one quirk, or none, in a reader.
class Reader {
 public:
  explicit Reader(std::optional<CardQuirk> quirk = {})
      : card(honest, quirk ? only(*quirk) : Quirks{}, key.clock) {}
  Bytes transmit(const Bytes& command) { return card.transmit(command).value_or(kNothing); }
  /// A request for a credential in one extended APDU.
  static Bytes make_credential(std::uint8_t p1 = 0x80) {
    Bytes request{kMakeCredential};
    append(request, firstkey::device::softkey::cbor::encode(make_request()));
    Bytes command{0x80, 0x10, p1, 0x00, 0x00, 0x00, static_cast<std::uint8_t>(request.size())};
    append(command, request);
    append(command, Bytes{0x00, 0x00});
    return command;
  }
  /// All of the answer to `command`, fetched in class `cla`; how many bytes each piece had.
  Bytes fetch(const Bytes& command, std::uint8_t cla) {
    Bytes whole;
    auto piece = transmit(command);
    while (piece[piece.size() - 2] == 0x61) {
      whole.insert(whole.end(), piece.begin(), piece.end() - 2);
      sizes.push_back(piece.size() - 2);
      piece = transmit({cla, 0xC0, 0x00, 0x00, piece.back()});
    }
    append(whole, piece);
    return whole;
  }

  TestKey key;
  CardFrontend honest{*key.authenticator};
  QuirkyCard card;
  std::vector<std::size_t> sizes;

 private:
  static Quirks only(CardQuirk quirk) {
    Quirks quirks;
    quirks.add(quirk);
    return quirks;
  }
};

Bytes honest_info() {
  Reader reader;
  (void)reader.transmit(kSelectFido);
  return reader.fetch(kAskInfo, 0x80);
}

}  // namespace

TEST_SUITE("device/softkey/quirky_card") {
  TEST_CASE("a card without quirks is itself") {
    Reader reader;
    CHECK(reader.card.answer_to_reset() == reader.honest.answer_to_reset());
    CHECK(reader.transmit(kSelectFido) == kVersionAndOk);
    CHECK(reader.fetch(kAskInfo, 0x80).size() > 100);
    CHECK(reader.transmit({0x00}) == Bytes{0x67, 0x00});
    CHECK(reader.card.is_held());
  }

  TEST_CASE("a cold card fails two power-ups, another two selections") {
    Reader mute(CardQuirk::kColdPowerUp);
    for (int i = 0; i < 2; ++i) {
      mute.card.power_up();
      CHECK(mute.card.answer_to_reset().size() > 33);
    }
    mute.card.power_up();
    CHECK(mute.card.answer_to_reset() == mute.honest.answer_to_reset());
    Reader slow(CardQuirk::kColdSelect);
    CHECK(slow.transmit(kSelectFido) == Bytes{0x6F, 0x00});
    CHECK(slow.transmit(kSelectFido) == Bytes{0x6F, 0x00});
    CHECK(slow.transmit(kSelectFido) == kVersionAndOk);
  }

  TEST_CASE("a card that hangs answers SELECT and getInfo alone") {
    Reader reader(CardQuirk::kHangs);
    CHECK(reader.transmit(kSelectFido) == kVersionAndOk);
    CHECK(reader.transmit(kAskInfo) != kNothing);
    CHECK(reader.transmit(kAskRetries) == kNothing);
    CHECK(reader.transmit({0x80, 0x12, 0x01, 0x00}) == kNothing);
    CHECK_FALSE(reader.card.tick().has_value());
  }

  TEST_CASE("a slow card is at work for 700 ms, and hears no cancel") {
    Reader reader(CardQuirk::kSlow);
    (void)reader.transmit(kSelectFido);
    CHECK(reader.transmit(kAskRetries) == Bytes{0x01, 0x91, 0x00});
    reader.key.clock.advance(Milliseconds{699});
    CHECK(reader.transmit({0x80, 0x11, 0x11, 0x00, 0x00}) == Bytes{0x01, 0x91, 0x00});
    reader.key.clock.advance(Milliseconds{1});
    CHECK(reader.transmit(kPoll) == kRetriesAndOk);
    CHECK(reader.transmit(kPoll) == Bytes{0x69, 0x85});
  }

  TEST_CASE("a card that does not poll holds its answer back until the touch") {
    Reader reader(CardQuirk::kNoPolling);
    (void)reader.transmit(kSelectFido);
    reader.key.user.answer = Presence::kAwaited;
    CHECK(reader.transmit(Reader::make_credential()) == kNothing);
    CHECK(reader.card.is_busy());
    CHECK_FALSE(reader.card.tick().has_value());
    reader.key.user.answer = Presence::kGranted;
    CHECK(reader.card.tick().value_or(kNothing).front() == 0x00);
  }

  TEST_CASE("an update may come without its byte") {
    Reader reader(CardQuirk::kBareUpdates);
    (void)reader.transmit(kSelectFido);
    reader.key.user.answer = Presence::kAwaited;
    CHECK(reader.transmit(Reader::make_credential()) == Bytes{0x91, 0x00});
    CHECK(reader.transmit(kPoll) == Bytes{0x91, 0x00});
  }

  TEST_CASE("an answer in pieces, and one that T=0 has to be asked for, is all there") {
    Reader pieces(CardQuirk::kPieces);
    (void)pieces.transmit(kSelectFido);
    CHECK(pieces.fetch(kAskInfo, 0x80) == honest_info());
    CHECK(pieces.sizes.front() == 100);
    Reader contact(CardQuirk::kT0);
    CHECK(contact.card.answer_to_reset() == Bytes{0x3B, 0x00});
    CHECK(contact.fetch(kSelectFido, 0x00) == kVersionAndOk);
    CHECK(contact.fetch(kAskInfo, 0x80) == honest_info());
    CHECK(contact.sizes.front() == 0);
  }

  TEST_CASE("GET RESPONSE may be wanted in one class only") {
    const struct {
      CardQuirk quirk;
      std::uint8_t right;
      std::uint8_t wrong;
    } cases[] = {{CardQuirk::kFetchPlain, 0x00, 0x80}, {CardQuirk::kFetchNotPlain, 0x80, 0x00}};
    for (const auto& [quirk, right, wrong] : cases) {
      CAPTURE(right);
      Reader reader(quirk);
      (void)reader.transmit(kSelectFido);
      CHECK(reader.fetch(Reader::make_credential(), wrong).back() == 0x00);
      const auto piece = reader.transmit(kAskInfo);
      REQUIRE(piece[piece.size() - 2] == 0x61);
      CHECK(reader.transmit({wrong, 0xC0, 0x00, 0x00, 0x00}) == Bytes{0x6E, 0x00});
      CHECK(reader.transmit({right, 0xC0, 0x00, 0x00, 0x00}).back() == 0x00);
    }
  }

  TEST_CASE("an Le that is not exact is refused with the right one") {
    Reader reader(CardQuirk::kExactLength);
    CHECK(reader.transmit(kSelectFido) == Bytes{0x6C, 0x06});
    Bytes exact = kSelectFido;
    exact.back() = 0x06;
    CHECK(reader.transmit(exact) == kVersionAndOk);
    CHECK(reader.transmit(kAskRetries) == Bytes{0x6C, 0x06});
    exact = kAskRetries;
    exact.back() = 0x06;
    CHECK(reader.transmit(exact) == kRetriesAndOk);
  }

  TEST_CASE("chaining or extended length is refused") {
    Reader unchained(CardQuirk::kNoChaining);
    (void)unchained.transmit(kSelectFido);
    CHECK(unchained.transmit({0x90, 0x10, 0x80, 0x00, 0x01, 0x04}) == Bytes{0x68, 0x84});
    CHECK(unchained.transmit(Reader::make_credential()).front() == 0x00);
    Reader small(CardQuirk::kNoExtended);
    (void)small.transmit(kSelectFido);
    CHECK(small.transmit(Reader::make_credential()) == Bytes{0x67, 0x00});
    CHECK(small.transmit({0x90, 0x10, 0x80, 0x00, 0x01, 0x04}) == Bytes{0x90, 0x00});
  }
}
