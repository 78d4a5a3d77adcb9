#pragma once
// What a verifier did, step by step, for a verdict that can be shown as a tree. Names and sources
// are string literals: recording a check allocates nothing.

#include <cstdint>
#include <string_view>

namespace firstkey::core::webauthn {

enum class CheckOutcome : std::uint8_t {
  kPassed,
  kNotAsked,  ///< the expectations or the response gave nothing to check
};

struct Check {
  std::string_view name;    ///< stable: "challenge"
  std::string_view source;  ///< "WebAuthn L3 §7.1 step 8"
  CheckOutcome outcome = CheckOutcome::kPassed;
};

}  // namespace firstkey::core::webauthn
