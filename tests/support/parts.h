#pragma once
// Tests that need a part of the real world (pcscd, another program) name it here, so that its
// absence shows as a skip by name and never as a pass.

#include <string>

namespace firstkey::tests {

/// Returns true if the test must return early because `part` is absent. With
/// FIRSTKEY_REQUIRE_PARTS=1 in the environment an absent part fails the test instead.
[[nodiscard]] bool part_is_absent(const std::string& part, bool is_present);

/// A part that every test of an executable needs, as a constant of one of its sources: without it
/// none of them runs.
class NeededPart {
 public:
  NeededPart(const std::string& part, bool is_present);
};

}  // namespace firstkey::tests
