#include "enroll/app/output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iterator>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "enroll/app/screen_text.h"

namespace firstkey::enroll {

namespace {

constexpr std::size_t kLabelWidth = 11;

void write(std::FILE* file, std::string_view text) {
  // A reader that went away is no error of ours: the command has done its work.
  (void)std::fwrite(text.data(), 1, text.size(), file);
}

bool write_through(core::BytesView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// What it takes for nobody to have seen what was to be shown.
constexpr const char* kPasscodeLost =
    "the passcode could not be written out, so nobody has seen it; issue another";
constexpr const char* kAnswerLost =
    "the answer could not be written out, so the relying party will not know of what the key did; "
    "begin anew with fresh options";

core::Result<void> write_around(std::string_view before,
                                const core::Secret& secret,
                                std::string_view after,
                                const char* lost) {
  const bool is_written = std::fflush(stdout) == 0 && write_through(core::as_bytes(before)) &&
                          write_through(secret.expose()) &&  // shown once, here
                          write_through(core::as_bytes(after));
  if (is_written) return {};
  return core::fail(core::ErrorCode::kNotShown, lost);
}

/// A message of several lines as it is shown, each line made fit for a screen.
std::string printable_lines(std::string_view text) {
  std::string lines;
  while (true) {
    const auto end = text.find('\n');
    lines += printable(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string bold(std::string_view text) {
  return has_colour(stdout) ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

std::string formatted(core::Instant instant, const char* format) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant.time_since_epoch()).count();
  const std::time_t time = seconds;
  std::tm local{};
  std::array<char, 64> text{};
  if (::localtime_r(&time, &local) == nullptr) return core::to_rfc3339(instant);
  const auto size = std::strftime(text.data(), text.size(), format, &local);
  return {text.data(), size};
}

}  // namespace

void Output::line(std::string_view label, std::string_view value) const {
  if (is_json()) return;
  write(stdout, fmt::format("  {:<{}}{}\n", label, kLabelWidth, printable(value)));
}

void Output::heading(std::string_view text) const {
  if (is_json()) return;
  write(stdout, "\n" + bold(printable(text)) + "\n");
}

void Output::say(std::string_view sentence) const {
  if (is_json()) return;
  write(stdout, fmt::format("  {}\n", printable(sentence)));
}

void Output::lines(std::string_view text) const {
  if (is_json()) return;
  write(stdout, printable_lines(text));
}

void Output::table(const std::vector<std::string>& head,
                   const std::vector<std::vector<std::string>>& rows) const {
  if (is_json()) return;
  std::vector<std::vector<std::string>> cells{head};
  for (const auto& row : rows) {
    auto& copy = cells.emplace_back();
    std::ranges::transform(row, std::back_inserter(copy), printable);
  }
  std::vector<std::size_t> widths(head.size());
  for (const auto& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (std::size_t r = 0; r < cells.size(); ++r) {
    std::string text;
    for (std::size_t i = 0; i < cells[r].size(); ++i) {
      const bool is_last = i + 1 == cells[r].size();
      text += is_last ? cells[r][i] : padded(cells[r][i], widths[i]) + "  ";
    }
    write(stdout, (r == 0 ? bold(text) : text) + "\n");
  }
}

void Output::object(const boost::json::object& object) const {
  if (!is_json()) return;
  write(stdout, boost::json::serialize(object) + "\n");
}

core::Result<void> Output::secret_line(std::string_view label,
                                       const core::Secret& secret,
                                       std::string_view note) const {
  if (is_json()) return {};
  return write_around(fmt::format("  {:<{}}", label, kLabelWidth),
                      secret,
                      fmt::format("    {}\n", note),
                      kPasscodeLost);
}

core::Result<void> Output::object_with_secret(const boost::json::object& object,
                                              std::string_view name,
                                              const core::Secret& secret) const {
  if (!is_json()) return {};
  auto text = boost::json::serialize(object);
  text.pop_back();
  return write_around(fmt::format("{}{}\"{}\":\"", text, object.empty() ? "" : ",", name),
                      secret,
                      "\"}\n",
                      kPasscodeLost);
}

core::Result<void> Output::secret_lines(const core::Secret& lines) const {
  if (is_json()) return {};
  return write_around("", lines, "", kPasscodeLost);
}

core::Result<void> Output::document(const boost::json::object& about,
                                    std::string_view name,
                                    const core::Secret& document) const {
  if (!is_json()) return write_around("", document, "\n", kAnswerLost);
  auto text = boost::json::serialize(about);
  text.pop_back();
  return write_around(fmt::format("{},\"{}\":", text, name), document, "}\n", kAnswerLost);
}

core::Result<void> Output::verbatim(std::string_view lines) const {
  if (is_json()) return {};
  return write_around(lines, core::Secret(), "\n", kAnswerLost);
}

ExitCode Output::failure(const Failure& failure) const {
  if (is_json()) {
    object({{"error",
             {{"code", failure.code},
              {"message", failure.message},
              {"exitCode", static_cast<int>(failure.exit_code)}}}});
    return failure.exit_code;
  }
  (void)std::fflush(stdout);
  const auto sentence = fmt::format("firstkey: {}\n", printable_lines(failure.message));
  write(stderr, has_colour(stderr) ? "\x1b[31m" + sentence + "\x1b[0m" : sentence);
  return failure.exit_code;
}

ExitCode Output::failure(const core::Error& error) const {
  return failure(to_failure(error));
}

std::string local_time(core::Instant instant) {
  return formatted(instant, "%Y-%m-%d %H:%M %z");
}

bool has_colour(std::FILE* file) {
  const char* refused =
      std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): read-only environment
  return ::isatty(::fileno(file)) == 1 && (refused == nullptr || *refused == '\0');
}

}  // namespace firstkey::enroll
