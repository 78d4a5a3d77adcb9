#pragma once
// Self-signed certificates made on the spot.

#include <string>

#include "core/bytes.h"

namespace firstkey::tests {

enum class CertificateKind { kAuthority, kLeaf };

/// DER, with an ES256 key of its own that nobody keeps.
[[nodiscard]] core::Bytes make_certificate(const std::string& common_name, CertificateKind kind);

[[nodiscard]] std::string to_pem(const core::Bytes& der);

}  // namespace firstkey::tests
