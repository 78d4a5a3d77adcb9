#pragma once
// Domain names as browsers compare them, and the list of suffixes under which anybody may register
// one. Source: URL Standard "host parsing"; UTS #46; https://publicsuffix.org/list.

#include <optional>
#include <string>
#include <string_view>

namespace firstkey::enroll {

/// `text` in lower case and ASCII; nothing when it is no domain, or an IP address.
[[nodiscard]] std::optional<std::string> to_domain(std::string_view text);

/// Whether `domain` is a public suffix. A name that the list does not know ends in one of a single
/// label, as the list has it.
[[nodiscard]] bool is_public_suffix(const std::string& domain);

/// The public suffix that `domain` ends in.
[[nodiscard]] std::string public_suffix_of(const std::string& domain);

}  // namespace firstkey::enroll
