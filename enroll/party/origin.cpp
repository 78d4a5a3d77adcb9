#include "enroll/party/origin.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "enroll/party/domain.h"

namespace firstkey::enroll {

namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kLocalhost = "localhost";
constexpr unsigned kHttpsPort = 443;
constexpr unsigned kHttpPort = 80;
constexpr unsigned kMaxPort = 65535;

std::unexpected<PartyError> no_origin(std::string_view text, std::string_view why) {
  return refuse(
      PartyErrorCode::kOriginInvalid,
      std::string(text) + " is no origin that a browser does WebAuthn at: " + std::string(why));
}

/// Secure Contexts §3.1: names that never leave this machine.
bool is_local(const std::string& host) {
  return host == kLocalhost || host.ends_with(".localhost");
}

std::optional<unsigned> to_port(std::string_view digits) {
  unsigned port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool is_whole = fault == std::errc() && end == digits.data() + digits.size();
  if (!is_whole || port == 0 || port > kMaxPort) return std::nullopt;
  return port;
}

}  // namespace

PartyResult<Origin> Origin::parse(std::string_view text) {
  const bool is_https = text.starts_with(kHttps);
  if (!is_https && !text.starts_with(kHttp)) return no_origin(text, "it begins with https://");
  auto place = text.substr(is_https ? kHttps.size() : kHttp.size());
  if (place.ends_with('/')) place.remove_suffix(1);
  const auto colon = place.rfind(':');
  const auto host = to_domain(place.substr(0, colon));
  if (!host) return no_origin(text, "what follows is a domain, no address and no path");
  if (!is_https && !is_local(*host)) return no_origin(text, "http is for localhost alone");
  std::string canonical = std::string(is_https ? kHttps : kHttp) + *host;
  if (colon != std::string_view::npos) {
    const auto port = to_port(place.substr(colon + 1));
    if (!port) return no_origin(text, "its port is no number from 1 to 65535");
    if (*port != (is_https ? kHttpsPort : kHttpPort)) canonical += ":" + std::to_string(*port);
  }
  return Origin(std::move(canonical), *host);
}

PartyResult<Origin> Origin::of(std::string_view rp_id) {
  const std::string id(rp_id);
  Origin origin(std::string(kHttps) + id, id);
  if (auto allowed = check_rp_id(origin, rp_id); !allowed) {
    return std::unexpected(std::move(allowed.error()));
  }
  if (!is_local(id) && is_public_suffix(id)) {
    return refuse(PartyErrorCode::kRpIdNotAllowed,
                  id + " is a public suffix, under which anybody may have a domain; if there is a "
                       "site of that name, say so with --origin");
  }
  return origin;
}

PartyResult<void> check_rp_id(const Origin& origin, std::string_view rp_id) {
  const std::string id(rp_id);
  const auto domain = to_domain(id);
  if (!domain) {
    return refuse(PartyErrorCode::kRpIdNotAllowed,
                  "the relying party's id " + id + " is no domain; addresses are none");
  }
  // A browser compares the ASCII forms and hands the id on as it came, so another spelling would
  // name a relying party of its own, to keys and verifiers alike.
  if (*domain != id) {
    return refuse(PartyErrorCode::kRpIdNotAllowed,
                  "the relying party's id " + id + " is to be written " + *domain);
  }
  if (id == origin.host()) return {};
  const bool is_part = origin.host().ends_with("." + id);
  if (is_part && !is_public_suffix(id) && !public_suffix_of(origin.host()).ends_with("." + id)) {
    return {};
  }
  return refuse(PartyErrorCode::kRpIdNotAllowed,
                "a page of " + origin.text() + " may not act for " + id +
                    (is_part ? ", which is a public suffix" : ", which its name does not end in"));
}

}  // namespace firstkey::enroll
