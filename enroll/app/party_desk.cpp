#include "enroll/app/party_desk.h"

#include <utility>
#include <variant>

#include <boost/json.hpp>

#include "enroll/app/pin_dialogue.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;

std::unexpected<Failure> failed(const PartyError& error) {
  return std::unexpected(to_failure(error));
}

Attempt<PartyScene> scene_of(const KeyDesk& desk, const PartyWish& wish, PartyForm form) {
  PartyScene scene{.origin = std::nullopt,
                   .form = wish.form.value_or(answer_form_of(form)),
                   .now = desk.clock.read().wall};
  if (wish.origin.empty()) return scene;
  auto origin = Origin::parse(wish.origin);
  if (!origin) return failed(origin.error());
  scene.origin = std::move(*origin);
  return scene;
}

std::optional<PartyForm> said_form(const PartyWish& wish) {
  return wish.form ? options_form_of(*wish.form) : std::nullopt;
}

/// The name that a key gets where nobody says one: its model's, as far as there is room.
AnswerNames names_for(const PartyWish& wish, const device::SeenKey& key) {
  auto names = wish.names;
  if (names.key.empty()) names.key = key_name_of(key.display_name);
  return names;
}

enum class Verification { kNone, kWanted };

/// What a key is used for, and until when that makes sense.
struct KeyUse {
  Verification verification = Verification::kNone;
  core::Instant end;
  PinUse run;
};

Verification wanted_if(bool is_wanted) {
  return is_wanted ? Verification::kWanted : Verification::kNone;
}

/// Runs it, with the PIN of the key if that is to verify its user.
Attempt<void> use_key(const KeyDesk& desk,
                      const KeyAtHand& hand,
                      const PinOptions& pins,
                      const KeyUse& use) {
  bool is_late = false;
  const PinUse in_time = [&](const auto* pin, const auto& limits) -> device::Result<void> {
    is_late = desk.clock.read().wall >= use.end;
    if (!is_late) return use.run(pin, limits);
    return std::unexpected(device::Error{.code = device::ErrorCode::kTimeout});
  };
  Attempt<void> used;
  if (use.verification == Verification::kWanted) {
    const auto pin = use_with_pin(desk, hand, pins, in_time);
    if (!pin) used = std::unexpected(pin.error());
  } else {
    const auto done = on_key(desk, [&](const auto& limits) { return in_time(nullptr, limits); });
    if (!done) used = std::unexpected(to_failure(done.error()));
  }
  if (!is_late) return used;
  return failed({.code = PartyErrorCode::kChallengeExpired,
                 .detail = "the time that the options give is over; fetch new ones"});
}

Attempt<void> print(const KeyDesk& desk,
                    AnswerForm form,
                    const std::string& origin,
                    PartyResult<PartyAnswer> made) {
  if (!made) return failed(made.error());
  json::object about{{"format", std::string(name_of(form))}, {"origin", origin}};
  core::Result<void> shown;
  if (const auto* document = std::get_if<core::Secret>(&*made)) {
    shown = desk.output.document(about, "response", *document);
  } else {
    const auto& lines = std::get<std::string>(*made);
    shown = desk.output.verbatim(lines);
    about["lines"] = lines;
    desk.output.object(about);
  }
  if (!shown) return std::unexpected(to_failure(shown.error()));
  return {};
}

}  // namespace

Attempt<void> register_key(const KeyDesk& desk, const PinOptions& pins, const PartyWish& wish) {
  auto creation = read_party_creation(wish.options, said_form(wish));
  if (!creation) return failed(creation.error());
  const auto scene = scene_of(desk, wish, creation->form);
  if (!scene) return std::unexpected(scene.error());
  auto challenge = place(std::move(*creation), *scene);
  if (!challenge) return failed(challenge.error());
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  const auto& facts = hand->authenticator->facts();
  const auto names = names_for(wish, hand->key);
  auto narrowed = narrow(std::move(challenge->options), scene->form, names);
  if (!narrowed) return failed(narrowed.error());
  challenge->options = std::move(*narrowed);
  if (auto fit = check_key(challenge->options, facts); !fit) return failed(fit.error());

  const auto request = credential_request(*challenge, facts);
  std::optional<device::CredentialResponse> made;
  const KeyUse use{.verification = wanted_if(verifies_user(request, facts)),
                   .end = challenge->expires_at,
                   .run = [&](const auto* pin, const auto& limits) -> device::Result<void> {
                     auto response = hand->authenticator->make_credential(request, pin, limits);
                     if (!response) return std::unexpected(response.error());
                     made = std::move(*response);
                     return {};
                   }};
  if (auto used = use_key(desk, *hand, pins, use); !used) return used;
  const auto registration = finish(*challenge, request, made.value());
  if (!registration) return failed(registration.error());
  return print(desk, scene->form, challenge->origin, answer(*registration, scene->form, names));
}

Attempt<void> authenticate_key(const KeyDesk& desk, const PinOptions& pins, const PartyWish& wish) {
  auto asked = read_party_request(wish.options, said_form(wish));
  if (!asked) return failed(asked.error());
  const auto scene = scene_of(desk, wish, asked->form);
  if (!scene) return std::unexpected(scene.error());
  if (!options_form_of(scene->form)) {
    return misuse("a sign-in is answered in the form of its options: l3 or okta");
  }
  const auto challenge = place(std::move(*asked), *scene);
  if (!challenge) return failed(challenge.error());
  const auto hand = take_key(desk);
  if (!hand) return std::unexpected(hand.error());
  auto& key = *hand->authenticator;
  const auto any = sign_in_request(*challenge, std::nullopt, key.facts());

  std::optional<device::AssertionResponse> made;
  const KeyUse use{.verification = wanted_if(verifies_user(any, key.facts())),
                   .end = challenge->expires_at,
                   .run = [&](const auto* pin, const auto& limits) -> device::Result<void> {
                     auto request = any;
                     if (needs_look(challenge->options)) {
                       const auto look = silent_look(any.rp_id, any.allowed_credentials);
                       const auto found = key.get_assertion(look, pin, limits);
                       if (!found) return std::unexpected(found.error());
                       request = sign_in_request(*challenge, found->credential_id, key.facts());
                     }
                     auto response = key.get_assertion(request, pin, limits);
                     if (!response) return std::unexpected(response.error());
                     made = std::move(*response);
                     return {};
                   }};
  if (auto used = use_key(desk, *hand, pins, use); !used) return used;
  return print(
      desk, scene->form, challenge->origin, answer(finish(*challenge, made.value()), scene->form));
}

}  // namespace firstkey::enroll
