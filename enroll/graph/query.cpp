#include "enroll/graph/query.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/url/parse_query.hpp>

#include "core/bytes.h"

namespace firstkey::enroll::graph {

namespace {

constexpr std::size_t kUsualPage = 100;
constexpr std::size_t kLargestPage = 999;  // Graph's limit for users

std::unexpected<core::Error> wrong(std::string what) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(what));
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string list;
  for (const auto name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list.empty() ? "none" : list;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// The first word of `text`, which loses it.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const auto word = text.substr(0, text.find(' '));
  text = trimmed(text.substr(word.size()));
  return word;
}

/// What 'it''s' means; nothing if it is not one quoted text.
std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') {
      ++i;
      if (i == text.size() || text[i] != '\'') return std::nullopt;
    }
    value += text[i];
  }
  return value;
}

}  // namespace

core::Result<Query> Query::parse(std::string_view text,
                                 const std::vector<std::string_view>& taken) {
  Query query;
  if (text.empty()) return query;
  const auto parsed = boost::urls::parse_query({text.data(), text.size()});
  if (parsed.has_error()) return wrong("the query is not percent-encoded as it should be");
  for (const auto& parameter : parsed.value()) {
    auto name = parameter.key.decode();
    const bool is_taken = std::ranges::find(taken, name) != taken.end();
    if (!is_taken && name.starts_with('$')) {
      return wrong("this query option is not taken here; taken are: " + listed(taken));
    }
    if (!is_taken) continue;
    if (!query.options_.emplace(std::move(name), parameter.value.decode()).second) {
      return wrong("a query option is given twice");
    }
  }
  return query;
}

std::optional<std::string> Query::value(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end()) return std::nullopt;
  return found->second;
}

core::Result<std::size_t> Query::top() const {
  const auto text = value("$top");
  if (!text) return kUsualPage;
  std::size_t number = 0;
  const auto* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || rest != end || number < 1 || number > kLargestPage) {
    return wrong("$top is a number from 1 to 999");
  }
  return number;
}

core::Result<std::string> Query::after() const {
  const auto token = value("$skiptoken");
  if (!token) return std::string();
  const auto decoded = core::from_base64url(token.value());
  if (!decoded || decoded->empty()) return wrong("$skiptoken is none that was given here");
  return core::to_string(decoded.value());
}

core::Result<std::optional<Equality>> Query::filter(
    const std::vector<std::string_view>& properties) const {
  const auto text = value("$filter");
  if (!text) return std::nullopt;
  std::string_view rest = text.value();
  const auto property = take_word(rest);
  const auto relation = take_word(rest);
  auto wanted = unquoted(rest);
  if (relation != "eq" || !wanted || std::ranges::find(properties, property) == properties.end()) {
    return wrong("$filter takes PROPERTY eq 'VALUE' with one of " + listed(properties));
  }
  return Equality{.property = std::string(property), .value = std::move(wanted.value())};
}

std::string next_token(std::string_view after) {
  return core::to_base64url(core::as_bytes(after));
}

}  // namespace firstkey::enroll::graph
