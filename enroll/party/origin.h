#pragma once
// Where a ceremony takes place, and for which relying party it may: the rules by which a browser
// keeps a site from registering or using keys in another's name. An origin here is one that a
// browser would offer WebAuthn to: https on a domain, or http on this machine's own name.
// Source: WebAuthn L3 §5.1.3 steps 6 to 8, §5.1.4 steps 5 to 7; HTML "is a registrable domain
// suffix of or is equal to"; URL Standard "host parsing"; RFC 6454 §6.2.

#include <string>
#include <string_view>
#include <utility>

#include "enroll/party/error.h"

namespace firstkey::enroll {

class Origin {
 public:
  /// Reads "https://login.example.org" or "https://login.example.org:8443"; a slash may end it. A
  /// host in another script is taken in its ASCII form (UTS #46). http is for localhost alone.
  /// Errors: kOriginInvalid (no domain, an IP address, another scheme, a path).
  [[nodiscard]] static PartyResult<Origin> parse(std::string_view text);

  /// https:// and the id: where a ceremony is when nobody says another place.
  /// Errors: kRpIdNotAllowed when `rp_id` is no domain, is not in its ASCII form, or is a name
  /// under which anybody may register a domain (a public suffix).
  [[nodiscard]] static PartyResult<Origin> of(std::string_view rp_id);

  /// As clients write it: lower case, ASCII, without the scheme's own port.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const std::string& host() const noexcept { return host_; }

  friend bool operator==(const Origin&, const Origin&) = default;

 private:
  Origin(std::string text, std::string host) : text_(std::move(text)), host_(std::move(host)) {}

  std::string text_;
  std::string host_;
};

/// Whether a page of `origin` may act for `rp_id`: the same domain, or a part of it that is no
/// public suffix. Errors: kRpIdNotAllowed.
[[nodiscard]] PartyResult<void> check_rp_id(const Origin& origin, std::string_view rp_id);

}  // namespace firstkey::enroll
