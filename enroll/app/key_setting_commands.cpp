// key pin, key config, key credentials and key reset: what changes a key.

#include <CLI/CLI.hpp>

#include "enroll/app/key_credentials.h"
#include "enroll/app/key_family.h"
#include "enroll/app/key_pin.h"
#include "enroll/app/key_reset.h"
#include "enroll/app/key_settings.h"

namespace firstkey::enroll {

namespace {

void add_pin_option(CLI::App& command, PinOptions& pins) {
  command.add_option("--pin-fd", pins.pin_fd, "Read the PIN in use from a descriptor");
}

void add_new_pin_option(CLI::App& command, PinOptions& pins) {
  command.add_option("--new-pin-fd", pins.new_pin_fd, "Read the new PIN from a descriptor");
}

/// --yes; `consent` outlives its parsing.
void add_consent(CLI::App& command, Consent& consent) {
  command.add_flag_callback(
      "--yes", [&consent] { consent = Consent::kGiven; }, "Do not ask whether to go on");
}

void add_pin_commands(CLI::App& key, Invocation& invocation) {
  auto* pin = add_family(key, "pin", "The PIN of a key");
  const auto pins = std::make_shared<PinOptions>();
  auto* set = add_key_command(
      *pin, invocation, {"set", "Give a key its first PIN"}, [pins](const KeyDesk& desk) {
        return set_key_pin(desk, *pins);
      });
  add_new_pin_option(*set, *pins);
  auto* change = add_key_command(
      *pin, invocation, {"change", "Change the PIN of a key"}, [pins](const KeyDesk& desk) {
        return change_key_pin(desk, *pins);
      });
  add_pin_option(*change, *pins);
  add_new_pin_option(*change, *pins);
  auto* force =
      add_key_command(*pin,
                      invocation,
                      {"force-change", "Let a key do nothing with its PIN before it is changed"},
                      [pins](const KeyDesk& desk) { return force_key_pin_change(desk, *pins); });
  add_pin_option(*force, *pins);
  const auto wish = std::make_shared<MinPinLength>();
  auto* minimum = add_key_command(
      *pin,
      invocation,
      {"min-length", "Raise the shortest length of a key's PIN; only a reset lowers it"},
      [pins, wish](const KeyDesk& desk) { return raise_key_min_pin_length(desk, *pins, *wish); });
  minimum->add_option("characters", wish->code_points, "How many, up to 63")->required();
  minimum->add_option(
      "--rp-id", wish->rp_ids, "A relying party that is told the length when it asks; repeatable");
  add_pin_option(*minimum, *pins);
  add_consent(*minimum, wish->consent);
  pin->footer(
      "Examples:\n  firstkey key pin set\n"
      "  firstkey key pin change --pin-fd 3 --new-pin-fd 4 3<old 4<new\n"
      "  firstkey key pin min-length 6 --rp-id example.org\n"
      "A PIN is text of at least 4 characters and at most 63 bytes; one of plain digits can be\n"
      "typed everywhere. One descriptor may hold both PINs, a line each, the one in use first.");
}

void add_config_commands(CLI::App& key, Invocation& invocation) {
  auto* config = add_family(key, "config", "What a key demands of who uses it");
  const auto pins = std::make_shared<PinOptions>();
  const auto wanted = std::make_shared<device::AlwaysUv>();
  auto* always_uv = add_key_command(
      *config,
      invocation,
      {"always-uv", "Whether each use takes the PIN or the finger"},
      [pins, wanted](const KeyDesk& desk) { return set_always_uv(desk, *pins, *wanted); });
  const std::map<std::string, device::AlwaysUv> states{{"on", device::AlwaysUv::kOn},
                                                       {"off", device::AlwaysUv::kOff}};
  always_uv->add_option("state", *wanted, "on or off")
      ->required()
      ->transform(CLI::Transformer(states).description(""))
      ->option_text("on|off");
  add_pin_option(*always_uv, *pins);
  const auto consent = std::make_shared<Consent>();
  auto* enterprise = add_key_command(*config,
                                     invocation,
                                     {"enterprise-attestation",
                                      "Let chosen relying parties learn which key this is; only a "
                                      "reset ends that"},
                                     [pins, consent](const KeyDesk& desk) {
                                       return enable_enterprise_attestation(desk, *pins, *consent);
                                     });
  add_pin_option(*enterprise, *pins);
  add_consent(*enterprise, *consent);
  config->footer(
      "Examples:\n  firstkey key config always-uv on\n"
      "  firstkey key config enterprise-attestation --yes --pin-fd 3 3<pin");
}

void add_credential_commands_of_key(CLI::App& key, Invocation& invocation) {
  auto* credentials = add_family(key, "credentials", "The passkeys on a key");
  const auto pins = std::make_shared<PinOptions>();
  const auto rp_id = std::make_shared<std::string>();
  auto* list = add_key_command(
      *credentials,
      invocation,
      {"list", "List them, by relying party"},
      [pins, rp_id](const KeyDesk& desk) { return list_key_credentials(desk, *pins, *rp_id); });
  list->add_option("--rp-id", *rp_id, "Those of one relying party alone");
  add_pin_option(*list, *pins);
  const auto change = std::make_shared<CredentialRename>();
  auto* rename = add_key_command(
      *credentials,
      invocation,
      {"rename", "Change the user's names beside a passkey"},
      [pins, change](const KeyDesk& desk) { return rename_key_credential(desk, *pins, *change); });
  rename->add_option("id", change->id, "Its id, or the beginning of it")->required();
  rename->add_option("--user", change->user_name, "The user name; '' takes it away");
  rename->add_option(
      "--shown-as", change->user_display_name, "The name that is shown; '' takes it away");
  add_pin_option(*rename, *pins);
  const auto deletion = std::make_shared<CredentialDeletion>();
  auto* remove = add_key_command(*credentials,
                                 invocation,
                                 {"delete", "Delete a passkey from the key, for good"},
                                 [pins, deletion](const KeyDesk& desk) {
                                   return delete_key_credential(desk, *pins, *deletion);
                                 });
  remove->add_option("id", deletion->id, "Its id, or the beginning of it")->required();
  add_pin_option(*remove, *pins);
  add_consent(*remove, deletion->consent);
  credentials->footer(
      "Examples:\n  firstkey key credentials list --rp-id example.org\n"
      "  firstkey key credentials rename t4Mw --user lee@example.org\n"
      "  firstkey key credentials delete -- -4Mw\n"
      "An id that begins with a hyphen stands behind --, after all options.");
}

void add_reset_command(CLI::App& key, Invocation& invocation) {
  const auto wish = std::make_shared<KeyReset>();
  auto* reset = add_key_command(
      key,
      invocation,
      {"reset",
       "Erase every passkey, the PIN and the settings of the key that --device names",
       KeysShown::kAll},
      [wish](const KeyDesk& desk) { return reset_key(desk, *wish); });
  reset->add_option("--confirm", wish->confirmation, "'erase everything': do not ask for it")
      ->option_text("PHRASE");
  reset->footer(
      "Examples:\n  firstkey key reset --device /dev/hidraw3\n"
      "The key is taken out and inserted again, and then touched: it obeys only within 10 s of\n"
      "being inserted. A card is lifted off its reader and held to it again.");
}

}  // namespace

void add_key_setting_commands(CLI::App& key, Invocation& invocation) {
  add_pin_commands(key, invocation);
  add_config_commands(key, invocation);
  add_credential_commands_of_key(key, invocation);
  add_reset_command(key, invocation);
}

}  // namespace firstkey::enroll
