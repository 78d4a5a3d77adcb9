#pragma once
// What extensions came to, as a client tells it: AuthenticationExtensionsClientOutputs.
// WebAuthn L3 §10.1; CTAP 2.1 §12. credProps travels in the response itself.

#include <memory>
#include <optional>

#include "core/bytes.h"
#include "device/secret_bytes.h"

namespace firstkey::enroll {

/// 32 bytes for each value that was asked about; null when nothing was evaluated. Shared with the
/// key's response, which is copied on its way and its secret is not.
using PrfResults = std::shared_ptr<const device::SecretBytes>;

/// Of a registration. What was not asked for is absent.
struct CreationOutputs {
  std::optional<bool> hmac_create_secret;
  std::optional<bool> prf_enabled;
  PrfResults prf_results;
  std::optional<bool> large_blob_supported;
  std::optional<bool> cred_blob;
};

/// Of a sign-in.
struct RequestOutputs {
  bool has_prf = false;
  PrfResults prf_results;
  PrfResults hmac_secret;  ///< hmacGetSecret's output1 and output2
  std::optional<core::Bytes> large_blob;
  std::optional<bool> large_blob_written;
  std::optional<core::Bytes> cred_blob;
};

}  // namespace firstkey::enroll
