#pragma once
// authenticatorMakeCredential in our own CBOR, for what libfido2 1.12 cannot ask: an enterprise
// attestation, an algorithm it does not know. Nothing is sent here. Source: CTAP 2.1 §6.1.

#include <optional>
#include <span>

#include "device/error.h"
#include "device/pin_protocol.h"
#include "device/types.h"

namespace firstkey::device {

/// pinUvAuthParam over the client data hash, and its protocol.
struct PinUvAuthProof {
  PinProtocol protocol = PinProtocol::kOne;
  Bytes param;
};

/// How the user's verification is brought about.
struct UserVerification {
  std::optional<PinUvAuthProof> proof;
  /// The option "uv", for a key that verifies its user and gives no token.
  bool is_asked_of_key = false;
};

/// The extensions of a request that the key has.
struct CredentialExtensions {
  std::optional<CredentialProtection> protection;
  bool has_hmac_secret = false;
  bool has_min_pin_length = false;
  bool has_large_blob_key = false;
  std::optional<Bytes> blob;
  bool is_hmac_evaluated = false;  ///< hmac-secret-mc
};
/// Errors: kUnsupportedExtension, where a credential protection that the key lacks is to be
/// enforced.
[[nodiscard]] Result<CredentialExtensions> choose_extensions(const CredentialRequest& request,
                                                             const AuthenticatorFacts& facts);

/// What was chosen for a request on one key, beside how its user is verified.
struct MakeCredentialMessage {
  CoseAlgorithm algorithm = kEs256;
  CredentialExtensions extensions;
  Bytes hmac_input;  ///< of hmac-secret-mc, a CBOR map; empty when nothing is evaluated
  std::span<const CredentialId> excluded;
};

/// Command byte and CBOR.
[[nodiscard]] Bytes to_make_credential(const CredentialRequest& request,
                                       const MakeCredentialMessage& message,
                                       const UserVerification& verification);

/// From the CBOR of the answer. Errors: kGarbage.
[[nodiscard]] Result<CredentialResponse> read_made_credential(BytesView answer,
                                                              CoseAlgorithm algorithm);

/// Whether `request` is one that any key may be asked, and short enough for this one.
/// Errors: kBadRequest (user id not of 1 to 64 bytes, empty rp id), kTooLarge (names what is long),
/// kUnsupportedOption (an enterprise attestation from a key where that is not enabled).
[[nodiscard]] Result<void> check_request(const CredentialRequest& request,
                                         const AuthenticatorFacts& facts);

/// What `request` takes in a message beside the ids it excludes, whoever writes it, at most.
[[nodiscard]] std::size_t size_without_list(const CredentialRequest& request);

}  // namespace firstkey::device
