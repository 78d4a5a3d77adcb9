#include "device/softkey/command_line.h"

#include <doctest/doctest.h>

#include "tests/device/softkey/captured_output.h"

namespace {

using firstkey::device::softkey::AttestationKind;
using firstkey::device::softkey::ClientPin;
using firstkey::device::softkey::CommandLine;
using firstkey::device::softkey::kSoftkeyAaguid;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::parse_aaguid;
using firstkey::device::softkey::parse_command_line;
using firstkey::device::softkey::Settings;
using firstkey::device::softkey::TimingQuirk;
using firstkey::device::softkey::TouchPolicy;
using firstkey::device::softkey::UdpAddress;
using firstkey::device::softkey::UhidNode;
using firstkey::device::softkey::UsbController;
using firstkey::device::softkey::VpcdAddress;
using firstkey::tests::softkey::CapturedOutput;

auto parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "firstkey-softkey");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_SUITE("device/softkey/command_line") {
  TEST_CASE("an address alone is enough, and everything else has its default") {
    const auto line = parse({"--udp", "127.0.0.1:8111:7112"});
    REQUIRE(line.has_value());
    CHECK(std::get<UdpAddress>(line->front_end).reply_port == 7112);
    CHECK_FALSE(line->state_file.has_value());
    CHECK(line->settings.aaguid == kSoftkeyAaguid);
    CHECK(line->settings.attestation == AttestationKind::kPacked);
    CHECK(line->settings.transport == "usb");
    CHECK(line->touch == TouchPolicy{});
    CHECK_FALSE(line->ready_fd.has_value());
    CHECK_FALSE(line->ends_with_parent);
  }

  TEST_CASE("a card says that it is one") {
    const auto line = parse({"--vpcd", "127.0.0.1:35963", "--presence", "always"});
    REQUIRE(line.has_value());
    CHECK(std::get<VpcdAddress>(line->front_end).port == 35963);
    CHECK(line->settings.transport == "nfc");
    CHECK(line->card_presence == CommandLine::CardPresence::kAlways);
  }

  TEST_CASE("a key of this machine's kernel is on /dev/uhid or on USB") {
    const auto line = parse({"--uhid"});
    REQUIRE(line.has_value());
    CHECK(to_string(std::get<UhidNode>(line->front_end)) == "uhid:/dev/uhid");
    CHECK(line->settings.transport == "usb");
    const auto usb = parse({"--usb"});
    REQUIRE(usb.has_value());
    CHECK(to_string(std::get<UsbController>(usb->front_end)) == "usb:vhci_hcd.0");
  }

  TEST_CASE("every departure from the default can be asked for") {
    const auto line = parse({"--udp",
                             "127.0.0.1:0:7112",
                             "--touch",
                             "delay:250",
                             "--attestation",
                             "self",
                             "--aaguid",
                             "00112233-4455-6677-8899-aabbccddeeff",
                             "--max-credentials",
                             "3",
                             "--min-pin-length",
                             "8",
                             "--no-pin",
                             "--reset-any-time",
                             "--serve-ready-fd",
                             "5",
                             "--exit-with-parent"});
    REQUIRE(line.has_value());
    CHECK(line->touch == TouchPolicy{TouchPolicy::Kind::kDelayed, Milliseconds(250)});
    CHECK(line->settings.attestation == AttestationKind::kSelf);
    CHECK(line->settings.aaguid[15] == 0xFF);
    CHECK(line->settings.maximum_discoverable == 3);
    CHECK(line->settings.pin.minimum_length == 8);
    CHECK(line->settings.pin.support == ClientPin::Support::kKeyAgreementOnly);
    CHECK(line->settings.reset == Settings::Reset::kAnyTime);
    CHECK(line->ready_fd == 5);
    CHECK(line->ends_with_parent);
    CHECK(
        parse({"--udp", "127.0.0.1:0:7112", "--no-resident-keys"})->settings.maximum_discoverable ==
        0);
  }

  TEST_CASE("protocols, sensor, enterprises and quirks can be asked for") {
    const auto line = parse({"--udp",
                             "127.0.0.1:0:7112",
                             "--u2f-only",
                             "--fingerprint",
                             "mismatch",
                             "--enterprise-rp",
                             "example.org",
                             "--enterprise-rp",
                             "example.com",
                             "--quirk",
                             "late-answer",
                             "--quirk",
                             "no-keep-alive"});
    REQUIRE(line.has_value());
    CHECK(line->settings.protocols == Settings::Protocols::kU2f);
    CHECK(line->settings.pin.fingerprint == ClientPin::Fingerprint::kMismatches);
    CHECK(line->settings.enterprise_rp_ids ==
          std::vector<std::string>{"example.org", "example.com"});
    CHECK(line->quirks.has(TimingQuirk::kLateAnswer));
    CHECK(line->quirks.has(TimingQuirk::kNoKeepAlive));
    CHECK_FALSE(line->quirks.has(TimingQuirk::kKeepAliveOnChange));
    CHECK(parse({"--udp", "127.0.0.1:0:7112", "--no-u2f"})->settings.protocols ==
          Settings::Protocols::kCtap2);
    CHECK(parse({"--udp", "127.0.0.1:0:7112", "--preview"})->settings.edition ==
          Settings::Edition::kPreview);
  }

  TEST_CASE("a root can be had without running the key, from a state that stays") {
    const auto line = parse({"--state", "my.key", "--print-root"});
    REQUIRE(line.has_value());
    CHECK(std::holds_alternative<std::monostate>(line->front_end));
    CHECK(line->prints_root);
    CHECK(line->state_file == "my.key");
  }

  TEST_CASE("misuse ends with status 2 and a word on why") {
    const std::vector<std::vector<const char*>> misuses{
        {},
        {"--print-root"},
        {"--udp", "10.0.0.1:8111:7112"},
        {"--vpcd", "127.0.0.1"},
        {"--udp", "127.0.0.1:8111:7112", "--vpcd", "127.0.0.1:35963"},
        {"--uhid", "--udp", "127.0.0.1:8111:7112"},
        {"--uhid", "--vpcd", "127.0.0.1:35963"},
        {"--uhid", "--usb"},
        {"--udp", "127.0.0.1:8111:7112", "--touch", "often"},
        {"--udp", "127.0.0.1:8111:7112", "--attestation", "tpm"},
        {"--udp", "127.0.0.1:8111:7112", "--aaguid", "0011"},
        {"--udp", "127.0.0.1:8111:7112", "--quirk", "well-behaved"},
        {"--udp", "127.0.0.1:8111:7112", "--fingerprint", "thumb"},
        {"--udp", "127.0.0.1:8111:7112", "--fingerprint", "match", "--no-pin"},
        {"--udp", "127.0.0.1:8111:7112", "--no-u2f", "--u2f-only"},
        {"--udp", "127.0.0.1:8111:7112", "--min-pin-length", "3"},
        {"--udp", "127.0.0.1:8111:7112", "--min-pin-length", "64"},
        {"--udp", "127.0.0.1:8111:7112", "--max-credentials", "0"},
        {"--udp", "127.0.0.1:8111:7112", "--serve-ready-fd", "0"},
        {"--udp", "127.0.0.1:8111:7112", "--unheard-of"},
    };
    for (std::size_t i = 0; i < misuses.size(); ++i) {
      CAPTURE(i);
      CapturedOutput output;
      const auto line = parse(misuses[i]);
      REQUIRE_FALSE(line.has_value());
      CHECK(line.error().status == 2);
      CHECK(!output.errors().empty());
    }
  }

  TEST_CASE("help and version are given and end with status 0") {
    for (const char* wish : {"--help", "--version"}) {
      CAPTURE(wish);
      CapturedOutput output;
      const auto line = parse({wish});
      REQUIRE_FALSE(line.has_value());
      CHECK(line.error().status == 0);
      CHECK(output.text().find("firstkey-softkey") != std::string::npos);
      CHECK(output.errors().empty());
    }
  }

  TEST_CASE("an AAGUID is a UUID with its hyphens, in either case") {
    CHECK(parse_aaguid("8d6f0a5c-3f0e-4f4b-9d9e-66697273746b") == kSoftkeyAaguid);
    CHECK(parse_aaguid("8D6F0A5C-3F0E-4F4B-9D9E-66697273746B") == kSoftkeyAaguid);
    for (const char* text : {"",
                             "8d6f0a5c3f0e4f4b9d9e66697273746b",
                             "8d6f0a5c-3f0e-4f4b-9d9e-66697273746",
                             "8d6f0a5c-3f0e-4f4b-9d9e-66697273746g",
                             "8d6f0a5c-3f0e-4f4b-9d9e+66697273746b",
                             "-d6f0a5c-3f0e-4f4b-9d9e-66697273746b"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_aaguid(text).has_value());
    }
  }
}
