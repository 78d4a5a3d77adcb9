#include "enroll/app/event_text.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace firstkey::enroll {

namespace {

using Kind = EventText::Kind;

EventText fact(std::string label, std::string text) {
  return {.kind = Kind::kFact, .label = std::move(label), .text = std::move(text)};
}
EventText good(std::string label, std::string text) {
  return {.kind = Kind::kGood, .label = std::move(label), .text = std::move(text)};
}
EventText trouble(std::string text) {
  return {.kind = Kind::kTrouble, .label = {}, .text = std::move(text)};
}
EventText wait(std::string text) {
  return {.kind = Kind::kWait, .label = {}, .text = std::move(text)};
}
EventText passing(std::string text) {
  return {.kind = Kind::kPassing, .label = {}, .text = std::move(text)};
}
EventText question(std::string text) {
  return {.kind = Kind::kQuestion, .label = {}, .text = std::move(text)};
}

std::string attempts(int left) {
  return left == 1 ? "the last attempt: after it the key is locked"
                   : fmt::format("{} attempts left", left);
}

/// What was achieved before an end that is none to be glad of.
std::string with_credentials(std::string sentence, int credentials) {
  if (credentials == 1) sentence += " One key was registered before.";
  if (credentials > 1) sentence += fmt::format(" {} keys were registered before.", credentials);
  return sentence;
}

// Keys coming and going.
EventText words(const InsertKey& /*e*/) {
  return wait("Insert a security key, or hold one to the reader …");
}
EventText words(const KeyInserted& e) {
  return fact("Found", e.display_name);
}
EventText words(const KeyLeft& /*e*/) {
  return trouble("The key is gone.");
}
EventText words(const KeyRejected& e) {
  return trouble(std::string(advice(e.reason)));
}
EventText words(const KeyObstructed& e) {
  return trouble(fmt::format("There is a key, but {}: {}", e.reason, e.remedy));
}
EventText words(const KeyIgnored& e) {
  return fact("", fmt::format("{} came too; going on with the first key.", e.display_name));
}
EventText words(const KeyUnresponding& /*e*/) {
  return trouble("The key does not stop when told to. Take it out before you use it again.");
}
EventText words(const SelectKey& e) {
  return wait(fmt::format("{} keys are there: touch the one to register …", e.count));
}
EventText words(const KeyLocked& e) {
  switch (e.lock) {
    case PinLock::kUntilReinserted:
      return trouble("Too many wrong PINs in a row. Take the key out and insert it again.");
    case PinLock::kForGood:
      return trouble("The key's PIN is blocked for good. Use another key.");
  }
  return trouble("The key is locked. Use another one.");  // a value outside the enumeration
}
EventText words(const PresentAgain& /*e*/) {
  return trouble("Lift the card and hold it to the reader again, or re-insert the key.");
}

// PIN and touch.
EventText words(const PinWanted& e) {
  std::string text = e.was_wrong ? "Wrong PIN. PIN of the key" : "PIN of the key";
  if (e.purpose == Purpose::kPinChange) text += ", which then has to be changed";
  if (e.attempts_left) text += fmt::format(" ({})", attempts(*e.attempts_left));
  return question(std::move(text));
}
EventText words(const NewPinWanted& e) {
  const auto* why = e.cause == PinCause::kFirst ? "This key has no PIN yet. New PIN"
                                                : "This key demands another PIN. New PIN";
  return question(fmt::format("{} (at least {} characters)", why, e.min_code_points));
}
EventText words(const NewPinRejected& e) {
  switch (e.flaw) {
    case PinFlaw::kTooShort:
      return trouble(
          fmt::format("That PIN is too short: {} characters at least.", e.min_code_points));
    case PinFlaw::kNotAllowed:
      return trouble("The key does not take that PIN. Choose another.");
  }
  return trouble("Choose another PIN.");  // a value outside the enumeration
}
EventText words(const PinWasSet& /*e*/) {
  return good("PIN set", "remember it: the key asks for it at every sign-in");
}
EventText words(const TouchWanted& e) {
  switch (e.purpose) {
    case Purpose::kSelection:
      return wait("Touch the key to register …");
    case Purpose::kProof:
      return wait("Touch your key once more, to sign in with it …");
    case Purpose::kRegistration:
    case Purpose::kPinChange:
      return wait("Touch your key now …");
  }
  return wait("Touch your key now …");  // a value outside the enumeration
}
EventText words(const TouchMissed& e) {
  return trouble(e.mishap == TouchMishap::kTimedOut
                     ? "The key was not touched in time. Touch it when it blinks."
                     : "The key did not recognise the finger. Try again.");
}

// Verdicts.
EventText words(const VerifyingNow& /*e*/) {
  return passing("Verifying …");
}
EventText words(const CredentialStored& e) {
  const auto what = e.attestation_format == "none" ? std::string("no attestation")
                                                   : e.attestation_format + " attestation";
  const bool is_attested = e.attestation_level == core::AttestationLevel::kAttested;
  return good("Verified",
              is_attested ? fmt::format("{}, chain to {}", what, e.trust_root)
                          : what + "; its make is not attested by a trusted root");
}
/// The verifier's refusals that a key brings about, as a person can take them; the detail is for
/// those who help.
struct Refusal {
  core::ErrorCode code;
  std::string_view why;
};
constexpr std::array kRefusals = {
    Refusal{core::ErrorCode::kRegistrationInvalid, "the key's answer is not what it should be"},
    Refusal{core::ErrorCode::kAssertionInvalid, "the key's answer is not what it should be"},
    Refusal{core::ErrorCode::kAttestationInvalid, "the key's proof of its make is false"},
    Refusal{core::ErrorCode::kKeyNotAllowed, "keys like this one are not registered here"},
    Refusal{core::ErrorCode::kSimulatorNotAllowed, "software keys are for rehearsals only"},
    Refusal{core::ErrorCode::kCredentialExists, "what the key made is registered already"},
};
EventText words(const RegistrationRefused& e) {
  const auto* const known = std::ranges::find(kRefusals, e.code, &Refusal::code);
  auto text = fmt::format("Not accepted: {}",
                          known != kRefusals.end() ? known->why : core::to_string(e.code));
  if (!e.detail.empty()) text += fmt::format(" ({})", e.detail);
  return trouble(std::move(text));
}
EventText words(const VerifierUnreachable& /*e*/) {
  return passing("Waiting for the server …");
}
EventText words(const CredentialOrphaned& e) {
  return trouble(
      fmt::format("The key holds credential {}, which is not registered. If the key can do that, "
                  "it is removed now, or when the key is next used here.",
                  short_id(e.credential_id)));
}
EventText words(const OrphanCleaned& e) {
  return fact("Removed",
              fmt::format("credential {}, which was not registered, from the key",
                          short_id(e.credential_id)));
}

// The proof.
EventText words(const ProvingNow& /*e*/) {
  return passing("Signing in with the new key …");
}
EventText words(const ProofKeyWanted& /*e*/) {
  return wait("Insert the same key again, or hold it to the reader …");
}
EventText words(const WrongProofKey& /*e*/) {
  return trouble("This is another key: the one just registered is needed.");
}
EventText words(const ProofFailed& e) {
  switch (e.failure) {
    case ProofFailure::kRefused:
      return trouble("Signing in with the new key was refused.");
    case ProofFailure::kKeyFailing:
      return trouble("The key could not sign in.");
    case ProofFailure::kLocked:
      return trouble("The key locked itself before it could sign in.");
    case ProofFailure::kGivenUp:
      return trouble("The key was not signed in with.");
    case ProofFailure::kTooLate:
      return trouble("The time to sign in with the new key is over.");
  }
  return trouble("The key could not be proved.");  // a value outside the enumeration
}
EventText words(const CredentialWithdrawn& e) {
  return trouble(fmt::format("Credential {} was not registered.", short_id(e.credential_id)));
}

// Ends.
EventText words(const CredentialCompleted& e) {
  return e.is_proven ? good("Proved", "signed in with the new key")
                     : good("Stored", "without having signed in with it");
}
EventText words(const CeremonyFinished& e) {
  return fact(
      "Finished",
      e.credentials == 1 ? "one key registered" : fmt::format("{} keys registered", e.credentials));
}
EventText words(const WindowExpired& e) {
  return trouble(
      with_credentials("The time to register is over. Ask for another pass.", e.credentials));
}
EventText words(const CeremonyCancelled& e) {
  return trouble(with_credentials("Cancelled.", e.credentials));
}
EventText words(const CeremonyFailed& e) {
  const auto why = e.detail.empty() ? std::string(core::to_string(e.code)) : e.detail;
  return trouble(with_credentials(fmt::format("It cannot go on: {}.", why), e.credentials));
}

}  // namespace

EventText text_of(const Event& event) {
  return std::visit([](const auto& e) { return words(e); }, event);
}

std::string short_id(core::BytesView credential_id) {
  constexpr std::size_t kShown = 8;
  const auto text = core::to_base64url(credential_id);
  return text.size() <= kShown ? text : text.substr(0, kShown) + "…";
}

}  // namespace firstkey::enroll
