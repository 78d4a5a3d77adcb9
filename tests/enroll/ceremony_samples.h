#pragma once
// One sample of every state and of every input, by name, and the circumstances the table in
// enroll/README.md speaks of ("When"). The key in use is always kKey; others are kOther and kThird.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "enroll/ceremony.h"
#include "tests/support/fake_authenticator.h"

namespace firstkey::enroll::tests {

inline constexpr KeyId kKey{1};
inline constexpr KeyId kOther{2};
inline constexpr KeyId kThird{3};
inline const core::Bytes kCredential{0xC1, 0xC2};
inline const core::Bytes kAaguid(16, 0xAA);

[[nodiscard]] inline PresentKey present(KeyId id) {
  return {.id = id, .display_name = "Key " + std::to_string(static_cast<std::uint64_t>(id))};
}

/// A key with a PIN and eight attempts that suits sample_context().
[[nodiscard]] inline KeyProfile sample_profile() {
  KeyProfile profile{.facts = firstkey::tests::fido2_facts(),
                     .pin_retries = device::PinRetries{.attempts_left = 8}};
  profile.facts.options.client_pin = device::Option::kTrue;
  std::ranges::copy(kAaguid, profile.facts.aaguid.begin());
  return profile;
}

[[nodiscard]] inline Proof sample_proof() {
  return {.credential_id = kCredential, .aaguid = kAaguid, .credentials_left = 1};
}

[[nodiscard]] inline Context sample_context() {
  return {.now = core::Instant(std::chrono::seconds(1000)),
          .expires_at = core::Instant(std::chrono::seconds(1600)),
          .demands = {.algorithms = {device::kEs256}}};
}

[[nodiscard]] inline core::RegistrationReceipt sample_receipt() {
  core::RegistrationReceipt receipt{.credential_id = kCredential, .aaguid = kAaguid};
  receipt.attestation_format = "packed";
  receipt.session.credentials_left = 1;
  return receipt;
}

[[nodiscard]] inline std::vector<State> sample_states() {
  const KeyInUse key{.id = kKey};
  const Proof proof = sample_proof();
  return {Preparing{},
          AwaitingKey{},
          SelectingKey{{kKey, kOther}},
          OpeningKey{key},
          ChoosingPin{.key = key, .min_code_points = 4},
          SettingPin{.key = key, .min_code_points = 4},
          AwaitingPin{.key = key, .min_code_points = 4},
          AwaitingTouch{.key = key, .uses_pin = true},
          Verifying{.key = key, .uses_pin = true, .credential_id = kCredential},
          Settling{.credential_id = kCredential},
          Proving{.proof = proof, .key = key},
          ConfirmingProof{.proof = proof, .key = key},
          AwaitingProofKey{proof},
          OpeningProofKey{.proof = proof, .key = key},
          AwaitingProofPin{.proof = proof, .key = key},
          Withdrawing{.proof = proof},
          Completed{1},
          Finished{},
          Expired{},
          Cancelled{},
          Failed{}};
}

[[nodiscard]] inline std::vector<Input> sample_inputs() {
  const core::Error over{.code = core::ErrorCode::kSessionEnded};
  return {KeyArrived{present(kKey)},
          KeyRemoved{kKey},
          KeySeenObstructed{.reason = "no permission", .remedy = "install the rule"},
          CardLeftLying{},
          KeyOpened{.key = kKey, .profile = sample_profile()},
          KeySelected{kKey},
          TouchNeeded{kKey},
          PinSet{kKey},
          CredentialMade{.key = kKey, .credential_id = kCredential},
          AssertionMade{kKey},
          KeyUnusable{.key = kKey},
          KeyFaltered{.key = kKey},
          FactsChanged{kKey},
          TouchFailed{.key = kKey},
          PresenceUsedUp{kKey},
          PinNeeded{kKey},
          PinWrong{.key = kKey, .attempts_left = 7},
          PinUnfit{.key = kKey},
          PinBlocked{.key = kKey},
          CredentialMissing{kKey},
          KeyUnresponsive{kKey},
          OptionsReady{},
          Stored{sample_receipt()},
          ProofVerified{},
          Withdrawn{},
          VerifierRefused{over},
          VerifierRetrying{},
          VerifierLost{over},
          PinEntered{.key = kKey, .code_points = 6},
          PinDeclined{kKey},
          AddAnother{},
          Finish{},
          Cancel{},
          GiveUpProof{},
          WindowOver{},
          ProofTimeOver{},
          PinKeptLongEnough{},
          CredentialStrayed{.key = kOther, .credential_id = kCredential},
          OrphanRemoved{kCredential}};
}

template <class Variant>
[[nodiscard]] Variant sample_named(const std::vector<Variant>& samples, std::string_view name) {
  for (const Variant& sample : samples) {
    if (name_of(sample) == name) return sample;
  }
  FAIL("no sample is named ", name);
  return {};
}

struct Situation {
  State state;
  Input input;
  Context context;
};

/// Changes a sampled situation to what a row's "When" says.
using Circumstance = std::function<void(Situation&)>;

[[nodiscard]] inline const std::map<std::string, Circumstance, std::less<>>& circumstances() {
  static const auto profile = [](Situation& s) -> KeyProfile& {
    return std::get<KeyOpened>(s.input).profile;
  };
  static const auto refused_with = [](core::ErrorCode code) {
    return [code](Situation& s) { s.input = VerifierRefused{{.code = code}}; };
  };
  static const auto for_each_proof = [](Situation& s, const auto& change) {
    std::visit(
        [&change](auto& state) {
          if constexpr (requires { state.proof; }) change(state.proof);
        },
        s.state);
  };
  static const auto keep_pin = [](Situation& s) {
    for_each_proof(s, [](Proof& proof) { proof.is_pin_kept = true; });
  };
  static const std::map<std::string, Circumstance, std::less<>> all = {
      {"", [](Situation&) {}},
      {"another key", [](Situation& s) { s.input = KeyArrived{present(kThird)}; }},
      {"another key is there", [](Situation& s) { s.context.candidates = {present(kOther)}; }},
      {"one key is there", [](Situation& s) { s.context.candidates = {present(kKey)}; }},
      {"several keys are there",
       [](Situation& s) { s.context.candidates = {present(kKey), present(kOther)}; }},
      {"too late", refused_with(core::ErrorCode::kWindowOver)},
      {"the challenge is to blame", refused_with(core::ErrorCode::kChallengeExpired)},
      {"the key is to blame", refused_with(core::ErrorCode::kAttestationInvalid)},
      {"it suits", [](Situation&) {}},
      {"it has a PIN", [](Situation&) {}},
      {"it does not suit", [](Situation& s) { profile(s).facts.is_fido2 = false; }},
      {"it does not suit, two others",
       [](Situation& s) {
         s.state = SelectingKey{{kKey, kOther, kThird}};
         profile(s).facts.is_fido2 = false;
       }},
      {"its PIN is blocked",
       [](Situation& s) { profile(s).pin_retries = device::PinRetries{.attempts_left = 0}; }},
      {"it has no PIN",
       [](Situation& s) { profile(s).facts.options.client_pin = device::Option::kFalse; }},
      {"it demands another PIN",
       [](Situation& s) { profile(s).facts.is_pin_change_forced = true; }},
      {"it knows its user by itself",
       [](Situation& s) { profile(s).facts.options.uv = device::Option::kTrue; }},
      {"it is another model", [](Situation& s) { profile(s).facts.aaguid = {}; }},
      {"it holds the credential and the PIN is kept",
       [](Situation& s) {
         keep_pin(s);
         profile(s).holds_credential = true;
       }},
      {"it does not hold it and the PIN is kept", keep_pin},
      {"it looks like the maker and the PIN is kept",
       [](Situation& s) {
         keep_pin(s);
         for_each_proof(s, [](Proof& proof) { proof.maker = likeness_of(sample_profile()); });
       }},
      {"the PIN is kept", keep_pin},
      {"the PIN was guessed",
       [](Situation& s) {
         keep_pin(s);
         for_each_proof(s, [](Proof& proof) { proof.is_pin_guessed = true; });
       }},
      {"once too often",
       [](Situation& s) {
         std::visit(
             [](auto& state) {
               if constexpr (requires { state.key.falters; }) state.key.falters = kFaltersForgiven;
             },
             s.state);
       }},
      {"too short", [](Situation& s) { std::get<PinEntered>(s.input).code_points = 3; }},
      {"for a change", [](Situation& s) { std::get<AwaitingPin>(s.state).is_for_change = true; }},
      {"by another key", [](Situation& s) { std::get<CredentialMade>(s.input).key = kOther; }},
      {"nobody asks for a proof",
       [](Situation& s) { std::get<Stored>(s.input).receipt.needs_proof = false; }},
      {"it is registered already", refused_with(core::ErrorCode::kCredentialExists)},
      {"it took no PIN", [](Situation& s) { std::get<Verifying>(s.state).uses_pin = false; }},
      {"it may count", [](Situation& s) { s.context.proof = core::ProofRequirement::kOffered; }},
      {"its key is held",
       [](Situation& s) {
         std::visit(
             [](auto& state) {
               if constexpr (requires { state.held; }) state.held = kKey;
             },
             s.state);
       }},
      {"for good", [](Situation& s) { std::get<PinBlocked>(s.input).lock = PinLock::kForGood; }},
      {"the proof is only offered",
       [](Situation& s) {
         for_each_proof(s,
                        [](Proof& proof) { proof.requirement = core::ProofRequirement::kOffered; });
       }},
      {"cancelled",
       [](Situation& s) { std::get<Withdrawing>(s.state).then = Withdrawing::Then::kCancel; }},
      {"to start over",
       [](Situation& s) { std::get<Withdrawing>(s.state).then = Withdrawing::Then::kStartOver; }},
      {"to start over, too late",
       [](Situation& s) {
         std::get<Withdrawing>(s.state).then = Withdrawing::Then::kStartOver;
         s.context.now = s.context.expires_at;
       }},
  };
  return all;
}

template <class Variant>
[[nodiscard]] std::vector<std::string> names_of(const std::vector<Variant>& variants) {
  std::vector<std::string> names;
  for (const Variant& variant : variants) names.emplace_back(name_of(variant));
  return names;
}

}  // namespace firstkey::enroll::tests
