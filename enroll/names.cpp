#include <array>

#include "enroll/commands.h"
#include "enroll/inputs.h"
#include "enroll/states.h"

namespace firstkey::enroll {

namespace {

// In the order of the variants; tests/enroll/names_test.cpp holds each to its type.
constexpr std::array<std::string_view, std::variant_size_v<State>> kStateNames = {
    "Preparing",   "AwaitingKey",     "SelectingKey",     "OpeningKey",      "ChoosingPin",
    "SettingPin",  "AwaitingPin",     "AwaitingTouch",    "Verifying",       "Settling",
    "Proving",     "ConfirmingProof", "AwaitingProofKey", "OpeningProofKey", "AwaitingProofPin",
    "Withdrawing", "Completed",       "Finished",         "Expired",         "Cancelled",
    "Failed"};
constexpr std::array<std::string_view, std::variant_size_v<Input>> kInputNames = {
    "KeyArrived",
    "KeyRemoved",
    "KeySeenObstructed",
    "CardLeftLying",
    "KeyOpened",
    "KeySelected",
    "TouchNeeded",
    "PinSet",
    "CredentialMade",
    "AssertionMade",
    "KeyUnusable",
    "KeyFaltered",
    "FactsChanged",
    "TouchFailed",
    "PresenceUsedUp",
    "PinNeeded",
    "PinWrong",
    "PinUnfit",
    "PinBlocked",
    "CredentialMissing",
    "KeyUnresponsive",
    "OptionsReady",
    "Stored",
    "ProofVerified",
    "Withdrawn",
    "VerifierRefused",
    "VerifierRetrying",
    "VerifierLost",
    "PinEntered",
    "PinDeclined",
    "AddAnother",
    "Finish",
    "Cancel",
    "GiveUpProof",
    "WindowOver",
    "ProofTimeOver",
    "PinKeptLongEnough",
    "CredentialStrayed",
    "OrphanRemoved"};
constexpr std::array<std::string_view, std::variant_size_v<Command>> kCommandNames = {
    "RequestOptions",
    "SubmitRegistration",
    "SubmitProof",
    "WithdrawCredential",
    "FinishSession",
    "OpenKey",
    "BlinkKey",
    "SetPin",
    "MakeCredential",
    "MakeAssertion",
    "StopKey",
    "RemoveOrphan",
    "ReportOrphan",
    "ReleaseKey",
    "ReleaseKeys",
    "SetAside",
    "AskPin",
    "AskNewPin",
    "WithdrawPinRequest",
    "ForgetPin",
    "KeepPin"};

template <class... States>
bool is_any(const State& state) noexcept {
  return (std::holds_alternative<States>(state) || ...);
}

}  // namespace

std::string_view name_of(const State& state) noexcept {
  return kStateNames.at(state.index());
}

std::string_view name_of(const Input& input) noexcept {
  return kInputNames.at(input.index());
}

std::string_view name_of(const Command& command) noexcept {
  return kCommandNames.at(command.index());
}

bool is_before_commit(const State& state) noexcept {
  return is_any<Preparing,
                AwaitingKey,
                SelectingKey,
                OpeningKey,
                ChoosingPin,
                SettingPin,
                AwaitingPin,
                AwaitingTouch>(state);
}

bool is_final(const State& state) noexcept {
  return is_any<Finished, Expired, Cancelled, Failed>(state);
}

bool asks_for_pin(const State& state) noexcept {
  return is_any<ChoosingPin, AwaitingPin, AwaitingProofPin>(state);
}

bool may_hold_pin(const State& state) noexcept {
  // The present PIN is held while the new one that shall replace it is being chosen.
  if (const auto* s = std::get_if<ChoosingPin>(&state)) return s->cause == PinCause::kForced;
  if (const auto* s = std::get_if<AwaitingTouch>(&state)) return s->uses_pin;
  if (const auto* s = std::get_if<Verifying>(&state)) return s->uses_pin;
  if (const auto* s = std::get_if<Proving>(&state)) return s->proof.is_pin_kept;
  if (const auto* s = std::get_if<ConfirmingProof>(&state)) return s->proof.is_pin_kept;
  if (const auto* s = std::get_if<AwaitingProofKey>(&state)) return s->proof.is_pin_kept;
  if (const auto* s = std::get_if<OpeningProofKey>(&state)) return s->proof.is_pin_kept;
  if (const auto* s = std::get_if<Settling>(&state)) return s->held.has_value();
  if (const auto* s = std::get_if<Withdrawing>(&state)) return s->held.has_value();
  return is_any<SettingPin>(state);
}

}  // namespace firstkey::enroll
