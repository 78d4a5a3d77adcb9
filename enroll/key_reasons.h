#pragma once
// Why a key, a PIN, a touch or a proof was not good enough: the words machine, tables and events
// share. Names are stable; the text for people is in the tables of key_reasons.cpp.

#include <string_view>

namespace firstkey::enroll {

/// Why a key is not used. The first block is seen before any touch.
enum class KeyReason {
  kU2fOnly,
  kNoResidentKeys,
  kNoUserVerification,
  kNoAlgorithm,
  kNoCredentialProtection,
  kSimulated,
  kFull,
  kAlreadyRegistered,
  kNoAccess,
  kInUse,
  kNoApplet,
  kNoReaderService,
  kUnsupported,
  kDenied,
  kNotAccepted,  ///< by the verifier: attestation, policy
  kPinDeclined,
  kFailing,
};

/// What a touch, or a PIN, is asked for.
enum class Purpose { kSelection, kRegistration, kPinChange, kProof };

enum class PinLock { kUntilReinserted, kForGood };
enum class PinCause { kFirst, kForced };
enum class PinFlaw { kTooShort, kNotAllowed };
enum class TouchMishap { kTimedOut, kNotRecognised };
enum class ProofFailure { kRefused, kKeyFailing, kLocked, kGivenUp, kTooLate };

/// "u2f_only"
[[nodiscard]] std::string_view name_of(KeyReason reason) noexcept;
[[nodiscard]] std::string_view name_of(PinLock lock) noexcept;
[[nodiscard]] std::string_view name_of(PinCause cause) noexcept;
[[nodiscard]] std::string_view name_of(PinFlaw flaw) noexcept;
[[nodiscard]] std::string_view name_of(TouchMishap mishap) noexcept;
[[nodiscard]] std::string_view name_of(ProofFailure failure) noexcept;
[[nodiscard]] std::string_view name_of(Purpose purpose) noexcept;

/// What is wrong and what to do, for the person: "This key speaks U2F only: …".
[[nodiscard]] std::string_view advice(KeyReason reason) noexcept;

}  // namespace firstkey::enroll
