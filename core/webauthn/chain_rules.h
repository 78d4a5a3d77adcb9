#pragma once
// What every chain of certificates is held to here, whatever it vouches for: a key or the metadata
// of keys. RFC 5280 §6, done by OpenSSL.

#include <span>

#include "core/clock.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/openssl_handles.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is OpenSSL's
struct X509_VERIFY_PARAM_st;

namespace firstkey::core::webauthn {

/// Every certificate valid at `now`, keys and signatures of 112 bits of strength at least, and an
/// end at a listed certificate, be it an authority signed by another or a leaf.
void set_chain_rules(X509_VERIFY_PARAM_st* parameters, Instant now);

/// The certificates that came along, below the leaf: help on the way, never an end of it. They are
/// borrowed from `path`. Null if there is no memory.
[[nodiscard]] X509StackPtr intermediates_of(std::span<const Certificate> path);

}  // namespace firstkey::core::webauthn
