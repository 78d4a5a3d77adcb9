#pragma once
// What people and scripts see: lines, tables and colour for a person at a terminal, the same plain
// when piped, and one JSON object a command with --json.

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "core/clock.h"
#include "core/error.h"
#include "core/result.h"
#include "core/secret.h"
#include "enroll/app/failure.h"

namespace firstkey::enroll {

enum class OutputForm { kText, kJson };

class Output {
 public:
  explicit Output(OutputForm form) : form_(form) {}

  [[nodiscard]] bool is_json() const noexcept { return form_ == OutputForm::kJson; }

  /// "  Label      value", the form of every result with named parts. Nothing with --json.
  void line(std::string_view label, std::string_view value) const;
  /// What the lines below it are about, in bold at a terminal. Nothing with --json.
  void heading(std::string_view text) const;
  /// A sentence on a line of its own. Nothing with --json.
  void say(std::string_view sentence) const;
  /// Lines as they are, each fit for a screen. Nothing with --json.
  void lines(std::string_view text) const;
  /// Columns as wide as their widest cell; the head in bold at a terminal. Nothing with --json.
  void table(const std::vector<std::string>& head,
             const std::vector<std::vector<std::string>>& rows) const;
  /// The command's one object. Nothing without --json.
  void object(const boost::json::object& object) const;

  /// A secret shown once, straight from its own memory: a line in text, or `name` added to `object`
  /// in JSON. `secret` must need no escaping. It goes past every buffer, which nobody would wipe.
  /// Errors: kNotShown, when nobody can have seen it: the pipe is closed, the disk is full.
  [[nodiscard]] core::Result<void> secret_line(std::string_view label,
                                               const core::Secret& secret,
                                               std::string_view note) const;
  [[nodiscard]] core::Result<void> object_with_secret(const boost::json::object& object,
                                                      std::string_view name,
                                                      const core::Secret& secret) const;
  /// Lines with a secret in them, as they are. Nothing with --json. Errors: kNotShown.
  [[nodiscard]] core::Result<void> secret_lines(const core::Secret& lines) const;

  /// What another program reads, a JSON document that may hold secrets: as it is, or with --json as
  /// the member `name` after those of `about`, which has some. Errors: kNotShown.
  [[nodiscard]] core::Result<void> document(const boost::json::object& about,
                                            std::string_view name,
                                            const core::Secret& document) const;
  /// Lines that another program reads, as they are. Nothing with --json. Errors: kNotShown.
  [[nodiscard]] core::Result<void> verbatim(std::string_view lines) const;

  /// Tells what went wrong, on standard error, or as {"error": {…}} with --json.
  [[nodiscard]] ExitCode failure(const Failure& failure) const;
  [[nodiscard]] ExitCode failure(const core::Error& error) const;

 private:
  OutputForm form_;
};

/// "2026-05-01 14:04 +0200": local, with its offset.
[[nodiscard]] std::string local_time(core::Instant instant);

/// `file` is a terminal and NO_COLOR (https://no-color.org) is not set.
[[nodiscard]] bool has_colour(std::FILE* file);

}  // namespace firstkey::enroll
