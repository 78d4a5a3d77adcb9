#pragma once
// A verdict that explains itself: the tree of what was checked, each node with where its rule
// stands, what came of it and what it rests on. It is told by the same steps that decide, as they
// run. Evidence is for staff, scripts and archives: it never holds a challenge, which names an open
// ceremony, nor anything else that is secret.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

enum class VerdictOutcome : std::uint8_t {
  kPassed,
  kNotAsked,    ///< the expectations or the response gave nothing to check
  kFailed,      ///< this is why it was refused
  kNotReached,  ///< something failed before
};

/// "passed", "notAsked", "failed", "notReached": stable.
[[nodiscard]] std::string_view to_string(VerdictOutcome outcome) noexcept;

struct Evidence {
  std::string_view name;  ///< stable: "rpIdHash"
  std::string value;

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// Names and sources are string literals, as in Check.
struct VerdictNode {
  std::string_view name;    ///< stable: "challenge"
  std::string_view source;  ///< "WebAuthn L3 §7.1 step 8"
  VerdictOutcome outcome = VerdictOutcome::kNotReached;
  std::optional<Error> refusal;  ///< of kFailed, in the node that failed and in those above it
  std::vector<Evidence> evidence;
  std::vector<VerdictNode> parts;

  void add(std::string_view what, std::string value);
  /// The refusal decides for this node as well.
  void fail_with(const Error& error);
};

/// For people: a line a node, indented, its evidence below it, a line each.
[[nodiscard]] std::string to_text(const VerdictNode& verdict);

}  // namespace firstkey::core::webauthn
