#include "enroll/app/key_words.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "core/aaguid.h"

namespace firstkey::enroll {

namespace {

using device::AuthenticatorFacts;
using device::Option;

std::string algorithm_name(device::CoseAlgorithm algorithm) {
  switch (algorithm) {
    case device::kEs256:
      return "ES256";
    case device::kEdDsa:
      return "EdDSA";
    case device::kEs384:
      return "ES384";
    case device::kRs256:
      return "RS256";
    default:  // an open registry, not an enumeration
      return fmt::format("COSE {}", algorithm);
  }
}

std::string joined(const std::vector<std::string>& words) {
  return words.empty() ? "-" : fmt::format("{}", fmt::join(words, ", "));
}

std::string algorithms_sentence(const AuthenticatorFacts& facts) {
  std::vector<std::string> names;
  names.reserve(facts.algorithms.size());
  for (const auto algorithm : facts.algorithms) names.push_back(algorithm_name(algorithm));
  return joined(names);
}

/// Words for the names of a protocol; a name that has none stays as it is.
struct Word {
  std::string_view name;
  std::string_view said;
};

/// Source: CTAP 2.1 §6.4, versions and transports; WebAuthn L3 §5.8.4.
constexpr std::array kVersions = {Word{"FIDO_2_0", "FIDO 2.0"},
                                  Word{"FIDO_2_1_PRE", "FIDO 2.1 preview"},
                                  Word{"FIDO_2_1", "FIDO 2.1"},
                                  Word{"FIDO_2_2", "FIDO 2.2"},
                                  Word{"FIDO_2_3", "FIDO 2.3"},
                                  Word{"U2F_V2", "U2F"}};
constexpr std::array kTransports = {Word{"usb", "USB"},
                                    Word{"nfc", "NFC"},
                                    Word{"ble", "Bluetooth"},
                                    Word{"smart-card", "contact reader"}};

std::string said(std::span<const Word> words, const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const auto& name : names) {
    const auto known = std::ranges::find(words, name, &Word::name);
    all.push_back(known == words.end() ? name : std::string(known->said));
  }
  return joined(all);
}

std::string on_or_off(Option option) {
  switch (option) {
    case Option::kAbsent:
      return "not offered";
    case Option::kFalse:
      return "off";
    case Option::kTrue:
      return "on";
  }
  return "not offered";  // a value outside the enumeration
}

std::string finger_sentence(const KeyReading& reading) {
  switch (reading.facts.options.uv) {
    case Option::kAbsent:
      return "no sensor";
    case Option::kFalse:
      return "none enrolled yet";
    case Option::kTrue:
      break;
  }
  if (!reading.uv_attempts_left) return "enrolled";
  return "enrolled, " + fmt::format("{} attempts left", *reading.uv_attempts_left);
}

std::string room_sentence(const AuthenticatorFacts& facts) {
  if (!facts.supports_resident_keys()) return "keeps no passkeys";
  if (!facts.remaining_discoverable_credentials) return "not told";
  return fmt::format("{} more passkeys", *facts.remaining_discoverable_credentials);
}

std::string firmware_sentence(const AuthenticatorFacts& facts) {
  if (!facts.firmware_version) return "not told";
  return fmt::format("{0} ({0:#x}), as its maker counts", *facts.firmware_version);
}

std::string limits_sentence(const AuthenticatorFacts& facts) {
  auto sentence = fmt::format("messages of {} bytes", facts.max_message_size);
  if (facts.max_credentials_in_list) {
    sentence += fmt::format(", {} credentials in a list", *facts.max_credentials_in_list);
  }
  return sentence;
}

std::string certifications_sentence(const AuthenticatorFacts& facts) {
  std::vector<std::string> all;
  all.reserve(facts.certifications.size());
  for (const auto& [name, level] : facts.certifications) {
    all.push_back(fmt::format("{} level {}", name, level));
  }
  return joined(all);
}

using Lines = std::vector<std::pair<std::string, std::string>>;

void add_identity(Lines& lines, const KeyReading& reading) {
  const auto& facts = reading.facts;
  lines.emplace_back("AAGUID", core::aaguid_text(facts.aaguid));
  lines.emplace_back("Firmware", firmware_sentence(facts));
  lines.emplace_back("Speaks", said(kVersions, facts.versions));
  if (!facts.certifications.empty()) {
    lines.emplace_back("Claims", "certified: " + certifications_sentence(facts));
  }
  lines.emplace_back("Works over", said(kTransports, facts.transports));
}

void add_user(Lines& lines, const KeyReading& reading) {
  const auto& facts = reading.facts;
  lines.emplace_back("PIN", pin_sentence(reading));
  lines.emplace_back("Finger", finger_sentence(reading));
  lines.emplace_back("Rules", rules_sentence(facts));
}

void add_store(Lines& lines, const AuthenticatorFacts& facts) {
  lines.emplace_back("Room", room_sentence(facts));
  lines.emplace_back("Passkeys",
                     facts.supports_credential_management()
                         ? "can be listed, and deleted one by one"
                         : "can be neither listed nor deleted one by one");
  lines.emplace_back("Algorithms", algorithms_sentence(facts));
  lines.emplace_back("Extensions", joined(facts.extensions));
  lines.emplace_back("Limits", limits_sentence(facts));
}

}  // namespace

std::string attempts_left(int attempts) {
  if (attempts == 0) return "no attempts left: blocked until a reset";
  if (attempts == 1) return "1 attempt left, and a wrong PIN blocks it for good";
  return fmt::format("{} attempts left", attempts);
}

std::string pin_sentence(const KeyReading& reading) {
  const auto& facts = reading.facts;
  if (!facts.supports_pin()) return "this key has none";
  const auto minimum = fmt::format("at least {} characters", facts.min_pin_length);
  if (!facts.has_pin()) return "not set yet; " + minimum;
  std::string sentence = "set";
  if (reading.pin_attempts_left) {
    sentence += ", " + attempts_left(*reading.pin_attempts_left);
  }
  if (facts.is_pin_change_forced) sentence += ", has to be changed";
  return sentence + "; " + minimum;
}

std::string rules_sentence(const AuthenticatorFacts& facts) {
  return fmt::format("always-uv {}; enterprise attestation {}",
                     on_or_off(facts.options.always_uv),
                     on_or_off(facts.options.ep));
}

void tell(const Output& output, const device::SeenKey& key) {
  output.line("Key", key.display_name);
  output.line("Path", key.path.text);
  if (key.is_simulated) output.line("Careful", "a software key: for rehearsal only");
  output.object(to_json(key));
}

std::vector<std::pair<std::string, std::string>> to_lines(const KeyReading& reading) {
  const auto& facts = reading.facts;
  Lines lines{{"Key", reading.key.display_name}, {"Path", reading.key.path.text}};
  if (reading.serial) lines.emplace_back("Serial", *reading.serial);
  if (reading.key.is_simulated || facts.is_simulated) {
    lines.emplace_back("Careful", "a software key: for rehearsal only");
  }
  if (!facts.is_fido2) {
    lines.emplace_back("Speaks", "U2F only: too old to be registered");
    return lines;
  }
  add_identity(lines, reading);
  add_user(lines, reading);
  add_store(lines, facts);
  return lines;
}

void tell(const Output& output, const KeyReading& reading) {
  for (const auto& [label, words] : to_lines(reading)) output.line(label, words);
  output.object(to_json(reading));
}

}  // namespace firstkey::enroll
