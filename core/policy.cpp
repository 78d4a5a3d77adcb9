#include "core/policy.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace firstkey::core {

namespace {

constexpr std::size_t kMaxTargets = 1000;
constexpr std::size_t kMaxTargetId = 256;
constexpr std::size_t kMaxOrigins = 16;
constexpr std::size_t kMaxRelyingPartyName = 64;  // WebAuthn L3 §6.4.1: a key may cut a longer one
constexpr std::size_t kMaxLabel = 63;             // RFC 1035 §2.3.4
constexpr std::size_t kMaxDomain = 253;

// ASCII only: what a locale calls a letter or a digit is no part of a domain name.
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

Result<void> in_range(std::string_view field, long long value, long long low, long long high) {
  if (value >= low && value <= high) return {};
  return fail(ErrorCode::kPolicyInvalid,
              fmt::format("{} is {}; it must be between {} and {}", field, value, low, high));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return c == '-' || is_lower(c) || is_digit(c); });
}

/// Two or more lower-case ASCII labels (internationalised names in their A-label form), or
/// localhost: of other single labels a browser refuses all that are public suffixes. A name whose
/// last label is a number would be an IPv4 address to it.
bool is_domain(std::string_view text) {
  if (text == "localhost") return true;
  if (text.size() > kMaxDomain || !text.contains('.')) return false;
  std::string_view last;
  while (true) {
    const auto dot = text.find('.');
    last = text.substr(0, dot);
    if (!is_label(last)) return false;
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  return !std::ranges::all_of(last, is_digit);
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0') return false;
  if (!std::ranges::all_of(text, is_digit)) return false;
  return std::stoi(std::string(text)) <= 65535;
}

bool is_same_or_below(std::string_view host, std::string_view rp_id) {
  return host == rp_id || (host.size() > rp_id.size() && host.ends_with(rp_id) &&
                           host[host.size() - rp_id.size() - 1] == '.');
}

/// scheme://host[:port] and nothing more, as a browser writes an origin.
bool is_origin_of(std::string_view origin, std::string_view rp_id) {
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const bool is_https = origin.starts_with(kHttps);
  if (!is_https && !origin.starts_with(kHttp)) return false;
  origin.remove_prefix(is_https ? kHttps.size() : kHttp.size());
  const auto colon = origin.find(':');
  const auto host = origin.substr(0, colon);
  if (colon != std::string_view::npos) {
    const auto port = origin.substr(colon + 1);
    if (!is_port(port) || port == (is_https ? "443" : "80")) return false;
  }
  if (!is_https && host != "localhost") return false;
  return is_domain(host) && is_same_or_below(host, rp_id);
}

}  // namespace

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

Result<void> validate_targets(std::string_view field, const std::vector<Target>& targets) {
  if (targets.size() > kMaxTargets) {
    return fail(ErrorCode::kPolicyInvalid,
                fmt::format("{} has more than {} entries", field, kMaxTargets));
  }
  for (const auto& target : targets) {
    if (target.id.empty() || target.id.size() > kMaxTargetId || !is_printable(target.id)) {
      return fail(
          ErrorCode::kPolicyInvalid,
          fmt::format(
              "{} names nobody: each target needs an id of 1 to {} bytes", field, kMaxTargetId));
    }
    if (target.kind == Target::Kind::kUser && !is_uuid(target.id)) {
      return fail(
          ErrorCode::kPolicyInvalid,
          fmt::format("{} has the user '{}': write the user's id, not the name", field, target.id));
    }
    if (std::ranges::count(targets, target) > 1) {
      return fail(ErrorCode::kPolicyInvalid, fmt::format("{} names '{}' twice", field, target.id));
    }
  }
  return {};
}

Result<void> validate(const PassPolicy& policy) {
  constexpr long long kShortest = 10;    // Graph: 10 minutes …
  constexpr long long kLongest = 43200;  // … to 30 days
  const auto minimum = policy.minimum_lifetime.count();
  const auto maximum = policy.maximum_lifetime.count();
  for (const auto& checked : {
           in_range("minimumLifetimeInMinutes", minimum, kShortest, kLongest),
           in_range("maximumLifetimeInMinutes",
                    maximum,
                    std::max<long long>(kShortest, minimum),
                    kLongest),
           in_range("defaultLifetimeInMinutes", policy.default_lifetime.count(), minimum, maximum),
           in_range("defaultLength", policy.default_length, 8, 48),
           in_range("idleLimitInMinutes", policy.idle_limit.count(), 1, 60),
           in_range("credentialsPerSession", policy.credentials_per_session, 1, 10),
           in_range("windowInSeconds", policy.window.count(), 60, 600),
           in_range("lockout.freeAttemptsPerNameAndStation",
                    policy.lockout.free_attempts_per_name_and_station,
                    1,
                    20),
           in_range("lockout.longestPauseInMinutes", policy.lockout.longest_pause.count(), 1, 1440),
           in_range("lockout.attemptsPerName", policy.lockout.attempts_per_name, 5, 1000),
           in_range("lockout.attemptsPerStation", policy.lockout.attempts_per_station, 5, 10000),
           in_range(
               "lockout.stationPeriodInMinutes", policy.lockout.station_period.count(), 1, 1440),
           validate_targets("includeTargets", policy.include_targets),
           validate_targets("excludeTargets", policy.exclude_targets),
       }) {
    if (!checked) return checked;
  }
  return {};
}

Result<void> validate(const RelyingParty& relying_party) {
  if (!is_domain(relying_party.id)) {
    return fail(ErrorCode::kInvalidArgument,
                "the relying party's id must be a domain in lower case, such as example.org, "
                "without scheme, port or path");
  }
  if (relying_party.name.empty() || relying_party.name.size() > kMaxRelyingPartyName ||
      !is_printable(relying_party.name)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the relying party needs a name of 1 to {} bytes without control "
                            "characters",
                            kMaxRelyingPartyName));
  }
  if (relying_party.origins.empty() || relying_party.origins.size() > kMaxOrigins) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the relying party needs 1 to {} origins", kMaxOrigins));
  }
  for (const auto& origin : relying_party.origins) {
    if (!is_origin_of(origin, relying_party.id)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("'{}' is no origin of {}: write https://HOST or https://HOST:PORT "
                              "with HOST equal to it or below it, and no path",
                              origin,
                              relying_party.id));
    }
    if (std::ranges::count(relying_party.origins, origin) > 1) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is named twice", origin));
    }
  }
  return {};
}

}  // namespace firstkey::core
