// The real pcscd and libfido2, with software keys and cards of the test in vsmartcard's readers.

#include "device/pcsc_source.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

#include "tests/device/recording_sink.h"
#include "tests/device/scripted_card.h"
#include "tests/support/other_card_program.h"
#include "tests/support/parts.h"
#include "tests/support/reader_service.h"
#include "tests/support/running_program.h"
#include "tests/support/virtual_card.h"

using namespace std::chrono_literals;
using firstkey::device::Authenticator;
using firstkey::device::CallLimits;
using firstkey::device::CredentialRequest;
using firstkey::device::ErrorCode;
using firstkey::device::KeepAlive;
using firstkey::device::KeyPath;
using firstkey::device::PcscSource;
using firstkey::device::Pin;
using firstkey::tests::OtherCardProgram;
using firstkey::tests::ReaderService;
using firstkey::tests::RecordingSink;
using firstkey::tests::RunningProgram;
using firstkey::tests::VirtualCard;
using Strings = std::vector<std::string>;

namespace {

constexpr auto kPatience = 30s;  // only a test that fails waits as long
const CallLimits kPlenty{.time_left = kPatience};
constexpr const char* kArrived = "arrived ccid:Virtual PCD 00 00";
constexpr const char* kRemoved = "removed ccid:Virtual PCD 00 00";

bool is_absent() {
  return firstkey::tests::part_is_absent("pcscd and vpcd, as root", ReaderService::is_possible());
}

/// firstkey-softkey as a card.
class SoftwareCard : public RunningProgram {
 public:
  explicit SoftwareCard(const Strings& options = {}, int port = ReaderService::kFirstReader)
      : RunningProgram(command(port, options)) {
    REQUIRE(line().starts_with("ready vpcd:"));
  }

 private:
  static std::string command(int port, const Strings& options) {
    auto text = "exec '" FIRSTKEY_SOFTKEY "' --vpcd 127.0.0.1:" + std::to_string(port);
    for (const auto& option : options) text += " " + option;
    return text;
  }
};

/// Quirks of cards, named without "card-".
Strings as_options(const std::string& quirks) {
  Strings options;
  std::istringstream names(quirks);
  for (std::string name; names >> name;) {
    options.insert(options.end(), {"--quirk", "card-" + name});
  }
  return options;
}

/// A source that is being listened to.
struct Desk {
  Desk() { source.start(sink); }
  ~Desk() { source.stop(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// pcscd looks for cards now and then: the first that is told is waited for.
  std::unique_ptr<Authenticator> open(const std::string& path = "ccid:Virtual PCD 00 00") {
    REQUIRE(sink.await(1, kPatience));
    auto key = source.open(*KeyPath::parse(path), kPlenty);
    REQUIRE_MESSAGE(key.has_value(), key.error().detail);
    return std::move(key.value());
  }

  RecordingSink sink;
  PcscSource source;
};

Pin pin() {
  auto made = Pin::create("kept-s3cret");
  REQUIRE(made.has_value());
  return std::move(made.value());
}

CredentialRequest request() {
  return {.rp_id = "example.org",
          .rp_name = "Example",
          .user_id = {1, 2, 3},
          .user_name = "lee@example.org",
          .user_display_name = "Lee Osei",
          .algorithms = {firstkey::device::kEs256},
          .is_resident_key_wanted = true};
}

}  // namespace

TEST_SUITE("device/pcsc_source") {
  TEST_CASE("a card that lies there is told before start returns, as the simulation it is") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card;
    REQUIRE(Desk().sink.await(1, kPatience));  // so pcscd has seen it
    Desk desk;
    CHECK(desk.sink.told() == Strings{kArrived});
    CHECK(desk.sink.last().display_name == "card on Virtual PCD");
    CHECK(desk.sink.last().is_simulated);
    CHECK_FALSE(desk.sink.last().usb.has_value());
    CHECK_FALSE(desk.sink.last().obstacle.has_value());
    CHECK(desk.source.obstacles().empty());
  }

  TEST_CASE("a card gets a PIN and a credential by one tap, and signs by the next") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card;
    Desk desk;
    auto key = desk.open();
    CHECK(key->facts().is_fido2);
    CHECK(key->facts().is_simulated);
    CHECK(key->set_pin(pin(), kPlenty).has_value());
    const auto code = pin();
    CHECK(key->wait_for_touch(kPlenty).has_value());
    auto wanted = request();
    // Eight ids make the request longer than one block; the attestation, the answer.
    for (std::uint8_t i = 0; i < 8; ++i) {
      wanted.excluded_credentials.emplace_back(60, i);
    }
    const auto made = key->make_credential(wanted, &code, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK(made->format == "packed");
    CHECK(made->attestation_object.size() > 256);
    // The connection has been one: the tap is used up.
    const firstkey::device::AssertionRequest sign{.rp_id = "example.org",
                                                  .allowed_credentials = {made->credential_id}};
    CHECK(key->get_assertion(sign, &code, kPlenty).error().code == ErrorCode::kTouchNeeded);
    card.signal(SIGUSR2);
    REQUIRE(desk.sink.await(3, kPatience));
    CHECK(desk.sink.told() == Strings{kArrived, kRemoved, kArrived});
    CHECK(key->get_assertion(sign, &code, kPlenty).error().code == ErrorCode::kGone);
    CHECK(key->is_gone());
    key = desk.open();
    CHECK(key->get_assertion(sign, &code, kPlenty)->credential_id == made->credential_id);
  }

  TEST_CASE("a card whose user takes time says so until the answer comes") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card({"--touch", "delay:350"});
    Desk desk;
    const auto key = desk.open();
    std::vector<KeepAlive> heard;
    const CallLimits limits{.time_left = kPatience,
                            .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    CHECK(key->make_credential(request(), nullptr, limits).has_value());
    CHECK(heard == std::vector{KeepAlive::kUserPresenceNeeded});
  }

  TEST_CASE("a stop ends the wait for a touch; the card is usable afterwards") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card({"--touch", "never"});
    Desk desk;
    const auto key = desk.open();
    std::stop_source stop;
    const CallLimits limits{.time_left = kPatience,
                            .stop = stop.get_token(),
                            .on_keep_alive = [&](KeepAlive) { stop.request_stop(); }};
    const auto stopped = key->make_credential(request(), nullptr, limits);
    CHECK(stopped.error().code == ErrorCode::kCancelled);
    CHECK(stopped.error().fido_status == 0x2D);
    CHECK(key->make_credential(request(), nullptr, {.time_left = 150ms}).error().code ==
          ErrorCode::kTimeout);
    CHECK(key->refresh(kPlenty).has_value());
  }

  TEST_CASE("a card is registered with, whatever is the matter with it") {
    if (is_absent()) return;
    const ReaderService service;
    for (const std::string quirks : {"cold-power-up cold-select pieces fetch-00",
                                     "slow bare-updates no-chaining fetch-80",
                                     "t0 exact-length"}) {
      CAPTURE(quirks);
      const SoftwareCard card(as_options(quirks));
      Desk desk;
      const auto made = desk.open()->make_credential(request(), nullptr, kPlenty);
      CHECK_MESSAGE(made.has_value(), made.error().detail);
    }
  }

  TEST_CASE("a card on contacts is told from one held to the reader") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card({"--quirk", "card-t0", "--touch", "never"});
    Desk desk;
    const auto key = desk.open();
    CHECK(desk.sink.last().display_name == "card in Virtual PCD");
    CHECK(key->wait_for_touch({.time_left = 300ms}).error().code == ErrorCode::kTimeout);
  }

  TEST_CASE("a card that speaks U2F only opens, and says so") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card({"--u2f-only"});
    Desk desk;
    const auto key = desk.open();
    CHECK_FALSE(key->facts().is_fido2);
    CHECK(key->make_credential(request(), nullptr, kPlenty).error().code == ErrorCode::kU2fOnly);
  }

  TEST_CASE("a card in the hands of another program is busy until it is let go") {
    if (is_absent()) return;
    using Hold = OtherCardProgram::Hold;
    const ReaderService service;
    const SoftwareCard card;
    REQUIRE(Desk().sink.await(1, kPatience));  // so pcscd has seen it
    const struct {
      Hold hold;
      DWORD disposition;
    } cases[] = {{Hold::kExclusive, SCARD_LEAVE_CARD}, {Hold::kTransaction, SCARD_RESET_CARD}};
    for (const auto& [hold, disposition] : cases) {
      CAPTURE(static_cast<int>(hold));
      CAPTURE(disposition);
      const OtherCardProgram other(hold);
      Desk desk;
      REQUIRE(desk.sink.await(1, kPatience));
      CHECK(desk.sink.last().obstacle.value().code == ErrorCode::kBusy);
      CHECK(desk.source.open(desk.sink.last().path, kPlenty).error().code == ErrorCode::kBusy);
      other.let_go(disposition);
      REQUIRE(desk.sink.await(2, kPatience));
      CHECK(desk.sink.told().back() == "changed ccid:Virtual PCD 00 00");
      CHECK_FALSE(desk.sink.last().obstacle.has_value());
      CHECK(desk.open()->facts().is_fido2);
    }
  }

  TEST_CASE("one tap registers one person: the next is told to hold the card anew") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card;
    Desk desk;
    REQUIRE(desk.open()->make_credential(request(), nullptr, kPlenty).has_value());
    REQUIRE(desk.sink.await(2, kPatience));
    CHECK(desk.sink.last().obstacle.value().code == ErrorCode::kTouchNeeded);
    CHECK(desk.source.open(desk.sink.last().path, kPlenty).error().code == ErrorCode::kTouchNeeded);
    card.signal(SIGUSR2);
    REQUIRE(desk.sink.await(4, kPatience));
    CHECK(desk.sink.told().back() == kArrived);
    CHECK(desk.open()->make_credential(request(), nullptr, kPlenty).has_value());
  }

  TEST_CASE("a card is deselected and powered down when its user goes") {
    if (is_absent()) return;
    const ReaderService service;
    std::mutex mutex;
    VirtualCard::Bytes last;
    VirtualCard card(ReaderService::kFirstReader, [&](const auto& apdu) {
      const std::lock_guard lock(mutex);
      last = apdu;
      return apdu[1] == 0xA4 ? VirtualCard::Bytes{'F', 'I', 'D', 'O', '_', '2', '_', '0', 0x90, 0}
                             : firstkey::tests::hex("00A1018168 4649444F5F325F30 9000");
    });
    Desk desk;
    auto key = desk.open();
    const int before = card.power_cycles();
    key = nullptr;
    CHECK(card.await_power_cycles(before + 1, kPatience));
    const std::lock_guard lock(mutex);
    CHECK(last == VirtualCard::Bytes{0x80, 0x12, 0x01, 0x00});
  }

  TEST_CASE("a card lifted in the middle of a command is gone, and held again a new arrival") {
    if (is_absent()) return;
    const ReaderService service;
    SoftwareCard card({"--touch", "never"});
    Desk desk;
    const auto key = desk.open();
    const CallLimits limits{.time_left = kPatience,
                            .on_keep_alive = [&](KeepAlive) { card.end(SIGKILL); }};
    CHECK(key->make_credential(request(), nullptr, limits).error().code == ErrorCode::kGone);
    CHECK(key->is_gone());
    REQUIRE(desk.sink.await(2, kPatience));
    // The old key is still held by its user; it keeps nobody from the new one.
    const SoftwareCard again;
    REQUIRE(desk.sink.await(3, kPatience));
    CHECK(desk.sink.told() == Strings{kArrived, kRemoved, kArrived});
    CHECK(desk.open()->facts().is_fido2);
  }

  TEST_CASE("a card lifted while nobody asks it anything leaves its reader to the next") {
    if (is_absent()) return;
    const ReaderService service;
    SoftwareCard card;
    Desk desk;
    const auto key = desk.open();
    card.end(SIGTERM);
    REQUIRE(desk.sink.await(2, kPatience));
    const SoftwareCard again;
    REQUIRE(desk.sink.await(3, kPatience));
    CHECK(desk.open()->facts().is_fido2);
    CHECK(key->refresh(kPlenty).error().code == ErrorCode::kGone);
  }

  TEST_CASE("a card without FIDO is shown as no security key, and does not open") {
    if (is_absent()) return;
    const ReaderService service;
    const VirtualCard card(ReaderService::kFirstReader,
                           [](const auto&) { return VirtualCard::Bytes{0x6A, 0x82}; });
    Desk desk;
    REQUIRE(desk.sink.await(1, kPatience));
    CHECK(desk.sink.last().obstacle->code == ErrorCode::kNoApplet);
    CHECK(desk.source.open(desk.sink.last().path, kPlenty).error().code == ErrorCode::kNoApplet);
  }

  TEST_CASE("an empty reader is gone, one that is not there is unknown") {
    if (is_absent()) return;
    const ReaderService service;
    Desk desk;
    CHECK(desk.sink.told().empty());
    CHECK(desk.source.open(*KeyPath::parse("ccid:Virtual PCD 00 00"), kPlenty).error().code ==
          ErrorCode::kGone);
    CHECK(desk.source.open(*KeyPath::parse("ccid:No such reader"), kPlenty).error().code ==
          ErrorCode::kUnknownPath);
  }

  TEST_CASE("a card that hangs costs its reader, and neither the next one nor the end") {
    if (is_absent()) return;
    const ReaderService service;
    std::atomic<int> apdus = 0;
    const VirtualCard hanging(
        ReaderService::kFirstReader, [&](const auto&) -> std::optional<VirtualCard::Bytes> {
          // Both looks select; the getInfo that follows is never answered.
          if (++apdus > 2) return std::nullopt;
          return VirtualCard::Bytes{'F', 'I', 'D', 'O', '_', '2', '_', '0', 0x90, 0x00};
        });
    Desk desk;
    const auto path = *KeyPath::parse("ccid:Virtual PCD 00 00");
    REQUIRE(desk.sink.await(1, kPatience));
    CHECK(desk.source.open(path, {.time_left = 1s}).error().code == ErrorCode::kTimeout);
    CHECK(desk.source.open(path, kPlenty).error().code == ErrorCode::kBusy);
    const SoftwareCard card({}, ReaderService::kSecondReader);
    REQUIRE(desk.sink.await(2, kPatience));
    CHECK(desk.open("ccid:Virtual PCD 00 01")->facts().is_fido2);
  }

  TEST_CASE("a service that hangs keeps up neither a call nor the end") {
    if (is_absent()) return;
    const ReaderService service;
    const SoftwareCard card;
    std::unique_ptr<Authenticator> key;
    const auto begin = std::chrono::steady_clock::now();
    {
      Desk desk;
      key = desk.open();
      service.signal(SIGSTOP);
      CHECK(key->refresh({.time_left = 50ms}).error().code == ErrorCode::kTimeout);
      CHECK(desk.source.open(*KeyPath::parse("ccid:Virtual PCD 00 01"), {.time_left = 50ms})
                .error()
                .code == ErrorCode::kTimeout);
    }
    key = nullptr;
    CHECK(std::chrono::steady_clock::now() - begin < kPatience);
  }

  TEST_CASE("a service that is not there is an obstacle until it comes") {
    if (is_absent()) return;
    Desk desk;
    REQUIRE(desk.source.obstacles().size() == 1);
    CHECK(desk.source.obstacles()[0].code == ErrorCode::kNoReaderService);
    CHECK_FALSE(desk.source.obstacles()[0].remedy.empty());
    CHECK(desk.source.open(*KeyPath::parse("ccid:Virtual PCD 00 00"), kPlenty).error().code ==
          ErrorCode::kNoReaderService);
    const ReaderService service;
    const SoftwareCard card;
    REQUIRE(desk.sink.await(1, kPatience));
    CHECK(desk.source.obstacles().empty());
  }

  TEST_CASE("a service restarted underneath takes its cards away and brings them again") {
    if (is_absent()) return;
    ReaderService service;
    const SoftwareCard card;
    Desk desk;
    const auto key = desk.open();
    service.stop();
    REQUIRE(desk.sink.await(2, kPatience));
    const auto lost = key->refresh(kPlenty).error().code;
    CHECK((lost == ErrorCode::kGone || lost == ErrorCode::kNoReaderService));
    service.start();
    const SoftwareCard again;
    REQUIRE(desk.sink.await(3, kPatience));
    CHECK(desk.sink.told() == Strings{kArrived, kRemoved, kArrived});
    CHECK(desk.open()->facts().is_fido2);
    CHECK(desk.source.obstacles().empty());
  }
}
