#include "enroll/http/router.h"

#include <algorithm>
#include <utility>

#include <boost/url/pct_string_view.hpp>

namespace firstkey::enroll::http {

namespace {

constexpr std::string_view kAny = "{}";

std::optional<std::string> decoded(std::string_view segment) {
  const auto checked =
      boost::urls::make_pct_string_view(boost::core::string_view(segment.data(), segment.size()));
  if (checked.has_error()) return std::nullopt;
  auto text = checked.value().decode();
  const bool has_control =
      std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (has_control || text.empty() || text == "." || text == "..") return std::nullopt;
  return text;
}

/// What fills the "{}" of `pattern`; nothing if `segments` is another path.
std::optional<Arguments> match(std::string_view pattern, const std::vector<std::string>& segments) {
  Arguments arguments;
  std::size_t index = 0;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const auto wanted = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(wanted.size());
    if (index == segments.size()) return std::nullopt;
    const auto& segment = segments[index++];
    if (wanted == kAny) {
      arguments.push_back(segment);
    } else if (wanted != segment) {
      return std::nullopt;
    }
  }
  if (index != segments.size()) return std::nullopt;
  return arguments;
}

}  // namespace

std::optional<std::vector<std::string>> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    if (path.front() != '/') return std::nullopt;
    path.remove_prefix(1);
    const auto text = path.substr(0, path.find('/'));
    path.remove_prefix(text.size());
    auto segment = decoded(text);
    if (!segment) return std::nullopt;
    segments.push_back(std::move(segment.value()));
  }
  return segments;
}

void Router::add(Route route) {
  routes_.push_back(std::move(route));
}

std::variant<Router::Match, Router::NoPath, Router::NoMethod> Router::find(
    std::string_view method, std::string_view path) const {
  const auto segments = segments_of(path);
  if (!segments) return NoPath{};
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  std::string allowed;
  for (const auto& route : routes_) {
    auto arguments = match(route.pattern, segments.value());
    if (!arguments) continue;
    if (route.method == wanted) {
      return Match{.route = &route, .arguments = std::move(arguments.value())};
    }
    allowed += (allowed.empty() ? "" : ", ") + route.method;
  }
  if (allowed.empty()) return NoPath{};
  return NoMethod{.allowed = std::move(allowed)};
}

}  // namespace firstkey::enroll::http
