#pragma once
// authenticatorCredentialManagement, in our own messages: libfido2 1.12 knows the command's preview
// number only, which keys of CTAP 2.1 need not know, and reserves memory by the counts a key
// claims. Source: CTAP 2.1 §6.8; the preview of FIDO_2_1_PRE is the same under another number, and
// has no updateUserInformation.

#include <optional>
#include <string_view>
#include <vector>

#include "device/key_configuration.h"
#include "device/pin_uv_auth.h"

namespace firstkey::device {

/// One token's worth of credential management; used up within the call it was opened in.
class CredentialManagement {
 public:
  /// Errors: kUnsupportedCommand (the key has none); those of get_pin_uv_auth_token.
  [[nodiscard]] static Result<CredentialManagement> open(OpenKey& key,
                                                         const Pin* pin,
                                                         RunningCall& call);

  [[nodiscard]] Result<CredentialRoom> room();
  /// Those of every relying party. Empty: there is none.
  [[nodiscard]] Result<std::vector<StoredCredential>> all();
  [[nodiscard]] Result<std::vector<StoredCredential>> of(const std::string& rp_id);
  [[nodiscard]] Result<void> rename(const UserRename& change);
  [[nodiscard]] Result<void> remove(const CredentialId& id);

 private:
  struct RelyingParty {
    std::string id;
    Sha256 id_hash{};
  };
  enum class Subcommand : std::uint8_t;

  CredentialManagement(OpenKey& key, RunningCall& call, PinUvAuthToken token);

  /// Asks with proof; `params` is a CBOR map, or empty for none.
  [[nodiscard]] Result<Bytes> ask(Subcommand subcommand, BytesView params);
  /// Asks for what follows in an enumeration, which goes without proof.
  [[nodiscard]] Result<Bytes> ask_next(Subcommand subcommand);
  /// Sends a request without its command byte, under the number this key knows.
  [[nodiscard]] Result<Bytes> exchange(BytesView members);
  /// Gathers what `first` and as many of `next` as the first answer's `total` says bring. `take`
  /// reads one answer.
  template <class Take>
  [[nodiscard]] Result<void> enumerate(Result<Bytes> first,
                                       Subcommand next,
                                       int total,
                                       const Take& take);
  [[nodiscard]] Result<std::vector<RelyingParty>> relying_parties();
  [[nodiscard]] Result<void> add_credentials(const RelyingParty& rp,
                                             std::vector<StoredCredential>& found);

  OpenKey& key_;
  RunningCall& call_;
  PinUvAuthToken token_;
  std::uint8_t command_;
};

}  // namespace firstkey::device
