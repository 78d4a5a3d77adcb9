#pragma once
// Administration of the certificates that chains may end in: those of keys, and those of who signs
// metadata, in lists apart. They are policy: whoever enrolls or imports has no say in them.

#include <cstdint>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/policy.h"

namespace firstkey::core {

/// Whether a certificate that is no authority may be listed. A chain may end in a listed leaf,
/// which then vouches for the one key (or batch of keys) that holds it.
enum class LeafListing : std::uint8_t { kRefused, kAllowed };

/// What a listed certificate vouches for. An authority of web servers, which FIDO's metadata is
/// signed under, must vouch for no key.
enum class TrustPurpose : std::uint8_t { kKeys, kMetadata };

class TrustRoots {
 public:
  /// `administration` must outlive this. All below is about the list of `purpose`.
  explicit TrustRoots(Administration& administration, TrustPurpose purpose = TrustPurpose::kKeys)
      : administration_(administration), purpose_(purpose) {}

  /// Lists the one certificate in `certificate`, PEM or DER; with `aaguids`, for keys of these
  /// models alone, whose model it then proves. Errors: kInvalidArgument (no certificate, more than
  /// one, a leaf, models of a root of metadata or one of them twice), kAlreadyExists.
  [[nodiscard]] Result<TrustRoot> add(BytesView certificate,
                                      LeafListing leaf,
                                      const std::vector<Bytes>& aaguids = {});

  [[nodiscard]] Result<std::vector<TrustRoot>> list();

  /// `id`: the whole SHA-256 in hex, or its first 8 digits or more if they name one root.
  /// Errors: kNotFound, kInvalidArgument (too short, or more than one).
  [[nodiscard]] Result<TrustRoot> remove(const std::string& id);

 private:
  Administration& administration_;
  TrustPurpose purpose_;
};

/// Errors: kInvalidArgument.
[[nodiscard]] Result<TrustRoot> parse_trust_root(BytesView certificate, LeafListing leaf);

}  // namespace firstkey::core
