#pragma once
// Time for targets in which a key keeps its client waiting: the steady clock of the whole
// executable stands still but for what is let pass here.

#include <chrono>

namespace firstkey::tests {

/// Moves std::chrono::steady_clock on.
void let_pass(std::chrono::milliseconds time) noexcept;

}  // namespace firstkey::tests
