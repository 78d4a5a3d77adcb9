// The software key, met by a client that sends anything. The input is a script of acts:
//
//   00 report of 64 bytes            as it comes over UDP
//   01 size (2), that many bytes     one CTAP request, packed, on a channel of the client's own
//   02 size (2), that many bytes     one U2F APDU over CTAPHID_MSG
//   03 size, that many bytes         one APDU to it as a card
//   04 tenths of a second            time goes by
//   05                               it is unplugged and plugged in

#include "device/softkey/authenticator.h"
#include "device/softkey/card_frontend.h"
#include "device/softkey/hid_frontend.h"
#include "tests/device/softkey/fake_ports.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/input_script.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using tests::demand;
using tests::Reached;
namespace sk = device::softkey;

namespace {

Reached channel_given("a channel given");
Reached answered("a CTAP request answered with success");
Reached u2f_answered("a U2F message answered with success");
Reached card_answered("an APDU answered with success");

/// A key in a world that stands still. Making one takes OpenSSL ten times as long as most inputs,
/// so all inputs meet the same, reset in between.
class Key {
 public:
  /// As if new.
  void reset() {
    random.emplace();
    authenticator_->power_cycle();
    constexpr std::array<std::uint8_t, 1> kReset{0x07};
    const auto answer = authenticator_->start(kReset);
    demand((answer ? answer : authenticator_->poll()) == sk::Bytes{0x00}, "a key can be reset");
  }
  [[nodiscard]] sk::CtapKey& ctap() { return *authenticator_; }

  tests::softkey::FakeClock clock;
  std::optional<tests::softkey::FakeRandom> random{std::in_place};

 private:
  tests::softkey::FakeUser user_;
  sk::CredentialStore store_ =
      std::move(sk::CredentialStore::open(std::make_unique<sk::MemoryStorage>()).value());
  std::unique_ptr<sk::Authenticator> authenticator_ = std::move(
      sk::Authenticator::create({}, store_, {.clock = clock, .random = *random, .presence = user_})
          .value());
};

/// The key behind both its front ends.
class Bench {
 public:
  Bench(Key& key, tests::InputScript script) : key_(key), script_(script) {}

  void play() {
    while (!script_.is_over()) act();
  }

 private:
  static constexpr std::uint8_t kInit = 0x86;
  static constexpr std::uint8_t kMsg = 0x83;
  static constexpr std::uint8_t kCbor = 0x90;

  void act() {
    switch (script_.byte()) {
      case 0x00: {
        sk::Report report{};
        std::ranges::copy(script_.take(report.size()), report.begin());
        hear(hid_.receive(report));
        return;
      }
      case 0x01:
        return send(kCbor, script_.take(script_.word()));
      case 0x02:
        return send(kMsg, script_.take(script_.word()));
      case 0x03:
        return transmit(script_.take(script_.byte()));
      case 0x04:
        key_.clock.advance(sk::Milliseconds(100) * script_.byte());
        return hear(hid_.tick());
      case 0x05:
        hid_.power_cycle();
        card_.power_up();
        channel_ = 0;
        return;
      default:
        return;  // spends a byte, so that a script has an end
    }
  }

  void send(std::uint8_t command, device::BytesView message) {
    if (channel_ == 0) open_channel();
    for (const auto& report : sk::fragment(channel_, command, message)) hear(hid_.receive(report));
    hear(hid_.tick());
  }
  void open_channel() {
    constexpr std::array<std::uint8_t, 8> kNonce{1, 2, 3, 4, 5, 6, 7, 8};
    const auto answer = hid_.receive(sk::fragment(0xFFFFFFFF, kInit, kNonce).front());
    hear(answer);
    if (answer.empty() || answer.front()[4] != kInit) return;
    for (std::size_t i = 15; i < 19; ++i) channel_ = channel_ << 8U | answer.front()[i];
    channel_given.count_if(true);
  }
  void hear(const sk::Reports& reports) {
    demand(reports.size() <= 129, "an answer is no longer than any message");
    if (reports.empty()) return;
    const auto& first = reports.front();
    answered.count_if(first[4] == kCbor && first[7] == 0);
    if (first[4] != kMsg) return;
    const std::size_t size = static_cast<std::size_t>(first[5] << 8U | first[6]);
    demand(size >= 2, "an answer of U2F has its status word");
    u2f_answered.count_if(size > 2);
  }
  void transmit(device::BytesView apdu) {
    const auto response = card_.transmit(apdu);
    if (!response) return;  // the user is awaited
    demand(response->size() >= 2, "every response has its status word");
    card_answered.count_if(response->size() > 2 && response->at(response->size() - 2) == 0x90);
  }

  Key& key_;
  tests::InputScript script_;
  sk::HidFrontend hid_{key_.ctap(), key_.clock, *key_.random};
  sk::CardFrontend card_{key_.ctap()};
  std::uint32_t channel_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  static Key key;
  key.reset();
  Bench(key, tests::InputScript({input, size})).play();
  return 0;
}
