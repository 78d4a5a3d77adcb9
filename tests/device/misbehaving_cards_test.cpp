// The real libfido2 over our own transport, against the software key as a card that misbehaves in
// every way it can.

#include <doctest/doctest.h>

#include "device/card_link.h"
#include "device/fido2_authenticator.h"
#include "tests/device/software_card.h"

using namespace std::chrono_literals;
using firstkey::device::Authenticator;
using firstkey::device::CallLimits;
using firstkey::device::CardLink;
using firstkey::device::CredentialRequest;
using firstkey::device::ErrorCode;
using firstkey::device::Fido2Authenticator;
using firstkey::device::KeepAlive;
using firstkey::device::softkey::CardQuirk;
using firstkey::device::softkey::Presence;
using firstkey::tests::SoftwareCard;

namespace {

const CallLimits kPlenty{.time_left = 20s};

/// A card that is open, and what became of it.
struct Desk {
  explicit Desk(SoftwareCard& card) {
    auto opened = Fido2Authenticator::open(
        std::make_unique<CardLink>(card.opener(), [this] { ++registered; }),
        {.path = "ccid:A reader 00 00", .is_chosen_by_placing = true},
        kPlenty);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().detail);
    key = std::move(opened.value());
  }
  void leave() { key = nullptr; }

  int registered = 0;
  std::unique_ptr<Authenticator> key;
};

/// Too long for one short APDU: it names eight credentials that the key does not know.
CredentialRequest long_request() {
  return {.rp_id = "example.org",
          .rp_name = "Example",
          .user_id = {1, 2, 3},
          .user_name = "lee@example.org",
          .user_display_name = "Lee Osei",
          .algorithms = {firstkey::device::kEs256},
          .is_resident_key_wanted = true,
          .excluded_credentials = std::vector(8, firstkey::device::CredentialId(60, 0x33))};
}

}  // namespace

TEST_SUITE("device/misbehaving_cards") {
  TEST_CASE("a card is registered with, whatever is the matter with its APDUs") {
    for (const auto quirk : {CardQuirk::kColdSelect,
                             CardQuirk::kSlow,
                             CardQuirk::kNoPolling,
                             CardQuirk::kBareUpdates,
                             CardQuirk::kPieces,
                             CardQuirk::kFetchPlain,
                             CardQuirk::kFetchNotPlain,
                             CardQuirk::kExactLength,
                             CardQuirk::kNoChaining,
                             CardQuirk::kNoExtended,
                             CardQuirk::kT0}) {
      CAPTURE(static_cast<int>(quirk));
      SoftwareCard card({quirk});
      Desk desk(card);
      card.key.user.answer = Presence::kAwaited;
      card.when_waiting = [&] { card.key.user.answer = Presence::kGranted; };
      CHECK(desk.key->make_credential(long_request(), nullptr, kPlenty).has_value());
      CHECK(card.key.store.count() == 1);
    }
  }

  TEST_CASE("so it is over a reader that passes extended length") {
    for (const auto quirk : {CardQuirk::kNoExtended, CardQuirk::kNoChaining, CardQuirk::kPieces}) {
      CAPTURE(static_cast<int>(quirk));
      SoftwareCard card({quirk});
      card.connection.longest_data = firstkey::device::kExtendedData;
      CHECK(Desk(card).key->make_credential(long_request(), nullptr, kPlenty).has_value());
      CHECK(card.key.store.count() == 1);
    }
  }

  TEST_CASE("misfortunes come together") {
    SoftwareCard card({CardQuirk::kColdSelect,
                       CardQuirk::kSlow,
                       CardQuirk::kBareUpdates,
                       CardQuirk::kPieces,
                       CardQuirk::kFetchPlain,
                       CardQuirk::kExactLength,
                       CardQuirk::kNoExtended});
    CHECK(Desk(card).key->make_credential(long_request(), nullptr, kPlenty).has_value());
  }

  TEST_CASE("a slow card is waited for, and says that it works") {
    SoftwareCard card({CardQuirk::kSlow});
    const Desk desk(card);
    std::vector<KeepAlive> heard;
    const CallLimits limits{.time_left = 20s,
                            .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    CHECK(desk.key->refresh(limits).has_value());
    CHECK(heard == std::vector{KeepAlive::kProcessing});
  }

  TEST_CASE("somebody who takes half a minute to touch is waited for") {
    SoftwareCard card;
    const Desk desk(card);
    card.key.user.answer = Presence::kAwaited;
    int waits = 0;
    card.when_waiting = [&] {
      if (++waits == 290) card.key.user.answer = Presence::kGranted;  // of 100 ms each
    };
    CHECK(desk.key->make_credential(long_request(), nullptr, kPlenty).has_value());
  }

  TEST_CASE("a card that hangs is left within the grace, by the call and by the end") {
    SoftwareCard card({CardQuirk::kHangs});
    Desk desk(card);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(desk.key->pin_retries({.time_left = 10ms}).error().code == ErrorCode::kTimeout);
    desk.leave();
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
  }

  TEST_CASE("a card that cannot be polled cannot be told to stop, and is left too") {
    SoftwareCard card({CardQuirk::kNoPolling});
    const Desk desk(card);
    card.key.user.answer = Presence::kAwaited;
    std::stop_source stop;
    card.when_waiting = [&] { stop.request_stop(); };
    const CallLimits limits{.time_left = 20s, .stop = stop.get_token()};
    CHECK(desk.key->make_credential(long_request(), nullptr, limits).error().code ==
          ErrorCode::kCancelled);
    card.when_waiting = nullptr;
    CHECK(desk.key->refresh(kPlenty).has_value());
    CHECK(card.key.store.count() == 0);
  }

  TEST_CASE("that somebody has registered is told once the card was powered down, and only then") {
    SoftwareCard card;
    Desk desk(card);
    REQUIRE(desk.key->make_credential(long_request(), nullptr, kPlenty).has_value());
    CHECK(desk.registered == 0);
    const int power_cycles = card.key.user.power_cycles;
    desk.leave();
    CHECK(desk.registered == 1);
    CHECK(card.key.user.power_cycles == power_cycles + 1);
  }

  TEST_CASE("a card that was only asked, or refused, was not registered with") {
    SoftwareCard card;
    Desk desk(card);
    REQUIRE(desk.key->refresh(kPlenty).has_value());
    card.key.user.answer = Presence::kRefused;
    CHECK_FALSE(desk.key->make_credential(long_request(), nullptr, kPlenty).has_value());
    desk.leave();
    CHECK(desk.registered == 0);
  }
}
