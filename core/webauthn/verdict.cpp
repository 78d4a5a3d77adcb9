#include "core/webauthn/verdict.h"

#include <algorithm>
#include <utility>

#include "core/webauthn/shared_evidence.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kNameWidth = 36;     // the deepest name with its indent, and a gap
constexpr std::size_t kOutcomeWidth = 13;  // "not reached" and a gap
constexpr std::size_t kEvidenceIndent = 4;
constexpr std::size_t kEvidenceWidth = 16;

std::string_view in_words(VerdictOutcome outcome) {
  switch (outcome) {
    case VerdictOutcome::kPassed:
      return "passed";
    case VerdictOutcome::kNotAsked:
      return "not asked";
    case VerdictOutcome::kFailed:
      return "FAILED";
    case VerdictOutcome::kNotReached:
      return "not reached";
  }
  return "";
}

/// At least one blank ends the column, however long `text` is.
std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

void append(std::string& text, const VerdictNode& node, std::size_t indent) {
  text += padded(std::string(indent, ' ') + std::string(node.name), kNameWidth) +
          padded(std::string(in_words(node.outcome)), kOutcomeWidth) + std::string(node.source) +
          "\n";
  const std::string margin(indent + kEvidenceIndent, ' ');
  const bool is_where_it_failed =
      node.refusal && std::ranges::none_of(node.parts, [](const VerdictNode& part) {
        return part.outcome == VerdictOutcome::kFailed;
      });
  if (is_where_it_failed) {
    text += margin + padded("code", kEvidenceWidth) + std::string(to_string(node.refusal->code));
    if (!node.refusal->detail.empty()) text += ": " + quoted(node.refusal->detail);
    text += "\n";
  }
  for (const auto& [name, value] : node.evidence) {
    text += margin + padded(std::string(name), kEvidenceWidth) + value + "\n";
  }
  for (const auto& part : node.parts) append(text, part, indent + kIndent);
}

}  // namespace

std::string_view to_string(VerdictOutcome outcome) noexcept {
  switch (outcome) {
    case VerdictOutcome::kPassed:
      return "passed";
    case VerdictOutcome::kNotAsked:
      return "notAsked";
    case VerdictOutcome::kFailed:
      return "failed";
    case VerdictOutcome::kNotReached:
      return "notReached";
  }
  return "";
}

void VerdictNode::add(std::string_view what, std::string value) {
  evidence.push_back({.name = what, .value = std::move(value)});
}

void VerdictNode::fail_with(const Error& error) {
  outcome = VerdictOutcome::kFailed;
  refusal = error;
}

std::string to_text(const VerdictNode& verdict) {
  std::string text;
  append(text, verdict, 0);
  return text;
}

}  // namespace firstkey::core::webauthn
