#include "core/webauthn/algorithm.h"

namespace firstkey::core::webauthn {

std::optional<Algorithm> algorithm_from_cose(std::int64_t cose) noexcept {
  for (const auto algorithm : {Algorithm::kEs256,
                               Algorithm::kEddsa,
                               Algorithm::kEs384,
                               Algorithm::kEs512,
                               Algorithm::kEd448,
                               Algorithm::kRs256}) {
    if (cose == to_cose(algorithm)) return algorithm;
  }
  return std::nullopt;
}

std::string_view to_string(Algorithm algorithm) noexcept {
  switch (algorithm) {
    case Algorithm::kEs256:
      return "ES256";
    case Algorithm::kEddsa:
      return "EdDSA";
    case Algorithm::kEs384:
      return "ES384";
    case Algorithm::kEs512:
      return "ES512";
    case Algorithm::kEd448:
      return "Ed448";
    case Algorithm::kRs256:
      return "RS256";
  }
  return "";
}

}  // namespace firstkey::core::webauthn
