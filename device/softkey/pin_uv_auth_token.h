#pragma once
// A pinUvAuthToken and what it allows: permissions, the relying party it is bound to, and for how
// long. Expiry is observed at each look instead of by a timer. The userPresent flag of the
// specification has no counterpart: tokens issued for a PIN never carry presence.
// Source: CTAP 2.1 §6.5.2.1, §6.5.5.7.

#include <optional>
#include <string>
#include <string_view>

#include "device/softkey/ports.h"
#include "device/softkey/secret_bytes.h"

namespace firstkey::device::softkey {

enum class Permission : std::uint8_t { kMakeCredential = 0x01, kGetAssertion = 0x02 };
inline constexpr std::uint8_t kAllPermissions = 0x03;

class PinUvAuthToken {
 public:
  /// A token must be used first within this time, and not after the next one.
  static constexpr Milliseconds kInitialUsageLimit{30'000};
  static constexpr Milliseconds kMaximumUsage{600'000};

  /// A new value that allows nothing.
  void reset(Random& random);
  /// Puts the present value to use. Without `rp_id` the first use binds it.
  void begin_using(Instant now, std::uint8_t permissions, std::optional<std::string> rp_id);
  /// For encryption to the client, and as the key its authentications are checked with.
  [[nodiscard]] BytesView value() const { return value_.expose(); }
  /// Whether the token allows `permission` for `rp_id` at `now`; a yes counts as use and binds.
  [[nodiscard]] bool admit(Instant now, Permission permission, std::string_view rp_id);
  /// What happens once a user has agreed to an operation: the token allows nothing any more.
  void clear_permissions() { permissions_ = 0; }

 private:
  [[nodiscard]] bool is_expired(Instant now) const;

  SecretBytes value_;
  std::uint8_t permissions_ = 0;
  std::optional<std::string> rp_id_;
  bool is_used_ = false;
  Instant begun_;
};

}  // namespace firstkey::device::softkey
