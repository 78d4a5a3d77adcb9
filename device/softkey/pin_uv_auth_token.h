#pragma once
// A pinUvAuthToken and what it allows: permissions, the relying party it is bound to, and for how
// long. Expiry is observed at each look instead of by a timer. The userPresent flag of the
// specification has no counterpart: tokens never carry presence here, every command asks for a
// touch of its own. Source: CTAP 2.1 §6.5.2.1, §6.5.5.7.

#include <optional>
#include <string>
#include <string_view>

#include "device/softkey/ports.h"
#include "device/softkey/secret_bytes.h"

namespace firstkey::device::softkey {

enum class Permission : std::uint8_t {
  kMakeCredential = 0x01,
  kGetAssertion = 0x02,
  kCredentialManagement = 0x04,
  kBioEnrollment = 0x08,
  kLargeBlobWrite = 0x10,
  kAuthenticatorConfiguration = 0x20,
};

[[nodiscard]] constexpr std::uint8_t operator|(std::uint8_t some, Permission other) {
  return static_cast<std::uint8_t>(some | static_cast<std::uint8_t>(other));
}
[[nodiscard]] constexpr std::uint8_t operator|(Permission one, Permission other) {
  return static_cast<std::uint8_t>(one) | other;
}

/// What a client wants to do with a token.
struct TokenUse {
  /// How the relying party a token is bound to bears on the use (§6.5.5.7, table of permissions).
  enum class Reach : std::uint8_t {
    kBinding,   ///< for `rp_id`; a token bound to none is bound to it from here on
    kOneRp,     ///< for what belongs to `rp_id`; binds nothing
    kEveryRp,   ///< for what belongs to all of them: a bound token does not reach that far
    kWholeKey,  ///< for nothing of any relying party's: a binding does not matter
  };

  Permission permission = Permission::kMakeCredential;
  Reach reach = Reach::kBinding;
  std::string_view rp_id;  ///< of kBinding and kOneRp
};

class PinUvAuthToken {
 public:
  /// A token must be used first within this time, and not after the next one.
  static constexpr Milliseconds kInitialUsageLimit{30'000};
  static constexpr Milliseconds kMaximumUsage{600'000};

  /// A new value that allows nothing.
  void reset(Random& random);
  /// Puts the present value to use. Without `rp_id` the first kBinding use binds it.
  void begin_using(Instant now, std::uint8_t permissions, std::optional<std::string> rp_id);
  /// For encryption to the client, and as the key its authentications are checked with.
  [[nodiscard]] BytesView value() const { return value_.expose(); }
  /// Whether the token allows `use` at `now`; a yes counts as use.
  [[nodiscard]] bool admit(Instant now, const TokenUse& use);
  /// What happens once a user has agreed to an operation: the token allows nothing any more but
  /// writing large blobs (§6.5.2.1, clearPinUvAuthTokenPermissionsExceptLbw).
  void clear_permissions();

 private:
  [[nodiscard]] bool is_expired(Instant now) const;
  [[nodiscard]] bool reaches(const TokenUse& use) const;

  SecretBytes value_;
  std::uint8_t permissions_ = 0;
  std::optional<std::string> rp_id_;
  bool is_used_ = false;
  Instant begun_;
};

}  // namespace firstkey::device::softkey
