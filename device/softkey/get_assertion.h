#pragma once
// authenticatorGetAssertion and authenticatorGetNextAssertion.
// Source: CTAP 2.1 §6.2.2 and §6.3, whose step numbers the source carries.

#include <optional>

#include "device/softkey/hmac_secret.h"
#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

/// The accounts a client may still ask for after the first one.
struct RemainingAssertions {
  /// CTAP 2.1 §6.3: the client asks again within this time or starts anew.
  static constexpr Milliseconds kPatience{30'000};

  struct Signing {
    std::string rp_id;
    Bytes client_data_hash;
    std::uint8_t user_flags = 0;
    std::optional<HmacSalts> salts;
    bool wants_blob = false;
    bool wants_large_blob_key = false;
  };

  Signing signing;
  std::vector<Bytes> credential_ids;  ///< in the order they are to be given
  Instant last_given;
};

/// `remaining` is set when there is more than one account; it must outlive the outcome.
[[nodiscard]] Outcome get_assertion(const KeyParts& key,
                                    const cbor::Map& parameters,
                                    std::optional<RemainingAssertions>& remaining);

/// Errors: kNotAllowed when there is nothing to go on with, or no more.
[[nodiscard]] Outcome get_next_assertion(const KeyParts& key,
                                         std::optional<RemainingAssertions>& remaining);

}  // namespace firstkey::device::softkey
