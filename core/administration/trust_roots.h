#pragma once
// Administration of the certificates attestation chains may end in. They are policy: whoever
// enrolls has no say in them.

#include <cstdint>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/policy.h"

namespace firstkey::core {

/// Whether a certificate that is no authority may be listed. A chain may end in a listed leaf,
/// which then vouches for the one key (or batch of keys) that holds it.
enum class LeafListing : std::uint8_t { kRefused, kAllowed };

class TrustRoots {
 public:
  /// `administration` must outlive this.
  explicit TrustRoots(Administration& administration) : administration_(administration) {}

  /// Lists the one certificate in `certificate`, PEM or DER.
  /// Errors: kInvalidArgument (no certificate, more than one, a leaf), kAlreadyExists.
  [[nodiscard]] Result<TrustRoot> add(BytesView certificate, LeafListing leaf);

  [[nodiscard]] Result<std::vector<TrustRoot>> list();

  /// `id`: the whole SHA-256 in hex, or its first 8 digits or more if they name one root.
  /// Errors: kNotFound, kInvalidArgument (too short, or more than one).
  [[nodiscard]] Result<TrustRoot> remove(const std::string& id);

 private:
  Administration& administration_;
};

/// Errors: kInvalidArgument.
[[nodiscard]] Result<TrustRoot> parse_trust_root(BytesView certificate, LeafListing leaf);

}  // namespace firstkey::core
