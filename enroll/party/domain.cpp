#include "enroll/party/domain.h"

#include <algorithm>
#include <memory>

#include <idn2.h>
#include <libpsl.h>

namespace firstkey::enroll {

namespace {

// Source: RFC 1035 §2.3.4; a name has no trailing dot here.
constexpr std::size_t kMaxDomain = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(
      label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

/// URL Standard "ends in a number checker": what ends so is an IPv4 address, or nothing.
bool is_number(std::string_view label) {
  if (std::ranges::all_of(label, is_digit)) return true;
  if (!label.starts_with("0x")) return false;
  return std::ranges::all_of(label.substr(2),
                             [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_domain(std::string_view text) {
  if (text.size() > kMaxDomain) return false;
  while (true) {
    const auto dot = text.find('.');
    const auto label = text.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) return !is_number(label);
    text.remove_prefix(dot + 1);
  }
}

struct IdnFree {
  void operator()(char* text) const noexcept { ::idn2_free(text); }
};

/// The list of the system where it is newer than libpsl's own, which is in it always.
const psl_ctx_t* list() {
  struct Free {
    void operator()(psl_ctx_t* context) const noexcept { ::psl_free(context); }
  };
  static const std::unique_ptr<psl_ctx_t, Free> kLatest(::psl_latest(nullptr));
  return kLatest ? kLatest.get() : ::psl_builtin();
}

}  // namespace

std::optional<std::string> to_domain(std::string_view text) {
  if (text.empty() || text.size() > kMaxDomain || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  char* converted = nullptr;
  const int status =
      ::idn2_to_ascii_8z(std::string(text).c_str(), &converted, IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, IdnFree> ascii(converted);
  if (status != IDN2_OK) return std::nullopt;
  std::string domain(ascii.get());
  std::ranges::transform(domain, domain.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (!is_domain(domain)) return std::nullopt;
  return domain;
}

bool is_public_suffix(const std::string& domain) {
  return ::psl_is_public_suffix(list(), domain.c_str()) != 0;
}

std::string public_suffix_of(const std::string& domain) {
  const char* suffix = ::psl_unregistrable_domain(list(), domain.c_str());
  return suffix == nullptr ? std::string() : std::string(suffix);
}

}  // namespace firstkey::enroll
