#pragma once
// The pinUvAuthToken: what a key gives for the right PIN or the right finger, and what requests
// beyond CTAP 2.0 are proved with. One serves for one purpose, within one call of ours.
// Source: CTAP 2.1 §6.5.5 (authenticatorClientPIN).

#include <cstdint>
#include <string_view>
#include <utility>

#include "device/cbor_writer.h"
#include "device/open_key.h"
#include "device/pin.h"
#include "device/pin_protocol.h"

namespace firstkey::device {

/// What a token is to serve for. Source: CTAP 2.1 §6.5.5.7 (permissions).
enum class Permission : std::uint8_t {
  kMakeCredential = 0x01,
  kCredentialManagement = 0x04,
  kAuthenticatorConfig = 0x20,
};

class PinUvAuthToken {
 public:
  PinUvAuthToken(PinProtocol protocol, SecretBytes token)
      : protocol_(protocol), token_(std::move(token)) {}

  [[nodiscard]] PinProtocol protocol() const noexcept { return protocol_; }
  /// pinUvAuthParam for a request whose specification says that `message` is to be proved.
  [[nodiscard]] Bytes prove(BytesView message) const {
    return authenticate(protocol_, token_, message);
  }

 private:
  PinProtocol protocol_;
  SecretBytes token_;
};

/// A secret agreed with the key under the protocol that it prefers, for one use.
/// Errors: kUnsupportedOption, kGarbage and what the key says.
[[nodiscard]] Result<SharedSecret> agree_with(OpenKey& key, RunningCall& call);

/// `point` as the COSE_Key in which a client's half of an agreement travels.
void write_cose_key(CborWriter& out, const P256Point& point);

/// Gets a token from the key by `pin`, or by its own user verification when that is null. It is
/// bound to `rp_id` where the permission needs one (kMakeCredential) and else left empty. A key of
/// CTAP 2.0 knows no permissions: its token serves for all.
/// Errors: kPinNotSet, kPinRequired, kUnsupportedOption, kGarbage and what the key says.
[[nodiscard]] Result<PinUvAuthToken> get_pin_uv_auth_token(
    OpenKey& key, const Pin* pin, Permission permission, std::string_view rp_id, RunningCall& call);

/// Whether the key lets its user prove who it is in any way at all, so that it may want a token.
[[nodiscard]] bool is_protected(const AuthenticatorFacts& facts);

}  // namespace firstkey::device
