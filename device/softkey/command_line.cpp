#include "device/softkey/command_line.h"

#include <charconv>
#include <iostream>

#include <CLI/CLI.hpp>

namespace firstkey::device::softkey {
namespace {

constexpr int kUsageStatus = 2;
constexpr std::size_t kLongestMinimumPin = 63;  // CTAP 2.1 §6.5.1: no PIN has more bytes

constexpr const char* kDescription =
    "A FIDO2 security key in software, for rehearsals, demonstrations and tests.\n"
    "Its keys lie readable in a file: never register it where a real key is meant.";

constexpr const char* kExamples =
    "While it runs: SIGUSR1, or Enter on its terminal, touches the key; SIGUSR2 unplugs and plugs\n"
    "it, or lifts the card and holds it again; SIGTERM ends it.\n\n"
    "Examples:\n"
    "  firstkey-softkey --udp 127.0.0.1:8111:7112\n"
    "  firstkey-softkey --udp 127.0.0.1:8111:7112 --state my.key --root-out root.pem\n"
    "  firstkey-softkey --udp 127.0.0.1:0:7112 --touch delay:1500\n"
    "  firstkey-softkey --vpcd 127.0.0.1:35963 --touch delay:500\n"
    "  firstkey-softkey --uhid --state my.key\n"
    "  firstkey-softkey --state my.key --print-root";

/// What CLI11 fills; what it cannot check by itself is checked in to_command_line.
struct RawOptions {
  std::string udp;
  std::string vpcd;
  bool is_uhid = false;
  bool is_usb = false;
  std::string presence = "tap";
  std::string state;
  std::string touch = "auto";
  std::string attestation = "packed";
  std::string aaguid;
  std::string root_out;
  std::string fingerprint = "none";
  std::vector<std::string> enterprise_rp_ids;
  std::vector<std::string> quirks;
  std::size_t maximum_credentials = 100;
  std::size_t minimum_pin_length = 4;
  int ready_fd = -1;
  bool print_root = false;
  bool has_no_pin = false;
  bool has_no_discoverable = false;
  bool has_no_u2f = false;
  bool has_u2f_only = false;
  bool is_preview = false;
  bool resets_at_any_time = false;
  bool exit_with_parent = false;
};

void declare_identity(CLI::App& app, RawOptions& raw) {
  app.add_option("--state", raw.state, "file the key lives in; without it, it forgets at its end")
      ->type_name("FILE");
  app.add_option("--attestation", raw.attestation, "packed (with a certificate), self or none")
      ->check(CLI::IsMember({"packed", "self", "none"}))
      ->type_name("KIND");
  app.add_option("--aaguid", raw.aaguid, "another AAGUID than the software key's own")
      ->type_name("UUID");
  app.add_option("--enterprise-rp",
                 raw.enterprise_rp_ids,
                 "relying party a vendor-facilitated enterprise attestation is for; repeatable")
      ->type_name("RPID");
  app.add_flag("--print-root", raw.print_root, "print the attestation root as PEM");
  app.add_option("--root-out", raw.root_out, "write the attestation root there as PEM")
      ->type_name("FILE");
}

void declare_behaviour(CLI::App& app, RawOptions& raw) {
  app.add_option("--touch", raw.touch, "who touches it: auto, delay:MS, never or signal")
      ->type_name("POLICY");
  app.add_option("--presence", raw.presence, "a card's presence: once per tap, or always")
      ->check(CLI::IsMember({"tap", "always"}))
      ->type_name("KIND");
  app.add_option("--max-credentials", raw.maximum_credentials, "discoverable credentials it holds")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  app.add_flag("--no-resident-keys", raw.has_no_discoverable, "has no discoverable credentials");
  app.add_option("--min-pin-length", raw.minimum_pin_length, "shortest PIN, in characters")
      ->check(CLI::Range(std::size_t{4}, kLongestMinimumPin))
      ->type_name("N");
  auto* no_pin = app.add_flag("--no-pin", raw.has_no_pin, "has no PIN support");
  app.add_option("--fingerprint", raw.fingerprint, "has a sensor: none, empty, match or mismatch")
      ->check(CLI::IsMember({"none", "empty", "match", "mismatch"}))
      ->type_name("KIND")
      ->excludes(no_pin);
  auto* no_u2f = app.add_flag("--no-u2f", raw.has_no_u2f, "speaks CTAP2 and no U2F");
  app.add_flag("--u2f-only", raw.has_u2f_only, "speaks U2F and no CTAP2")->excludes(no_u2f);
  app.add_flag("--preview", raw.is_preview, "is of FIDO_2_1_PRE, before CTAP 2.1 was final");
  app.add_option("--quirk", raw.quirks, "misbehave like that, see README.md; repeatable")
      ->type_name("NAME");
  app.add_flag("--reset-any-time", raw.resets_at_any_time, "not only within 10 s of power-up");
}

void declare_running(CLI::App& app, RawOptions& raw) {
  app.add_option("--udp", raw.udp, "be a HID key: listen on PORT, answer to REPLYPORT")
      ->type_name("HOST:PORT:REPLYPORT");
  app.add_option("--vpcd", raw.vpcd, "be a card: go into the virtual reader vpcd listens for")
      ->type_name("HOST:PORT")
      ->excludes("--udp");
  app.add_flag("--uhid", raw.is_uhid, "be a HID key of this machine, through /dev/uhid")
      ->excludes("--udp", "--vpcd");
  app.add_flag("--usb", raw.is_usb, "be a USB key of this machine, through vhci_hcd")
      ->excludes("--udp", "--vpcd", "--uhid");
  app.add_option(
         "--serve-ready-fd", raw.ready_fd, "write the line \"ready ...\" there, not to stdout")
      ->check(CLI::Range(1, 1023))
      ->type_name("N");
  app.add_flag("--exit-with-parent", raw.exit_with_parent, "end when the starting process ends");
}

std::optional<AttestationKind> parse_attestation(std::string_view text) {
  if (text == "packed") return AttestationKind::kPacked;
  if (text == "self") return AttestationKind::kSelf;
  if (text == "none") return AttestationKind::kNone;
  return {};
}

ClientPin::Fingerprint parse_fingerprint(std::string_view text) {
  if (text == "empty") return ClientPin::Fingerprint::kNoneEnrolled;
  if (text == "match") return ClientPin::Fingerprint::kMatches;
  if (text == "mismatch") return ClientPin::Fingerprint::kMismatches;
  return ClientPin::Fingerprint::kNoSensor;
}

Settings::Protocols protocols_of(const RawOptions& raw) {
  if (raw.has_u2f_only) return Settings::Protocols::kU2f;
  return raw.has_no_u2f ? Settings::Protocols::kCtap2 : Settings::Protocols::kBoth;
}

std::unexpected<ExitNow> misuse(std::string_view why) {
  std::cerr << "firstkey-softkey: " << why << "\nRun with --help for more.\n";
  return std::unexpected(ExitNow{kUsageStatus});
}

std::expected<Settings, ExitNow> to_settings(const RawOptions& raw) {
  Settings settings;
  if (!raw.aaguid.empty()) {
    const auto aaguid = parse_aaguid(raw.aaguid);
    if (!aaguid) return misuse("--aaguid takes a UUID");
    settings.aaguid = *aaguid;
  }
  const auto attestation = parse_attestation(raw.attestation);
  if (!attestation) return misuse("--attestation takes packed, self or none");
  settings.attestation = *attestation;
  settings.maximum_discoverable = raw.has_no_discoverable ? 0 : raw.maximum_credentials;
  settings.pin.minimum_length = raw.minimum_pin_length;
  if (raw.has_no_pin) settings.pin.support = ClientPin::Support::kKeyAgreementOnly;
  settings.pin.fingerprint = parse_fingerprint(raw.fingerprint);
  settings.enterprise_rp_ids = raw.enterprise_rp_ids;
  settings.protocols = protocols_of(raw);
  if (raw.is_preview) settings.edition = Settings::Edition::kPreview;
  if (raw.resets_at_any_time) settings.reset = Settings::Reset::kAnyTime;
  return settings;
}

std::expected<CommandLine, ExitNow> to_command_line(const RawOptions& raw) {
  auto settings = to_settings(raw);
  if (!settings) return std::unexpected(settings.error());
  CommandLine line{.settings = std::move(*settings),
                   .prints_root = raw.print_root,
                   .ends_with_parent = raw.exit_with_parent};
  const auto touch = parse_touch_policy(raw.touch);
  if (!touch) return misuse("--touch takes auto, delay:MS, never or signal");
  line.touch = *touch;
  for (const auto& name : raw.quirks) {
    const auto quirk = parse_quirk(name);
    if (!quirk) return misuse("--quirk takes a name from README.md, not " + name);
    line.quirks.add(*quirk);
  }
  if (raw.presence == "always") line.card_presence = CommandLine::CardPresence::kAlways;
  if (!raw.udp.empty()) {
    auto address = parse_udp_address(raw.udp);
    if (!address) return misuse("--udp takes HOST:PORT:REPLYPORT with a loopback HOST");
    line.front_end = std::move(*address);
  }
  if (!raw.vpcd.empty()) {
    auto address = parse_vpcd_address(raw.vpcd);
    if (!address) return misuse("--vpcd takes HOST:PORT with a loopback HOST");
    line.front_end = std::move(*address);
    line.settings.transport = "nfc";
  }
  if (raw.is_uhid) line.front_end = UhidNode{};
  if (raw.is_usb) line.front_end = UsbController{};
  if (!raw.state.empty()) line.state_file = raw.state;
  if (!raw.root_out.empty()) line.root_file = raw.root_out;
  if (raw.ready_fd >= 0) line.ready_fd = raw.ready_fd;
  const bool serves = !std::holds_alternative<std::monostate>(line.front_end);
  const bool shows_root = line.prints_root || line.root_file;
  if (!serves && !shows_root)
    return misuse("nothing to do: name --udp, --uhid, --usb, --vpcd or --print-root");
  if (!serves && !line.state_file) {
    return misuse("without --state the root is gone when this program ends");
  }
  return line;
}

std::optional<std::uint8_t> parse_hex_byte(std::string_view two) {
  std::uint8_t byte = 0;
  const auto [end, fault] = std::from_chars(two.data(), two.data() + two.size(), byte, 16);
  if (fault != std::errc{} || end != two.data() + two.size()) return {};
  return byte;
}

}  // namespace

std::expected<CommandLine, ExitNow> parse_command_line(int argc, const char* const* argv) {
  CLI::App app{kDescription, "firstkey-softkey"};
  app.footer(kExamples);
  app.set_version_flag("--version", "firstkey-softkey " FIRSTKEY_VERSION);
  RawOptions raw;
  declare_running(app, raw);
  declare_identity(app, raw);
  declare_behaviour(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    return std::unexpected(ExitNow{app.exit(stop) == 0 ? 0 : kUsageStatus});
  }
  return to_command_line(raw);
}

std::optional<Aaguid> parse_aaguid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kShape.size()) return {};
  Aaguid aaguid{};
  std::size_t filled = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (kShape[at] == '-') {
      if (text[at++] != '-') return {};
      continue;
    }
    const auto byte = parse_hex_byte(text.substr(at, 2));
    if (!byte) return {};
    aaguid.at(filled++) = *byte;
    at += 2;
  }
  return aaguid;
}

}  // namespace firstkey::device::softkey
