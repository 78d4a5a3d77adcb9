// What is stored and set on a key that is a card: our own messages over APDUs, to the software key.

#include <chrono>

#include <doctest/doctest.h>

#include "device/card_link.h"
#include "device/fido2_authenticator.h"
#include "tests/device/software_card.h"

using namespace std::chrono_literals;
using firstkey::device::AlwaysUv;
using firstkey::device::Authenticator;
using firstkey::device::CallLimits;
using firstkey::device::CardLink;
using firstkey::device::Change;
using firstkey::device::CredentialRequest;
using firstkey::device::EnterpriseAttestation;
using firstkey::device::ErrorCode;
using firstkey::device::Fido2Authenticator;
using firstkey::device::KeyConfiguration;
using firstkey::device::Pin;
using firstkey::device::softkey::CardQuirk;
using firstkey::tests::SoftwareCard;

namespace {

const CallLimits kPlenty{.time_left = 20s};

/// A card with the PIN 2468, held to a reader.
struct Desk {
  explicit Desk(std::initializer_list<CardQuirk> quirks = {}) : card(quirks) {
    auto opened = Fido2Authenticator::open(
        std::make_unique<CardLink>(card.opener(), [this] { ++registered; }),
        {.path = "ccid:A reader 00 00", .is_chosen_by_placing = true},
        kPlenty);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().detail);
    key = std::move(opened.value());
    REQUIRE(key->set_pin(pin.value(), kPlenty).has_value());
  }
  [[nodiscard]] KeyConfiguration& configuration() const { return key->configuration(); }
  [[nodiscard]] CredentialRequest request(std::uint8_t user) const {
    return {.rp_id = "example.org",
            .user_id = {user},
            .user_name = "lee@example.org",
            .algorithms = {firstkey::device::kEs256},
            .is_resident_key_wanted = true};
  }

  SoftwareCard card;
  firstkey::device::Result<Pin> pin = Pin::create("2468");
  int registered = 0;
  std::unique_ptr<Authenticator> key;  // last: its link reports to `registered`
};

}  // namespace

TEST_SUITE("device/key_configuration_on_card") {
  TEST_CASE("credentials are listed and deleted, however the card sends its answers") {
    for (const std::initializer_list<CardQuirk> quirks :
         {std::initializer_list<CardQuirk>{}, {CardQuirk::kPieces}, {CardQuirk::kSlow}}) {
      const Desk desk(quirks);
      const auto& pin = desk.pin.value();
      REQUIRE(desk.key->make_credential(desk.request(1), &pin, kPlenty).has_value());
      const auto other = desk.key->make_credential(desk.request(2), &pin, kPlenty);
      REQUIRE_MESSAGE(other.has_value(), other.error().detail);
      CHECK(desk.configuration().credentials(&pin, kPlenty)->size() == 2);
      CHECK(desk.configuration().remove(other->credential_id, &pin, kPlenty).has_value());
      CHECK(desk.configuration().credential_room(&pin, kPlenty)->existing == 1);
    }
  }

  TEST_CASE("a card is configured") {
    const Desk desk;
    const auto& pin = desk.pin.value();
    auto& configuration = desk.configuration();
    CHECK(configuration.set_always_uv(AlwaysUv::kOn, &pin, kPlenty) == Change::kMade);
    CHECK(configuration.raise_min_pin_length(4, &pin, kPlenty) == Change::kNotNeeded);
    CHECK(configuration.force_pin_change(&pin, kPlenty).has_value());
    CHECK(configuration.credentials(&pin, kPlenty).error().code == ErrorCode::kPinPolicy);
    CHECK(configuration.serial(kPlenty).value() == std::nullopt);
  }

  TEST_CASE("an enterprise attestation counts as the registration that a tap is good for") {
    Desk desk;
    const auto& pin = desk.pin.value();
    CHECK(desk.configuration().enable_enterprise_attestation(&pin, kPlenty) == Change::kMade);
    auto wanted = desk.request(1);
    wanted.enterprise_attestation = EnterpriseAttestation::kPlatformManaged;
    const auto made = desk.key->make_credential(wanted, &pin, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK(made->is_enterprise_attested);
    desk.key = nullptr;
    CHECK(desk.registered == 1);
  }

  TEST_CASE("looking at a card and configuring it registers nobody") {
    Desk desk;
    CHECK(desk.configuration().credentials(&desk.pin.value(), kPlenty).has_value());
    desk.key = nullptr;
    CHECK(desk.registered == 0);
  }

  TEST_CASE("a card is reset while it is freshly held to the reader, and not later") {
    Desk desk;
    CHECK(desk.configuration().reset(kPlenty).has_value());
    CHECK_FALSE(desk.key->facts().has_pin());
    desk.card.key.clock.advance(10s);
    CHECK(desk.configuration().reset(kPlenty).error().code == ErrorCode::kNotAllowed);
  }
}
