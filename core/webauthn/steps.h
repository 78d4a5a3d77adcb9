#pragma once
// Running a table of steps in its order. Who only wants the verdict pays for nothing else; for who
// wants it explained, each step also becomes a node of a tree.

#include <string_view>
#include <vector>

#include "core/webauthn/check.h"
#include "core/webauthn/error.h"
#include "core/webauthn/verdict.h"

namespace firstkey::core::webauthn {

/// `Facts` is what the steps of a ceremony have found out so far.
template <class Ceremony, class Facts>
struct Step {
  std::string_view part;  ///< of the ceremony; steps of one part follow each other
  std::string_view name;
  std::string_view source;
  Result<CheckOutcome> (Ceremony::*run)();
  /// What the step rests on, also when it failed: facts it should have found may be missing.
  void (*describe)(const Facts& facts, VerdictNode& node);
};

/// Runs `steps` up to the first that fails, and tells `observe` of each as it ends. What passed
/// goes into `checks`.
template <class Steps, class Ceremony, class Observer>
Result<void> run_steps(const Steps& steps,
                       Ceremony& ceremony,
                       std::vector<Check>& checks,
                       const Observer& observe) {
  checks.reserve(steps.size());
  for (const auto& step : steps) {
    const auto outcome = (ceremony.*step.run)();
    observe(step, outcome);
    if (!outcome) return std::unexpected(outcome.error());
    checks.push_back({.name = step.name, .source = step.source, .outcome = outcome.value()});
  }
  return {};
}

template <class Steps, class Ceremony>
Result<void> run_steps(const Steps& steps, Ceremony& ceremony, std::vector<Check>& checks) {
  return run_steps(steps, ceremony, checks, [](const auto&, const auto&) {});
}

/// The tree of `steps` before any has run: all not reached, each below its part.
template <class Steps>
VerdictNode unreached(const Steps& steps, std::string_view name, std::string_view source) {
  VerdictNode verdict{.name = name, .source = source};
  for (const auto& step : steps) {
    if (verdict.parts.empty() || verdict.parts.back().name != step.part) {
      verdict.parts.push_back({.name = step.part, .source = source});
    }
    verdict.parts.back().parts.push_back({.name = step.name, .source = step.source});
  }
  return verdict;
}

/// run_steps(), with what came of each step written into `verdict`, made by unreached().
template <class Steps, class Ceremony>
Result<void> explain_steps(const Steps& steps,
                           Ceremony& ceremony,
                           std::vector<Check>& checks,
                           VerdictNode& verdict) {
  auto part = verdict.parts.begin();
  std::size_t at = 0;
  verdict.outcome = VerdictOutcome::kPassed;
  return run_steps(steps, ceremony, checks, [&](const auto& step, const auto& outcome) {
    if (at == part->parts.size()) {
      ++part;
      at = 0;
    }
    auto& node = part->parts[at++];
    step.describe(ceremony.facts(), node);
    if (!outcome) {
      for (auto* failed : {&node, &*part, &verdict}) failed->fail_with(outcome.error());
      return;
    }
    part->outcome = VerdictOutcome::kPassed;
    node.outcome = outcome.value() == CheckOutcome::kPassed ? VerdictOutcome::kPassed
                                                            : VerdictOutcome::kNotAsked;
  });
}

}  // namespace firstkey::core::webauthn
